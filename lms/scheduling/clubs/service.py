"""Founding a club, letting it go on, pausing, ending it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.catalogue.models import Run, RunState
from lms.db import retried
from lms.jobs.queue import announce
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import local
from lms.kernel.errors import Invalid, NotFound
from lms.kernel.marking import N_
from lms.scheduling import policy
from lms.scheduling.change_set import ChangeSet, SessionChange
from lms.scheduling.changing import apply
from lms.scheduling.clubs import rules
from lms.scheduling.clubs.events import ClubEnded
from lms.scheduling.clubs.making import Calendar, Pause, decide
from lms.scheduling.clubs.models import ClubRule
from lms.scheduling.errors import WrongState
from lms.scheduling.models import Session, SessionState
from lms.scheduling.occupying import show_next, summarise
from lms.scheduling.queries import run_of
from lms.scheduling.rules import WeeklyRule
from lms.scheduling.service import Scheduling
from lms.scheduling.values import RunPlan, Terms
from lms.web.module import Around

A_WEEK = timedelta(weeks=1)
ALIVE = (RunState.PUBLISHED, RunState.CONFIRMED)


class DayInThePast(Invalid):
    message = N_("Choose today or a later day.")


class DayTooFar(Invalid):
    message = N_("Choose a day within the next twelve months.")


class EndBeforeBegin(Invalid):
    message = N_("The last day is before the first.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClubPlan:
    """A club as the team wants it. Under one `run_id` it is founded once, however often it is sent."""

    run_id: UUID
    course_id: UUID
    first_day: date
    weekday: int
    starts_at: time
    minutes: int
    capacity: int
    interval_weeks: int = 1
    room_id: UUID | None = None
    trainer_ids: tuple[UUID, ...] = ()
    note_de: str = ""


class Clubs:
    """Runs without fixed end; every public method is one transaction, but for founding, which is two."""

    def __init__(self, around: Around) -> None:
        self.around = around
        self.begin = around.begin
        self.clock = around.clock
        self.scheduling = Scheduling(around)
        self.calendar = Calendar(self.scheduling.ground, self.scheduling.federal_state)

    async def found(self, actor: Actor, plan: ClubPlan) -> Run:
        """A draft with the dates of the next ten weeks, free of charge. Raises what planning a run raises."""
        weeks = plan.interval_weeks
        run = await self.scheduling.plan(
            actor,
            RunPlan(
                course_id=plan.course_id,
                rule=WeeklyRule(
                    first_day=plan.first_day,
                    starts_at=plan.starts_at,
                    minutes=plan.minutes,
                    count=max(1, rules.AHEAD.days // 7 // weeks),
                    weekdays=frozenset({plan.weekday}),
                    interval_weeks=weeks,
                ),
                terms=Terms(
                    capacity=plan.capacity, closes_days_before=None, cancel_free_days=0, cancel_fee_percent=0,
                    note_de=plan.note_de,
                ),
                room_id=plan.room_id,
                trainer_ids=plan.trainer_ids,
                run_id=plan.run_id,
            ),
        )  # fmt: skip
        await self._without_end(actor, run.id, plan)
        return run

    @retried
    async def _without_end(self, actor: Actor, run_id: UUID, plan: ClubPlan) -> None:
        async with self.begin() as session:
            run = await run_of(session, run_id, lock=True)
            if await session.get(ClubRule, run.id) is not None or run.state is not RunState.DRAFT:
                return
            last = await session.scalar(
                select(Session.starts_at)
                .where(Session.run_id == run.id)
                .order_by(Session.starts_at.desc())
                .limit(1)
            )
            session.add(
                ClubRule(
                    run_id=run.id, weekday=plan.weekday, minutes=plan.minutes, first_day=plan.first_day,
                    begins=plan.starts_at.hour * rules.MINUTES_PER_HOUR + plan.starts_at.minute,
                    made_until=local(last).date() if last else plan.first_day, interval_weeks=plan.interval_weeks,
                    room_id=plan.room_id,
                )
            )  # fmt: skip
            make_open_ended(run)
            record(session, actor, "club.founded", at=self.clock(), kind="run", object_id=run.id)

    async def keep_going(self) -> int:
        """Let every club know its dates of the next ten weeks, and lists the next one; says how many had something to do."""
        now = self.clock()
        async with self.begin.reading() as session:
            due = await session.scalars(
                select(Run.id)
                .join(ClubRule, ClubRule.run_id == Run.id)
                .where(
                    Run.is_open_ended,
                    Run.state.in_(ALIVE),
                    or_(
                        Run.starts_at <= now,
                        ClubRule.made_until <= local(now).date() + rules.AHEAD - A_WEEK,
                    ),
                )
            )
            ids = list(due)
        return sum([await self._go_on(run_id) for run_id in ids])

    @retried
    async def _go_on(self, run_id: UUID) -> bool:
        now = self.clock()
        until = local(now).date() + rules.AHEAD
        async with self.begin() as session:
            run = await run_of(session, run_id, lock=True)
            rule = await session.get(ClubRule, run_id, populate_existing=True)
            if rule is None or not run.is_open_ended or run.state not in ALIVE:
                return False
            await decide(session, run, rule, self.calendar, until=until, now=now)
            await show_next(session, run, now)
            return True

    @retried
    async def pause(self, actor: Actor, *, run_id: UUID, pause: Pause) -> None:
        """Let the club not meet on these days; who goes there is told once which dates drop out, and why.

        Dates behind those that are known are left out as well. Twice is as good as once. Raises NotFound, DayInThePast,
        DayTooFar, EndBeforeBegin, WrongState.
        """
        ensure(policy.may_plan(actor), actor)
        now = self.clock()
        self._refuse_far(pause.last_day)
        if pause.first_day < local(now).date():
            raise DayInThePast
        if pause.last_day < pause.first_day:
            raise EndBeforeBegin
        async with self.begin() as session:
            run, rule = await _club(session, run_id)
            if not run.is_open_ended or run.state not in {*ALIVE, RunState.DRAFT}:
                raise WrongState
            gone = [one for one in await _coming(session, run_id, now) if pause.covers(_day(one))]
            await decide(session, run, rule, self.calendar, until=pause.last_day, now=now, pause=pause)
            await self._drop(session, actor, gone, ChangeSet(reason=pause.told), now)
            await show_next(session, run, now)
            run.version += 1
            record(
                session, actor, "club.paused", at=now, kind="run", object_id=run_id,
                after={"from": pause.first_day.isoformat(), "until": pause.last_day.isoformat()}, reason=pause.reason,
            )  # fmt: skip

    def _refuse_far(self, day: date) -> None:
        if day > local(self.clock()).date() + rules.FARTHEST:
            raise DayTooFar

    async def _drop(
        self, session: AsyncSession, actor: Actor, gone: Sequence[Session], told: ChangeSet, now: datetime
    ) -> None:
        """Cancel these dates as one change, told as `told` says; none is nothing."""
        changes = [SessionChange(session_id=one.id, version=one.version, is_cancelled=True) for one in gone]
        await apply(session, actor, replace(told, changes=changes), self.scheduling.ground, now=now)

    @retried
    async def end(self, actor: Actor, *, run_id: UUID, last_day: date, reason: str) -> None:
        """Let the club end with this day: later dates drop out, and everybody is told why, once.

        The dates up to then that were not made yet are made now. Twice is as good as once. Raises NotFound, DayInThePast,
        DayTooFar, WrongState.
        """
        ensure(policy.may_plan(actor), actor)
        now = self.clock()
        if last_day < local(now).date():
            raise DayInThePast
        self._refuse_far(last_day)
        async with self.begin() as session:
            run, rule = await _club(session, run_id)
            if not run.is_open_ended:
                return
            if run.state not in {*ALIVE, RunState.DRAFT}:
                raise WrongState
            await decide(session, run, rule, self.calendar, until=last_day, now=now, is_quiet=True)
            gone = [one for one in await _coming(session, run_id, now) if _day(one) > last_day]
            run.is_open_ended = False
            rule.ended_on, rule.end_reason = last_day, reason
            await self._drop(session, actor, gone, ChangeSet(reason=reason, is_quiet=True), now)
            await summarise(session, run, now=now)
            run.enrolment_closes_at, run.promotion_ends_at = now, run.ends_at
            run.version += 1
            if run.state in ALIVE:
                announce(session, ClubEnded(run_id=run_id, last_day=last_day, reason=reason), at=now)
            record(
                session, actor, "club.ended", at=now, kind="run", object_id=run_id,
                after={"last_day": last_day.isoformat()}, reason=reason,
            )  # fmt: skip


def make_open_ended(run: Run) -> None:
    """Joining and leaving are free at any time: no day closes enrolment, none ends free cancelling."""
    run.is_open_ended = True
    run.opens_days_before = run.closes_days_before = run.promotion_session = None
    run.enrolment_closes_at = run.promotion_ends_at = None
    run.cancel_free_days = run.cancel_fee_percent = 0


async def _club(session: AsyncSession, run_id: UUID) -> tuple[Run, ClubRule]:
    run = await run_of(session, run_id, lock=True)
    rule = await session.get(ClubRule, run_id, populate_existing=True)
    if rule is None:
        raise NotFound
    return run, rule


async def _coming(session: AsyncSession, run_id: UUID, now: datetime) -> Sequence[Session]:
    return (
        await session.scalars(
            select(Session)
            .where(Session.run_id == run_id, Session.state == SessionState.PLANNED, Session.starts_at > now)
            .order_by(Session.starts_at)
        )
    ).all()


def _day(meeting: Session) -> date:
    return local(meeting.starts_at).date()
