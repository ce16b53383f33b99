"""What the team and the clock do to a whole run."""

from uuid import UUID, uuid4

from sqlalchemy import select, union, update

from lms.audit.trail import record
from lms.catalogue.models import Run, RunState
from lms.db import retried
from lms.enrolment import policy
from lms.enrolment.errors import BelowOccupied, ReasonNeeded, RunNotOffered
from lms.enrolment.events import EnrolmentCancelled, RunCancelled
from lms.enrolment.minimum.models import Proposal, ProposalState
from lms.enrolment.models import Enrolment, EnrolmentState, Offer, OfferState, Party
from lms.enrolment.queries import live_in
from lms.enrolment.rules import TAKES_PEOPLE
from lms.enrolment.seats.rules import is_held_seat
from lms.enrolment.service.cancelling import cancel_place
from lms.enrolment.service.locked import LAPSING, LockedRun, lock
from lms.enrolment.service.transactions import Transactions
from lms.enrolment.service.waiting_list import run_locked, serve_waiting_list
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import Invalid, Stale
from lms.scheduling.events import ChangeKind, SessionChanged, SessionsChanged
from lms.scheduling.models import Session, SessionState
from lms.scheduling.occupying import release
from lms.scheduling.queries import teachers_of
from lms.scheduling.searching import end_searches


class Steering(Transactions):
    """Places and fate of a run."""

    @retried
    async def change_capacity(
        self, actor: Actor, *, run_id: UUID, capacity: int, version: int | None = None
    ) -> Run:
        """More or fewer places; more serve the list at once. Raises BelowOccupied, Stale, scheduling's RoomTooSmall."""
        ensure(policy.may_plan(actor), actor)
        at = self.clock()
        async with self.transaction() as session:
            locked = await self.lock(session, run_id, at=at)
            if version is not None and version != locked.run.version:
                raise Stale
            await set_capacity(locked, actor, capacity)
            await session.refresh(locked.run)
            return locked.run

    @retried
    async def cancel_run(
        self, actor: Actor, *, run_id: UUID, reason_de: str, reason_en: str = "", version: int | None = None
    ) -> Run:
        """The run does not take place: every entry and offer ends, nobody owes anything. Twice is as good as once."""
        ensure(policy.may_plan(actor), actor)
        if not reason_de.strip():
            raise ReasonNeeded
        at = self.clock()
        async with self.transaction() as session:
            locked = await lock(session, run_id, at=at, settings=self.settings)
            run = locked.run
            if run.state is RunState.CANCELLED:
                return run
            if version is not None and version != run.version:
                raise Stale
            if run.state is RunState.COMPLETED:
                raise RunNotOffered
            await end_run(locked, actor, reason_de=reason_de.strip(), reason_en=reason_en.strip())
            await session.refresh(run)
            return run

    async def lapse_due(self) -> int:
        """Settle every run in which a hold, an offer or a request has lapsed, and serve its list; says how many runs."""
        at = self.clock()
        waits = (
            select(Party.id)
            .join(Enrolment, Enrolment.party_id == Party.id)
            .where(
                Enrolment.run_id == Run.id,
                Enrolment.state == EnrolmentState.WAITING,
                Party.size <= Run.capacity - Run.occupied,
            )
            .exists()
        )
        async with self.begin.reading() as session:
            due = (
                await session.scalars(
                    union(
                        select(Enrolment.run_id).where(
                            Enrolment.state.in_(LAPSING), Enrolment.held_until <= at
                        ),
                        select(Run.id).where(Run.waiting > 0, Run.state.in_(TAKES_PEOPLE), waits),
                    )
                )
            ).all()
        for run_id in due:
            await self._settle(run_id)
        return len(due)

    @retried
    async def _settle(self, run_id: UUID) -> None:
        async with self.transaction() as session:
            await run_locked(session, run_id, at=self.clock(), settings=self.settings)


async def set_capacity(locked: LockedRun, actor: Actor, capacity: int) -> None:
    """Give a locked run more or fewer places, never fewer than are taken; more serve the list at once."""
    if capacity < 1:
        raise Invalid
    run, before = locked.run, locked.run.capacity
    if capacity == before:
        return
    occupied = before - locked.free
    if capacity < occupied:
        raise BelowOccupied(occupied=occupied)
    run.capacity, run.version = capacity, run.version + 1
    record(
        locked.session, actor, "run.capacity_changed", at=locked.at, kind="run", object_id=run.id,
        before={"capacity": before}, after={"capacity": capacity},
    )  # fmt: skip
    locked.free += capacity - before
    await locked.session.flush()
    await serve_waiting_list(locked)


