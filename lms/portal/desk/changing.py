"""What the team does when somebody changes their mind: move to another run, a substitute, goodwill. Each on a page of its own."""

from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.billing.queries import balance_of
from lms.catalogue.models import Course, PaymentMethod, Run
from lms.db import Begin
from lms.enrolment.conditions.errors import ConditionUnmet
from lms.enrolment.errors import TooOld, TooYoung
from lms.enrolment.pages.moving import runs_with_room
from lms.enrolment.queries import Claim, claim_for
from lms.enrolment.service import Enrolments
from lms.enrolment.values import NewPerson
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.portal.desk.step import Step, step_page
from lms.portal.desk.words import PAYMENT_WAYS, spoken
from lms.web.access import may
from lms.web.formats import amount, moment_short, money
from lms.web.forms import (
    Checkbox,
    DateParts,
    Email,
    Euro,
    Form,
    Hidden,
    Phone,
    Radios,
    Text,
    TextArea,
    form_from,
)
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.notices import after, declare

MOVED = declare("umgebucht", N_("The person has a place in the other run. They get one letter about both."))
HANDED_OVER = declare("uebergeben", N_("The other person has the place. Both get a letter."))
LET_OFF = declare("kulanz", N_("The sum is let off. The person gets a letter with the reason."))
LET_OFF_WAITS = declare(
    "kulanz-wartet", N_("This sum needs a second person. Somebody of the cashiers has to approve it first.")
)
OTHER = "other"


class MoveForm(Form):
    """To which run; one that is not named is found by its number."""

    run = Radios(N_("To which run?"), missing=N_("Choose a run."))
    number = Text(
        N_("Number of the run"), hint=N_("Only if you have chosen “another run”."), width=10, longest=40
    )
    payment = Radios(N_("How is it paid?"), hint=N_("Needed only where the other run costs something."))
    reason = Text(
        N_("Reason"), hint=N_("For the team's history."), missing=N_("State the reason."), longest=200
    )
    override_reason = Text(
        N_("Why is the person let in although a condition is not met?"),
        hint=N_("Only if a condition is not met. The reason is kept."),
        longest=300,
    )


class SubstituteForm(Form):
    """Who takes part instead."""

    given_name = Text(N_("First name"), missing=N_("Enter the first name."), autocomplete="off", longest=100)
    family_name = Text(
        N_("Family name"), missing=N_("Enter the family name."), autocomplete="off", longest=100
    )
    birth_date = DateParts(N_("Birth date"), hint=N_("Only for children and for courses with an age limit."))
    email = Email(autocomplete="off", hint=N_("Without an address the letter is to be printed."))
    phone = Phone(autocomplete="off")
    street = Text(N_("Street and number"), autocomplete="off")
    postal_code = Text(N_("Postcode"), autocomplete="off", width=5)
    city = Text(N_("Town"), autocomplete="off")
    pays = Checkbox(N_("From now on the new person pays; they have agreed to that."))
    consent = Text(
        N_("Consent of a parent or guardian, for somebody under 18"),
        hint=N_("For example: signed consent form of 4 December 2026, in the folder."),
        longest=300,
    )
    reason = Text(
        N_("Reason"), hint=N_("For the team's history."), missing=N_("State the reason."), longest=200
    )
    override_reason = Text(
        N_("Why is the person let in although a condition is not met?"),
        hint=N_("Only if a condition is not met. The reason is kept."),
        longest=300,
    )


class GoodwillForm(Form):
    """How much is let off, and why."""

    off = Euro(N_("How much do you let off?"), missing=N_("Enter the amount."))
    reason = TextArea(
        N_("Reason"),
        hint=N_("It stands in the letter to the person."),
        missing=N_("State the reason."),
        rows=3,
    )
    key = Hidden()


