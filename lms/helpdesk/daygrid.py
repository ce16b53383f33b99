"""A day of the help desk in half hours, adviser by adviser."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.helpdesk.models import Adviser, HelpDesk
from lms.helpdesk.queries import Whole, desks, on_day, still_there, wholes
from lms.helpdesk.rules import openings
from lms.helpdesk.schedule import Schedule, schedule_of
from lms.kernel.clock import at_venue
from lms.kernel.period import Period
from lms.resources.models import Reservation, ReservationKind, ReservationState

HALF_HOUR = timedelta(minutes=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Half an hour of one adviser: what begins in it, whether something goes on, what else they have, where they sit."""

    begins: Sequence[Whole] = ()
    goes_on: bool = False
    busy: Sequence[Reservation] = ()
    desk: HelpDesk | None = None
    is_away: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What the page of a day shows."""

    day: date
    off: str
    """Why nothing is open, when it is a holiday or a closing day."""
    advisers: Sequence[Adviser]
    rows: Sequence[tuple[datetime, Sequence[Cell]]]
    listed: Sequence[Whole]


async def day_of(session: AsyncSession, day: date, *, now: datetime, state: str) -> Day:
    """Everything of one day; the number of statements does not depend on how much there is."""
    placed = await desks(session)
    listed = await wholes(session, on_day(day), still_there())
    schedule = await schedule_of(
        session, [one.desk for one in placed], first=day, last=day, now=now, state=state
    )
    sits = _sitting(schedule, day)
    shown = [
        one
        for one in schedule.advisers.values()
        if one.id in sits or any(each.adviser.id == one.id for each in listed)
    ]
    busy = await _busy(session, shown, day)
    spans = [period for found in sits.values() for period, _ in found]
    spans += [Period(one.appointment.starts_at, one.appointment.ends_at) for one in listed]
    rows = []
    if spans:
        begins = min(period.start for period in spans)
        begins -= timedelta(minutes=begins.minute % 30)
        while begins < max(period.end for period in spans):
            half = Period(begins, begins + HALF_HOUR)
            rows.append((begins, [_cell(one, half, listed, sits, busy, schedule) for one in shown]))
            begins = half.end
    return Day(day=day, off=schedule.off.get(day, ""), advisers=shown, rows=rows, listed=listed)


def _sitting(schedule: Schedule, day: date) -> Mapping[UUID, list[tuple[Period, HelpDesk]]]:
    found: dict[UUID, list[tuple[Period, HelpDesk]]] = {}
    for desk_id, plan in schedule.plans.items():
        for period, who in openings(plan, day):
            for one in who:
                if one in schedule.advisers and schedule.advisers[one].is_active:
                    found.setdefault(one, []).append((period, schedule.desks[desk_id]))
    return found


async def _busy(
    session: AsyncSession, advisers: Sequence[Adviser], day: date
) -> Mapping[UUID, list[Reservation]]:
    by_person = {one.person_id: one.id for one in advisers}
    found: dict[UUID, list[Reservation]] = {}
    rows = await session.scalars(
        select(Reservation)
        .where(
            Reservation.trainer_id.in_(by_person),
            Reservation.state == ReservationState.FIRM,
            Reservation.kind != ReservationKind.APPOINTMENT,
            Reservation.starts_at < at_venue(day + timedelta(days=1), time()),
            Reservation.ends_at > at_venue(day, time()),
        )
        .order_by(Reservation.starts_at)
    )
    for row in rows:
        if row.trainer_id is not None:
            found.setdefault(by_person[row.trainer_id], []).append(row)
    return found


def _cell(
    adviser: Adviser,
    half: Period,
    listed: Sequence[Whole],
    sits: Mapping[UUID, list[tuple[Period, HelpDesk]]],
    busy: Mapping[UUID, list[Reservation]],
    schedule: Schedule,
) -> Cell:
    mine = [one for one in listed if one.adviser.id == adviser.id]
    begins = [one for one in mine if half.start <= one.appointment.starts_at < half.end]
    return Cell(
        begins=begins,
        goes_on=any(one.appointment.starts_at < half.start < one.appointment.ends_at for one in mine),
        busy=[
            one for one in busy.get(adviser.id, ()) if one.starts_at < half.end and half.start < one.ends_at
        ],
        desk=next((desk for period, desk in sits.get(adviser.id, ()) if period.overlaps(half)), None),
        is_away=any(half.overlaps(one) for one in schedule.absent.get(adviser.id, ())),
    )
