"""Reading the help desk, in a session somebody else opened."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.helpdesk.models import (
    Adviser,
    AdviserTopic,
    Appointment,
    AppointmentState,
    DayKind,
    DeskDay,
    DeskHours,
    DeskHoursAdviser,
    DeskKind,
    EarlierWish,
    HelpDesk,
    HelpTopic,
)
from lms.helpdesk.schedule import Schedule, schedule_of
from lms.kernel.clock import at_venue, local
from lms.kernel.errors import NotFound
from lms.people.models import Person
from lms.resources.models import DeviceModel, Venue

LONGEST_AHEAD = 366


@dataclass(frozen=True, slots=True)
class Placed:
    """A desk with its venue, where it has one."""

    desk: HelpDesk
    venue: Venue | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """An appointment with everything that is said about it."""

    appointment: Appointment
    desk: HelpDesk
    venue: Venue | None
    topic: HelpTopic
    adviser: Adviser
    wish: EarlierWish | None = None
    device: DeviceModel | None = None

    @property
    def is_ahead(self) -> bool:
        """Whether it is still to take place, as far as anybody has said."""
        return self.appointment.state is AppointmentState.BOOKED


async def topics(
    session: AsyncSession, audience: DeskKind | None = None, *, with_ended: bool = False
) -> Sequence[HelpTopic]:
    """The topics in their order."""
    wanted = select(HelpTopic).order_by(HelpTopic.audience.desc(), HelpTopic.position, HelpTopic.name_de)
    if audience is not None:
        wanted = wanted.where(HelpTopic.audience == audience)
    if not with_ended:
        wanted = wanted.where(HelpTopic.ended_at.is_(None))
    return (await session.scalars(wanted)).all()


async def answered_topics(session: AsyncSession, audience: DeskKind) -> Sequence[HelpTopic]:
    """The topics with which somebody helps who is active: who has named none helps with everything where they sit."""
    named = exists().where(AdviserTopic.topic_id == HelpTopic.id, AdviserTopic.adviser_id == Adviser.id)
    has_named_none = ~exists().where(AdviserTopic.adviser_id == Adviser.id)
    wanted = (
        select(HelpTopic)
        .where(
            HelpTopic.audience == audience,
            HelpTopic.ended_at.is_(None),
            exists().where(Adviser.is_active, or_(named, and_(has_named_none, _sits_at(audience)))),
        )
        .order_by(HelpTopic.position, HelpTopic.name_de)
    )
    return (await session.scalars(wanted)).all()


def _sits_at(kind: DeskKind) -> ColumnElement[bool]:
    """The adviser sits at a desk of this kind, by its hours or on single days."""
    is_kind = select(HelpDesk.id).where(HelpDesk.kind == kind, HelpDesk.ended_at.is_(None))
    weekly = select(DeskHoursAdviser.adviser_id).join(DeskHours).where(DeskHours.desk_id.in_(is_kind))
    beside = select(DeskDay.adviser_id).where(DeskDay.kind == DayKind.EXTRA, DeskDay.desk_id.in_(is_kind))
    return or_(Adviser.id.in_(weekly), Adviser.id.in_(beside))


async def topic_of(session: AsyncSession, topic_id: UUID | None) -> HelpTopic:
    """A topic that can be asked about. Raises NotFound."""
    found = await session.get(HelpTopic, topic_id) if topic_id else None
    if found is None or found.ended_at is not None:
        raise NotFound
    return found


async def desks(
    session: AsyncSession, kind: DeskKind | None = None, *, with_ended: bool = False
) -> Sequence[Placed]:
    """The desks in their order, with their venues."""
    wanted = (
        select(HelpDesk, Venue)
        .outerjoin(Venue, Venue.id == HelpDesk.venue_id)
        .order_by(HelpDesk.kind.desc(), HelpDesk.position, HelpDesk.name_de)
    )
    if kind is not None:
        wanted = wanted.where(HelpDesk.kind == kind)
    if not with_ended:
        wanted = wanted.where(HelpDesk.ended_at.is_(None))
    return [Placed(desk, venue) for desk, venue in await session.execute(wanted)]


async def desk_of(session: AsyncSession, desk_id: UUID | None) -> Placed:
    """A desk with its venue. Raises NotFound."""
    row = (
        await session.execute(
            select(HelpDesk, Venue)
            .outerjoin(Venue, Venue.id == HelpDesk.venue_id)
            .where(HelpDesk.id == desk_id)
        )
    ).first()
    if row is None:
        raise NotFound
    return Placed(row[0], row[1])


async def times_ahead(
    session: AsyncSession, placed: Sequence[Placed], *, now: datetime, state: str, days: int | None = None,
    besides: Sequence[UUID] = (),
) -> Schedule:  # fmt: skip
    """The schedule from today as far as the desks may be booked."""
    first = local(now).date()
    ahead = days or max((one.desk.days_ahead for one in placed), default=1)
    return await schedule_of(
        session, [one.desk for one in placed], first=first,
        last=first + timedelta(days=min(ahead, LONGEST_AHEAD)), now=now, state=state, besides=besides,
    )  # fmt: skip


async def whole_of(session: AsyncSession, appointment_id: UUID) -> Whole:
    """One appointment. Raises NotFound."""
    found = await wholes(session, Appointment.id == appointment_id)
    if not found:
        raise NotFound
    return found[0]


async def wholes(
    session: AsyncSession, *wanted: ColumnElement[bool], limit: int | None = None, offset: int = 0,
    latest_first: bool = False,
) -> Sequence[Whole]:  # fmt: skip
    """Appointments in order of time; one statement."""
    order = Appointment.starts_at.desc() if latest_first else Appointment.starts_at
    rows = await session.execute(
        select(Appointment, HelpDesk, Venue, HelpTopic, Adviser, EarlierWish, DeviceModel)
        .join(HelpDesk, HelpDesk.id == Appointment.desk_id)
        .outerjoin(Venue, Venue.id == HelpDesk.venue_id)
        .join(HelpTopic, HelpTopic.id == Appointment.topic_id)
        .join(Adviser, Adviser.id == Appointment.adviser_id)
        .outerjoin(EarlierWish, EarlierWish.appointment_id == Appointment.id)
        .outerjoin(DeviceModel, DeviceModel.id == Appointment.device_model_id)
        .where(*wanted)
        .order_by(order, Adviser.shown_name, Appointment.id)
        .limit(limit)
        .offset(offset)
    )
    return [
        Whole(
            appointment=appointment, desk=desk, venue=venue, topic=topic, adviser=adviser, wish=wish,
            device=device,
        )
        for appointment, desk, venue, topic, adviser, wish, device in rows
    ]  # fmt: skip


async def count_of(session: AsyncSession, *wanted: ColumnElement[bool]) -> int:
    """How many appointments these are."""
    return int(await session.scalar(select(func.count()).select_from(Appointment).where(*wanted)) or 0)


def on_day(day: date) -> ColumnElement[bool]:
    """Appointments that begin on this day by the wall clock."""
    return (Appointment.starts_at >= at_venue(day, time())) & (
        Appointment.starts_at < at_venue(day + timedelta(days=1), time())
    )


def still_there() -> ColumnElement[bool]:
    """Not cancelled."""
    return Appointment.state != AppointmentState.CANCELLED


def booked_after(moment: datetime) -> ColumnElement[bool]:
    """Booked, and not over yet."""
    return (Appointment.state == AppointmentState.BOOKED) & (Appointment.ends_at > moment)


def named_like(typed: str) -> ColumnElement[bool]:
    """Name, telephone number or booking number, as somebody says them."""
    digits = "".join(sign for sign in typed if sign.isdigit()).lstrip("0")
    parts = [
        Appointment.name.icontains(typed, autoescape=True),
        Appointment.reference.icontains(typed, autoescape=True),
    ]
    if len(digits) >= 4:
        parts.append(Appointment.phone.contains(digits, autoescape=True))
    return or_(*parts)


async def unsettled(session: AsyncSession, *, now: datetime, state: str) -> Sequence[Whole]:
    """Appointments ahead whose hour or adviser is gone: somebody has to move or cancel them, or say that they take place."""
    ahead = await wholes(session, booked_after(now), Appointment.agreed_at.is_(None))
    if not ahead:
        return []
    schedule = await schedule_of(
        session, {one.desk.id: one.desk for one in ahead}.values(), first=local(now).date(),
        last=local(max(one.appointment.starts_at for one in ahead)).date(), now=now, state=state,
    )  # fmt: skip
    return [one for one in ahead if not schedule.covers(one.appointment)]


async def advisers(session: AsyncSession) -> Sequence[tuple[Adviser, Person]]:
    """Everybody who helps, active ones first."""
    rows = await session.execute(
        select(Adviser, Person)
        .join(Person, Person.id == Adviser.person_id)
        .order_by(Adviser.is_active.desc(), Adviser.shown_name)
    )
    return [(adviser, person) for adviser, person in rows]


Sitting = Sequence[tuple[DeskHours, Sequence[Adviser]]]
"""The hours of one desk through the week, with who sits there."""


async def hours_of(session: AsyncSession, desk_ids: Collection[UUID]) -> Mapping[UUID, Sitting]:
    """The hours of these desks; two statements, however many."""
    rows = (
        await session.scalars(
            select(DeskHours)
            .where(DeskHours.desk_id.in_(desk_ids))
            .order_by(DeskHours.weekday, DeskHours.opens, DeskHours.valid_from)
        )
    ).all()
    sitting: dict[UUID, list[Adviser]] = {row.id: [] for row in rows}
    for hours_id, adviser in await session.execute(
        select(DeskHoursAdviser.hours_id, Adviser)
        .join(Adviser, Adviser.id == DeskHoursAdviser.adviser_id)
        .where(DeskHoursAdviser.hours_id.in_(list(sitting)))
        .order_by(Adviser.shown_name)
    ):
        sitting[hours_id].append(adviser)
    found: dict[UUID, list[tuple[DeskHours, Sequence[Adviser]]]] = {one: [] for one in desk_ids}
    for row in rows:
        found[row.desk_id].append((row, sitting[row.id]))
    return found


async def weekly_hours(
    session: AsyncSession, desk_ids: Collection[UUID], day: date
) -> Mapping[UUID, Sequence[DeskHours]]:
    """The hours of these desks that hold on this day or begin within four weeks, Monday first."""
    soon = day + timedelta(weeks=4)
    return {
        desk_id: [
            row for row, _ in found if row.valid_from <= soon and (row.valid_until is None or day <= row.valid_until)
        ]
        for desk_id, found in (await hours_of(session, desk_ids)).items()
    }  # fmt: skip


async def days_ahead(
    session: AsyncSession, day: date, desk_id: UUID | None = None
) -> Sequence[tuple[DeskDay, HelpDesk | None, Adviser | None]]:
    """What is different on single days from this one on, everywhere or at one desk."""
    wanted = (
        select(DeskDay, HelpDesk, Adviser)
        .outerjoin(HelpDesk, HelpDesk.id == DeskDay.desk_id)
        .outerjoin(Adviser, Adviser.id == DeskDay.adviser_id)
        .where(DeskDay.day >= day)
        .order_by(DeskDay.day, DeskDay.kind)
    )
    if desk_id is not None:
        wanted = wanted.where(or_(DeskDay.desk_id == desk_id, DeskDay.desk_id.is_(None)))
    return [(row, desk, adviser) for row, desk, adviser in await session.execute(wanted)]


async def lendable_models(session: AsyncSession) -> Sequence[DeviceModel]:
    """The kinds of devices that somebody may wish to see and take along."""
    return (
        await session.scalars(
            select(DeviceModel).where(DeviceModel.is_lendable).order_by(DeviceModel.kind, DeviceModel.name)
        )
    ).all()
