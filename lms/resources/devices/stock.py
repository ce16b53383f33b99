"""Reading the inventory, in a session somebody else opened; each a constant number of statements."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.accounts.models import Account
from lms.audit.models import AuditEntry
from lms.kernel.errors import NotFound
from lms.kernel.period import Period
from lms.people.models import Person
from lms.resources.devices.words import ACTIONS, Gaps, differences, spoken
from lms.resources.models import (
    Device,
    DeviceModel,
    DeviceStatus,
    Kit,
    KitPart,
    Reservation,
    ReservationKind,
    ReservationState,
    Venue,
)
from lms.web.language import gettext, translated

Choices = list[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One unit in the list: with model, kit, the venue at which it lives, and whether it is in repair right now."""

    unit: Device
    model: DeviceModel
    kit: Kit | None
    venue: Venue | None
    is_in_repair: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What a list of units is narrowed down to; empty: nothing."""

    typed: str = ""
    model_id: UUID | None = None
    kit_id: UUID | None = None
    state: str = ""


@dataclass(frozen=True, slots=True)
class Happened:
    """One line of a history, as `staff.history` shows it."""

    at: datetime
    who: str
    what: str
    reason: str = ""
    differences: tuple[str, ...] = ()
    about: str = ""
    path: str = ""


STATES = ("", "im-einsatz", "reparatur", "fehlt", "beschaedigt", "ausgemustert")


async def lines(
    session: AsyncSession, filters: Filters, now: datetime, *, limit: int | None = None, offset: int = 0
) -> tuple[Sequence[Line], int]:
    """Units by inventory number, and how many there are in all; two statements."""
    condition = _condition(filters, now)
    total = await session.scalar(
        select(func.count())
        .select_from(Device)
        .join(DeviceModel, DeviceModel.id == Device.model_id)
        .outerjoin(Kit, Kit.id == Device.kit_id)
        .where(condition)
    )
    wanted = _lines(now).where(condition).order_by(Device.inventory_number).limit(limit).offset(offset)
    return [_line(row) for row in await session.execute(wanted)], total or 0


async def line_of(session: AsyncSession, unit_id: UUID, now: datetime) -> Line:
    """One unit with what belongs to it. Raises NotFound."""
    row = (await session.execute(_lines(now).where(Device.id == unit_id))).first()
    if row is None:
        raise NotFound
    return _line(row)


async def unit_by_number(session: AsyncSession, number: str) -> Device:
    """The unit with this inventory number. Raises NotFound."""
    found = await session.scalar(select(Device).where(Device.inventory_number == number))
    if found is None:
        raise NotFound
    return found


async def coming(
    session: AsyncSession, device_ids: Sequence[UUID], period: Period
) -> Sequence[tuple[Reservation, str]]:
    """What takes these units in a period, firm or asked for, in order of time, with the venue's name; one statement."""
    rows = await session.execute(
        select(Reservation, func.coalesce(Venue.name, ""))
        .outerjoin(Venue, Venue.id == Reservation.venue_id)
        .where(
            Reservation.device_id.in_(device_ids),
            Reservation.state != ReservationState.RELEASED,
            Reservation.starts_at < period.end,
            Reservation.ends_at > period.start,
        )
        .order_by(Reservation.starts_at, Reservation.id)
    )
    return [(reservation, venue) for reservation, venue in rows]


async def gaps_of(session: AsyncSession, kit_ids: Collection[UUID], period: Period) -> Mapping[UUID, Gaps]:
    """What each of these kits lacks in a period, kits that are whole included; three statements."""
    kits = await session.scalars(select(Kit).where(Kit.id.in_(kit_ids)).order_by(Kit.name))
    parts: dict[UUID, list[KitPart]] = defaultdict(list)
    lacking = select(KitPart).where(KitPart.kit_id.in_(kit_ids), KitPart.present < KitPart.expected)
    for part in await session.scalars(lacking.order_by(KitPart.name)):
        parts[part.kit_id].append(part)
    missing, in_repair = defaultdict(list), defaultdict(list)
    rows = await session.execute(
        select(Device.kit_id, Device.inventory_number, Device.status, _repair(period.start, period.end))
        .where(Device.kit_id.in_(kit_ids), Device.status != DeviceStatus.RETIRED)
        .order_by(Device.inventory_number)
    )
    for kit_id, number, status, broken in rows:
        if status == DeviceStatus.MISSING:
            missing[kit_id].append(number)
        elif broken:
            in_repair[kit_id].append(number)
    return {
        kit.id: Gaps(kit=kit, parts=parts[kit.id], missing=missing[kit.id], in_repair=in_repair[kit.id])
        for kit in kits
    }


