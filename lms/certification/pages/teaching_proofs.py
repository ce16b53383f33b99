"""The certificate for a trainer: the team issues it for a run or a period; the trainer may ask for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect, Template

from certificates.document import Kind
from lms.catalogue.models import Course, Run
from lms.certification.issuing.orders import Order
from lms.certification.kinds.teaching import Lesson, lessons_of, units_of
from lms.certification.life.service import Certification
from lms.certification.pages.one_document import CERTIFICATES, ISSUE, LanguageRadios, Sent, issue, whom
from lms.certification.wishes.models import ProofWish
from lms.certification.wishes.queries import OPEN, asked
from lms.certification.wishes.service import ProofWishes, period_particulars, teaching_subject
from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock, today
from lms.kernel.errors import DomainError
from lms.kernel.marking import N_
from lms.web.access import may
from lms.web.forms import DateParts, Form, Hidden, Select, form_from
from lms.web.language import current_language, gettext
from lms.web.notices import after, declare
from lms.web.sent import uuid_in

STAFF, OWN = f"{CERTIFICATES}/lehrtaetigkeit", "/kursleitung/bescheinigung"
ASKED = declare(
    "bescheinigung-gewuenscht", N_("Your request has reached the team. You get the confirmation when it is issued.")
)  # fmt: skip


class TeachingForm(Form):
    """One run, or a period over several."""

    run = Select(N_("For which run?"), blank=N_("a period over several runs"), is_asked=True)
    first_day = DateParts(N_("From"), hint=N_("Only for a period."), is_asked=True)
    last_day = DateParts(N_("Until"), hint=N_("Only for a period."), is_asked=True)
    language = LanguageRadios()
    key = Hidden()

    def about(self, clock: Clock) -> tuple[UUID | None, tuple[date, date] | None]:
        """The run or the period; neither where something is missing, which then stands at its field."""
        run_id = uuid_in(self.run.data)
        if run_id is not None:
            return run_id, None
        first, last = self.first_day.data, self.last_day.data
        if first is None or last is None:
            self.refuse("run", N_("Choose a run, or enter the first and the last day of the period."))
        elif last < first:
            self.refuse("last_day", N_("The last day is before the first. Check both days."))
        elif last > today(clock):
            self.refuse("last_day", N_("The last day is still to come. Enter a day that is over."))
        else:
            return None, (first, last)
        return None, None


@dataclass(frozen=True, slots=True)
class Taught:
    """One run with the units that somebody has taught in it."""

    run: Run
    course: Course
    units: int
    first_day: date
    last_day: date

    @property
    def title(self) -> str:
        """The course in the reader's language."""
        return (current_language() == "en" and self.course.title_en) or self.course.title_de


class TeachingProofPages(Controller):
    """The team's page: whom, then what for."""

    path = STAFF
    include_in_schema = False

    @get(opt=ISSUE)
    async def ask(
        self,
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        q: FromQuery[str] = "",
        person: FromQuery[UUID | None] = None,
    ) -> Template:
        """The person, what they have taught, and the form."""
        form = form_from(TeachingForm, None, key=str(uuid4()))
        return await _staff_page(begin, clock, form, person, typed=q)

    @post(opt=ISSUE)
    async def make(
        self,
        request: Sent,
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        certification: NamedDependency[Certification],
    ) -> Template | Redirect:
        """Issue it."""
        sent = await request.form()
        form, person_id = form_from(TeachingForm, sent), uuid_in(sent.get("person"))
        form_id, taught = uuid_in(form.key.data), await _taught(begin, clock, person_id)
        form.run.choices = _choices(taught)
        if person_id is None or form_id is None or not form.validate():
            return await _staff_page(begin, clock, form, person_id, status=422)
        run_id, period = form.about(clock)
        if form.problems:
            return await _staff_page(begin, clock, form, person_id, status=422)
        order = Order(
            kind=Kind.TRAINER,
            subject=teaching_subject(person_id, run_id, period),
            person_id=person_id,
            run_id=run_id,
            language=form.language.data or "",
            particulars=period_particulars(period),
        )
        try:
            title = gettext("Confirmation of teaching")
            return await issue(certification, actor, batch_id=form_id, orders=[order], title=title)
        except DomainError as refusal:
            form.refuse("", refusal.message, **refusal.params)
            return await _staff_page(begin, clock, form, person_id, status=refusal.status)


