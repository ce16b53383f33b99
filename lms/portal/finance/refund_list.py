"""`/verwaltung/finanzen/erstattungen`: what is to be decided, and every refund by where it stands."""

from typing import Any
from urllib.parse import urlencode

from litestar import Controller, Request, get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect, Template
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.billing.explaining import CAUSES
from lms.billing.models import Settlement, SettlementState
from lms.billing.refunds.accounts import masked
from lms.billing.refunds.reading import READY, refunds_page, totals, transferable, undecided
from lms.billing.second_person import MoneyProposal, MoneyProposalState
from lms.billing.settlements import settlements_page
from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock
from lms.kernel.rights import Scope
from lms.portal.desk.settlements import lines_of
from lms.portal.finance.refund_reading import came_back, refunded_cents, whom_of
from lms.portal.finance.refund_words import MEANS, NOTED, REFUNDS, STATES, TO_DECIDE, VIEWS
from lms.web.access import may
from lms.web.pagination import page_of, window
from lms.web.templating import url

SEES = may("R", "invoice", of=Scope.ALL)


class RefundListPages(Controller):
    """The lists."""

    path = REFUNDS
    opt = SEES
    include_in_schema = False

    @get()
    async def index(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        ansicht: FromQuery[str] = "",
    ) -> Template:
        """One list, with how many there are in each and what they come to."""
        view = ansicht if ansicht in VIEWS else TO_DECIDE
        number, size, offset = window(request.query_params.get("seite"))
        async with begin.reading() as session:
            sums = await totals(session)
            waiting = await session.scalar(
                select(func.count())
                .select_from(MoneyProposal)
                .where(MoneyProposal.state == MoneyProposalState.WAITING)
            )
            ready = await session.scalar(select(func.count()).where(transferable())) if view == READY else 0
            if view in {TO_DECIDE, NOTED}:
                rows, total, more = await _requests(session, view, clock, size, offset)
            else:
                found = await refunds_page(session, view, limit=size, offset=offset)
                rows, total = list(found), sums[view][0]
                more = {"whom": await whom_of(session, {one.enrolment_id for one in found})}
            undecided_count = await session.scalar(
                select(func.count()).select_from(Settlement).where(undecided())
            )
        page = page_of(
            rows,
            number=number,
            size=size,
            total=total,
            path=REFUNDS,
            query=request.query_params.multi_items(),
        )
        return Template(
            "portal/finance/refunds.html",
            context={
                "page": page, "view": view, "views": VIEWS, "sums": sums, "undecided": undecided_count or 0,
                "proposals": waiting or 0, "ready_transfers": ready or 0, "causes": CAUSES, "states": STATES,
                "means": MEANS, "masked": masked, "now_is": clock(), "is_request": view in {TO_DECIDE, NOTED},
                "may_settle": actor.may_for_all("refund", "payment"),
                "may_export": actor.may_for_all("billing", "bulk-export"), **more,
            },
        )  # fmt: skip


class FormerRefundPages(Controller):
    """Where the list was before: the address leads on."""

    path = "/verwaltung/erstattungen"
    opt = SEES
    include_in_schema = False

    @get()
    async def index(self, ansicht: FromQuery[str] = "") -> Redirect:
        """To the list, and the view that was meant."""
        asked = f"?{urlencode({'ansicht': NOTED})}" if ansicht == "erledigt" else ""
        return Redirect(url(REFUNDS) + asked, status_code=303)


async def _requests(
    session: AsyncSession, view: str, clock: Clock, size: int, offset: int
) -> tuple[list[Any], int, dict[str, Any]]:
    if view == NOTED:
        found, total = await settlements_page(session, SettlementState.SETTLED, limit=size, offset=offset)
    else:
        total = await session.scalar(select(func.count()).select_from(Settlement).where(undecided())) or 0
        wanted = select(Settlement).where(undecided()).order_by(Settlement.requested_at, Settlement.id)
        found = (await session.scalars(wanted.limit(size).offset(offset))).all()
    more = {
        "paid": await refunded_cents(session, found),
        "answers": await came_back(session, {one.enrolment_id for one in found}) if view != NOTED else {},
    }
    return await lines_of(session, found, clock()), total, more
