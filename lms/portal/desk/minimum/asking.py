"""Choosing a way on that needs consent: fill in, look at it, ask everybody."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy.ext.asyncio import AsyncSession

from lms.enrolment.minimum.errors import (
    DeadlineTooEarly,
    FeeTooHigh,
    NoSuchRun,
    NothingChosen,
    TooFewPlaces,
)
from lms.enrolment.minimum.letters import Case, case_of, sheets_that_ask
from lms.enrolment.minimum.models import Proposal
from lms.enrolment.minimum.queries import Answered, answers_of
from lms.enrolment.minimum.service import MinimumNumbers
from lms.enrolment.minimum.terms import change_set, moved_by
from lms.enrolment.minimum.values import Terms
from lms.kernel.actor import Actor
from lms.kernel.clock import local
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.portal.desk.dates_form import new_key
from lms.portal.desk.dates_preview import Text, text_of
from lms.portal.desk.ideas import key_of
from lms.portal.desk.minimum.forms import (
    AskForm,
    MergeForm,
    MoveForm,
    ShortenForm,
    SmallGroupForm,
    usual_deadline,
)
from lms.portal.desk.minimum.options import Facts, fits, income_in_words, run_in_words
from lms.portal.desk.minimum.overview import LIST, MEASURES, WAYS, read_facts, titled
from lms.scheduling.errors import NoSuchTime, ResourceTaken
from lms.scheduling.service import Scheduling
from lms.scheduling.words import clash_in_words
from lms.web.access import may
from lms.web.formats import amount, date_short, period
from lms.web.forms import form_from
from lms.web.language import gettext, ngettext
from lms.web.module import Around
from lms.web.notices import after, declare

ASKED = declare("gefragt", N_("Everybody with a place is asked. You see the answers here."))
STEP, DO, BACK = "schritt", "ausfuehren", "zurueck"
WEEKS = range(1, 13)
MOST_WEEKS = 4
AT_FIELDS: dict[type[DomainError], str] = {
    DeadlineTooEarly: "deadline",
    FeeTooHigh: "price",
    NothingChosen: "dropped",
    NoSuchRun: "into",
    TooFewPlaces: "into",
    ResourceTaken: "weeks",
}


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be asked of whom, read inside the rehearsal."""

    case: Case
    answers: Sequence[Answered]
    text: Text | None

    @property
    def before_cents(self) -> int:
        """What they pay together so far."""
        return sum(one.answer.before_cents for one in self.answers)

    @property
    def after_cents(self) -> int:
        """What they would pay together if all agree."""
        return sum(one.answer.after_cents for one in self.answers)


class AskingPages(Controller):
    """`/verwaltung/entscheidungen/<run>/kleingruppe` and its sisters."""

    path = f"{LIST}/{{run_id:uuid}}"
    opt = may("U", "plan")
    include_in_schema = False

    @get(["/kleingruppe", "/kuerzen", "/zusammenlegen", "/verschieben"])
    async def fill_in(
        self,
        request: Request[Any, Any, Any],
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        scheduling: NamedDependency[Scheduling],
    ) -> Template:
        """The form, filled with what is proposed."""
        facts, word = await read_facts(around, run_id), _word(request)
        form = form_from(FORMS[word], None, **_proposed(word, facts))
        await _fit(form, facts, actor, scheduling)
        return _form_page(form, facts, word)

    @post(["/kleingruppe", "/kuerzen", "/zusammenlegen", "/verschieben"])
    async def ask(
        self,
        request: Request[Any, Any, Any],
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        numbers: NamedDependency[MinimumNumbers],
        scheduling: NamedDependency[Scheduling],
    ) -> Template | Redirect:
        """Always one look first; what was sent stays, whatever comes of it."""
        sent, word = await request.form(), _word(request)
        facts = await read_facts(around, run_id)
        form = form_from(FORMS[word], sent)
        await _fit(form, facts, actor, scheduling)
        if not form.validate():
            return _form_page(form, facts, word, status=422)
        if sent.get(STEP) == BACK:
            return _form_page(form, facts, word)
        try:
            key, wish = key_of(form.key.data), form.wish(facts)
            if sent.get(STEP) == DO:
                await numbers.propose(actor, run_id=run_id, wish=wish, proposal_id=key)
                return after(f"{LIST}/{run_id}", ASKED)
            seen = await numbers.rehearse_proposal(
                actor, run_id=run_id, wish=wish, proposal_id=key, look=_look
            )
            return _preview_page(seen, facts, word, sent.multi_items())
        except NotFound:
            raise
        except DomainError as refusal:
            field = AT_FIELDS.get(type(refusal), "")
            words = gettext(refusal.message, **refusal.params)
            if isinstance(refusal, ResourceTaken) and refusal.clashes:
                words = " ".join(clash_in_words(one) for one in refusal.clashes if not one.is_hint)
            form.refuse(field if field in form else "", words)
            return _form_page(form, facts, word, status=refusal.status)


FORMS: dict[str, type[AskForm]] = {
    "kleingruppe": SmallGroupForm,
    "kuerzen": ShortenForm,
    "zusammenlegen": MergeForm,
    "verschieben": MoveForm,
}


def _word(request: Request[Any, Any, Any]) -> str:
    return request.url.path.rstrip("/").rpartition("/")[2]


def _proposed(word: str, facts: Facts) -> dict[str, Any]:
    """What the form begins with."""
    known: dict[str, Any] = {"key": new_key(), "deadline": usual_deadline(facts)}
    if word == "kleingruppe":
        known["price"] = facts.small_group_cents
    if word == "kuerzen":
        known["price"] = facts.shortened_cents if facts.run.price_cents else 0
        known["dropped"] = [str(one.id) for one in facts.sessions_to_drop]
    return known


