"""The certificate for a volunteer: whom, what, when, how long; a look at it; then it is issued."""

from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect, Template

from certificates.document import Kind
from lms.certification.issuing.orders import Order
from lms.certification.kinds.volunteers import MOST_HOURS
from lms.certification.life.service import Certification
from lms.certification.pages.one_document import CERTIFICATES, ISSUE, LanguageRadios, Sent, issue, whom
from lms.certification.subjects import volunteering
from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock, today
from lms.kernel.errors import DomainError
from lms.kernel.marking import N_
from lms.web.forms import DateParts, Form, Hidden, Number, Text, form_from
from lms.web.language import gettext
from lms.web.sent import uuid_in

VOLUNTEERS = f"{CERTIFICATES}/ehrenamt/neu"
CHECK, MAKE = "pruefen", "ausstellen"


class VolunteerForm(Form):
    """What somebody did unpaid."""

    what_de = Text(
        N_("What did the person do?"),
        hint=N_(
            "In German, in a few words, as in “Begleitung des Digitalcafés”. It stands large on the paper."
        ),
        missing=N_("Say in a few words what the person did."),
        longest=120,
    )
    what_en = Text(
        N_("The same in English"),
        hint=N_("Needed for English papers, otherwise leave it empty."),
        longest=120,
    )
    place = Text(N_("Where?"), hint=N_("For example the house or the district."), longest=120)
    first_day = DateParts(N_("First day"), missing=N_("Enter the day on which it began."))
    last_day = DateParts(N_("Last day"), missing=N_("Enter the day on which it ended."))
    hours = Number(
        N_("How many full hours in all?"), missing=N_("Enter the number of hours."), least=1, most=MOST_HOURS, width=6
    )  # fmt: skip
    valid_until = DateParts(
        N_("Valid until"), hint=N_("Only if what it states grows old. Otherwise leave it empty.")
    )
    language = LanguageRadios()
    key = Hidden()

    def is_possible(self, clock: Clock) -> bool:
        """Whether the days fit each other and today; what does not stands at its field."""
        day = today(clock)
        if self.last_day.data < self.first_day.data:
            self.refuse("last_day", N_("The last day is before the first. Check both days."))
        elif self.last_day.data > day:
            self.refuse("last_day", N_("The last day is still to come. Issue the certificate after it."))
        if self.valid_until.data and self.valid_until.data < day:
            self.refuse("valid_until", N_("This day is over. Enter a day to come, or leave it empty."))
        if (self.language.data or "").endswith("en") and not self.what_en.data:
            self.refuse("what_en", N_("For an English paper say in English as well what the person did."))
        return not self.problems

    def order(self, person_id: UUID, form_id: UUID) -> Order:
        """The one document that comes of it."""
        valid = self.valid_until.data
        return Order(
            kind=Kind.VOLUNTEER,
            subject=volunteering(form_id),
            person_id=person_id,
            language=self.language.data or "",
            particulars={
                "what_de": self.what_de.data,
                "what_en": self.what_en.data or "",
                "place": self.place.data or "",
                "first_day": self.first_day.data.isoformat(),
                "last_day": self.last_day.data.isoformat(),
                "hours": self.hours.data,
                "valid_until": valid.isoformat() if valid else "",
            },
        )


class VolunteerPages(Controller):
    """One certificate for one volunteer."""

    path = VOLUNTEERS
    include_in_schema = False

    @get(opt=ISSUE)
    async def ask(
        self, begin: NamedDependency[Begin], q: FromQuery[str] = "", person: FromQuery[UUID | None] = None
    ) -> Template:
        """Whom, then what."""
        return await _page(begin, form_from(VolunteerForm, None, key=str(uuid4())), person, typed=q)

    @post(opt=ISSUE)
    async def send(
        self,
        request: Sent,
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        certification: NamedDependency[Certification],
    ) -> Template | Redirect:
        """Look at it first, change it, or issue it."""
        sent = await request.form()
        form, person_id, step = (
            form_from(VolunteerForm, sent),
            uuid_in(sent.get("person")),
            sent.get("schritt"),
        )
        form_id = uuid_in(form.key.data)
        if person_id is None or form_id is None:
            return await _page(begin, form, person_id, status=422)
        if not (form.validate() and form.is_possible(clock)):
            return await _page(begin, form, person_id, status=422)
        if step != MAKE:
            return await _page(begin, form, person_id, is_checked=step == CHECK)
        try:
            title = gettext("Voluntary work: %(what)s", what=form.what_de.data)
            return await issue(
                certification, actor, batch_id=form_id, orders=[form.order(person_id, form_id)], title=title
            )
        except DomainError as refusal:
            form.refuse("", refusal.message, **refusal.params)
            return await _page(begin, form, person_id, status=refusal.status)


async def _page(
    begin: Begin,
    form: VolunteerForm,
    person_id: UUID | None,
    *,
    typed: str = "",
    is_checked: bool = False,
    status: int = 200,
) -> Template:
    async with begin.reading() as session:
        context: dict[str, Any] = await whom(session, person_id, typed)
    context |= {"form": form, "here": VOLUNTEERS, "is_checked": is_checked}
    return Template("certification/kinds/volunteer.html", context=context, status_code=status)
