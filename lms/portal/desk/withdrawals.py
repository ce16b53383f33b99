"""Declarations of withdrawal that the team has to look at, and what became of the others (L-16)."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from sqlalchemy import func, select

from lms.db import Begin
from lms.enrolment.changing.matching import found_by
from lms.enrolment.changing.terms import WHY_NOT
from lms.enrolment.models import Withdrawal, WithdrawalState
from lms.enrolment.queries import claim
from lms.enrolment.service import Enrolments
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.web.access import may
from lms.web.forms import Form, Text, TextArea, form_from
from lms.web.notices import after, declare
from lms.web.pagination import page_of, window

LIST = "/verwaltung/widerrufe"
ACCEPTED = declare("widerruf-angenommen", N_("The withdrawal has taken effect. The person gets a letter."))
DECLINED = declare("widerruf-abgelehnt", N_("The answer with your reason goes to the person."))
OPEN_STATES = (WithdrawalState.OPEN, WithdrawalState.RECEIVED)
STATES: Mapping[WithdrawalState, tuple[str, str]] = {
    WithdrawalState.RECEIVED: (N_("just arrived"), "info"),
    WithdrawalState.OPEN: (N_("to be looked at"), "warning"),
    WithdrawalState.ACCEPTED: (N_("took effect"), "success"),
    WithdrawalState.DECLINED: (N_("declined"), "info"),
}


class AcceptForm(Form):
    """Which enrolment is meant."""

    reference = Text(
        N_("Reference number of the enrolment that is meant"),
        missing=N_("Enter the reference number."),
        width=20,
        longest=40,
    )
    note = Text(N_("Note for the team"), longest=300)


class DeclineForm(Form):
    """Why not, in words that the person reads."""

    reason = TextArea(
        N_("Reason"),
        hint=N_("It stands in the letter to the person."),
        missing=N_("State the reason."),
        rows=3,
    )


class WithdrawalDeskPages(Controller):
    """The list and one declaration."""

    path = LIST
    opt = may("U", "enrolment")
    include_in_schema = False

    @get()
    async def index(
        self, request: Request[Any, Any, Any], begin: NamedDependency[Begin], ansicht: FromQuery[str] = ""
    ) -> Template:
        """Those to be looked at, the oldest first; or those that are done."""
        done = ansicht == "erledigt"
        wanted = Withdrawal.state.not_in(OPEN_STATES) if done else Withdrawal.state.in_(OPEN_STATES)
        number, size, offset = window(request.query_params.get("seite"))
        async with begin.reading() as session:
            total = await session.scalar(select(func.count()).select_from(Withdrawal).where(wanted))
            order = Withdrawal.declared_at.desc() if done else Withdrawal.declared_at
            rows = await session.scalars(
                select(Withdrawal).where(wanted).order_by(order, Withdrawal.id).limit(size).offset(offset)
            )
            found = rows.all()
        page = page_of(
            found, number=number, size=size, total=total or 0, path=LIST,
            query=request.query_params.multi_items(),
        )  # fmt: skip
        return Template(
            "portal/desk/withdrawals.html",
            context={"page": page, "done": done, "states": STATES, "why_not": WHY_NOT},
        )

    @get("/{withdrawal_id:uuid}")
    async def show(self, withdrawal_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        """What was declared, what we know of it, and the two answers."""
        return await _page(begin, withdrawal_id)

    @post("/{withdrawal_id:uuid}/annehmen")
    async def accept(
        self,
        request: Request[Any, Any, Any],
        withdrawal_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        enrolment: NamedDependency[Enrolments],
    ) -> Template | Redirect:
        """It takes effect as of the moment it was declared."""
        form, status = form_from(AcceptForm, await request.form()), 422
        if form.validate():
            try:
                await enrolment.accept_withdrawal(
                    actor, withdrawal_id=withdrawal_id, reference=form.reference.data, note=form.note.data or ""
                )  # fmt: skip
                return after(f"{LIST}/{withdrawal_id}", ACCEPTED)
            except NotFound:
                form.refuse("reference", N_("No enrolment has this reference number."))
            except DomainError as refusal:
                form.refuse("", refusal.message, **refusal.params)
                status = refusal.status
        return await _page(begin, withdrawal_id, accepting=form, status=status)

    @post("/{withdrawal_id:uuid}/ablehnen")
    async def decline(
        self,
        request: Request[Any, Any, Any],
        withdrawal_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        enrolment: NamedDependency[Enrolments],
    ) -> Template | Redirect:
        """There is nothing to withdraw from; the reason goes to the person."""
        form, status = form_from(DeclineForm, await request.form()), 422
        if form.validate():
            try:
                await enrolment.decline_withdrawal(
                    actor, withdrawal_id=withdrawal_id, reason=form.reason.data
                )
                return after(f"{LIST}/{withdrawal_id}", DECLINED)
            except DomainError as refusal:
                form.refuse("", refusal.message, **refusal.params)
                status = refusal.status
        return await _page(begin, withdrawal_id, declining=form, status=status)


async def _page(
    begin: Begin,
    withdrawal_id: UUID,
    *,
    accepting: AcceptForm | None = None,
    declining: DeclineForm | None = None,
    status: int = 200,
) -> Template:
    async with begin.reading() as session:
        declared = await session.get(Withdrawal, withdrawal_id)
        if declared is None:
            raise NotFound
        claims = [await claim(session, UUID(one)) for one in declared.enrolment_ids]
        if not claims:
            typed = await found_by(session, declared.reference)
            claims = [await claim(session, typed.id)] if typed else []
    reference = claims[0].enrolment.reference if claims else ""
    return Template(
        "portal/desk/withdrawal.html",
        context={
            "declared": declared,
            "claims": claims,
            "states": STATES,
            "why_not": WHY_NOT,
            "accepting": accepting or form_from(AcceptForm, None, reference=reference),
            "declining": declining or form_from(DeclineForm),
            "form": next((one for one in (accepting, declining) if one and one.problems), None),
            "is_open": declared.state in OPEN_STATES,
        },
        status_code=status,
    )
