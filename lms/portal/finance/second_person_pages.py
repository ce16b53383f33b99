"""`/verwaltung/finanzen/freigaben`: goodwill and write-offs, those that wait for a second person first (L-86, S-08)."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from sqlalchemy import func, select

from lms.accounts.sessions import ensure_fresh
from lms.billing import policy
from lms.billing.second_person import MoneyProposal, MoneyProposalKind, MoneyProposalState
from lms.billing.write_offs import WriteOffs
from lms.db import Begin
from lms.enrolment.service import Enrolments
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.portal.desk.step import Step, step_page
from lms.portal.finance.refund_reading import whom, whom_of
from lms.portal.finance.refund_words import APPROVALS, KINDS, PROPOSAL_STATES
from lms.portal.finance.step_up import is_proved
from lms.web.access import may
from lms.web.formats import amount
from lms.web.forms import Form, TextArea, form_from
from lms.web.language import gettext, translated
from lms.web.notices import after, declare
from lms.web.pagination import page_of, window

APPROVED = declare("freigegeben-geld", N_("It is approved and done."))
SENT_BACK = declare("zurueckgegeben-geld", N_("It is sent back with your reason. Nothing was changed."))
UNDONE = declare("niederschlagung-zurueck", N_("It is taken back: the sum is owed again."))
AnyRequest = Request[Any, Any, Any]


class SureForm(Form):
    """Nothing to fill in."""


class WhyForm(Form):
    """Why."""

    reason = TextArea(N_("Reason"), missing=N_("State the reason."), rows=2)


class SecondPersonPages(Controller):
    """The list, and deciding."""

    path = APPROVALS
    include_in_schema = False

    @get(opt=may("R", "invoice", of=Scope.ALL))
    async def index(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        ansicht: FromQuery[str] = "",
    ) -> Template:
        """What waits, the oldest first; or everything, the newest first."""
        waits = ansicht != "alle"
        number, size, offset = window(request.query_params.get("seite"))
        wanted = select(MoneyProposal)
        if waits:
            wanted = wanted.where(MoneyProposal.state == MoneyProposalState.WAITING)
        order = MoneyProposal.requested_at if waits else MoneyProposal.requested_at.desc()
        async with begin.reading() as session:
            total = await session.scalar(select(func.count()).select_from(wanted.subquery()))
            rows = (
                await session.scalars(wanted.order_by(order, MoneyProposal.id).limit(size).offset(offset))
            ).all()
            about = await whom_of(session, {one.enrolment_id for one in rows})
        page = page_of(
            rows, number=number, size=size, total=total or 0, path=APPROVALS,
            query=request.query_params.multi_items(),
        )  # fmt: skip
        return Template(
            "portal/finance/proposals.html",
            context={
                "page": page, "waits": waits, "whom": about, "kinds": KINDS, "states": PROPOSAL_STATES,
                "may_approve": policy.may_approve(actor), "may_write_off": policy.may_write_off(actor),
                "own_id": actor.account_id,
            },
        )  # fmt: skip

    @get("/{proposal_id:uuid}/freigeben", opt=may("approve", "payment"))
    async def ask_approval(
        self,
        request: AnyRequest,
        proposal_id: FromPath[UUID],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
    ) -> Template:
        ensure_fresh(request, clock)
        return step_page(await _step(begin, proposal_id, "freigeben"), form_from(SureForm))

    @post("/{proposal_id:uuid}/freigeben", opt=may("approve", "payment"))
    async def approve(
        self,
        request: AnyRequest,
        proposal_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        write_offs: NamedDependency[WriteOffs],
        enrolment: NamedDependency[Enrolments],
    ) -> Template | Redirect:
        """Agree; it is done in the same moment."""
        form, status = form_from(SureForm, await request.form()), 422
        if is_proved(request, clock, form):
            try:
                async with begin.reading() as session:
                    seen = await session.get(MoneyProposal, proposal_id)
                if seen is not None and seen.kind is MoneyProposalKind.GOODWILL:
                    await enrolment.approve_goodwill(actor, proposal_id=proposal_id)
                else:
                    await write_offs.approve(actor, proposal_id=proposal_id)
                return after(APPROVALS, APPROVED)
            except NotFound:
                raise
            except DomainError as refusal:
                form.refuse("", refusal.message, **refusal.params)
                status = refusal.status
        return step_page(await _step(begin, proposal_id, "freigeben"), form, status=status)

    @get("/{proposal_id:uuid}/zurueckgeben", opt=may("approve", "payment"))
    async def ask_sending_back(self, proposal_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        return step_page(await _step(begin, proposal_id, "zurueckgeben"), form_from(WhyForm))

    @post("/{proposal_id:uuid}/zurueckgeben", opt=may("approve", "payment"))
    async def send_back(
        self,
        request: AnyRequest,
        proposal_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        write_offs: NamedDependency[WriteOffs],
    ) -> Template | Redirect:
        """Do not agree."""
        form, status = form_from(WhyForm, await request.form()), 422
        if form.validate():
            try:
                await write_offs.send_back(actor, proposal_id=proposal_id, reason=form.reason.data)
                return after(APPROVALS, SENT_BACK)
            except NotFound:
                raise
            except DomainError as refusal:
                form.refuse("", refusal.message, **refusal.params)
                status = refusal.status
        return step_page(await _step(begin, proposal_id, "zurueckgeben"), form, status=status)

    @get("/{proposal_id:uuid}/zuruecknehmen", opt=may("write-off", "payment"))
    async def ask_undoing(self, proposal_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        return step_page(await _step(begin, proposal_id, "zuruecknehmen"), form_from(WhyForm))

    @post("/{proposal_id:uuid}/zuruecknehmen", opt=may("write-off", "payment"))
    async def undo(
        self,
        request: AnyRequest,
        proposal_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        write_offs: NamedDependency[WriteOffs],
    ) -> Template | Redirect:
        """The sum is owed again."""
        form, status = form_from(WhyForm, await request.form()), 422
        if form.validate():
            try:
                await write_offs.undo(actor, proposal_id=proposal_id, reason=form.reason.data)
                return after(f"{APPROVALS}?ansicht=alle", UNDONE)
            except NotFound:
                raise
            except DomainError as refusal:
                form.refuse("", refusal.message, **refusal.params)
                status = refusal.status
        return step_page(await _step(begin, proposal_id, "zuruecknehmen"), form, status=status)


TITLES = {
    "freigeben": (N_("Approve"), N_("You are the second person. It is done in the same moment.")),
    "zurueckgeben": (N_("Send back"), N_("Nothing is changed. Whoever asked for it reads your reason.")),
    "zuruecknehmen": (N_("Take back"), N_("A counter entry is booked: the sum is owed again.")),
}


async def _step(begin: Begin, proposal_id: UUID, name: str) -> Step:
    async with begin.reading() as session:
        proposal = await session.get(MoneyProposal, proposal_id)
        if proposal is None:
            raise NotFound
        about = await whom(session, proposal.enrolment_id)
    title, follows = TITLES[name]
    return Step(
        title=gettext(title), about=gettext("Goodwill and write-offs"), path=f"{APPROVALS}/{proposal_id}/{name}",
        back=APPROVALS, button=gettext(title), way_out=gettext("Change nothing"),
        sentences=[
            gettext("%(kind)s: %(sum)s", kind=translated(KINDS[proposal.kind]), sum=amount(proposal.amount_cents)),
            gettext("%(name)s, course %(number)s", name=about.payer, number=about.run.number),
            gettext("Asked for by %(name)s: %(reason)s", name=proposal.requested_by_name, reason=proposal.reason),
            gettext(follows),
        ],
    )  # fmt: skip
