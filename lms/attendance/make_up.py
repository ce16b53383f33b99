"""Agreeing that somebody makes up a missed session in a parallel run; every public method is one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.attendance import policy
from lms.attendance.errors import (
    AlreadyMadeUp,
    ComesAnyway,
    NoSeatLeft,
    NotMissed,
    NotParallel,
    NotTheirSession,
)
from lms.attendance.events import MakeUpAgreed, MakeUpWithdrawn
from lms.attendance.guests import guests_come
from lms.attendance.models import Attendance, MakeUp
from lms.attendance.rules import ATTENDED
from lms.audit.trail import record
from lms.catalogue.models import Run, RunState
from lms.db import retried
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.jobs.queue import announce
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound
from lms.scheduling.models import Session, SessionState
from lms.scheduling.queries import run_of, session_of
from lms.web.module import Around

LOOKED_AROUND = timedelta(days=120)
"""How long before or after the missed session a parallel one is still offered."""
MOST_OFFERED = 60
HELD = (RunState.PUBLISHED, RunState.CONFIRMED, RunState.COMPLETED)


@dataclass(frozen=True, slots=True)
class Fitting:
    """A session of a parallel run; `number` is the how-manieth it is there, `free` the seats that nobody has taken."""

    session: Session
    run_number: str
    number: int
    free: int


class MakeUps:
    """What staff can do about sessions that are made up."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    @retried
    async def agree(
        self,
        actor: Actor,
        *,
        enrolment_id: UUID,
        missed_session_id: UUID,
        session_id: UUID,
        even_if_full: bool = False,
    ) -> MakeUp:
        """Let somebody come to this session as a guest, in place of the missed one. Sent twice it is agreed once.

        Raises NotFound for what is no confirmed place in a whole run, NotTheirSession, NotMissed, NotParallel, ComesAnyway,
        AlreadyMadeUp, and NoSeatLeft unless the guest is wanted `even_if_full`.
        """
        ensure(policy.may_agree(actor), actor)
        now = self.clock()
        async with self.begin() as session:
            enrolment = await _place_of(session, enrolment_id)
            meeting = await session_of(session, session_id)
            for run_id in sorted({enrolment.run_id, meeting.run_id}):
                await run_of(session, run_id, lock=True)  # marking, closing and agreeing wait for each other
            standing = await _standing(session, enrolment_id)
            same = [one for one in standing if one.missed_session_id == missed_session_id]
            if same and same[0].session_id == session_id:
                return same[0]
            if same or any(one.session_id == session_id for one in standing):
                raise AlreadyMadeUp
            await _ensure_missed(session, enrolment, missed_session_id)
            await _ensure_fitting(session, enrolment, meeting)
            if not even_if_full and (await seats_left(session, [session_id]))[session_id] < 1:
                raise NoSeatLeft
            make_up = MakeUp(
                enrolment_id=enrolment_id,
                missed_session_id=missed_session_id,
                session_id=session_id,
                agreed_at=now,
                agreed_by=actor.account_id,
            )
            session.add(make_up)
            await session.flush()
            if meeting.starts_at > now:  # what is over is only put on record
                announce(session, MakeUpAgreed(make_up_id=make_up.id), at=now)
            record(
                session,
                actor,
                "make_up.agreed",
                at=now,
                kind="session",
                object_id=session_id,
                person_id=enrolment.person_id,
                after={"missed": str(missed_session_id)},
            )
        return make_up

    @retried
    async def withdraw(self, actor: Actor, *, make_up_id: UUID) -> MakeUp:
        """It is not made up there after all; a mark made there counts no more. Twice is as good as once."""
        ensure(policy.may_agree(actor), actor)
        now = self.clock()
        async with self.begin() as session:
            make_up = await session.get(MakeUp, make_up_id)
            if make_up is None:
                raise NotFound
            meeting = await session_of(session, make_up.session_id)
            await run_of(session, meeting.run_id, lock=True)
            await session.refresh(make_up)
            if make_up.withdrawn_at is None:
                make_up.withdrawn_at = now
                make_up.version += 1
                if meeting.starts_at > now:
                    announce(session, MakeUpWithdrawn(make_up_id=make_up.id), at=now)
                enrolment = await session.get_one(Enrolment, make_up.enrolment_id)
                record(
                    session,
                    actor,
                    "make_up.withdrawn",
                    at=now,
                    kind="session",
                    object_id=make_up.session_id,
                    person_id=enrolment.person_id,
                    before={
                        "missed": str(make_up.missed_session_id),
                        "presence": make_up.presence.value if make_up.presence else None,
                    },
                )
        return make_up


