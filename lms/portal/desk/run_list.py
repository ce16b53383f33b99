"""All runs, by what is to be done with them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Controller, Request, get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Template
from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.attendance.models import WalkIn, WalkInState
from lms.attendance.objections import WAITING, complaints
from lms.attendance.walk_ins import callers
from lms.catalogue.models import Course, Run, RunState
from lms.db import Begin
from lms.enrolment.lists.interested import interest_counts
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import Clock
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.portal.desk.due import lockable, unmarked
from lms.portal.desk.preparing import STAGES
from lms.scheduling.models import Preparation, Session
from lms.scheduling.stages import Stage, in_stage, life_of, stage_of
from lms.web.access import may
from lms.web.pagination import page_of, window

RUNNING = (RunState.PUBLISHED, RunState.CONFIRMED)
VIEWS: Mapping[str, str] = {
    "": N_("coming"),
    "laufend": N_("under way"),
    "entwurf": N_("drafts"),
    "beendet": N_("over, to complete"),
    "abgeschlossen": N_("completed"),
    "abgesagt": N_("cancelled"),
    "alle": N_("all"),
}
LONGEST_SEARCH = 100


class RunListPages(Controller):
    """The list of runs with its saved views, the waiting lists, the registers."""

    path = "/verwaltung"
    include_in_schema = False

    @get("/durchfuehrungen", opt=may("R", "plan", of=Scope.ALL))
    async def index(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        ansicht: FromQuery[str] = "",
        q: FromQuery[str] = "",
        stand: FromQuery[str] = "",
    ) -> Template:
        """A page of runs; five statements at most."""
        ensure(actor.may_for_all("R", "plan"), actor)
        now, view, typed = clock(), ansicht if ansicht in VIEWS else "", q.strip()[:LONGEST_SEARCH]
        stage = Stage(stand) if stand in set(Stage) else None
        number, size, offset = window(request.query_params.get("seite"))
        async with begin.reading() as session:
            rows, total = await runs_found(session, view, typed, stage, now, limit=size, offset=offset)
            stages = await stages_of(session, [run for run, _ in rows], now)
            drafts = {run.course_id for run, _ in rows if run.state is RunState.DRAFT}
            interest = await interest_counts(session, drafts)
        page = page_of(
            rows, number=number, size=size, total=total, path="/verwaltung/durchfuehrungen",
            query=request.query_params.multi_items(),
        )  # fmt: skip
        return Template(
            "portal/desk/runs.html",
            context={
                "page": page,
                "views": VIEWS,
                "view": None if stage else view,
                "typed": typed,
                "stages": STAGES,
                "stage": stage,
                "stage_of": stages,
                "interest": interest,
            },
        )

    @get("/wartelisten", opt=may("R", "enrolment", of=Scope.ALL))
    async def waiting_lists(
        self, actor: NamedDependency[Actor], begin: NamedDependency[Begin], clock: NamedDependency[Clock]
    ) -> Template:
        """Every run for which somebody waits, or has been offered a place."""
        ensure(actor.may_for_all("R", "enrolment"), actor)
        async with begin.reading() as session:
            rows = await runs_with_waiting(session, clock())
        return Template("portal/desk/waiting_lists.html", context={"rows": rows})

    @get("/anwesenheit", opt=may("R", "attendance", of=Scope.ALL))
    async def registers(
        self, actor: NamedDependency[Actor], begin: NamedDependency[Begin], clock: NamedDependency[Clock]
    ) -> Template:
        """Sessions in which somebody has no mark, and runs whose attendance can be closed."""
        ensure(actor.may_for_all("R", "attendance"), actor)
        now = clock()
        async with begin.reading() as session:
            open_sessions = (
                await session.execute(
                    select(Session, Run, Course)
                    .join(Run, Run.id == Session.run_id)
                    .join(Course, Course.id == Run.course_id)
                    .where(unmarked(now))
                    .order_by(Session.starts_at)
                    .limit(200)
                )
            ).all()
            finished, _ = await _runs(session, lockable(now), "beendet", limit=200, offset=0)
            at_the_door = await callers(session, WalkIn.state == WalkInState.OPEN)
            objected = await complaints(session, *WAITING)
        return Template(
            "portal/desk/registers.html",
            context={
                "open_sessions": open_sessions,
                "finished": finished,
                "at_the_door": at_the_door,
                "objected": objected,
                "may_settle": actor.may_for_all("U", "attendance"),
                "may_lock": actor.may_for_all("lock", "attendance"),
            },
        )


async def runs_found(
    session: AsyncSession,
    view: str,
    typed: str,
    stage: Stage | None,
    now: datetime,
    *,
    limit: int,
    offset: int,
) -> tuple[Sequence[tuple[Run, Course]], int]:
    """Runs of one view, or at one stage, by number or title; and how many there are."""
    condition = _condition("alle" if stage else view, typed, now)
    if stage is not None:
        condition = and_(condition, in_stage(stage, now))
    return await _runs(session, condition, view, limit=limit, offset=offset)


async def runs_with_waiting(session: AsyncSession, now: datetime) -> Sequence[tuple[Run, Course]]:
    """The runs for which somebody waits, the next first; at most 200."""
    waiting = and_(Run.waiting > 0, Run.state.in_(RUNNING), Run.ends_at > now)
    return (await _runs(session, waiting, "", limit=200, offset=0))[0]


def _condition(view: str, typed: str, now: datetime) -> ColumnElement[bool]:
    by_view: Mapping[str, ColumnElement[bool]] = {
        "": and_(Run.state.in_(RUNNING), Run.starts_at > now),
        "laufend": and_(Run.state.in_(RUNNING), Run.starts_at <= now, Run.ends_at > now),
        "entwurf": Run.state == RunState.DRAFT,
        "beendet": and_(Run.state.in_(RUNNING), Run.ends_at <= now),
        "abgeschlossen": Run.state == RunState.COMPLETED,
        "abgesagt": Run.state == RunState.CANCELLED,
        "alle": Run.id.is_not(None),
    }
    if not typed:
        return by_view[view]
    return and_(
        by_view[view],
        or_(
            func.lower(Run.number).contains(typed.lower(), autoescape=True),
            func.lower(Course.title_de).contains(typed.lower(), autoescape=True),
            func.lower(Course.title_en).contains(typed.lower(), autoescape=True),
        ),
    )


async def stages_of(session: AsyncSession, runs: Sequence[Run], now: datetime) -> Mapping[UUID, Stage]:
    """How far each of these runs is; one statement."""
    prepared = {
        one.run_id: one
        for one in await session.scalars(
            select(Preparation).where(Preparation.run_id.in_([run.id for run in runs]))
        )
    }
    return {run.id: stage_of(life_of(run, prepared.get(run.id)), now) for run in runs}


async def _runs(
    session: AsyncSession, condition: ColumnElement[bool], view: str, *, limit: int, offset: int
) -> tuple[Sequence[tuple[Run, Course]], int]:
    joined = select(Run, Course).join(Course, Course.id == Run.course_id).where(condition)
    total = await session.scalar(
        select(func.count()).select_from(Run).join(Course, Course.id == Run.course_id).where(condition)
    )
    newest_first = view in {"beendet", "abgeschlossen", "abgesagt", "alle"}
    order = Run.starts_at.desc() if newest_first else Run.starts_at
    rows = await session.execute(joined.order_by(order, Run.number).limit(limit).offset(offset))
    return [(run, course) for run, course in rows], total or 0