async def end_run(locked: LockedRun, actor: Actor, *, reason_de: str, reason_en: str) -> None:
    """End a locked run that is not over: every claim, every offer, an open question to those enrolled, rooms and trainers."""
    run, before = locked.run, locked.run.state
    run.state, run.version = RunState.CANCELLED, run.version + 1
    run.cancelled_reason_de, run.cancelled_reason_en = reason_de, reason_en
    record(
        locked.session, actor, "run.cancelled", at=locked.at, kind="run", object_id=run.id,
        before={"state": before}, after={"state": run.state}, reason=reason_de,
    )  # fmt: skip
    await locked.session.execute(
        update(Proposal)
        .where(Proposal.run_id == run.id, Proposal.state == ProposalState.OPEN)
        .values(
            state=ProposalState.WITHDRAWN,
            ended_at=locked.at,
            ended_reason="run_cancelled",
            version=Proposal.version + 1,
        )
    )
    await _end_everything(locked, actor)
    changes = await _free_rooms_and_trainers(locked, reason_de)
    if changes and before is not RunState.DRAFT:  # a draft concerns nobody yet
        locked.tell(SessionsChanged(change_id=uuid4(), at=locked.at, changes=changes, is_told_apart=True))
    locked.tell(RunCancelled(run_id=run.id))
    await locked.session.flush()


async def _free_rooms_and_trainers(locked: LockedRun, reason: str) -> list[SessionChanged]:
    """What has not taken place yet never will: calendars say so, what it had reserved is free again, nobody has to stand in.

    Gives what trainers have to hear; those enrolled have a letter about the whole run.
    """
    dropped = await locked.session.scalars(
        update(Session)
        .where(
            Session.run_id == locked.run.id,
            Session.state == SessionState.PLANNED,
            Session.ends_at > locked.at,
        )
        .values(
            state=SessionState.CANCELLED,
            changed_at=locked.at,
            sequence=Session.sequence + 1,
            version=Session.version + 1,
        )
        .returning(Session.id)
    )
    ids = dropped.all()
    await release(locked.session, ids)
    await end_searches(locked.session, dict.fromkeys(ids, frozenset()), now=locked.at)
    meetings = (
        await locked.session.scalars(select(Session).where(Session.id.in_(ids)).order_by(Session.starts_at))
    ).all()
    teachers = await teachers_of(locked.session, meetings)
    return [
        SessionChanged(
            session_id=one.id,
            run_id=locked.run.id,
            kind=ChangeKind.CANCELLED,
            before_starts_at=one.starts_at,
            before_ends_at=one.ends_at,
            before_room_id=one.room_id,
            before_trainer_ids=[person.id for person in teachers[one.id]],
            reason=reason,
        )
        for one in meetings
        if teachers[one.id]
    ]


async def _end_everything(locked: LockedRun, actor: Actor) -> None:
    session = locked.session
    withdrawn = await session.scalars(
        update(Offer)
        .where(Offer.run_id == locked.run.id, Offer.state == OfferState.OPEN)
        .values(state=OfferState.WITHDRAWN, answered_at=locked.at)
        .returning(Offer.party_id)
    )
    parties = set(withdrawn.all())
    for enrolment in await live_in(session, locked.run.id):
        if enrolment.state is EnrolmentState.CONFIRMED or is_held_seat(enrolment):
            await cancel_place(locked, actor, enrolment, reason="run_cancelled", by_centre=True)
            continue
        if enrolment.state is EnrolmentState.WAITING:
            parties.add(enrolment.party_id)
        locked.move(
            enrolment, EnrolmentState.CANCELLED, actor=actor, action="cancelled", reason="run_cancelled"
        )
        if enrolment.person_id is not None:
            locked.tell(EnrolmentCancelled(enrolment_id=enrolment.id, by_centre=True))
    for party_id in parties:
        locked.happened(party_id, "run_cancelled", "run_cancelled")
