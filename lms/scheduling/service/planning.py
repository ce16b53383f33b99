"""Planning a run and bringing it through its states."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.catalogue.models import Course, Run, RunState
from lms.db import retried
from lms.jobs.queue import Event, announce
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import local
from lms.kernel.errors import NotFound, Stale
from lms.resources.models import Room
from lms.scheduling import policy
from lms.scheduling.errors import InThePast, NoSessions, ResourceTaken, RoomTooSmall, WrongState
from lms.scheduling.events import RunConfirmed, RunPublished
from lms.scheduling.holidays import closed_days
from lms.scheduling.models import RunTrainer, SkippedDate
from lms.scheduling.occupying import flush, summarise
from lms.scheduling.queries import clashes, run_of
from lms.scheduling.rules import dates_by_rule, last_day_needed
from lms.scheduling.searchable import index_courses
from lms.scheduling.service.acts import Acts
from lms.scheduling.values import Preview, RunPlan, Terms

PUBLIC_STATES = frozenset({RunState.PUBLISHED, RunState.CONFIRMED})


class Planning(Acts):
    """What staff can do about runs."""

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
            known = await session.get(Run, plan.run_id) if plan.run_id else None
            if known is not None:
                if known.course_id != course.id:
                    raise NotFound
                return known
            preview = await self._look(session, plan)
            if preview.clashes:
                raise ResourceTaken(preview.clashes)
            run = Run(course_id=course.id, number=await next_number(session, now), created_at=now, capacity=1)
            run.id = plan.run_id or run.id
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
            await index_courses(session, [course.id])
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

    async def _look(self, session: AsyncSession, plan: RunPlan) -> Preview:
        closed = await closed_days(
            session, self.federal_state, plan.rule.first_day, last_day_needed(plan.rule)
        )
        dates = dates_by_rule(plan.rule, closed)
        in_the_way = await clashes(session, dates.planned, room_id=plan.room_id, trainer_ids=plan.trainer_ids)
        room = await session.get(Room, plan.room_id) if plan.room_id else None
        if room is not None and plan.terms.capacity > room.seats and not plan.terms.room_override_reason:
            raise RoomTooSmall
        return Preview(dates=dates, clashes=in_the_way)

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

    def _refuse_past(self, day: date) -> None:
        if day < local(self.clock()).date():
            raise InThePast


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
