"""The state of the counter's screen, read from whatever was sent: what was typed and what is chosen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Course, Run
from lms.enrolment.conditions.queries import NOTHING, Asks
from lms.kernel.errors import NotFound
from lms.kernel.marking import N_
from lms.people.models import Person
from lms.people.queries import person_of
from lms.portal.counter.conditions import asking, with_questions_of
from lms.portal.counter.forms import CASH_NOW, OF_NEW_PERSONS, NewPersonForm, guessed
from lms.portal.counter.reading import Acquaintance, RunCard, acquaintance, runs_found
from lms.web.forms import form_from
from lms.web.sent import uuid_in

COUNTER = "/verwaltung/theke"
NEW = "neu"
LONGEST_SEARCH = 100
WAYS = [
    (CASH_NOW, N_("in cash, now")),
    ("invoice", N_("by invoice")),
    ("cash", N_("in cash, later")),
]


@dataclass(slots=True)
class Screen:
    """`typed` and `typed_run` are the two searches, `person_id` or `is_new` says who, `run_id` which run."""

    typed: str = ""
    typed_run: str = ""
    person_id: UUID | None = None
    is_new: bool = False
    run_id: UUID | None = None
    cards: Sequence[RunCard] = field(default=())

    async def runs(self, session: AsyncSession, now: datetime) -> Sequence[RunCard]:
        """The runs to choose from; the only one found, or the one whose number was typed, is chosen already."""
        self.cards = await runs_found(session, self.typed_run, now, chosen=self.run_id)
        if self.run_id is None and self.cards:
            exact = self.cards[0].run.number.lower() == self.typed_run.lower()
            if exact or len(self.cards) == 1:
                self.run_id = self.cards[0].run.id
        return self.cards

    async def acquaintance(self, session: AsyncSession) -> Acquaintance | None:
        """What we know of the chosen person."""
        if self.person_id is None:
            return None
        return await acquaintance(session, await person_of(session, self.person_id))

    def form(
        self,
        sent: Any,
        run: Run | None,
        known: Person | None,
        asks: Asks = NOTHING,
        course: Course | None = None,
    ) -> NewPersonForm:
        """The form to be checked: without the fields of a new person for somebody we know, without money where it is free."""
        form = self.shown(sent, None, asks, course)
        if known is not None:
            for name in OF_NEW_PERSONS:
                del form[name]
        if run is not None and not run.price_cents:
            form.payment.missing = ""
        return form

    def shown(
        self,
        sent: Any,
        checked: NewPersonForm | None,
        asks: Asks = NOTHING,
        course: Course | None = None,
    ) -> NewPersonForm:
        """The form with everything typed, and with the mistakes that were found in the checked one."""
        first = guessed(self.typed)
        form_class = with_questions_of(NewPersonForm, asks)
        form = asking(
            form_from(form_class, sent, **{"key": str(uuid4()), "payment": CASH_NOW} | first), course, asks
        )
        del form.sessions
        form.payment.choices = WAYS
        if first and not (form.given_name.data or form.family_name.data):
            for name, value in first.items():
                form[name].data, form[name].raw_data = value, [value]
        if checked is not None:
            for one in checked:
                if one.name in form:
                    form[one.name].errors = one.errors
            form.form_errors = [*checked.form_errors]
        return form


def screen_from(sent: Mapping[str, Any]) -> Screen:
    """The state in a form or an address; what makes no sense is as good as not chosen."""
    person = str(sent.get("person", ""))
    return Screen(
        typed=str(sent.get("q", "")).strip()[:LONGEST_SEARCH],
        typed_run=str(sent.get("lauf", "")).strip()[:LONGEST_SEARCH],
        person_id=uuid_in(person),
        is_new=person == NEW,
        run_id=uuid_in(str(sent.get("kurs", ""))),
    )


async def chosen_run(session: AsyncSession, screen: Screen) -> Run | None:
    """The chosen run. Raises NotFound for one that there is not."""
    if screen.run_id is None:
        return None
    found = await session.get(Run, screen.run_id)
    if found is None:
        raise NotFound
    return found
