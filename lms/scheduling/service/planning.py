"""Planning a run and bringing it through its states."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.catalogue.distance_reading import ensure_allowed
from lms.catalogue.models import Course, Run, RunState
from lms.db import retried
from lms.jobs.queue import Event, announce
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import local
from lms.kernel.errors import NotFound, Stale
from lms.resources.reserving import AlreadyTaken, lock
from lms.scheduling import policy
from lms.scheduling.deadlines import begin_early, days_before
from lms.scheduling.equipping import DevicesMissing, equip_all, needs_of
from lms.scheduling.errors import InThePast, NoSessions, ResourceTaken, RoomTooSmall, Taken, WrongState
from lms.scheduling.events import RunConfirmed, RunPublished
from lms.scheduling.models import RunNeed, RunTrainer, Session, SkipCause, SkippedDate
from lms.scheduling.occupying import flush, summarise
from lms.scheduling.preparation import ensure_proof_read, is_idea, preparation_of
from lms.scheduling.qualified import ensure_qualified
from lms.scheduling.queries import run_of
from lms.scheduling.searchable import index_courses
from lms.scheduling.service.acts import Acts
from lms.scheduling.tasks import start_tasks
from lms.scheduling.values import Preview, RunPlan, Terms

NUMBERING = 0x72756E  # "run"; nobody else locks anything by number
PUBLIC_STATES = frozenset({RunState.PUBLISHED, RunState.CONFIRMED})


class Planning(Acts):
    """What staff can do about runs."""

    async def preview(self, actor: Actor, plan: RunPlan) -> Preview:
        """The dates of a plan, what holidays take out of it, what is in the way and what would work. Changes nothing.

        Raises NotFound for an unknown course or room, and what `dates_by_rule` raises.
        """
        ensure(policy.may_plan(actor), actor)
        async with self.begin.reading() as session:
            return await self.looking.preview(session, plan, now=self.clock(), with_alternatives=True)

    @retried
    async def plan(self, actor: Actor, plan: RunPlan) -> Run:
        """Create a draft run with its sessions, reservations and devices, all or nothing.

        Raises ResourceTaken (with its clashes), RoomTooSmall, InThePast, NoOwnRooms, and what `dates_by_rule` raises.
        """
        ensure(policy.may_plan(actor), actor)
        self._ensure_rooms(plan.online_url)
        now = self.clock()
        async with self.begin() as session:
            course = await session.get(
                Course, plan.course_id, with_for_update={"key_share": True}
            )  # two clicks at once queue here
            if course is None:
                raise NotFound
            known = await session.get(Run, plan.run_id, with_for_update=True) if plan.run_id else None
            if known is not None and known.course_id != course.id:
                raise NotFound
            if known is not None and not is_idea(known):
                return known
            rooms = [change.room_id for change in plan.changes.values()]
            await lock(
                session,
                room_ids=[one for one in (plan.room_id, *rooms) if one],
                trainer_ids=plan.trainer_ids,
            )
            preview = await self.looking.preview(session, plan, now=now)
            last_day = local(preview.periods[-1].end).date()
            await ensure_qualified(session, course.id, plan.trainer_ids, last_day)
            refuse(preview)
            run = known
            if run is None:
                number = await next_number(session, now)
                run = Run(course_id=course.id, number=number, created_at=now, capacity=1)
                run.id = plan.run_id or run.id
                session.add(run)
            run.promotion_session = 1
            apply_terms(run, plan.terms, first_start=preview.periods[0].start)
            await session.flush()
            self._name_trainers(session, run.id, plan.trainer_ids)
            await self._prepare(session, run, plan)
            meetings = [
                await self._add(
                    session,
                    run,
                    date.period,
                    room_id=date.room_id,
                    online_url=plan.online_url,
                    trainer_ids=plan.trainer_ids,
                )
                for date in preview.dates
            ]
            await self._equip(session, run, meetings)
            session.add_all(_skipped(run, preview))
            await summarise(session, run, now=now)
            await start_tasks(session, run)
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

        Raises Stale when somebody else was quicker, RoomTooSmall, DropInsTaken.
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
        """Show a draft in the catalogue. Raises NoSessions, InThePast, WrongState, ApprovalNeeded. Twice is as good as once."""
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
            await ensure_allowed(session, run, now)
            if self.require_proof:
                await ensure_proof_read(session, run)
            run.published_at = now
            begin_early(run, now)
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
            is_over = run.ends_at is not None and run.ends_at <= self.clock() and not run.is_open_ended
            if run.state not in PUBLIC_STATES or not is_over:
                raise WrongState
            self._move_on(session, actor, run, RunState.COMPLETED, None)
        return run

    @staticmethod
    async def _prepare(session: AsyncSession, run: Run, plan: RunPlan) -> None:
        prepared = await preparation_of(session, run.id)  # an idea has one already
        prepared.federal_state = plan.federal_state
        prepared.equipment = sorted(plan.equipment)
        prepared.step_free, prepared.hearing_loop = plan.step_free, plan.hearing_loop
        session.add_all(
            RunNeed(
                run_id=run.id, count=need.count, model_id=need.model_id, kit_id=need.kit_id, note=need.note
            )
            for need in plan.needs
        )
        await session.flush()

    async def _equip(self, session: AsyncSession, run: Run, meetings: Sequence[Session]) -> None:
        """Give the sessions their devices. Raises ResourceTaken when somebody was quicker after all."""
        try:
            await equip_all(
                session,
                meetings,
                await needs_of(session, run.id),
                purpose=run.number,
                travel_minutes=self.ground.travel_minutes,
            )
        except (DevicesMissing, AlreadyTaken) as refusal:
            raise ResourceTaken from refusal

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


def refuse(preview: Preview) -> None:
    """Raise what forbids to save this. Raises RoomTooSmall when that is all, else ResourceTaken with every obstacle."""
    if not preview.forbidding:
        return
    if all(clash.taken is Taken.SEATS for clash in preview.forbidding):
        raise RoomTooSmall
    raise ResourceTaken(preview.forbidding)


def _skipped(run: Run, preview: Preview) -> Iterator[SkippedDate]:
    for one in preview.skipped:
        yield SkippedDate(
            run_id=run.id, starts_at=one.period.start, ends_at=one.period.end, reason=one.reason
        )
    for period in preview.left_out:
        yield SkippedDate(
            run_id=run.id, starts_at=period.start, ends_at=period.end, reason="", cause=SkipCause.WISH
        )


def apply_terms(run: Run, terms: Terms, *, first_start: datetime | None) -> None:
    """Write terms into a run; the end of enrolment is counted back from the first session, unless another was chosen."""
    run.capacity, run.minimum = terms.capacity, terms.minimum
    run.price_cents, run.concession_cents = terms.price_cents, terms.concession_cents
    run.payment_methods = list(terms.payment_methods)
    if terms.cancel_free_days is not None:
        run.cancel_free_days = terms.cancel_free_days
    run.cancel_fee_percent = terms.cancel_fee_percent
    run.room_override_reason = terms.room_override_reason
    run.note_de, run.note_en = terms.note_de, terms.note_en
    run.drop_in_places, run.drop_in_price_cents = terms.drop_in_places, terms.drop_in_price_cents
    if terms.closes_days_before is not None:
        run.closes_days_before = terms.closes_days_before
    if first_start is not None and run.closes_days_before is not None:
        run.enrolment_closes_at = days_before(first_start, run.closes_days_before)


async def next_number(session: AsyncSession, now: datetime) -> str:
    """The next run number of the year, such as "26-0042". Whoever asks next waits until this transaction ends.

    On SQLite the writing transaction is the lock.
    """
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(select(func.pg_advisory_xact_lock(NUMBERING)))
    prefix = f"{local(now):%y}-"
    last = await session.scalar(
        select(func.max(Run.number)).where(Run.number.like(f"{prefix}____"), Run.source.is_(None))
    )
    return f"{prefix}{int(last.removeprefix(prefix)) + 1 if last else 1:04d}"
