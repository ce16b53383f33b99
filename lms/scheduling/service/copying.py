"""Copying a run, or a whole term, with its dates shifted; the copies are drafts (F-B09)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.catalogue.models import Course, Run
from lms.db import retried
from lms.jobs.queue import announce, enqueue
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import local
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.period import Period
from lms.resources import reserving
from lms.resources.models import ReservationKind, Room
from lms.resources.reserving import AlreadyTaken, Claim, claim_room
from lms.scheduling import policy
from lms.scheduling.copy_reading import Copy, Source, Trouble, copies, sources
from lms.scheduling.copying import Kept
from lms.scheduling.equipping import DevicesMissing, equip_all, needs_of
from lms.scheduling.errors import InThePast, NoSessions, RoomTooSmall, RuleTooLong
from lms.scheduling.events import RunCopied
from lms.scheduling.models import (
    CopyBatch,
    CopyItem,
    CopyState,
    Preparation,
    RunNeed,
    RunTask,
    RunTrainer,
    Session,
    SessionTrainer,
    SkippedDate,
)
from lms.scheduling.occupying import flush, summarise
from lms.scheduling.qualified import ensure_qualified
from lms.scheduling.searchable import index_courses
from lms.scheduling.service.acts import Acts
from lms.scheduling.service.planning import next_number
from lms.scheduling.tasks import start_tasks
from lms.scheduling.troubles import stored

COPY = "copy-runs"
TERMS = ("minimum", "cancel_free_days", "cancel_fee_percent", "room_override_reason", "step_free", "opens_days_before", "closes_days_before", "promotion_session", "cancel_from")  # fmt: skip
PRICES = ("price_cents", "concession_cents", "payment_methods")


class CopyClashes(DomainError):
    """The copy does not work like that; `troubles` says each reason."""

    def __init__(self, troubles: Sequence[Trouble]) -> None:
        super().__init__()
        self.troubles = tuple(troubles)


@dataclass(frozen=True, slots=True)
class Choice:
    """One run of an order, and what is left out of its copy although the others take it along."""

    source_id: UUID
    without: frozenset[Kept] = frozenset()


class Copying(Acts):
    """What staff can do to have last term's programme again."""

    async def preview_copies(
        self, actor: Actor, *, run_ids: Sequence[UUID], shift_days: int, kept: frozenset[Kept]
    ) -> Sequence[Copy]:
        """The new dates of each run and every clash. Changes nothing; a constant number of statements.

        Runs without dates are left out. Raises RuleTooLong.
        """
        ensure(policy.may_plan(actor), actor)
        async with self.begin.reading() as session:
            found = await sources(session, run_ids)
            return await copies(
                session,
                found,
                shift_days=shift_days,
                kept={source.run.id: kept for source in found},
                federal_state=self.federal_state,
            )

    @retried
    async def copy_run(
        self,
        actor: Actor,
        *,
        run_id: UUID,
        copy_id: UUID,
        shift_days: int,
        kept: frozenset[Kept],
    ) -> Run:
        """Copy one run under the id `copy_id`: under one id it is copied once.

        Raises CopyClashes with every reason, DevicesMissing, InThePast, NoSessions, NotFound, RuleTooLong, RoomTooSmall.
        """
        ensure(policy.may_plan(actor), actor)
        async with self.begin() as session:
            return await self._copy(session, actor, Choice(run_id), copy_id, shift_days, kept)

    async def order_copies(
        self,
        actor: Actor,
        *,
        batch_id: UUID,
        shift_days: int,
        kept: frozenset[Kept],
        choices: Sequence[Choice],
    ) -> UUID:
        """Have these runs copied by the worker, one transaction each. Under one `batch_id` it is ordered once."""
        ensure(policy.may_plan(actor), actor)
        try:
            await self._order(actor, batch_id, shift_days, kept, choices)
        except IntegrityError:  # two clicks at the same moment: the other one was quicker
            async with self.begin.reading() as session:
                if await session.get(CopyBatch, batch_id) is None:
                    raise
        return batch_id

    @retried
    async def _order(
        self,
        actor: Actor,
        batch_id: UUID,
        shift_days: int,
        kept: frozenset[Kept],
        choices: Sequence[Choice],
    ) -> None:
        now = self.clock()
        async with self.begin() as session:
            if await session.get(CopyBatch, batch_id) is not None:
                return
            session.add(
                CopyBatch(
                    id=batch_id, started_at=now, shift_days=shift_days, kept=sorted(kept),
                    started_by=actor.account_id, finished_at=None if choices else now,
                )
            )  # fmt: skip
            await session.flush()
            session.add_all(
                CopyItem(
                    id=uuid5(batch_id, choice.source_id.hex), batch_id=batch_id, source_id=choice.source_id,
                    without=sorted(choice.without),
                )
                for choice in choices
            )  # fmt: skip
            enqueue(session, COPY, {"batch": str(batch_id)}, key=f"{COPY}:{batch_id}")
            record(session, actor, "runs.copied", at=now, kind="copy_batch", object_id=batch_id)

    async def copy_ordered(self, payload: dict[str, Any]) -> None:
        """Work an order off, run by run; begun again after an interruption it goes on where it stopped."""
        batch_id = UUID(payload["batch"])
        async with self.begin.reading() as session:
            batch = await session.get(CopyBatch, batch_id)
            waiting = (
                await session.scalars(
                    select(CopyItem)
                    .join(Run, Run.id == CopyItem.source_id)
                    .where(CopyItem.batch_id == batch_id, CopyItem.state == CopyState.WAITING)
                    .order_by(Run.starts_at, Run.number)
                )
            ).all()
        if batch is None:
            return
        for item in waiting:
            await self._copy_item(batch, item)
        async with self.begin() as session:
            await session.execute(
                update(CopyBatch)
                .where(CopyBatch.id == batch_id, CopyBatch.finished_at.is_(None))
                .values(finished_at=self.clock())
            )

    async def _copy_item(self, batch: CopyBatch, item: CopyItem) -> None:
        without = frozenset(Kept(one) for one in item.without)
        kept = frozenset(Kept(one) for one in batch.kept) - without
        actor = Actor(identities=frozenset(), account_id=batch.started_by)
        try:
            await self._copy_and_note(actor, batch, item, kept)
        except CopyClashes as refusal:
            await self._leave_out(item.id, [stored(one) for one in refusal.troubles])
        except (InThePast, NoSessions, RuleTooLong, RoomTooSmall, AlreadyTaken, DevicesMissing) as refusal:
            await self._leave_out(item.id, [{"sentence": refusal.message}])

    @retried
    async def _copy_and_note(
        self, actor: Actor, batch: CopyBatch, item: CopyItem, kept: frozenset[Kept]
    ) -> None:
        async with self.begin() as session:
            await self._copy(session, actor, Choice(item.source_id), item.id, batch.shift_days, kept)
            await session.execute(
                update(CopyItem).where(CopyItem.id == item.id).values(state=CopyState.COPIED)
            )

    @retried
    async def _leave_out(self, item_id: UUID, reasons: list[dict[str, Any]]) -> None:
        async with self.begin() as session:
            await session.execute(
                update(CopyItem)
                .where(CopyItem.id == item_id)
                .values(state=CopyState.LEFT_OUT, reasons=reasons)
            )

    async def _copy(
        self,
        session: AsyncSession,
        actor: Actor,
        choice: Choice,
        copy_id: UUID,
        shift_days: int,
        kept: frozenset[Kept],
    ) -> Run:
        found = await sources(session, [choice.source_id])
        if not found:
            raise NotFound
        source, now = found[0], self.clock()
        await session.get(Course, source.course.id, with_for_update=True)  # two clicks at once queue here
        known = await session.get(Run, copy_id)
        if known is not None:
            return known
        if not source.meetings:
            raise NoSessions
        rooms = await _lock(session, source, kept)
        (copy,) = await copies(
            session,
            [source],
            shift_days=shift_days,
            kept={source.run.id: kept},
            federal_state=self.federal_state,
        )
        if copy.dates.periods[0].start <= now:
            raise InThePast
        if copy.troubles:
            raise CopyClashes(copy.troubles)
        run = _run(source, copy, copy_id, await next_number(session, now), kept, now)
        session.add(run)
        await session.flush()
        if Kept.TRAINERS in kept:
            people = {one for ids in (source.trainer_ids, *source.taught.values()) for one in ids}
            last_day = local(copy.dates.periods[-1].end).date()
            await ensure_qualified(session, run.course_id, people, last_day)
        meetings = await self._write_sessions(session, run, copy, kept, rooms, now)
        _write_beside(session, run, source, copy, kept)
        await summarise(session, run, now=now)
        await flush(session)
        if Kept.DEVICES in kept and source.needs:
            needs = await needs_of(session, run.id)
            await equip_all(session, meetings, needs, purpose=run.number, travel_minutes=self.travel_minutes)
        await _write_tasks(session, run, source, kept)
        await index_courses(session, [run.course_id])
        record(
            session, actor, "run.copied", at=now, kind="run", object_id=run.id,
            after={"number": run.number, "from": source.run.number},
        )  # fmt: skip
        announce(session, RunCopied(run_id=run.id, source_id=source.run.id), at=now)
        return run

    async def _write_sessions(
        self,
        session: AsyncSession,
        run: Run,
        copy: Copy,
        kept: frozenset[Kept],
        rooms: Mapping[UUID, Room],
        now: datetime,
    ) -> Sequence[Session]:
        claims: list[tuple[Session, list[Claim]]] = []
        for old, period in zip(copy.source.meetings, copy.dates.periods, strict=True):
            room = rooms.get(old.room_id) if old.room_id else None
            meeting = Session(
                run_id=run.id,
                starts_at=period.start,
                ends_at=period.end,
                changed_at=now,
                room_id=room.id if room else None,
                online_url=old.online_url if Kept.ROOM in kept else "",
                topic=old.topic,
            )
            session.add(meeting)
            claims.append((meeting, _claims(copy.source, old, period, room, kept)))
        await flush(session)
        for meeting, wanted in claims:
            session.add_all(
                SessionTrainer(session_id=meeting.id, person_id=claim.trainer_id)
                for claim in wanted
                if claim.trainer_id
            )
            await reserving.reserve(
                session, wanted, kind=ReservationKind.SESSION, purpose=run.number, session_id=meeting.id
            )
        return [meeting for meeting, _ in claims]


