"""Debits that came back: entered by hand, and dealt with."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from sqlalchemy import select

from lms.db import Begin
from lms.debits.models import Debit, DebitMandate, DebitState
from lms.debits.queries import mandate_of, open_cents_of
from lms.debits.returns import DebitReturns
from lms.debits.rules import masked
from lms.debits.words import MANDATE_STATES, OTHER_REASON, REASONS
from lms.kernel.actor import Actor
from lms.kernel.clock import today
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.portal.desk.step import Step, step_page
from lms.portal.finance.debits import COLLECTS, LIST
from lms.web.formats import amount
from lms.web.forms import DateParts, Euro, Form, Select, Text, form_from
from lms.web.language import gettext, translated
from lms.web.module import Around
from lms.web.notices import after, declare

RETURNS = f"{LIST}/ruecklastschriften"
SHOWN = 100
ENTERED = declare("ruecklastschrift-gebucht", N_("The return is booked. The payer gets a letter."))
HANDLED = declare("ruecklastschrift-erledigt", N_("Noted. What else is planned by this mandate goes on."))
AGAIN = declare("ruecklastschrift-nochmal", N_("It is collected once more. The payer is told of it before."))


class ReturnForm(Form):
    """What the statement of the bank says."""

    reason = Select(
        N_("Reason on the statement"),
        choices=[("", N_("Please choose")), *((code, code) for code in sorted(REASONS))],
        missing=N_("Choose the reason that stands on the statement; MS03 where there is none."),
    )
    fee = Euro(N_("What does the bank charge for it?"), hint=N_("0 where it charges nothing."), missing=N_("Enter what the bank charges, or 0."))  # fmt: skip


class HandledForm(Form):
    """What was agreed."""

    note = Text(
        N_("What was agreed?"), hint=N_("For example: called, pays by transfer until 1 February."),
        missing=N_("Write what was agreed."), longest=300,
    )  # fmt: skip


class AgainForm(Form):
    """When to collect once more."""

    on = DateParts(N_("On which day?"), missing=N_("Enter the day."))
    note = Text(N_("What was agreed?"), longest=300)


class DebitReturnPages(Controller):
    """The list of what came back, and the acts."""

    path = RETURNS
    opt = COLLECTS
    include_in_schema = False

    @get()
    async def index(self, begin: NamedDependency[Begin], ansicht: FromQuery[str] = "") -> Template:
        """What nobody has dealt with; or what is done."""
        done = ansicht == "erledigt"
        async with begin.reading() as session:
            rows = (
                await session.execute(
                    select(Debit, DebitMandate)
                    .join(DebitMandate, DebitMandate.id == Debit.mandate_id)
                    .where(
                        Debit.state == DebitState.RETURNED,
                        Debit.handled_at.is_not(None) if done else Debit.handled_at.is_(None),
                    )
                    .order_by(Debit.ended_at.desc())
                    .limit(SHOWN)
                )
            ).all()
            owed = await open_cents_of(session, [debit.enrolment_id for debit, _ in rows])
        return Template(
            "portal/finance/debit_returns.html",
            context={
                "rows": [(debit, mandate, owed[debit.enrolment_id]) for debit, mandate in rows],
                "done": done,
                "reasons": REASONS,
                "other_reason": OTHER_REASON,
                "mandate_states": MANDATE_STATES,
                "masked": masked,
            },
        )

    @get("/{debit_id:uuid}/eingeben")
    async def ask(self, debit_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        return step_page(await _entering(begin, debit_id), _return_form())

    @post("/{debit_id:uuid}/eingeben")
    async def enter(
        self,
        request: Request[Any, Any, Any],
        debit_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        debit_returns: NamedDependency[DebitReturns],
    ) -> Template | Redirect:
        """Book a return."""
        form, status = _return_form(await request.form()), 422
        if form.validate():
            try:
                await debit_returns.enter(
                    actor, debit_id=debit_id, fee_cents=form.fee.data or 0, reason_code=form.reason.data
                )
                return after(RETURNS, ENTERED)
            except NotFound:
                raise
            except DomainError as refusal:
                form.refuse("", refusal.message, **refusal.params)
                status = refusal.status
        return step_page(await _entering(begin, debit_id), form, status=status)

    @get("/{debit_id:uuid}/erledigt")
    async def ask_handled(self, debit_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        return step_page(await _handling(begin, debit_id), form_from(HandledForm))

    @post("/{debit_id:uuid}/erledigt")
    async def handled(
        self,
        request: Request[Any, Any, Any],
        debit_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        debit_returns: NamedDependency[DebitReturns],
    ) -> Template | Redirect:
        """Somebody has spoken with the payer."""
        form, status = form_from(HandledForm, await request.form()), 422
        if form.validate():
            try:
                await debit_returns.handle(actor, debit_id=debit_id, note_text=form.note.data)
                return after(RETURNS, HANDLED)
            except NotFound:
                raise
            except DomainError as refusal:
                form.refuse("", refusal.message, **refusal.params)
                status = refusal.status
        return step_page(await _handling(begin, debit_id), form, status=status)

    @get("/{debit_id:uuid}/nochmal")
    async def ask_again(
        self, debit_id: FromPath[UUID], begin: NamedDependency[Begin], around: NamedDependency[Around]
    ) -> Template:
        soon = today(around.clock) + timedelta(days=around.settings.debit_notice_days + 7)
        return step_page(await _again(begin, debit_id), form_from(AgainForm, on=soon))

    @post("/{debit_id:uuid}/nochmal")
    async def again(
        self,
        request: Request[Any, Any, Any],
        debit_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        debit_returns: NamedDependency[DebitReturns],
    ) -> Template | Redirect:
        """Collect once more."""
        form, status = form_from(AgainForm, await request.form()), 422
        if form.validate():
            try:
                await debit_returns.collect_again(
                    actor, debit_id=debit_id, on=form.on.data, note_text=form.note.data or ""
                )
                return after(RETURNS, AGAIN)
            except NotFound:
                raise
            except DomainError as refusal:
                form.refuse("", refusal.message, **refusal.params)
                status = refusal.status
        return step_page(await _again(begin, debit_id), form, status=status)


def _return_form(sent: Any = None) -> ReturnForm:
    form = form_from(ReturnForm, sent)
    words = [(code, f"{code}: {translated(said)}") for code, said in sorted(REASONS.items())]
    form.reason.choices = [("", N_("Please choose")), *words]
    return form


async def _known(begin: Begin, debit_id: UUID) -> tuple[Debit, DebitMandate, str]:
    async with begin.reading() as session:
        debit = await session.get(Debit, debit_id)
        if debit is None or not debit.amount_cents:
            raise NotFound
        mandate = await mandate_of(session, debit.mandate_id)
    what = gettext(
        "%(name)s, %(account)s: %(sum)s, %(purpose)s.",
        name=mandate.holder, account=masked(mandate.iban), sum=amount(debit.amount_cents), purpose=debit.purpose,
    )  # fmt: skip
    return debit, mandate, what


async def _entering(begin: Begin, debit_id: UUID) -> Step:
    debit, _, what = await _known(begin, debit_id)
    return Step(
        title=gettext("Enter a return"),
        about=gettext("Direct debits"),
        path=f"{RETURNS}/{debit_id}/eingeben",
        back=f"{LIST}/dateien/{debit.file_id}",
        button=gettext("Book the return"),
        way_out=gettext("Nothing came back"),
        sentences=[
            what,
            gettext("The payment is booked back, and the payer gets a letter with other ways to pay."),
        ],
    )


async def _handling(begin: Begin, debit_id: UUID) -> Step:
    _, _, what = await _known(begin, debit_id)
    return Step(
        title=gettext("Dealt with"),
        about=gettext("Debits that came back"),
        path=f"{RETURNS}/{debit_id}/erledigt",
        back=RETURNS,
        button=gettext("Dealt with"),
        way_out=gettext("Not yet"),
        sentences=[
            what,
            gettext("After that we collect again by this mandate what is planned for other courses."),
        ],
    )


async def _again(begin: Begin, debit_id: UUID) -> Step:
    _, mandate, what = await _known(begin, debit_id)
    return Step(
        title=gettext("Collect once more"),
        about=gettext("Debits that came back"),
        path=f"{RETURNS}/{debit_id}/nochmal",
        back=RETURNS,
        button=gettext("Collect once more"),
        way_out=gettext("Do not collect"),
        sentences=[
            what,
            gettext(
                "From %(account)s, the account of the mandate now. Only with the payer's word.",
                account=masked(mandate.iban),
            ),
        ],
    )
