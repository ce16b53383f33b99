"""`/verwaltung/finanzen/niederschlagen/…`: giving up what somebody owes, with a reason."""

from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from sqlalchemy.ext.asyncio import AsyncSession

from lms.accounts.sessions import ensure_fresh
from lms.billing.errors import AmountNotPositive, MoreThanOwed
from lms.billing.second_person import MoneyProposalKind, MoneyProposalState
from lms.billing.standing import accounts
from lms.billing.write_offs import WriteOffs
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock
from lms.kernel.errors import DomainError
from lms.kernel.marking import N_
from lms.portal.desk.step import Step, step_page
from lms.portal.finance.refund_reading import Whom, whom
from lms.portal.finance.step_up import is_proved
from lms.web.access import may
from lms.web.formats import amount
from lms.web.forms import Euro, Form, Hidden, Radios, TextArea, form_from
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.notices import after, declare
from lms.web.sent import uuid_in

GIVEN_UP = declare("niedergeschlagen", N_("The sum is not asked for any more."))
WAITS = declare(
    "wartet-auf-zweite", N_("This sum needs a second person. A colleague has to approve it first.")
)


class WriteOffForm(Form):
    """How much, which way, and why."""

    sum = Euro(N_("How much?"), missing=N_("Enter the amount."))
    kind = Radios(
        N_("What happens to the claim?"),
        choices=[
            (
                MoneyProposalKind.WRITE_OFF.value,
                N_("It is not pursued any more, but still exists (written off)"),
            ),
            (MoneyProposalKind.WAIVER.value, N_("It is given up for good (waived)")),
        ],
        missing=N_("Choose what happens to the claim."),
    )
    reason = TextArea(
        N_("Reason"), hint=N_("For the books. The person does not read it."), missing=N_("State the reason."), rows=3
    )  # fmt: skip
    key = Hidden()


class WriteOffPages(Controller):
    """Of one enrolment; `?anteil=` names the part that somebody else pays."""

    path = "/verwaltung/finanzen/niederschlagen/{enrolment_id:uuid}"
    opt = may("write-off", "payment")
    include_in_schema = False

    @get()
    async def ask(
        self,
        request: Request[Any, Any, Any],
        enrolment_id: FromPath[UUID],
        clock: NamedDependency[Clock],
        around: NamedDependency[Around],
        anteil: FromQuery[str] = "",
    ) -> Template:
        """What is open, and what follows."""
        ensure_fresh(request, clock)
        async with around.begin.reading() as session:
            about, cents = await _open(session, enrolment_id, uuid_in(anteil))
        form = form_from(WriteOffForm, sum=max(cents, 0) or None, key=str(uuid4()))
        return step_page(_step(about, cents, anteil), form)

    @post()
    async def write_off(
        self,
        request: Request[Any, Any, Any],
        enrolment_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        clock: NamedDependency[Clock],
        around: NamedDependency[Around],
        write_offs: NamedDependency[WriteOffs],
        anteil: FromQuery[str] = "",
    ) -> Template | Redirect:
        """Do it, or let it wait for a colleague."""
        form, status = form_from(WriteOffForm, await request.form()), 422
        if form.validate() and is_proved(request, clock, form):
            try:
                made = await write_offs.write_off(
                    actor, proposal_id=uuid_in(form.key.data) or uuid4(), enrolment_id=enrolment_id,
                    amount_cents=form.sum.data, reason=form.reason.data, kind=MoneyProposalKind(form.kind.data),
                    share_id=uuid_in(anteil),
                )  # fmt: skip
                notice = WAITS if made.state is MoneyProposalState.WAITING else GIVEN_UP
                return after(f"/verwaltung/anmeldungen/{enrolment_id}", notice)
            except DomainError as refusal:
                at = "sum" if isinstance(refusal, (MoreThanOwed, AmountNotPositive)) else ""
                form.refuse(at, refusal.message, **refusal.params)
                status = refusal.status
        async with around.begin.reading() as session:
            about, cents = await _open(session, enrolment_id, uuid_in(anteil))
        return step_page(_step(about, cents, anteil), form, status=status)


async def _open(session: AsyncSession, enrolment_id: UUID, share_id: UUID | None) -> tuple[Whom, int]:
    """Whose it is and what is open. Raises NotFound."""
    about = await whom(session, enrolment_id)
    for account in await accounts(session, enrolment_ids=[enrolment_id]):
        if account.share_id == share_id:
            return about, account.open_cents
    return about, 0


def _step(about: Whom, cents: int, share: str) -> Step:
    here = f"/verwaltung/finanzen/niederschlagen/{about.enrolment.id}"
    return Step(
        title=gettext("Write off or waive a claim"),
        about=gettext("%(name)s, course %(number)s", name=about.payer, number=about.run.number),
        path=f"{here}?anteil={share}" if share else here,
        back=f"/verwaltung/anmeldungen/{about.enrolment.id}",
        button=gettext("Write off or waive"),
        way_out=gettext("Change nothing"),
        sentences=[
            gettext("%(sum)s are still owed.", sum=amount(max(0, cents))),
            gettext(
                "The invoice stays as it is. The sum is not asked for any more, and no reminder follows."
            ),
            gettext("It can be taken back later by a counter entry."),
        ],
        is_dangerous=True,
    )