class ChangePages(Controller):
    """Below the page of one enrolment."""

    path = "/verwaltung/anmeldungen/{enrolment_id:uuid}"
    opt = may("U", "enrolment")
    include_in_schema = False

    @get("/umbuchen")
    async def ask_move(
        self, enrolment_id: FromPath[UUID], actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Template:
        """Runs with a free place, or any by its number."""
        async with around.begin.reading() as session:
            claim = await claim_for(session, actor, enrolment_id)
            form = await _move_form(session, around, claim)
        return step_page(_moving(claim), form)

    @post("/umbuchen")
    async def move(
        self,
        request: Request[Any, Any, Any],
        enrolment_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        enrolment: NamedDependency[Enrolments],
    ) -> Template | Redirect:
        """Move, with the difference in price; the old place goes to the next in line."""
        async with around.begin.reading() as session:
            claim = await claim_for(session, actor, enrolment_id)
            form = await _move_form(session, around, claim, await request.form())
            valid = form.validate()
            run_id = await _run_meant(session, form) if valid else None
        if valid and run_id is None:
            form.refuse("number", N_("No run has this number."))
        status = 422
        if run_id is not None:
            try:
                moved = await enrolment.move(
                    actor, enrolment_id=enrolment_id, run_id=run_id, reason=form.reason.data,
                    payment_method=PaymentMethod(form.payment.data) if form.payment.data else None,
                    override_reason=form.override_reason.data or "",
                )  # fmt: skip
                return after(f"/verwaltung/anmeldungen/{moved.enrolment.id}", MOVED)
            except DomainError as refusal:
                at = "override_reason" if isinstance(refusal, ConditionUnmet) else ""
                form.refuse(at, refusal.message, **refusal.params)
                status = refusal.status
        return step_page(_moving(claim), form, status=status)

    @get("/ersatzperson")
    async def ask_substitute(
        self, enrolment_id: FromPath[UUID], actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> Template:
        """Who takes part instead."""
        return step_page(_handing_over(await _claim(begin, actor, enrolment_id)), form_from(SubstituteForm))

    @post("/ersatzperson")
    async def hand_over(
        self,
        request: Request[Any, Any, Any],
        enrolment_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        enrolment: NamedDependency[Enrolments],
    ) -> Template | Redirect:
        """The other person has the place from now on."""
        claim = await _claim(begin, actor, enrolment_id)
        form, status = form_from(SubstituteForm, await request.form()), 422
        if form.validate():
            try:
                done = await enrolment.hand_over(
                    actor, enrolment_id=enrolment_id, person=_named(form), new_person_pays=bool(form.pays.data),
                    consent_wording=form.consent.data or "", reason=form.reason.data,
                    override_reason=form.override_reason.data or "",
                )  # fmt: skip
                return after(f"/verwaltung/anmeldungen/{done.enrolment.id}", HANDED_OVER)
            except DomainError as refusal:
                at = "birth_date" if isinstance(refusal, (TooYoung, TooOld)) else ""
                at = "override_reason" if isinstance(refusal, ConditionUnmet) else at
                form.refuse(at, refusal.message, **refusal.params)
                status = refusal.status
        return step_page(_handing_over(claim), form, status=status)

    @get("/kulanz")
    async def ask_goodwill(
        self, enrolment_id: FromPath[UUID], actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> Template:
        """How much, and why."""
        return step_page(
            await _letting_off(begin, actor, enrolment_id), form_from(GoodwillForm, key=str(uuid4()))
        )

    @post("/kulanz")
    async def let_off(
        self,
        request: Request[Any, Any, Any],
        enrolment_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        enrolment: NamedDependency[Enrolments],
    ) -> Template | Redirect:
        """Let off; what was paid too much is paid back by the cashiers."""
        form, status = form_from(GoodwillForm, await request.form()), 422
        if form.validate():
            try:
                done = await enrolment.let_off(
                    actor, enrolment_id=enrolment_id, off_cents=form.off.data, reason=form.reason.data,
                    form_key=form.key.data or "",
                )  # fmt: skip
                notice = LET_OFF if done is not None else LET_OFF_WAITS
                return after(f"/verwaltung/anmeldungen/{enrolment_id}", notice)
            except NotFound:
                raise
            except DomainError as refusal:
                form.refuse("off" if refusal.status == 422 else "", refusal.message, **refusal.params)
                status = refusal.status
        return step_page(await _letting_off(begin, actor, enrolment_id), form, status=status)


async def _claim(begin: Begin, actor: Actor, enrolment_id: UUID) -> Claim:
    async with begin.reading() as session:
        return await claim_for(session, actor, enrolment_id)


async def _move_form(session: AsyncSession, around: Around, claim: Claim, sent: Any = None) -> MoveForm:
    form = form_from(MoveForm, sent)
    same, others = await runs_with_room(session, around, claim)
    form.run.choices = [(str(run.id), _run_words(run, course)) for run, course in (*same, *others)]
    form.run.choices.append((OTHER, gettext("Another run, by its number")))
    form.payment.choices = [("", gettext("As before"))] + [
        (way.value, PAYMENT_WAYS[way]) for way in (PaymentMethod.INVOICE, PaymentMethod.CASH)
    ]
    if sent is None:
        form.payment.data = ""
    return form


def _run_words(run: Run, course: Course) -> str:
    starts = moment_short(run.starts_at) if run.starts_at else "–"
    return f"{run.number}, {spoken(course.title_de, course.title_en)}, {starts}, {money(run.price_cents)}"


async def _run_meant(session: AsyncSession, form: MoveForm) -> UUID | None:
    if form.run.data != OTHER:
        return UUID(form.run.data)
    typed = (form.number.data or "").strip().lower()
    return await session.scalar(select(Run.id).where(func.lower(Run.number) == typed))


def _named(form: SubstituteForm) -> NewPerson:
    return NewPerson(
        given_name=form.given_name.data,
        family_name=form.family_name.data,
        birth_date=form.birth_date.data,
        email=form.email.data,
        phone=form.phone.data,
        street=form.street.data or "",
        postal_code=form.postal_code.data or "",
        city=form.city.data or "",
    )


def _about(claim: Claim) -> str:
    name = claim.person.name if claim.person else claim.enrolment.reference
    return gettext("%(person)s, run %(number)s", person=name, number=claim.run.number)


def _step(claim: Claim, path: str, title: str, button: str, *sentences: str) -> Step:
    here = f"/verwaltung/anmeldungen/{claim.enrolment.id}"
    return Step(
        title=title,
        about=_about(claim),
        path=f"{here}/{path}",
        back=here,
        button=button,
        way_out=gettext("Change nothing"),
        sentences=sentences,
    )


def _moving(claim: Claim) -> Step:
    return _step(
        claim,
        "umbuchen",
        gettext("Move to another run"),
        gettext("Move the enrolment"),
        gettext("Price and conditions of the other run hold. What was paid counts for it."),
        gettext("The old place goes to the next in line in the same moment."),
    )


def _handing_over(claim: Claim) -> Step:
    return _step(
        claim,
        "ersatzperson",
        gettext("Let another person take part"),
        gettext("Hand the place over"),
        gettext("The place does not become free in between: nobody on the waiting list is asked."),
        gettext("Whoever pays now goes on paying and gets the letters, unless you tick otherwise."),
    )


async def _letting_off(begin: Begin, actor: Actor, enrolment_id: UUID) -> Step:
    async with begin.reading() as session:
        claim = await claim_for(session, actor, enrolment_id)
        account = (await balance_of(session, [enrolment_id]))[enrolment_id]
    return _step(
        claim,
        "kulanz",
        gettext("Let off a part as goodwill"),
        gettext("Let off"),
        gettext("The enrolment costs %(sum)s now.", sum=amount(account.charged_cents)),
        gettext("%(sum)s was paid.", sum=amount(account.paid_cents)),
        gettext("What was paid beyond the rest goes to the cashiers as a request to pay back."),
    )
