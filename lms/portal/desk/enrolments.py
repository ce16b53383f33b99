"""The team's pages about enrolments: the list, one with its history, cancelling, consent on paper."""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from sqlalchemy import or_, select

from lms.catalogue.models import PaymentMethod
from lms.db import Begin
from lms.debits.policy import may_record_paper
from lms.enrolment import rules
from lms.enrolment.conditions.queries import asks_of
from lms.enrolment.forms import SUPPORT
from lms.enrolment.models import LIVE, EnrolmentState
from lms.enrolment.queries import Claim, claim_for, sessions_of
from lms.enrolment.service import Enrolments
from lms.enrolment.values import REASONS, Cancellation
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import Clock
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.people.models import Person
from lms.portal.acting.paper import consent_paper, consent_words, pdf
from lms.portal.desk.enrolment_reading import VIEWS, enrolment_rows, read_enrolment
from lms.portal.desk.step import Step, step_page
from lms.portal.desk.words import ENROLMENT_STATES, HAPPENINGS, PAYMENT_WAYS, PROOF_STATES
from lms.portal.finance.refund_reading import given_back
from lms.scheduling.models import Session, SessionState
from lms.web.access import may
from lms.web.formats import amount, period
from lms.web.forms import Checkbox, Checkboxes, DateParts, Form, Radios, Text, TextArea, form_from
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.notices import SAVED, after, declare
from lms.web.pagination import page_of, window

CANCELLED = declare("storniert", N_("The enrolment is cancelled. The person gets a confirmation."))
CONSENTED = declare("eingewilligt", N_("The consent is recorded."))
LONGEST_SEARCH = 100


class CancelForm(Form):
    """Why an enrolment ends, and whether the fee is waived."""

    reason = TextArea(
        N_("Reason"), hint=N_("For the team's history."), missing=N_("State the reason."), rows=3
    )
    waive = Checkbox(N_("Waive the cancellation fee"))
    waive_reason = Text(N_("Why is the fee waived?"))

    def validate(self, extra_validators: Any = None) -> bool:
        """A waived fee has a reason of its own."""
        fine: bool = super().validate(extra_validators)
        if self.waive.data and not (self.waive_reason.data or "").strip():
            self.refuse("waive_reason", N_("State why the fee is waived."))
            return False
        return fine


class DatesForm(Form):
    """Which single dates somebody comes to."""

    sessions = Checkboxes(
        N_("On which dates?"), missing=N_("Leave at least one date, or cancel the enrolment.")
    )
    payment = Radios(N_("How is it paid?"), missing=N_("Choose how it is paid."))
    reason = Text(N_("Why are dates given back?"))
    waive_reason = Text(
        N_("Why is the fee waived?"), hint=N_("Empty means: dates given back late cost what was agreed.")
    )


class ConsentForm(Form):
    """What the guardian has signed."""

    wording = TextArea(
        N_("To which words did the guardian agree?"),
        hint=N_("For example: signed consent form of 4 December 2026, in the folder."),
        missing=N_("State to which words the guardian agreed."),
        rows=3,
    )
    seen_on = DateParts(
        N_("When did you see the signed paper?"),
        missing=N_("Enter the day on which you saw the signed paper."),
    )


