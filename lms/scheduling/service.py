"""Planning runs and their sessions; every public method is one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.catalogue.models import Course, Run, RunState
from lms.db import retried
from lms.jobs.queue import Event, announce
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import local
from lms.kernel.errors import NotFound, Stale
from lms.kernel.period import Period
from lms.scheduling import policy
from lms.scheduling.errors import (
    Clash,
    InThePast,
    NoSessions,
    ResourceTaken,
    SessionIsLocked,
    WrongState,
)
from lms.scheduling.events import RunConfirmed, RunPublished, SessionAdded, SessionCancelled, SessionMoved
from lms.scheduling.holidays import closed_days
from lms.scheduling.models import RunTrainer, Session, SessionState, SessionTrainer, SkippedDate
from lms.scheduling.occupying import flush, occupy, release, summarise
from lms.scheduling.queries import clashes, run_of, session_of
from lms.scheduling.rules import Dates, WeeklyRule, dates_by_rule, last_day_needed
from lms.web.module import Around

PUBLIC_STATES = frozenset({RunState.PUBLISHED, RunState.CONFIRMED})
DAYS_BEFORE_START = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a run costs, how many fit in, until when one may enrol and cancel. Money in cents, deadlines in days."""

    capacity: int
    minimum: int = 1
    price_cents: int = 0
    concession_cents: int | None = None
    payment_methods: tuple[str, ...] = ("invoice", "cash")
    closes_days_before: int = DAYS_BEFORE_START
    cancel_free_days: int = 7
    cancel_fee_percent: int = 50
    room_override_reason: str = ""
    note_de: str = ""
    note_en: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPlan:
    """A run as staff want it: which course, when by rule, where, by whom, on what terms."""

    course_id: UUID
    rule: WeeklyRule
    terms: Terms
    room_id: UUID | None = None
    online_url: str = ""
    trainer_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """What a plan would give, before anything is saved."""

    dates: Dates
    clashes: Sequence[Clash] = field(default_factory=list)


