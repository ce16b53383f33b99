"""Who teaches: asked, accepted or declined, and exchanged for a whole run or a single session (F-H01, F-H03)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.catalogue.models import Run, RunState
from lms.db import retried
from lms.jobs.queue import announce
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import local
from lms.kernel.errors import NotFound, Stale
from lms.kernel.period import Period
from lms.people.models import Person
from lms.resources import reserving
from lms.resources.models import ReservationKind, Room
from lms.resources.reserving import AlreadyTaken, Claim
from lms.scheduling import policy
from lms.scheduling.errors import (
    AlreadyBegun,
    Clash,
    Hindrance,
    NobodyNamed,
    Obstacle,
    ResourceTaken,
    TrainerCannot,
    WrongState,
)
from lms.scheduling.events import TrainersAsked, TrainersChanged
from lms.scheduling.links import ASSIGNMENT, opens
from lms.scheduling.models import Answer, RunTrainer, Session, SessionState, SessionTrainer
from lms.scheduling.qualified import ensure_qualified
from lms.scheduling.queries import clashes, run_of, session_of
from lms.scheduling.searchable import index_courses
from lms.scheduling.service.acts import Acts
from lms.trainers.models import Trainer
from lms.trainers.queries import trainer_facts
from lms.trainers.rules import Reason, hindrance

OVER = frozenset({RunState.COMPLETED, RunState.CANCELLED})
HINDRANCES = {
    Reason.ABSENT: Hindrance.ABSENT,
    Reason.OUTSIDE_HOURS: Hindrance.OUTSIDE_HOURS,
    Reason.ENGAGED: Hindrance.ENGAGED,
}


class Assigning(Acts):
    """What staff and trainers do about who teaches."""

    @retried
    async def ask_trainers(self, actor: Actor, *, run_id: UUID) -> Sequence[UUID]:
        """Ask everybody named for the run who has not been asked yet, or has declined; each gets a letter with the dates.

        Gives who was asked. Asked twice in a row, nobody gets a second letter. Raises NobodyNamed, WrongState, AlreadyBegun.
        """
        ensure(policy.may_plan(actor), actor)
        now = self.clock()
        async with self.begin() as session:
            run = await run_of(session, run_id, lock=True)
            _ensure_open(run, now)
            named = await _named(session, run_id)
            if not named:
                raise NobodyNamed
            asked = [one for one in named if one.answer in {Answer.UNASKED, Answer.DECLINED}]
            for one in asked:
                one.answer, one.asked_at = Answer.ASKED, now
                one.answered_at, one.answer_note = None, ""
            ids = [one.person_id for one in asked]
            if ids:
                announce(session, TrainersAsked(run_id=run_id, person_ids=ids, asked_at=now), at=now)
                record(session, actor, "run.trainers_asked", at=now, kind="run", object_id=run_id)
        return ids

    async def accept_assignment(
        self, actor: Actor, *, run_id: UUID, person_id: UUID, token: str = ""
    ) -> RunTrainer:
        """The trainer teaches this run. Twice is as good as once. Raises NotFound, AlreadyBegun, WrongState."""
        return await self._answer(actor, run_id, person_id, token, Answer.ACCEPTED, "")

    async def decline_assignment(
        self, actor: Actor, *, run_id: UUID, person_id: UUID, token: str = "", note: str = ""
    ) -> RunTrainer:
        """The trainer cannot; stays named until the team finds somebody else. Also possible after having accepted."""
        return await self._answer(actor, run_id, person_id, token, Answer.DECLINED, note.strip())

    @retried
    async def _answer(
        self, actor: Actor, run_id: UUID, person_id: UUID, token: str, answer: Answer, note: str
    ) -> RunTrainer:
        holds_link = opens(self.signer, token, ASSIGNMENT, run_id, person_id)
        ensure(policy.may_answer(actor, person_id, holds_link=holds_link), actor)
        now = self.clock()
        async with self.begin() as session:
            run = await run_of(session, run_id, lock=True)
            named = await session.get(RunTrainer, (run_id, person_id))
            if named is None:
                raise NotFound
            if named.answer is answer:
                return named
            if named.answer is Answer.UNASKED:
                raise WrongState
            _ensure_open(run, now)
            named.answer, named.answered_at, named.answer_note = answer, now, note
            record(
                session, actor, f"run.trainer_{answer.value}", at=now, kind="run", object_id=run_id,
                person_id=person_id,
            )  # fmt: skip
        return named

    @retried
    async def name_trainers(
        self, actor: Actor, *, run_id: UUID, trainer_ids: Sequence[UUID], seen: str, is_agreed: bool = False
    ) -> Run:
        """Let these persons teach the run, in this order, and every coming session that was taught by those before.

        Sessions with trainers of their own keep them. `seen` are the ids as the page knew them, `is_agreed` says that the
        persons come in spite of their hours and absences. Raises ResourceTaken and TrainerCannot with a sentence each, Stale,
        WrongState, NotFound.
        """
        ensure(policy.may_plan(actor), actor)
        now, wanted = self.clock(), list(dict.fromkeys(trainer_ids))
        async with self.begin() as session:
            run = await run_of(session, run_id, lock=True)
            if run.state in OVER:
                raise WrongState
            named = await _named(session, run_id)
            before = [one.person_id for one in named]
            if before == wanted:
                return run
            if listed(before) != seen:
                raise Stale
            await _ensure_trainers(session, wanted)
            coming = await _coming(session, run_id, now)
            taught = await taught_by(session, [meeting.id for meeting in coming])
            touched = [
                meeting for meeting in coming
                if not taught[meeting.id] or set(taught[meeting.id]) == set(before)
            ]  # fmt: skip
            last = max((meeting.ends_at for meeting in coming), default=now)
            gained = set(wanted) - set(before)
            await ensure_qualified(session, run.course_id, gained, local(last).date())
            await self._exchange(
                session, run, [(one, wanted) for one in touched], taught, is_agreed=is_agreed
            )
            await _rename(session, run_id, named, wanted)
            await index_courses(session, [run.course_id])
            record(
                session, actor, "run.trainers_changed", at=now, kind="run", object_id=run_id,
                before={"trainers": [str(one) for one in before]},
                after={"trainers": [str(one) for one in wanted]},
            )  # fmt: skip
        return run

    @retried
    async def name_session_trainers(
        self,
        actor: Actor,
        *,
        session_id: UUID,
        trainer_ids: Sequence[UUID],
        seen: str,
        is_agreed: bool = False,
    ) -> Session:
        """Let these persons teach one session alone; the run's other sessions stay as they are. Raises as `name_trainers`."""
        ensure(policy.may_plan(actor), actor)
        now, wanted = self.clock(), list(dict.fromkeys(trainer_ids))
        async with self.begin() as session:
            meeting = await session_of(session, session_id)
            run = await run_of(session, meeting.run_id, lock=True)
            await session.refresh(meeting)
            taught = await taught_by(session, [session_id])
            if set(taught[session_id]) == set(wanted):
                return meeting
            if listed(sorted(taught[session_id])) != seen:
                raise Stale
            if not wanted:
                raise NobodyNamed
            if run.state in OVER or meeting.state is not SessionState.PLANNED or meeting.starts_at <= now:
                raise WrongState
            await _ensure_trainers(session, wanted)
            last_day, gained = local(meeting.ends_at).date(), set(wanted) - set(taught[session_id])
            await ensure_qualified(session, run.course_id, gained, last_day)
            await self._exchange(session, run, [(meeting, wanted)], taught, is_agreed=is_agreed)
            await index_courses(session, [run.course_id])
            record(
                session, actor, "session.trainers_changed", at=now, kind="session", object_id=session_id,
                before={"trainers": [str(one) for one in taught[session_id]]},
                after={"trainers": [str(one) for one in wanted]},
            )  # fmt: skip
        return meeting

    async def _exchange(
        self,
        session: AsyncSession,
        run: Run,
        wanted: Sequence[tuple[Session, Sequence[UUID]]],
        taught: Mapping[UUID, Sequence[UUID]],
        *,
        is_agreed: bool,
    ) -> None:
        """Give back whom these sessions lose, take whom they gain, and tell each of them once."""
        gained, lost = _differences(wanted, taught)
        await reserving.lock(session, trainer_ids=[*gained, *lost])
        await _ensure_free(session, gained, is_agreed=is_agreed)
        for person_id, meetings in lost.items():
            ids = [meeting.id for meeting in meetings]
            await reserving.release_trainers(session, [person_id], session_ids=ids)
            await session.execute(
                delete(SessionTrainer).where(
                    SessionTrainer.session_id.in_(ids), SessionTrainer.person_id == person_id
                )
            )
        venues = await _venues(session, [meeting.room_id for meeting, _ in wanted if meeting.room_id])
        for person_id, meetings in gained.items():
            for meeting in meetings:
                session.add(SessionTrainer(session_id=meeting.id, person_id=person_id))
                claim = Claim(
                    period=Period(meeting.starts_at, meeting.ends_at),
                    trainer_id=person_id,
                    venue_id=venues.get(meeting.room_id) if meeting.room_id else None,
                )
                try:
                    await reserving.reserve(
                        session, [claim], kind=ReservationKind.SESSION, purpose=run.number,
                        session_id=meeting.id,
                    )  # fmt: skip
                except AlreadyTaken as error:
                    raise ResourceTaken from error
        if gained or lost:
            happened = TrainersChanged(
                run_id=run.id, changed_at=self.clock(), gained=_by_text(gained), lost=_by_text(lost)
            )
            self._tell(session, run, happened)