class OwnTeachingProofPages(Controller):
    """Asking for it, about one's own teaching."""

    path = OWN
    opt = may("propose", "certificate")
    include_in_schema = False

    @get()
    async def ask(
        self, actor: NamedDependency[Actor], begin: NamedDependency[Begin], clock: NamedDependency[Clock]
    ) -> Template:
        """What one has taught, and what is asked for already."""
        return await _own_page(begin, clock, actor, form_from(TeachingForm, None, key=str(uuid4())))

    @post()
    async def send(
        self,
        request: Sent,
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        proof_wishes: NamedDependency[ProofWishes],
    ) -> Template | Redirect:
        """Ask the team."""
        form = form_from(TeachingForm, await request.form())
        form.run.choices = _choices(await _taught(begin, clock, actor.person_id))
        wish_id = uuid_in(form.key.data)
        if wish_id is None or not form.validate():
            return await _own_page(begin, clock, actor, form, status=422)
        run_id, period = form.about(clock)
        if form.problems:
            return await _own_page(begin, clock, actor, form, status=422)
        try:
            await proof_wishes.ask_for_teaching(
                actor, wish_id=wish_id, run_id=run_id, period=period, language=form.language.data or ""
            )
        except DomainError as refusal:
            form.refuse("" if run_id else "first_day", refusal.message, **refusal.params)
            return await _own_page(begin, clock, actor, form, status=refusal.status)
        return after(OWN, ASKED)


async def _staff_page(
    begin: Begin,
    clock: Clock,
    form: TeachingForm,
    person_id: UUID | None,
    *,
    typed: str = "",
    status: int = 200,
) -> Template:
    async with begin.reading() as session:
        context: dict[str, Any] = await whom(session, person_id, typed)
        found = await lessons_of(session, [person_id], today=today(clock)) if person_id else {}
    context |= _said(form, found.get(person_id, ()) if person_id else ())
    return Template(
        "certification/kinds/teaching.html", context=context | {"here": STAFF}, status_code=status
    )


async def _own_page(
    begin: Begin, clock: Clock, actor: Actor, form: TeachingForm, *, status: int = 200
) -> Template:
    whose = [actor.person_id] if actor.person_id else []
    async with begin.reading() as session:
        found: Mapping[UUID, Sequence[Lesson]] = await lessons_of(session, whose, today=today(clock))
        waiting = await asked(
            session, ProofWish.person_id.in_(whose), ProofWish.kind == Kind.TRAINER.value, OPEN
        )
    context = _said(form, next(iter(found.values()), ())) | {"waiting": waiting, "here": OWN}
    return Template("certification/kinds/own_teaching.html", context=context, status_code=status)


async def _taught(begin: Begin, clock: Clock, person_id: UUID | None) -> Sequence[Taught]:
    if person_id is None:
        return []
    async with begin.reading() as session:
        found = await lessons_of(session, [person_id], today=today(clock))
    return _by_run(found.get(person_id, ()))


def _said(form: TeachingForm, lessons: Sequence[Lesson]) -> dict[str, Any]:
    taught = _by_run(lessons)
    form.run.choices = _choices(taught)
    return {"form": form, "taught": taught, "units": units_of(lessons)}


def _by_run(lessons: Sequence[Lesson]) -> Sequence[Taught]:
    by_run: dict[UUID, list[Lesson]] = {}
    for lesson in lessons:
        by_run.setdefault(lesson.run.id, []).append(lesson)
    found = [
        Taught(one[0].run, one[0].course, units_of(one), one[0].day, one[-1].day) for one in by_run.values()
    ]
    return sorted(found, key=lambda one: one.last_day, reverse=True)


def _choices(taught: Sequence[Taught]) -> list[tuple[str, str]]:
    return [(str(one.run.id), f"{one.title} ({one.run.number})") for one in taught if one.units]