class Scheduling:
    """What staff can do about runs and their dates."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock
        self.federal_state = around.settings.federal_state

    async def preview(self, actor: Actor, plan: RunPlan) -> Preview:
        """The dates of a plan, what holidays take out of it, and what it would clash with. Changes nothing."""
        ensure(policy.may_plan(actor), actor)
        self._refuse_past(plan.rule.first_day)
        async with self.begin.reading() as session:
            return await self._look(session, plan)

    @retried
    async def plan(self, actor: Actor, plan: RunPlan) -> Run:
        """Create a draft run with its sessions and reservations, all or nothing.

        Raises ResourceTaken (with its clashes), RoomTooSmall, InThePast, RuleWithoutDates.
        """
        ensure(policy.may_plan(actor), actor)
        self._refuse_past(plan.rule.first_day)
        now = self.clock()
        async with self.begin() as session:
            course = await session.get(Course, plan.course_id)
            if course is None:
                raise NotFound
            preview = await self._look(session, plan)
            if preview.clashes:
                raise ResourceTaken(preview.clashes)
            run = Run(course_id=course.id, number=await next_number(session, now), created_at=now, capacity=1)
            session.add(run)
            apply_terms(run, plan.terms, first_start=preview.dates.planned[0].start)
            await session.flush()
            self._name_trainers(session, run.id, plan.trainer_ids)
            for period in preview.dates.planned:
                await self._add(
                    session,
                    run,
                    period,
                    room_id=plan.room_id,
                    online_url=plan.online_url,
                    trainer_ids=plan.trainer_ids,
                )
            for skipped in preview.dates.skipped:
                session.add(
                    SkippedDate(
                        run_id=run.id,
                        starts_at=skipped.period.start,
                        ends_at=skipped.period.end,
                        reason=skipped.reason,
                    )
                )
            await summarise(session, run)
            record(
                session,
                actor,
                "run.planned",
                at=now,
                kind="run",
                object_id=run.id,
                after={"number": run.number},
            )
        return run

    @retried
    async def change(self, actor: Actor, *, run_id: UUID, terms: Terms, version: int) -> Run:
        """Change a run's terms. Capacity is changed where places are given, in `enrolment`: here it must stay.

        Raises Stale when somebody else was quicker, RoomTooSmall.
        """
        ensure(policy.may_plan(actor), actor)
        now = self.clock()
        async with self.begin() as session:
            run = await run_of(session, run_id, lock=True)
            if run.version != version:
                raise Stale
            if run.state in {RunState.COMPLETED, RunState.CANCELLED}:
                raise WrongState
            before = {"price_cents": run.price_cents, "minimum": run.minimum, "capacity": run.capacity}
            capacity = run.capacity
            apply_terms(run, terms, first_start=run.starts_at)
            if run.state != RunState.DRAFT:
                run.capacity = capacity
            run.version += 1
            await flush(session)
            after = {"price_cents": run.price_cents, "minimum": run.minimum, "capacity": run.capacity}
            record(
                session,
                actor,
                "run.changed",
                at=now,
                kind="run",
                object_id=run.id,
                before=before,
                after=after,
            )
        return run

    @retried
    async def publish(self, actor: Actor, *, run_id: UUID) -> Run:
        """Show a draft in the catalogue. Raises NoSessions, InThePast, WrongState. Twice is as good as once."""
        ensure(policy.may_plan(actor), actor)
        now = self.clock()
        async with self.begin() as session:
            run = await run_of(session, run_id, lock=True)
            if run.state == RunState.PUBLISHED:
                return run
            if run.state != RunState.DRAFT:
                raise WrongState
            if not run.session_count or run.starts_at is None:
                raise NoSessions
            if run.starts_at <= now:
                raise InThePast
            run.published_at = now
            self._move_on(session, actor, run, RunState.PUBLISHED, RunPublished(run_id=run.id))
        return run

    @retried
    async def confirm(self, actor: Actor, *, run_id: UUID) -> Run:
        """Say that the run takes place for certain."""
        ensure(policy.may_plan(actor), actor)
        async with self.begin() as session:
            run = await run_of(session, run_id, lock=True)
            if run.state == RunState.CONFIRMED:
                return run
            if run.state != RunState.PUBLISHED:
                raise WrongState
            self._move_on(session, actor, run, RunState.CONFIRMED, RunConfirmed(run_id=run.id))
        return run

    @retried
    async def complete(self, actor: Actor, *, run_id: UUID) -> Run:
        """Close a run whose last session is over. Raises WrongState before that."""
        ensure(policy.may_plan(actor), actor)
        async with self.begin() as session:
            run = await run_of(session, run_id, lock=True)
            if run.state == RunState.COMPLETED:
                return run
            if run.state not in PUBLIC_STATES or run.ends_at is None or run.ends_at > self.clock():
                raise WrongState
            self._move_on(session, actor, run, RunState.COMPLETED, None)
        return run

    @retried
    async def move_session(
        self,
        actor: Actor,
        *,
        session_id: UUID,
        starts_at: datetime,
        ends_at: datetime,
        room_id: UUID | None,
        version: int,
    ) -> Session:
        """Give a session another time or room; everybody concerned is told and calendars update.

        Raises ResourceTaken (with its clashes), RoomTooSmall, InThePast, SessionIsLocked, Stale.
        """
        ensure(policy.may_plan(actor), actor)
        now = self.clock()
        wanted = Period(starts_at, ends_at)
        if starts_at <= now:
            raise InThePast
        async with self.begin() as session:
            meeting = await session_of(session, session_id)
            run = await run_of(session, meeting.run_id, lock=True)
            await session.refresh(meeting)
            self._ensure_movable(meeting, run, version)
            trainer_ids = await _trainers_of_session(session, meeting.id)
            in_the_way = await clashes(
                session, [wanted], room_id=room_id, trainer_ids=trainer_ids, besides=[meeting.id]
            )
            if in_the_way:
                raise ResourceTaken(in_the_way)
            before = (meeting.starts_at, meeting.ends_at, meeting.room_id)
            if before == (starts_at, ends_at, room_id):
                return meeting
            meeting.starts_at, meeting.ends_at, meeting.room_id = starts_at, ends_at, room_id
            _touch(meeting, now)
            await flush(session)
            await occupy(session, meeting, trainer_ids=trainer_ids, purpose=run.number)
            await summarise(session, run)
            happened = SessionMoved(
                session_id=meeting.id,
                before_starts_at=before[0],
                before_ends_at=before[1],
                before_room_id=before[2],
            )
            self._tell(session, run, happened)
            record(
                session,
                actor,
                "session.moved",
                at=now,
                kind="session",
                object_id=meeting.id,
                before={
                    "starts_at": before[0].isoformat(),
                    "ends_at": before[1].isoformat(),
                    "room": str(before[2]),
                },
                after={
                    "starts_at": starts_at.isoformat(),
                    "ends_at": ends_at.isoformat(),
                    "room": str(room_id),
                },
            )
        return meeting

    @retried
    async def cancel_session(self, actor: Actor, *, session_id: UUID, reason: str, version: int) -> Session:
        """Let a session drop out: room and trainer are free again, everybody is told. Twice is as good as once."""
        ensure(policy.may_plan(actor), actor)
        now = self.clock()
        async with self.begin() as session:
            meeting = await session_of(session, session_id)
            run = await run_of(session, meeting.run_id, lock=True)
            await session.refresh(meeting)
            if meeting.state == SessionState.CANCELLED:
                return meeting
            self._ensure_movable(meeting, run, version)
            meeting.state = SessionState.CANCELLED
            _touch(meeting, now)
            await release(session, [meeting.id])
            await summarise(session, run)
            self._tell(session, run, SessionCancelled(session_id=meeting.id))
            record(
                session,
                actor,
                "session.cancelled",
                at=now,
                kind="session",
                object_id=meeting.id,
                reason=reason,
            )
        return meeting

    @retried
    async def add_session(
        self, actor: Actor, *, run_id: UUID, starts_at: datetime, ends_at: datetime, room_id: UUID | None
    ) -> Session:
        """Add one session to a run: a replacement, or a skipped date restored."""
        ensure(policy.may_plan(actor), actor)
        now = self.clock()
        period = Period(starts_at, ends_at)
        if starts_at <= now:
            raise InThePast
        async with self.begin() as session:
            run = await run_of(session, run_id, lock=True)
            if run.state in {RunState.COMPLETED, RunState.CANCELLED}:
                raise WrongState
            named = await session.scalars(
                select(RunTrainer.person_id).where(RunTrainer.run_id == run_id).order_by(RunTrainer.position)
            )
            trainer_ids = tuple(named)
            in_the_way = await clashes(session, [period], room_id=room_id, trainer_ids=trainer_ids)
            if in_the_way:
                raise ResourceTaken(in_the_way)
            meeting = await self._add(
                session, run, period, room_id=room_id, online_url="", trainer_ids=trainer_ids
            )
            await session.execute(
                delete(SkippedDate).where(SkippedDate.run_id == run_id, SkippedDate.starts_at == starts_at)
            )
            await summarise(session, run)
            self._tell(session, run, SessionAdded(session_id=meeting.id))
            record(session, actor, "session.added", at=now, kind="session", object_id=meeting.id)
        return meeting

    async def _look(self, session: AsyncSession, plan: RunPlan) -> Preview:
        closed = await closed_days(
            session, self.federal_state, plan.rule.first_day, last_day_needed(plan.rule)
        )
        dates = dates_by_rule(plan.rule, closed)
        in_the_way = await clashes(session, dates.planned, room_id=plan.room_id, trainer_ids=plan.trainer_ids)
        return Preview(dates=dates, clashes=in_the_way)

    async def _add(
        self,
        session: AsyncSession,
        run: Run,
        period: Period,
        *,
        room_id: UUID | None,
        online_url: str,
        trainer_ids: Sequence[UUID],
    ) -> Session:
        meeting = Session(
            run_id=run.id,
            starts_at=period.start,
            ends_at=period.end,
            changed_at=self.clock(),
            room_id=room_id,
            online_url=online_url,
        )
        session.add(meeting)
        await flush(session)
        session.add_all(SessionTrainer(session_id=meeting.id, person_id=trainer) for trainer in trainer_ids)
        await occupy(session, meeting, trainer_ids=trainer_ids, purpose=run.number)
        return meeting

    @staticmethod
    def _name_trainers(session: AsyncSession, run_id: UUID, trainer_ids: Sequence[UUID]) -> None:
        session.add_all(
            RunTrainer(run_id=run_id, person_id=trainer, position=position)
            for position, trainer in enumerate(trainer_ids)
        )

    def _move_on(
        self, session: AsyncSession, actor: Actor, run: Run, state: RunState, event: Event | None
    ) -> None:
        before, run.state = run.state, state
        run.version += 1
        if event is not None:
            announce(session, event, at=self.clock())
        record(
            session,
            actor,
            f"run.{state.value}",
            at=self.clock(),
            kind="run",
            object_id=run.id,
            before={"state": before.value},
            after={"state": state.value},
        )

    def _tell(self, session: AsyncSession, run: Run, event: Event) -> None:
        """A draft concerns nobody yet."""
        if run.state != RunState.DRAFT:
            announce(session, event, at=self.clock())

    def _refuse_past(self, day: date) -> None:
        if day < local(self.clock()).date():
            raise InThePast

    @staticmethod
    def _ensure_movable(meeting: Session, run: Run, version: int) -> None:
        if meeting.version != version:
            raise Stale
        if meeting.locked_at is not None:
            raise SessionIsLocked
        if meeting.state != SessionState.PLANNED or run.state in {RunState.COMPLETED, RunState.CANCELLED}:
            raise WrongState


def apply_terms(run: Run, terms: Terms, *, first_start: datetime | None) -> None:
    """Write terms into a run; the end of enrolment is counted back from the first session."""
    run.capacity, run.minimum = terms.capacity, terms.minimum
    run.price_cents, run.concession_cents = terms.price_cents, terms.concession_cents
    run.payment_methods = list(terms.payment_methods)
    run.cancel_free_days, run.cancel_fee_percent = terms.cancel_free_days, terms.cancel_fee_percent
    run.room_override_reason = terms.room_override_reason
    run.note_de, run.note_en = terms.note_de, terms.note_en
    if first_start is not None:
        run.enrolment_closes_at = first_start - timedelta(days=terms.closes_days_before)
        run.promotion_ends_at = first_start


async def next_number(session: AsyncSession, now: datetime) -> str:
    """The next run number of the year, such as "26-0042"; a collision is refused by the database and tried again."""
    prefix = f"{local(now):%y}-"
    last = await session.scalar(
        select(func.max(Run.number)).where(Run.number.like(f"{prefix}____"), Run.source.is_(None))
    )
    return f"{prefix}{int(last.removeprefix(prefix)) + 1 if last else 1:04d}"


async def _trainers_of_session(session: AsyncSession, session_id: UUID) -> Sequence[UUID]:
    return (
        await session.scalars(select(SessionTrainer.person_id).where(SessionTrainer.session_id == session_id))
    ).all()


def _touch(meeting: Session, now: datetime) -> None:
    meeting.sequence += 1
    meeting.version += 1
    meeting.changed_at = now