async def _fit(form: AskForm, facts: Facts, actor: Actor, scheduling: Scheduling) -> None:
    form.fit(facts)
    if isinstance(form, MergeForm):
        form.into.choices = [(str(run.id), run_in_words(run, venue)) for run, venue in facts.others]
        form.into.hints = {
            str(run.id): gettext("Not enough places: %(people)s people would come.", people=facts.people)
            for run, _ in facts.others
            if not fits(run, facts.people)
        }
    if isinstance(form, MoveForm):
        form.weeks.choices = await _weeks(facts, actor, scheduling)
        chosen = form.weeks.data
        if chosen and chosen not in dict(form.weeks.choices) and _is_week(chosen):
            form.weeks.choices = [*form.weeks.choices, (chosen, _week_in_words(int(chosen), facts))]


def _is_week(text: str) -> bool:
    return text.isdecimal() and len(text) <= 2 and int(text) in WEEKS


async def _weeks(facts: Facts, actor: Actor, scheduling: Scheduling) -> list[tuple[str, str]]:
    """The nearest moves by whole weeks at which room, trainer and devices are free."""
    found: list[tuple[bool, int, str]] = []
    for weeks in WEEKS:
        try:
            moved = moved_by(facts.meetings, 7 * weeks, facts.now)
        except NoSuchTime:
            continue
        terms = Terms(base_cents=0, price_cents=0, moved=moved)
        if not moved:
            break
        foreseen = await scheduling.foresee(actor, change_set(terms, facts.meetings, reason=""))
        if all(clash.is_hint for clash in foreseen.clashes):
            hints = sorted({clash_in_words(clash) for clash in foreseen.clashes})
            words = " ".join([_week_in_words(weeks, facts), *(f"({hint})" for hint in hints[:1])])
            found.append((bool(hints), weeks, words))
        if sum(not has_hints for has_hints, _, _ in found) == MOST_WEEKS:
            break
    best = sorted(found)[
        :MOST_WEEKS
    ]  # whole weeks of teaching before those in which somebody has to teach on a holiday
    return [(str(weeks), words) for _, weeks, words in sorted(best, key=lambda one: one[1])]


def _week_in_words(weeks: int, facts: Facts) -> str:
    first = facts.to_come[0].starts_at
    last = facts.to_come[-1].starts_at
    shift = timedelta(weeks=weeks)
    return ngettext(
        "%(num)s week later: %(first)s to %(last)s",
        "%(num)s weeks later: %(first)s to %(last)s",
        weeks,
        first=date_short(local(first).date() + shift),
        last=date_short(local(last).date() + shift),
    )


async def _look(session: AsyncSession, proposal: Proposal) -> Preview:
    sheets = await sheets_that_ask(session, proposal)
    return Preview(
        case=await case_of(session, proposal),
        answers=await answers_of(session, proposal.id),
        text=text_of(session, gettext("Message to the people enrolled"), sheets),
    )


def _form_page(form: AskForm, facts: Facts, word: str, *, status: int = 200) -> Template:
    context = {
        "form": form,
        "facts": facts,
        "about": titled(facts),
        "title": gettext(MEASURES[form.measure]),
        "path": f"{LIST}/{facts.run.id}/{word}",
        "back": f"{LIST}/{facts.run.id}",
        "income": income_in_words(facts),
        "explained": _explained(form, facts),
        "is_possible": not isinstance(form, MoveForm) or bool(form.weeks.choices),
        "dates": [period(one.starts_at, one.ends_at) for one in facts.to_come],
    }
    return Template("portal/desk/minimum/ask.html", context=context, status_code=status)


def _explained(form: AskForm, facts: Facts) -> Sequence[str]:
    """Where the proposed values come from."""
    run = facts.run
    if isinstance(form, SmallGroupForm):
        return [
            gettext(
                "Planned were %(minimum)s places at %(price)s, together %(planned)s. Spread over the %(people)s people enrolled and rounded up to whole euros that is %(fee)s.",
                minimum=run.minimum,
                price=amount(run.price_cents),
                planned=amount(facts.planned_cents),
                people=facts.people,
                fee=amount(facts.small_group_cents),
            ),
            gettext("Whoever pays a reduced price goes on to pay the same part of the fee."),
        ]
    if isinstance(form, ShortenForm):
        return [
            gettext(
                "So far a place costs %(price)s. For the sessions that are left it would be %(part)s; you can also leave the fee as it is.",
                price=amount(run.price_cents),
                part=amount(facts.shortened_cents),
            )
        ]
    if isinstance(form, MergeForm):
        return [
            gettext("Nobody pays more than so far: where the other run costs less, the lower price holds.")
        ]
    return [
        gettext("The price stays. Shown are the nearest weeks in which room, trainer and devices are free.")
    ]


def _preview_page(seen: Preview, facts: Facts, word: str, sent: Iterable[tuple[str, Any]]) -> Template:
    context = {
        "seen": seen,
        "case": seen.case,
        "facts": facts,
        "about": titled(facts),
        "path": f"{LIST}/{facts.run.id}/{word}",
        "back": f"{LIST}/{facts.run.id}",
        "ways": WAYS,
        "kept": [(name, value) for name, value in sent if name not in {"_csrf_token", STEP}],
    }
    return Template("portal/desk/minimum/ask_preview.html", context=context)
