"""`/verwaltung/finanzen/raten`: the plans there are, and agreeing on one: how many rates, then the rates to look at."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.billing.instalments.models import InstalmentPlan, PlanState
from lms.billing.instalments.queries import rates_of_plans
from lms.billing.instalments.rules import FEWEST, MOST, PlanStanding, Rate, standing_of
from lms.billing.instalments.service import Instalments, account_of
from lms.billing.standing import Account, accounts
from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock, local
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.portal.desk.ideas import key_of
from lms.portal.finance.claims_reading import Line, lines_of, row_of
from lms.portal.finance.topics import CLAIMS, DESK, PLANS
from lms.portal.finance.words import PLANS as STATES
from lms.web.access import may
from lms.web.forms import DateParts, Form, Hidden, Number, TextArea, form_from
from lms.web.notices import after, declare
from lms.web.pagination import page_of, window
from lms.web.sent import uuid_in

AGREED = declare("raten-vereinbart", N_("The instalments are agreed. The debtor gets the plan by letter."))
VIEWS = {"": (PlanState.ACTIVE, PlanState.FALLEN), "beendet": (PlanState.DONE, PlanState.REPLACED, PlanState.ENDED)}  # fmt: skip


class RatesForm(Form):
    """How many rates, from when on."""

    count = Number(
        N_("How many rates?"), hint=N_("2 to 24. A rate is 5 euros at least."), least=FEWEST, most=MOST, width=4,
        missing=N_("Enter the number of rates."),
    )  # fmt: skip
    first_day = DateParts(
        N_("When is the first rate due?"), hint=N_("The others are due on the same day of each following month."),
        missing=N_("Enter the day of the first rate."),
    )  # fmt: skip
    note = TextArea(N_("Note for the team"), longest=500)
    share = Hidden()
    key = Hidden()
    total = Hidden()


@dataclass(frozen=True, slots=True)
class PlanLine:
    """A plan with its account."""

    plan: InstalmentPlan
    told: PlanStanding
    line: Line


class InstalmentPages(Controller):
    """The list, and the two steps of an agreement."""

    path = DESK
    include_in_schema = False

    @get("/raten", opt=may("R", "invoice", of=Scope.ALL))
    async def index(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        ansicht: FromQuery[str] = "",
    ) -> Template:
        """The plans that hold, or those that are over."""
        chosen = ansicht if ansicht in VIEWS else ""
        number, size, offset = window(request.query_params.get("seite"))
        async with begin.reading() as session:
            lines, total = await plans_found(
                session, VIEWS[chosen], local(clock()).date(), limit=size, offset=offset
            )
        page = page_of(
            lines, number=number, size=size, total=total, path=PLANS, query=request.query_params.multi_items()
        )
        return Template(
            "portal/finance/plans.html",
            context={
                "page": page,
                "view": chosen,
                "states": STATES,
                "may_export": actor.may_for_all("billing", "bulk-export"),
            },
        )

    @get("/forderungen/{enrolment_id:uuid}/raten", opt=may("remind", "invoice"))
    async def ask(
        self,
        enrolment_id: FromPath[UUID],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        anteil: FromQuery[str] = "",
    ) -> Template:
        """How many, from when on."""
        form = form_from(
            RatesForm, count=3, first_day=local(clock()).date() + timedelta(days=14), share=anteil, key=str(uuid4())
        )  # fmt: skip
        return await _page(begin, enrolment_id, form)

    @post("/forderungen/{enrolment_id:uuid}/raten", opt=may("remind", "invoice"))
    async def agree(
        self,
        request: Request[Any, Any, Any],
        enrolment_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        instalments: NamedDependency[Instalments],
    ) -> Template | Redirect:
        """First the rates to look at; the second button agrees on them."""
        data = await request.form()
        form, status = form_from(RatesForm, data), 422
        if not form.validate():
            return await _page(begin, enrolment_id, form, status=status)
        share_id = uuid_in(form.share.data)
        try:
            account, rates = await instalments.preview(
                actor, enrolment_id=enrolment_id, share_id=share_id, count=form.count.data, first_day=form.first_day.data,
            )  # fmt: skip
            if data.get("vereinbaren") != "ja" or form.total.data != str(account.open_cents):
                form.total.data, form.total.raw_data = str(account.open_cents), None
                return await _page(begin, enrolment_id, form, rates=rates, status=200)
            await instalments.agree(
                actor, plan_id=key_of(form.key.data), enrolment_id=enrolment_id, share_id=share_id,
                count=form.count.data, first_day=form.first_day.data, total_cents=account.open_cents,
                note=form.note.data or "",
            )  # fmt: skip
        except NotFound:
            raise
        except DomainError as refusal:
            form.refuse("", refusal.message)
            return await _page(begin, enrolment_id, form, status=refusal.status)
        key = account.company_id or account.debtor_id
        return after(f"{DESK}/schuldner/{key}" if key else CLAIMS, AGREED)


async def _page(
    begin: Begin,
    enrolment_id: UUID,
    form: RatesForm,
    *,
    rates: Sequence[Rate] = (),
    status: int = 200,
) -> Template:
    async with begin.reading() as session:
        account = await account_of(session, enrolment_id, uuid_in(form.share.data))
        [line] = await lines_of(session, [row_of(account, has_plan=False)])
    return Template(
        "portal/finance/agree.html",
        context={"form": form, "account": account, "line": line, "rates": rates, "back": _back(account)},
        status_code=status,
    )


def _back(account: Account) -> str:
    key = account.company_id or account.debtor_id
    return f"{DESK}/schuldner/{key}" if key else CLAIMS


async def plans_found(
    session: AsyncSession, states: Sequence[PlanState], today: date, *, limit: int, offset: int
) -> tuple[Sequence[PlanLine], int]:
    """The newest first, and how many there are; a constant number of statements."""
    total = await session.scalar(select(func.count()).where(InstalmentPlan.state.in_(states)))
    plans = (
        await session.scalars(
            select(InstalmentPlan)
            .where(InstalmentPlan.state.in_(states))
            .order_by(InstalmentPlan.agreed_at.desc(), InstalmentPlan.id)
            .limit(limit)
            .offset(offset)
        )
    ).all()
    found = {
        one.account_id: one
        for one in await accounts(
            session, enrolment_ids=[plan.enrolment_id for plan in plans], only_open=False
        )
    }
    rates = await rates_of_plans(session, [plan.id for plan in plans])
    known = [plan for plan in plans if plan.account_id in found]
    lines = {
        line.row.account_id: line
        for line in await lines_of(
            session,
            [row_of(found[one], has_plan=True) for one in dict.fromkeys(plan.account_id for plan in known)],
        )
    }
    return [
        PlanLine(
            plan,
            standing_of(plan, rates[plan.id], found[plan.account_id].open_cents, today),
            lines[plan.account_id],
        )
        for plan in known
    ], total or 0