def listed(person_ids: Iterable[UUID]) -> str:
    """Persons as forms carry them along, to see whether somebody else was quicker."""
    return " ".join(str(one) for one in person_ids)


async def taught_by(session: AsyncSession, session_ids: Sequence[UUID]) -> Mapping[UUID, Sequence[UUID]]:
    """Who is named for each of these sessions; empty where nobody is; one statement."""
    found: dict[UUID, list[UUID]] = defaultdict(list)
    for row in await session.scalars(
        select(SessionTrainer)
        .where(SessionTrainer.session_id.in_(session_ids))
        .order_by(SessionTrainer.person_id)
    ):
        found[row.session_id].append(row.person_id)
    return found


def _ensure_open(run: Run, now: datetime) -> None:
    if run.state in OVER:
        raise WrongState
    if run.starts_at is not None and run.starts_at <= now:
        raise AlreadyBegun


async def _named(session: AsyncSession, run_id: UUID) -> Sequence[RunTrainer]:
    rows = await session.scalars(
        select(RunTrainer)
        .where(RunTrainer.run_id == run_id)
        .order_by(RunTrainer.position, RunTrainer.person_id)
    )
    return rows.all()


async def _coming(session: AsyncSession, run_id: UUID, now: datetime) -> Sequence[Session]:
    rows = await session.scalars(
        select(Session)
        .where(
            Session.run_id == run_id, Session.state == SessionState.PLANNED, Session.starts_at > now,
            Session.locked_at.is_(None),
        )
        .order_by(Session.starts_at)
    )  # fmt: skip
    return rows.all()