class EnrolmentPages(Controller):
    """The list and the page of one enrolment."""

    path = "/verwaltung/anmeldungen"
    include_in_schema = False

    @get(opt=may("R", "enrolment", of=Scope.ALL))
    async def index(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        ansicht: FromQuery[str] = "",
        q: FromQuery[str] = "",
    ) -> Template:
        """Saved views as links, a search, pages."""
        ensure(actor.may_for_all("R", "enrolment"), actor)
        view, typed = ansicht if ansicht in VIEWS else "", q.strip()[:LONGEST_SEARCH]
        number, size, offset = window(request.query_params.get("seite"))
        async with begin.reading() as session:
            rows, total = await enrolment_rows(session, view, typed, clock(), limit=size, offset=offset)
        page = page_of(
            rows, number=number, size=size, total=total, path="/verwaltung/anmeldungen",
            query=request.query_params.multi_items(),
        )  # fmt: skip
        return Template(
            "portal/desk/enrolments.html",
            context={
                "page": page,
                "views": VIEWS,
                "view": view,
                "typed": typed,
                "states": ENROLMENT_STATES,
                "ways": PAYMENT_WAYS,
                "may_export": actor.may_for_all("persons", "bulk-export"),
            },
        )

    @get("/{enrolment_id:uuid}", opt=may("R", "enrolment", of=Scope.ALL))
    async def show(
        self,
        enrolment_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        around: NamedDependency[Around],
    ) -> Template:
        """Facts, letters, money, what happened and why."""
        ensure(actor.may_for_all("R", "enrolment"), actor)
        async with begin.reading() as session:
            view = await read_enrolment(session, actor, enrolment_id)
            money_back = await given_back(session, actor, enrolment_id)
            has_questions = bool((await asks_of(session, view.claim.run)).questions)
        ends_at = view.claim.run.ends_at
        return Template(
            "portal/desk/enrolment.html",
            context={
                "view": view,
                "given_back": money_back,
                "states": ENROLMENT_STATES,
                "ways": PAYMENT_WAYS,
                "happenings": HAPPENINGS,
                "reasons": REASONS,
                "support": dict(SUPPORT),
                "proof_states": PROOF_STATES,
                "is_live": view.claim.enrolment.state in LIVE and (ends_at is None or ends_at > clock()),
                "may_change": actor.may_for_all("U", "enrolment"),
                "may_answer": has_questions and actor.may_for_all("U", "enrolment"),
                "may_see_person": actor.may_for_all("R", "person"),
                "may_collect": may_record_paper(actor) and "direct_debit" in around.settings.ways_to_pay,
                "may_share": actor.may_for_all("issue", "invoice"),
            },
        )

    @get("/{enrolment_id:uuid}/stornieren", opt=may("U", "enrolment"))
    async def ask_cancel(
        self,
        enrolment_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        enrolment: NamedDependency[Enrolments],
    ) -> Template:
        """What it costs, before it is done."""
        claim = await _claim(begin, actor, enrolment_id)
        cost = await enrolment.preview_cancellation(actor, enrolment_id=enrolment_id)
        return step_page(_cancelling(claim, cost), _cancel_form(form_from(CancelForm), cost))

    @post("/{enrolment_id:uuid}/stornieren", opt=may("U", "enrolment"))
    async def cancel(
        self,
        request: Request[Any, Any, Any],
        enrolment_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        enrolment: NamedDependency[Enrolments],
    ) -> Template | Redirect:
        """End it with a reason; the next in line is asked in the same moment."""
        form = form_from(CancelForm, await request.form())
        status = 422
        if form.validate():
            try:
                await enrolment.cancel(
                    actor,
                    enrolment_id=enrolment_id,
                    reason=form.reason.data,
                    waive_reason=form.waive_reason.data if form.waive.data else "",
                )
                return after(f"/verwaltung/anmeldungen/{enrolment_id}", CANCELLED)
            except DomainError as refusal:
                form.refuse("", refusal.message, **refusal.params)
                status = refusal.status
        claim = await _claim(begin, actor, enrolment_id)
        cost = await enrolment.preview_cancellation(actor, enrolment_id=enrolment_id)
        return step_page(_cancelling(claim, cost), _cancel_form(form, cost), status=status)

    @get("/{enrolment_id:uuid}/termine", opt=may("U", "enrolment"))
    async def ask_dates(
        self,
        enrolment_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
    ) -> Template:
        """The single dates somebody comes to, and those they could come to."""
        claim, dates, chosen = await _single_dates(begin, actor, enrolment_id, clock())
        return step_page(_changing(claim), _dates_form(claim, dates, chosen))

    @post("/{enrolment_id:uuid}/termine", opt=may("U", "enrolment"))
    async def change_dates(
        self,
        request: Request[Any, Any, Any],
        enrolment_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        enrolment: NamedDependency[Enrolments],
    ) -> Template | Redirect:
        """What is ticked anew is added, what is ticked no more is given back."""
        claim, dates, chosen = await _single_dates(begin, actor, enrolment_id, clock())
        form = _dates_form(claim, dates, chosen, await request.form())
        status = 422
        if form.validate():
            wanted = {UUID(one) for one in form.sessions.data}
            try:
                if wanted - chosen:
                    await enrolment.add_sessions(
                        actor,
                        enrolment_id=enrolment_id,
                        session_ids=wanted - chosen,
                        payment_method=PaymentMethod(form.payment.data) if "payment" in form else None,
                    )
                if chosen - wanted:
                    await enrolment.give_back(
                        actor,
                        enrolment_id=enrolment_id,
                        session_ids=chosen - wanted,
                        reason=form.reason.data or "",
                        waive_reason=(form.waive_reason.data or "") if "waive_reason" in form else "",
                    )
                return after(f"/verwaltung/anmeldungen/{enrolment_id}", SAVED)
            except DomainError as refusal:
                form.refuse("", refusal.message, **refusal.params)
                status = refusal.status
        return step_page(_changing(claim), form, status=status)

    @get("/{enrolment_id:uuid}/einwilligung", opt=may("U", "enrolment"))
    async def ask_consent(
        self, enrolment_id: FromPath[UUID], actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> Template:
        claim = await _claim(begin, actor, enrolment_id)
        child = claim.person.name if claim.person else ""
        words = consent_words(child, claim.course.title_de)
        return step_page(_consenting(claim), form_from(ConsentForm, wording=words))

    @get("/{enrolment_id:uuid}/einwilligung.pdf", opt=may("U", "enrolment"))
    async def consent_form(
        self,
        enrolment_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
    ) -> Response[bytes]:
        """The paper for the guardian to sign, filled in (L-30)."""
        async with begin.reading() as session:
            claim = await claim_for(session, actor, enrolment_id)
            guardian = await session.get(Person, claim.enrolment.guardian_id)
        if guardian is None or claim.person is None:
            raise NotFound
        paper = consent_paper(claim.enrolment, claim.course, claim.run, claim.person, guardian, at=clock())
        return await pdf(paper)

    @post("/{enrolment_id:uuid}/einwilligung", opt=may("U", "enrolment"))
    async def consent(
        self,
        request: Request[Any, Any, Any],
        enrolment_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        enrolment: NamedDependency[Enrolments],
    ) -> Template | Redirect:
        """Record what a guardian has signed on paper; the child is placed at once."""
        form = form_from(ConsentForm, await request.form())
        status = 422
        if form.validate():
            try:
                await enrolment.consent(
                    actor, enrolment_id=enrolment_id, wording=form.wording.data, seen_on=form.seen_on.data
                )
                return after(f"/verwaltung/anmeldungen/{enrolment_id}", CONSENTED)
            except DomainError as refusal:
                form.refuse("", refusal.message, **refusal.params)
                status = refusal.status
        return step_page(_consenting(await _claim(begin, actor, enrolment_id)), form, status=status)


async def _claim(begin: Begin, actor: Actor, enrolment_id: UUID) -> Claim:
    async with begin.reading() as session:
        return await claim_for(session, actor, enrolment_id)


async def _single_dates(
    begin: Begin, actor: Actor, enrolment_id: UUID, now: datetime
) -> tuple[Claim, list[Session], set[UUID]]:
    """The enrolment, the dates that can be added or given back, and which of them it is for. Raises NotFound."""
    async with begin.reading() as session:
        claim = await claim_for(session, actor, enrolment_id)
        if not claim.enrolment.is_drop_in or claim.enrolment.state is not EnrolmentState.CONFIRMED:
            raise NotFound
        rows = await sessions_of(session, enrolment_id)
        chosen = {one.session_id for one, _ in rows if one.ended_at is None}
        coming = await session.scalars(
            select(Session)
            .where(
                Session.run_id == claim.run.id,
                Session.state == SessionState.PLANNED,
                Session.starts_at > now,
                or_(Session.id.in_(chosen), Session.drop_ins < claim.run.drop_in_places),
            )
            .order_by(Session.starts_at)
        )
        dates = list(coming)
    return claim, dates, chosen & {one.id for one in dates}


def _dates_form(claim: Claim, dates: list[Session], chosen: set[UUID], sent: Any = None) -> DatesForm:
    form = form_from(DatesForm, sent, sessions=[str(one) for one in chosen])
    form.sessions.choices = [(str(one.id), period(one.starts_at, one.ends_at)) for one in dates]
    known = {value for value, _ in form.sessions.choices}
    form.sessions.data = [one for one in form.sessions.data or () if one in known]
    if claim.run.drop_in_price_cents and claim.enrolment.payment_method is PaymentMethod.FREE:
        form.payment.choices = [(way, PAYMENT_WAYS[way]) for way in rules.by_the_team(claim.run)]
    else:
        del form.payment
    if not claim.enrolment.price_cents:
        del form.waive_reason
    return form


def _changing(claim: Claim) -> Step:
    here = f"/verwaltung/anmeldungen/{claim.enrolment.id}"
    sentences = [gettext("What you tick is booked at once, what you untick is given back.")]
    if claim.run.drop_in_price_cents:
        sentences.append(gettext("Each date costs %(price)s.", price=amount(claim.run.drop_in_price_cents)))
    sentences.append(gettext("The person gets a letter with all dates."))
    return Step(
        title=gettext("Change the dates"),
        about=_about(claim),
        path=f"{here}/termine",
        back=here,
        button=gettext("Save"),
        way_out=gettext("Change nothing"),
        sentences=sentences,
    )


def _cancel_form(form: CancelForm, cost: Cancellation) -> CancelForm:
    """Without a fee nothing can be waived."""
    if not cost.fee_cents:
        del form.waive, form.waive_reason
    return form


def _about(claim: Claim) -> str:
    name = claim.person.name if claim.person else claim.enrolment.reference
    return gettext("%(person)s, run %(number)s", person=name, number=claim.run.number)


def _cancelling(claim: Claim, cost: Cancellation) -> Step:
    here = f"/verwaltung/anmeldungen/{claim.enrolment.id}"
    has_place = claim.enrolment.state is EnrolmentState.CONFIRMED
    sentences = [
        gettext("The place is given back, and the next in line is asked at once.")
        if has_place
        else gettext("The person leaves the list. It costs nothing.")
    ]
    if cost.fee_cents:
        sentences.append(
            gettext(
                "The free time for cancelling is over: the person owes a fee of %(fee)s.",
                fee=amount(cost.fee_cents),
            )
        )
    elif has_place and cost.price_cents:
        sentences.append(gettext("Cancelling costs nothing."))
    if cost.refund_cents:
        sentences.append(gettext("%(amount)s are paid back.", amount=amount(cost.refund_cents)))
    return Step(
        title=gettext("Cancel the enrolment?"),
        about=_about(claim),
        path=f"{here}/stornieren",
        back=here,
        button=gettext("Cancel the enrolment"),
        way_out=gettext("Keep the enrolment"),
        is_dangerous=True,
        sentences=sentences,
    )


def _consenting(claim: Claim) -> Step:
    here = f"/verwaltung/anmeldungen/{claim.enrolment.id}"
    return Step(
        title=gettext("Record a consent on paper"),
        about=_about(claim),
        path=f"{here}/einwilligung",
        back=here,
        button=gettext("Record the consent"),
        way_out=gettext("Not yet"),
        sentences=[
            gettext("The parent or guardian has signed. The child gets a place at once, or a position on the waiting list.")
        ],
    )  # fmt: skip
