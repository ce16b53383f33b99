"""The statements of the planner: each reads everything of the days looked at at once, in a session somebody else opened."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from lms.booking.models import Booking, BookingDate
from lms.catalogue.models import Course, Run, RunState
from lms.kernel.period import Period
from lms.lending.models import Loan
from lms.people.models import Person
from lms.portal.planner.values import By, Hours, House, Lane, Named, Openings, Wanted
from lms.resources.models import (
    Closure,
    Device,
    DeviceModel,
    Kit,
    OpeningTime,
    Reservation,
    ReservationKind,
    ReservationState,
    Room,
    Venue,
)
from lms.scheduling.models import RunNeed, Session, SessionState, SessionTrainer
from lms.trainers.models import Absence, Trainer

MOST_SESSIONS = 2_000
"""More than anybody reads; whoever looks at more is asked to choose a venue."""

LONGEST_SESSION = timedelta(days=2)
"""Lets the index on the beginning find what has begun before the first day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """A reservation that is not released, with what stands behind it."""

    id: UUID
    kind: ReservationKind
    is_firm: bool
    period: Period
    purpose: str
    session_id: UUID | None
    cause_id: UUID | None
    trainer_id: UUID | None
    room: Named | None
    venue: str
    venue_id: UUID | None
    set: Named | None
    booking: UUID | None
    title: str
    organisation: str
    people: int | None
    booker: str
    held: Period | None
    loan: UUID | None
    loan_reference: str
    borrower: str

    @property
    def owner(self) -> str:
        """The key of the entry it belongs to."""
        if self.session_id is not None:
            return f"session:{self.session_id}"
        return f"{self.kind}:{self.cause_id or self.id}"

    @property
    def resource(self) -> UUID | None:
        """What is taken: the room, the trainer or the set."""
        return self.room.id if self.room else self.trainer_id or (self.set.id if self.set else None)


async def houses(session: AsyncSession, period: Period) -> Sequence[House]:
    """Every venue by name, with its sessions in the period; one statement."""
    meets = and_(Session.room_id == Room.id, Session.state == SessionState.PLANNED, *_within(Session, period))
    rows = await session.execute(
        select(Venue.id, Venue.slug, Venue.name, func.count(Session.id))
        .outerjoin(Room, Room.venue_id == Venue.id)
        .outerjoin(Session, meets)
        .group_by(Venue.id, Venue.slug, Venue.name)
        .order_by(Venue.name)
    )
    return [House(id=id_, slug=slug, name=name, sessions=count) for id_, slug, name, count in rows]


async def meetings(session: AsyncSession, wanted: Wanted) -> Sequence[Any]:
    """Sessions with run, course and place, in order of time, at most MOST_SESSIONS and one more; one statement."""
    return (
        await session.execute(
            select(
                Session, Run, Course.title_de, Course.title_en,
                Room.name.label("room"), Room.venue_id, Venue.name.label("venue"),
            )
            .join(Run, Run.id == Session.run_id)
            .join(Course, Course.id == Run.course_id)
            .outerjoin(Room, Room.id == Session.room_id)
            .outerjoin(Venue, Venue.id == Room.venue_id)
            .where(*_shown(wanted))
            .order_by(Session.starts_at, Run.number)
            .limit(MOST_SESSIONS + 1)
        )
    ).all()  # fmt: skip


async def teachers(session: AsyncSession, wanted: Wanted) -> Mapping[UUID, Sequence[Named]]:
    """Who teaches these sessions, by session; one statement."""
    rows = await session.execute(
        select(SessionTrainer.session_id, Person)
        .join(Session, Session.id == SessionTrainer.session_id)
        .join(Run, Run.id == Session.run_id)
        .join(Person, Person.id == SessionTrainer.person_id)
        .outerjoin(Room, Room.id == Session.room_id)
        .where(*_shown(wanted))
        .order_by(Person.family_name, Person.given_name)
    )
    by_session: dict[UUID, list[Named]] = defaultdict(list)
    for session_id, person in rows:
        by_session[session_id].append(Named(person.id, person.name))
    return by_session


