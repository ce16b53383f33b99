"""`/verwaltung/finanzen/honorare`: statements by state and month, the next file for the bank, and who shares a fee."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.accounts.sessions import ensure_fresh
from lms.billing.refunds.models import FilePurpose
from lms.catalogue.models import Course, Run, RunState
from lms.db import Begin
from lms.honoraria.statements import policy
from lms.honoraria.statements.deciding import FeeStatements
from lms.honoraria.statements.models import FeePayout, FeeStatement, SharedFee
from lms.honoraria.statements.paying import FeePayouts, ready_for_a_file
from lms.honoraria.statements.reading import counts, statements
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock
from lms.kernel.rights import Scope
from lms.portal.desk.step import Step, carry_out, step_page
from lms.portal.finance.fee_words import EXPLAINED, FEES, VIEWS
from lms.portal.finance.refund_words import FILES
from lms.portal.finance.step_up import is_proved
from lms.portal.finance.transfer_pages import MADE, KeyForm, told
from lms.portal.own_fees import words
from lms.scheduling.models import RunTrainer
from lms.scheduling.queries import trainers_of
from lms.web.access import may
from lms.web.csv import Cell
from lms.web.forms import form_from
from lms.web.language import gettext, translated
from lms.web.notices import SAVED, after
from lms.web.pagination import page_of, window
from lms.web.sent import uuid_in
from lms.web.tables import table_file

SETTLES = may("U", "fee-statement", of=Scope.ALL)
AnyRequest = Request[Any, Any, Any]
MOST = 10_000
MOST_RUNS = 200
HEAD = (
    "Monat",
    "Kursleitung",
    "Nummer",
    "Stand",
    "Betrag",
    "Auszahlung",
    "Bestätigt",
    "Freigegeben",
    "Gezahlt",
)


class FeeListPages(Controller):
    """The lists."""

    path = FEES
    opt = SETTLES
    include_in_schema = False

    @get()
    async def index(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        ansicht: FromQuery[str] = "",
        monat: FromQuery[str] = "",
    ) -> Template:
        """One state, all months or one of them, with how many there are in each."""
        view = ansicht if ansicht in VIEWS else ""
        number, size, offset = window(request.query_params.get("seite"))
        of_month = _of_month(monat)
        async with begin.reading() as session:
            known = await counts(session, *of_month)
            state = VIEWS[view][0]
            rows = await statements(
                session, FeeStatement.state == state, *of_month, limit=size, offset=offset
            )
            ready = await session.scalar(select(func.count()).where(ready_for_a_file()))
            months = (
                await session.scalars(
                    select(FeeStatement.month).distinct().order_by(FeeStatement.month.desc())
                )
            ).all()
        page = page_of(
            rows, number=number, size=size, total=known.get(state, (0, 0))[0], path=FEES,
            query=request.query_params.multi_items(),
        )  # fmt: skip
        return Template(
            "portal/finance/fees.html",
            context={
                "page": page, "view": view, "views": VIEWS, "counts": known, "ready": ready or 0, "months": months[:24],
                "monat": monat, "empty": EXPLAINED[view], "may_settle": policy.may_settle(actor),
                "may_export": actor.may_for_all("billing", "bulk-export"), **words(),
            },
        )  # fmt: skip

    @get(["/liste.csv", "/liste.xlsx"], opt=may("billing", "bulk-export"))
    async def export(
        self,
        request: AnyRequest,
        begin: NamedDependency[Begin],
        ansicht: FromQuery[str] = "",
        monat: FromQuery[str] = "",
    ) -> Response[bytes]:
        """The list that is shown, whole."""
        state = VIEWS.get(ansicht, VIEWS[""])[0]
        async with begin.reading() as session:
            rows = await statements(session, FeeStatement.state == state, *_of_month(monat), limit=MOST)
        lines: list[Sequence[Cell]] = [HEAD]
        lines += [
            [
                f"{one.statement.month:%Y-%m}", one.person.name, one.statement.number or "",
                translated(words()["states"][one.statement.state][0]), one.statement.total_cents / 100,
                one.statement.pay_cents / 100, one.statement.confirmed_at, one.statement.issued_at,
                one.payout.finished_at if one.payout else None,
            ]
            for one in rows
        ]  # fmt: skip
        return table_file(request, "honorare", lines)

    @get("/datei")
    async def ask_file(
        self, request: AnyRequest, begin: NamedDependency[Begin], clock: NamedDependency[Clock]
    ) -> Template:
        """How many are paid by the next file, and what they come to."""
        ensure_fresh(request, clock)
        return step_page(await _making(begin), form_from(KeyForm, key=str(uuid4())))

    @post("/datei")
    async def make_file(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        fee_payouts: NamedDependency[FeePayouts],
    ) -> Template | Redirect:
        """Gather them. Sent twice it is one file."""
        form, status = form_from(KeyForm, await request.form()), 422
        if is_proved(request, clock, form):
            act = fee_payouts.make_file(actor, file_id=uuid_in(form.key.data) or uuid4())
            file, status = await carry_out(form, act)
            if file is not None:
                return after(f"{FILES}/{file.id}", MADE)
        return step_page(await _making(begin), form, status=status)

    @get("/gemeinsam")
    async def together(self, begin: NamedDependency[Begin]) -> Template:
        """Runs that several teach: whether they share the units, or each gets all of them."""
        async with begin.reading() as session:
            runs = await _taught_together(session)
            teachers = await trainers_of(session, [run.id for run, _, _ in runs])
        return Template("portal/finance/fees_shared.html", context={"runs": runs, "teachers": teachers})

    @post("/gemeinsam/{run_id:uuid}/{how:str}")
    async def share(
        self,
        run_id: FromPath[UUID],
        how: FromPath[str],
        actor: NamedDependency[Actor],
        fee_statements: NamedDependency[FeeStatements],
    ) -> Redirect:
        """From now on; what is confirmed stays as it is."""
        await fee_statements.share(actor, run_id=run_id, is_shared=how == "teilen")
        return after(f"{FEES}/gemeinsam", SAVED)


def _of_month(typed: str) -> list[ColumnElement[bool]]:
    try:
        month: date = datetime.strptime(f"{typed}-01", "%Y-%m-%d").date()  # noqa: DTZ007 - a day, no moment
    except ValueError:
        return []
    return [FeeStatement.month == month]


async def _making(begin: Begin) -> Step:
    async with begin.reading() as session:
        count, cents = (
            await session.execute(
                select(func.count(), func.coalesce(func.sum(FeePayout.amount_cents), 0)).where(
                    ready_for_a_file()
                )
            )
        ).one()
    return Step(
        title=gettext("Make a transfer file"), about=gettext("Trainers' fees"), path=f"{FEES}/datei", back=FEES,
        button=gettext("Make the file"), way_out=gettext("Not yet"),
        sentences=[
            told(FilePurpose.FEES, int(count), int(cents)),
            gettext("The file gets a number and can be downloaded once. No fee is ever in two files."),
        ],
    )  # fmt: skip


async def _taught_together(session: AsyncSession) -> Sequence[tuple[Run, Course, bool]]:
    several = select(RunTrainer.run_id).group_by(RunTrainer.run_id).having(func.count() > 1).scalar_subquery()
    rows = await session.execute(
        select(Run, Course, SharedFee.run_id)
        .join(Course, Course.id == Run.course_id)
        .outerjoin(SharedFee, SharedFee.run_id == Run.id)
        .where(and_(Run.id.in_(several), Run.state.not_in([RunState.CANCELLED, RunState.DRAFT])))
        .order_by(Run.starts_at.desc(), Run.number)
        .limit(MOST_RUNS)
    )
    return [(run, course, shared is not None) for run, course, shared in rows]