async def _lock(session: AsyncSession, source: Source, kept: frozenset[Kept]) -> Mapping[UUID, Room]:
    room_ids = (
        {meeting.room_id for meeting in source.meetings if meeting.room_id} if Kept.ROOM in kept else set()
    )
    people = {one for ids in (source.trainer_ids, *source.taught.values()) for one in ids}
    await reserving.lock(session, room_ids=room_ids, trainer_ids=people if Kept.TRAINERS in kept else ())
    return {room.id: room for room in await session.scalars(select(Room).where(Room.id.in_(room_ids)))}


def _claims(
    source: Source, old: Session, period: Period, room: Room | None, kept: frozenset[Kept]
) -> list[Claim]:
    claims = [claim_room(room, period)] if room else []
    if Kept.TRAINERS in kept:
        claims += [
            Claim(period=period, trainer_id=person_id, venue_id=room.venue_id if room else None)
            for person_id in source.taught.get(old.id) or source.trainer_ids
        ]
    return claims


def _run(source: Source, copy: Copy, copy_id: UUID, number: str, kept: frozenset[Kept], now: datetime) -> Run:
    old, course = source.run, source.course
    begins = copy.dates.periods[0].start
    run = Run(
        id=copy_id,
        course_id=old.course_id,
        number=number,
        capacity=old.capacity,
        created_at=now,
        price_cents=course.default_price_cents,
        concession_cents=course.default_concession_cents if course.default_price_cents else None,
        promotion_ends_at=begins,
    )
    for name in TERMS:
        setattr(run, name, getattr(old, name))
    if Kept.PRICES in kept:
        for name in PRICES:
            setattr(run, name, getattr(old, name))
    if Kept.NOTES in kept:
        run.note_de, run.note_en = old.note_de, old.note_en
    if Kept.DROP_INS in kept:
        run.drop_in_places, run.drop_in_price_cents = old.drop_in_places, old.drop_in_price_cents
    if old.enrolment_closes_at is not None:
        run.enrolment_closes_at = begins - (source.meetings[0].starts_at - old.enrolment_closes_at)
    if old.cancel_free_until is not None:
        run.cancel_free_until = old.cancel_free_until + (begins - source.meetings[0].starts_at)
    return run