async def fitting_sessions(session: AsyncSession, enrolment: Enrolment, missed: Session) -> Sequence[Fitting]:
    """Sessions of parallel runs in which this one can be made up, those with the same number in their run first.

    Only runs of the same course in which the person has no place, within four months; at most five statements.
    """
    own = await session.get_one(Run, enrolment.run_id)
    with_place = select(Enrolment.run_id).where(
        Enrolment.person_id == enrolment.person_id, Enrolment.state == EnrolmentState.CONFIRMED
    )
    runs = {
        run.id: run
        for run in await session.scalars(
            select(Run).where(
                Run.course_id == own.course_id,
                Run.id != own.id,
                Run.state.in_(HELD),
                or_(Run.company_id.is_(None), Run.company_id == own.company_id),
                Run.id.not_in(with_place),
            )
        )
    }
    planned = await session.scalars(
        select(Session)
        .where(Session.run_id.in_([own.id, *runs]), Session.state == SessionState.PLANNED)
        .order_by(Session.starts_at, Session.id)
    )
    numbers: dict[UUID, int] = {}
    counted: list[tuple[Session, int]] = []
    for one in planned:
        numbers[one.run_id] = numbers.get(one.run_id, 0) + 1
        counted.append((one, numbers[one.run_id]))
    wanted = next((number for one, number in counted if one.id == missed.id), 0)
    near = [
        (one, number)
        for one, number in counted
        if one.run_id in runs and abs(one.starts_at - missed.starts_at) <= LOOKED_AROUND
    ]
    near.sort(key=lambda found: (found[1] != wanted, found[0].starts_at))
    near = near[:MOST_OFFERED]
    free = await seats_left(session, [one.id for one, _ in near])
    return [Fitting(one, runs[one.run_id].number, number, free.get(one.id, 0)) for one, number in near]


async def seats_left(session: AsyncSession, session_ids: Sequence[UUID]) -> Mapping[UUID, int]:
    """Seats of these sessions that neither a place, nor somebody for the day, nor a guest takes; one statement."""
    guests = (
        select(func.count())
        .select_from(MakeUp)
        .join(Enrolment, Enrolment.id == MakeUp.enrolment_id)
        .where(MakeUp.session_id == Session.id, guests_come())
        .correlate(Session)
        .scalar_subquery()
    )
    rows = await session.execute(
        select(Session.id, Run.capacity + Run.drop_in_places - Run.occupied - Session.drop_ins - guests)
        .join(Run, Run.id == Session.run_id)
        .where(Session.id.in_(session_ids))
    )
    return {row[0]: row[1] for row in rows}


async def _place_of(session: AsyncSession, enrolment_id: UUID) -> Enrolment:
    enrolment = await session.get(Enrolment, enrolment_id)
    if enrolment is None or enrolment.state is not EnrolmentState.CONFIRMED or enrolment.is_drop_in:
        raise NotFound
    return enrolment


async def _standing(session: AsyncSession, enrolment_id: UUID) -> Sequence[MakeUp]:
    return (
        await session.scalars(
            select(MakeUp).where(MakeUp.enrolment_id == enrolment_id, MakeUp.withdrawn_at.is_(None))
        )
    ).all()


async def _ensure_missed(session: AsyncSession, enrolment: Enrolment, missed_session_id: UUID) -> None:
    missed = await session.get(Session, missed_session_id)
    if missed is None or missed.run_id != enrolment.run_id or missed.state is not SessionState.PLANNED:
        raise NotTheirSession
    presence = await session.scalar(
        select(Attendance.presence).where(
            Attendance.enrolment_id == enrolment.id, Attendance.session_id == missed_session_id
        )
    )
    if presence in ATTENDED:
        raise NotMissed


async def _ensure_fitting(session: AsyncSession, enrolment: Enrolment, meeting: Session) -> None:
    own = await session.get_one(Run, enrolment.run_id)
    other = await session.get_one(Run, meeting.run_id)
    is_held = meeting.state is SessionState.PLANNED and other.state in HELD
    is_open = other.company_id is None or other.company_id == own.company_id
    if not is_held or not is_open or other.course_id != own.course_id or other.id == own.id:
        raise NotParallel
    has_place = await session.scalar(
        select(Enrolment.id)
        .where(
            Enrolment.run_id == other.id,
            Enrolment.person_id == enrolment.person_id,
            Enrolment.state == EnrolmentState.CONFIRMED,
        )
        .limit(1)
    )
    if has_place is not None:
        raise ComesAnyway
