"""Founding a club, letting it go on, ending it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.catalogue.models import Run, RunState
from lms.db import retried
from lms.jobs.queue import announce
from lms.kernel.actor import SYSTEM, Actor, ensure
from lms.kernel.clock import local
from lms.kernel.errors import Invalid, NotFound
from lms.kernel.marking import N_
from lms.resources.models import Room, Venue
from lms.scheduling import policy
from lms.scheduling.change_set import ChangeSet, NewSession, SessionChange
from lms.scheduling.changing import apply
from lms.scheduling.clubs import rules
from lms.scheduling.clubs.events import ClubEnded
from lms.scheduling.clubs.models import ClubRule
from lms.scheduling.errors import WrongState
from lms.scheduling.foreseeing import foresee
from lms.scheduling.holidays import closed_days
from lms.scheduling.models import RunTask, Session, SessionState, SkipCause, SkippedDate
from lms.scheduling.occupying import summarise
from lms.scheduling.queries import run_of
from lms.scheduling.rules import WeeklyRule, period_on
from lms.scheduling.service import Scheduling
from lms.scheduling.values import RunPlan, Terms
from lms.web.formats import date_long
from lms.web.language import gettext, use_locale
from lms.web.module import Around

A_WEEK = timedelta(weeks=1)
ALIVE = (RunState.PUBLISHED, RunState.CONFIRMED)


class EndInThePast(Invalid):
    message = N_("Choose today or a later day as the last day.")


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
            days = list(rules.days_between(rule, rule.made_until, until))
            if days:
                await self._make(session, run, rule, days, now)
            rule.made_until = max(rule.made_until, until)
            await show_next(session, run, now)
            return True

    async def _make(
        self, session: AsyncSession, run: Run, rule: ClubRule, days: Sequence[date], now: datetime
    ) -> None:
        """Sessions on these days; a closed one, or one on which room or trainer is taken, is skipped and says why."""
        closed = await closed_days(session, await self._state(session, rule), days[0], days[-1])
        for day in days:
            period = period_on(day, rules.begins_at(rule), rule.minutes)
            if day in closed:
                session.add(
                    SkippedDate(run_id=run.id, starts_at=period.start, ends_at=period.end, reason=closed[day])
                )
                continue
            wanted = ChangeSet(
                added=[NewSession(run_id=run.id, period=period, room_id=rule.room_id)], is_quiet=True
            )
            foreseen = await foresee(session, wanted, self.scheduling.ground, now=now)
            if any(not clash.is_hint for clash in foreseen.clashes):
                await self._leave_out(session, run, day, period.start, period.end)
                continue
            await apply(session, SYSTEM, wanted, self.scheduling.ground, now=now)

    async def _leave_out(
        self, session: AsyncSession, run: Run, day: date, starts_at: datetime, ends_at: datetime
    ) -> None:
        session.add(
            SkippedDate(run_id=run.id, starts_at=starts_at, ends_at=ends_at, reason="", cause=SkipCause.CLASH)
        )
        with use_locale("de"):
            title = gettext("The club has no date on %(day)s: room or trainer is taken.", day=date_long(day))
        session.add(RunTask(run_id=run.id, title=title, due_on=day - timedelta(days=14)))

    async def _state(self, session: AsyncSession, rule: ClubRule) -> str:
        of_venue = None
        if rule.room_id is not None:
            of_venue = await session.scalar(
                select(Venue.federal_state)
                .join(Room, Room.venue_id == Venue.id)
                .where(Room.id == rule.room_id)
            )
        return of_venue or self.scheduling.federal_state

    @retried
    async def end(self, actor: Actor, *, run_id: UUID, last_day: date, reason: str) -> None:
        """Let the club end with this day: later dates drop out, and everybody is told why, once.

        Twice is as good as once. Raises NotFound, EndInThePast, WrongState.
        """
        ensure(policy.may_plan(actor), actor)
        now = self.clock()
        if last_day < local(now).date():
            raise EndInThePast
        async with self.begin() as session:
            run = await run_of(session, run_id, lock=True)
            rule = await session.get(ClubRule, run_id, populate_existing=True)
            if rule is None:
                raise NotFound
            if not run.is_open_ended:
                return
            if run.state not in {*ALIVE, RunState.DRAFT}:
                raise WrongState
            coming = await session.scalars(
                select(Session).where(
                    Session.run_id == run_id, Session.state == SessionState.PLANNED, Session.starts_at > now
                )
            )
            gone = [one for one in coming if local(one.starts_at).date() > last_day]
            run.is_open_ended = False
            rule.ended_on, rule.end_reason = last_day, reason
            changes = [
                SessionChange(session_id=one.id, version=one.version, is_cancelled=True) for one in gone
            ]
            await apply(
                session, actor, ChangeSet(changes=changes, reason=reason, is_quiet=True),
                self.scheduling.ground, now=now,
            )  # fmt: skip
            await summarise(session, run)
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


async def show_next(session: AsyncSession, run: Run, now: datetime) -> None:
    """Let lists show the next date of a club: that is when whoever joins today begins."""
    coming = await session.scalar(
        select(Session.starts_at)
        .where(Session.run_id == run.id, Session.state == SessionState.PLANNED, Session.starts_at > now)
        .order_by(Session.starts_at)
        .limit(1)
    )
    if coming is not None:
        run.starts_at = coming