async def _ensure_trainers(session: AsyncSession, person_ids: Sequence[UUID]) -> None:
    known = set(await session.scalars(select(Trainer.person_id).where(Trainer.person_id.in_(person_ids))))
    if known != set(person_ids):
        raise NotFound


async def _ensure_free(
    session: AsyncSession, gained: Mapping[UUID, Sequence[Session]], *, is_agreed: bool
) -> None:
    taken: list[Clash] = []
    for person_id, meetings in gained.items():
        periods = [Period(meeting.starts_at, meeting.ends_at) for meeting in meetings]
        ids = [meeting.id for meeting in meetings]
        taken += await clashes(session, periods, room_id=None, trainer_ids=[person_id], besides=ids)
    if taken:
        raise ResourceTaken(taken)
    if is_agreed or not gained:
        return
    spans = [meeting for meetings in gained.values() for meeting in meetings]
    facts = await trainer_facts(
        session, gained, min(one.starts_at for one in spans), max(one.ends_at for one in spans)
    )
    names = {
        person.id: person.name
        for person in await session.scalars(select(Person).where(Person.id.in_(list(gained))))
    }
    obstacles = [
        Obstacle(HINDRANCES[reason], names[person_id], period)
        for person_id, meetings in gained.items()
        for period in (Period(meeting.starts_at, meeting.ends_at) for meeting in meetings)
        if (reason := hindrance(facts[person_id], period)) is not None
    ]
    if obstacles:
        raise TrainerCannot(obstacles)


async def _rename(
    session: AsyncSession, run_id: UUID, named: Sequence[RunTrainer], wanted: Sequence[UUID]
) -> None:
    known = {one.person_id: one for one in named}
    for one in named:
        if one.person_id not in wanted:
            await session.delete(one)
    await session.flush()
    for position, person_id in enumerate(wanted):
        if person_id in known:
            known[person_id].position = position
        else:
            session.add(RunTrainer(run_id=run_id, person_id=person_id, position=position))
    await session.flush()


async def _venues(session: AsyncSession, room_ids: Sequence[UUID]) -> Mapping[UUID, UUID]:
    rows = await session.execute(select(Room.id, Room.venue_id).where(Room.id.in_(room_ids)))
    return {row.id: row.venue_id for row in rows}


def _differences(
    wanted: Sequence[tuple[Session, Sequence[UUID]]], taught: Mapping[UUID, Sequence[UUID]]
) -> tuple[dict[UUID, list[Session]], dict[UUID, list[Session]]]:
    """For each person the sessions they gain and those they lose."""
    gained: dict[UUID, list[Session]] = defaultdict(list)
    lost: dict[UUID, list[Session]] = defaultdict(list)
    for meeting, people in wanted:
        for person_id in set(people) - set(taught.get(meeting.id, ())):
            gained[person_id].append(meeting)
        for person_id in set(taught.get(meeting.id, ())) - set(people):
            lost[person_id].append(meeting)
    return gained, lost


def _by_text(sessions: Mapping[UUID, Sequence[Session]]) -> dict[str, list[UUID]]:
    return {str(person_id): [meeting.id for meeting in meetings] for person_id, meetings in sessions.items()}