def _write_beside(session: AsyncSession, run: Run, source: Source, copy: Copy, kept: frozenset[Kept]) -> None:
    old = source.preparation
    session.add(
        Preparation(
            run_id=run.id,
            copied_from_id=source.run.id,
            federal_state=old.federal_state if old else "",
            equipment=list(old.equipment) if old else [],
            step_free=bool(old and old.step_free),
            hearing_loop=bool(old and old.hearing_loop),
            note=old.note if old and Kept.NOTES in kept else "",
        )
    )
    session.add_all(
        SkippedDate(run_id=run.id, starts_at=period.start, ends_at=period.end, reason=reason)
        for period, reason in copy.dates.skipped
    )
    if Kept.TRAINERS in kept:
        session.add_all(
            RunTrainer(run_id=run.id, person_id=person_id, position=position)
            for position, person_id in enumerate(source.trainer_ids)
        )
    if Kept.DEVICES in kept:
        session.add_all(
            RunNeed(
                run_id=run.id, count=need.count, model_id=need.model_id, kit_id=need.kit_id, note=need.note
            )
            for need in source.needs
        )


async def _write_tasks(session: AsyncSession, run: Run, source: Source, kept: frozenset[Kept]) -> None:
    """The same list again, with nothing ticked; without it, what every new run begins with."""
    if Kept.TASKS in kept and source.tasks:
        session.add_all(
            RunTask(run_id=run.id, title=task.title, days_before=task.days_before, position=task.position)
            for task in source.tasks
        )
        await session.flush()
    await start_tasks(session, run)