async def holdings(session: AsyncSession, wanted: Wanted) -> Sequence[Holding]:
    """What is taken or asked for, in order of time; one statement."""
    period, booker, borrower = wanted.period, aliased(Person), aliased(Person)
    conditions: list[ColumnElement[bool]] = [
        Reservation.starts_at < period.end,
        Reservation.ends_at > period.start,
        Reservation.state != ReservationState.RELEASED,
    ]
    if wanted.venue_id is not None:
        conditions.append(or_(Reservation.room_id.is_(None), Room.venue_id == wanted.venue_id))
    rows = await session.execute(
        select(
            Reservation.id, Reservation.kind, Reservation.state, Reservation.starts_at, Reservation.ends_at,
            Reservation.purpose, Reservation.session_id, Reservation.cause_id, Reservation.trainer_id,
            Room.id.label("room_id"), Room.name.label("room"), Room.venue_id, Venue.name.label("venue"),
            func.coalesce(Device.kit_id, Device.model_id).label("set_id"),
            func.coalesce(Kit.name, DeviceModel.name).label("set"),
            Booking.id.label("booking"), Booking.title, Booking.organisation, Booking.people,
            booker.given_name, booker.family_name, BookingDate.starts_at.label("held_from"),
            BookingDate.ends_at.label("held_to"), Loan.id.label("loan"), Loan.reference,
            borrower.given_name.label("borrower_given"), borrower.family_name.label("borrower_family"),
        )
        .outerjoin(Room, Room.id == Reservation.room_id)
        .outerjoin(Venue, Venue.id == Room.venue_id)
        .outerjoin(Device, Device.id == Reservation.device_id)
        .outerjoin(DeviceModel, DeviceModel.id == Device.model_id)
        .outerjoin(Kit, Kit.id == Device.kit_id)
        .outerjoin(
            BookingDate,
            and_(Reservation.kind == ReservationKind.BOOKING, BookingDate.id == Reservation.cause_id),
        )
        .outerjoin(
            Booking,
            and_(
                Reservation.kind == ReservationKind.BOOKING,
                Booking.id == func.coalesce(BookingDate.booking_id, Reservation.cause_id),
            ),
        )
        .outerjoin(booker, booker.id == Booking.booker_id)
        .outerjoin(Loan, and_(Reservation.kind == ReservationKind.LOAN, Loan.id == Reservation.cause_id))
        .outerjoin(borrower, borrower.id == Loan.person_id)
        .where(*conditions)
        .order_by(Reservation.starts_at, Reservation.id)
    )  # fmt: skip
    return [
        Holding(
            id=row.id,
            kind=row.kind,
            is_firm=row.state == ReservationState.FIRM,
            period=Period(row.starts_at, row.ends_at),
            purpose=row.purpose,
            session_id=row.session_id,
            cause_id=row.cause_id,
            trainer_id=row.trainer_id,
            room=Named(row.room_id, row.room) if row.room_id else None,
            venue=row.venue or "",
            venue_id=row.venue_id,
            set=Named(row.set_id, row.set) if row.set_id else None,
            booking=row.booking,
            title=row.title or "",
            organisation=row.organisation or "",
            people=row.people,
            booker=f"{row.given_name or ''} {row.family_name or ''}".strip(),
            held=Period(row.held_from, row.held_to) if row.held_from else None,
            loan=row.loan,
            loan_reference=row.reference or "",
            borrower=f"{row.borrower_given or ''} {row.borrower_family or ''}".strip(),
        )
        for row in rows
    ]


async def needs(session: AsyncSession, wanted: Wanted) -> Mapping[UUID, Sequence[tuple[RunNeed, str]]]:
    """The devices that the runs of these sessions need, with the name of model or kit, by run; one statement."""
    runs = select(Session.run_id).where(*_within(Session, wanted.period))
    rows = await session.execute(
        select(RunNeed, func.coalesce(Kit.name, DeviceModel.name))
        .outerjoin(Kit, Kit.id == RunNeed.kit_id)
        .outerjoin(DeviceModel, DeviceModel.id == RunNeed.model_id)
        .where(RunNeed.run_id.in_(runs))
    )
    by_run: dict[UUID, list[tuple[RunNeed, str]]] = defaultdict(list)
    for need, name in rows:
        by_run[need.run_id].append((need, name))
    return by_run