async def model_choices(session: AsyncSession) -> Choices:
    """Every model in the reader's language, for a field of a form."""
    rows = await session.execute(
        select(DeviceModel.id, DeviceModel.name, DeviceModel.name_en).order_by(DeviceModel.name)
    )
    return [(str(key), spoken(name, name_en)) for key, name, name_en in rows]


async def kit_choices(session: AsyncSession) -> Choices:
    """Every kit in the reader's language, for a field of a form."""
    rows = await session.execute(select(Kit.id, Kit.name, Kit.name_en).order_by(Kit.name))
    return [(str(key), spoken(name, name_en)) for key, name, name_en in rows]


async def venue_choices(session: AsyncSession) -> Choices:
    """Every venue, for a field of a form."""
    rows = await session.execute(select(Venue.id, Venue.name).order_by(Venue.name))
    return [(str(key), name) for key, name in rows]


async def history_of(session: AsyncSession, kind: str, object_id: UUID, *, limit: int = 50) -> list[Happened]:
    """What has happened to a unit, a model or a kit, newest first; one statement."""
    rows = await session.execute(
        select(AuditEntry, Person.given_name, Person.family_name)
        .outerjoin(Account, Account.id == AuditEntry.actor_id)
        .outerjoin(Person, Person.id == Account.person_id)
        .where(AuditEntry.object_kind == kind, AuditEntry.object_id == object_id)
        .order_by(AuditEntry.number.desc())
        .limit(limit)
    )
    return [
        Happened(
            at=entry.at,
            who=f"{given or ''} {family or ''}".strip() or gettext("Automatically"),
            what=translated(ACTIONS.get(entry.action, ACTIONS[f"{kind}.changed"])),
            reason=entry.reason,
            differences=tuple(differences(entry.before, entry.after)),
        )
        for entry, given, family in rows
    ]


def _lines(now: datetime) -> Select[*tuple[Any, ...]]:
    return (
        select(Device, DeviceModel, Kit, Venue, _repair(now, now))
        .join(DeviceModel, DeviceModel.id == Device.model_id)
        .outerjoin(Kit, Kit.id == Device.kit_id)
        .outerjoin(Venue, Venue.id == case((Kit.id.is_not(None), Kit.home_id), else_=Device.home_id))
    )


def _line(row: Any) -> Line:
    unit, model, kit, venue, is_in_repair = row
    return Line(unit=unit, model=model, kit=kit, venue=venue, is_in_repair=bool(is_in_repair))


def _repair(start: datetime, end: datetime) -> ColumnElement[bool]:
    begun = Reservation.starts_at < end if end > start else Reservation.starts_at <= start
    return (
        select(Reservation.id)
        .where(
            Reservation.device_id == Device.id,
            Reservation.kind == ReservationKind.REPAIR,
            Reservation.state == ReservationState.FIRM,
            begun,
            Reservation.ends_at > start,
        )
        .correlate(Device)
        .exists()
    )


def _condition(filters: Filters, now: datetime) -> ColumnElement[bool]:
    usable = Device.status == DeviceStatus.USABLE
    by_state: Mapping[str, ColumnElement[bool]] = {
        "": Device.status != DeviceStatus.RETIRED,
        "im-einsatz": and_(usable, ~_repair(now, now)),
        "reparatur": _repair(now, now),
        "fehlt": Device.status == DeviceStatus.MISSING,
        "beschaedigt": and_(Device.condition == "damaged", Device.status != DeviceStatus.RETIRED),
        "ausgemustert": Device.status == DeviceStatus.RETIRED,
    }
    wanted = [by_state.get(filters.state, by_state[""])]
    if filters.model_id:
        wanted.append(Device.model_id == filters.model_id)
    if filters.kit_id:
        wanted.append(Device.kit_id == filters.kit_id)
    return and_(*wanted, *(_names(word) for word in filters.typed.lower().split()))


def _names(word: str) -> ColumnElement[bool]:
    columns = (
        Device.inventory_number,
        Device.serial_number,
        Device.note,
        DeviceModel.name,
        DeviceModel.name_en,
        func.coalesce(Kit.name, ""),
    )
    return or_(*(func.lower(column).contains(word, autoescape=True) for column in columns))