async def models_held(session: AsyncSession, wanted: Wanted) -> Mapping[tuple[UUID, UUID], int]:
    """How many devices of a model or kit each session has, by session and model or kit; one statement."""
    rows = await session.execute(
        select(Reservation.session_id, Device.model_id, Device.kit_id, func.count())
        .join(Device, Device.id == Reservation.device_id)
        .where(
            Reservation.session_id.is_not(None),
            Reservation.state != ReservationState.RELEASED,
            *_within(Reservation, wanted.period),
        )
        .group_by(Reservation.session_id, Device.model_id, Device.kit_id)
    )
    held: dict[tuple[UUID, UUID], int] = defaultdict(int)
    for session_id, model_id, kit_id, count in rows:
        assert session_id is not None  # noqa: S101 - asked for above
        held[session_id, model_id] += count
        if kit_id is not None:
            held[session_id, kit_id] += count
    return held


async def absences(session: AsyncSession, period: Period) -> Mapping[UUID, Sequence[Period]]:
    """When trainers are away, by person; one statement."""
    rows = await session.execute(
        select(Absence.person_id, Absence.starts_at, Absence.ends_at)
        .where(Absence.starts_at < period.end, Absence.ends_at > period.start)
        .order_by(Absence.starts_at)
    )
    by_person: dict[UUID, list[Period]] = defaultdict(list)
    for person_id, starts_at, ends_at in rows:
        by_person[person_id].append(Period(starts_at, ends_at))
    return by_person


async def closures(session: AsyncSession, period: Period) -> Sequence[Closure]:
    """What is closed; one statement."""
    found = await session.scalars(
        select(Closure).where(Closure.starts_at < period.end, Closure.ends_at > period.start)
    )
    return found.all()


async def openings(session: AsyncSession) -> Openings:
    """All opening times; one statement."""
    found: dict[UUID, list[Hours]] = defaultdict(list)
    for row in await session.scalars(select(OpeningTime).order_by(OpeningTime.weekday, OpeningTime.opens)):
        owner = row.room_id or row.venue_id
        if owner is not None:
            found[owner].append(Hours(row.weekday, row.opens, row.closes))
    return Openings(dict(found))


async def lanes(session: AsyncSession, wanted: Wanted) -> Sequence[Lane]:
    """The lanes there are, empty still: rooms by venue, trainers by name, kits and then models; one statement or two."""
    if wanted.by is By.ROOM:
        return [lane async for lane in _rooms(session, wanted)]
    if wanted.by is By.TRAINER:
        people = await session.scalars(
            select(Person)
            .join(Trainer, Trainer.person_id == Person.id)
            .order_by(Person.family_name, Person.given_name)
        )
        return [Lane(id=str(person.id), name=person.name) for person in people]
    return [lane async for lane in _sets(session)]


async def _rooms(session: AsyncSession, wanted: Wanted) -> Any:
    chosen = select(Room, Venue.name).join(Venue, Venue.id == Room.venue_id).order_by(Venue.name, Room.name)
    if wanted.venue_id is not None:
        chosen = chosen.where(Room.venue_id == wanted.venue_id)
    for room, venue in await session.execute(chosen):
        yield Lane(id=str(room.id), name=room.name, group=venue, about=str(room.seats))


async def _sets(session: AsyncSession) -> Any:
    kits = select(Kit, Venue.name).outerjoin(Venue, Venue.id == Kit.home_id).order_by(Kit.name)
    for kit, venue in await session.execute(kits):
        yield Lane(id=str(kit.id), name=kit.name, group=venue or "")
    loose = (
        select(DeviceModel, func.count(Device.id))
        .join(Device, Device.model_id == DeviceModel.id)
        .where(Device.kit_id.is_(None))
        .group_by(DeviceModel.id)
        .order_by(DeviceModel.name)
    )
    for model, count in await session.execute(loose):
        yield Lane(id=str(model.id), name=model.name, about=str(count))


def _shown(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    yield from _within(Session, wanted.period)
    if wanted.venue_id is not None:
        yield or_(Session.room_id.is_(None), Room.venue_id == wanted.venue_id)
    if not wanted.with_cancelled:
        yield Session.state == SessionState.PLANNED
        yield Run.state != RunState.CANCELLED


def _within(table: type[Session] | type[Reservation], period: Period) -> Sequence[ColumnElement[bool]]:
    earliest: datetime = period.start - LONGEST_SESSION
    return (table.starts_at < period.end, table.starts_at >= earliest, table.ends_at > period.start)
