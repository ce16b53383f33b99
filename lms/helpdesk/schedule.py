"""Reading what the times of desks follow from, and reckoning them: hours, days off, and what else the advisers have."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
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
    HelpDesk,
)
from lms.helpdesk.rules import Extra, Plan, Slot, Weekly, chosen, helps_with, is_covered, slots
from lms.kernel.clock import at_venue, local
from lms.kernel.period import Period
from lms.resources.models import Reservation, ReservationState
from lms.resources.reserving import not_of
from lms.scheduling.holidays import days_off
from lms.trainers.busy.models import BusyPeriod
from lms.trainers.models import Absence

LOAD_WINDOW = timedelta(days=28)
Spans = Select[Any, datetime, datetime]
"""Whose, from when, until when."""
LIVE = (AppointmentState.BOOKED, AppointmentState.DONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """The days from `first` to `last` of some desks, as they stand: what the rules need, and who the advisers are."""

    first: date
    last: date
    now: datetime
    desks: Mapping[UUID, HelpDesk]
    plans: Mapping[UUID, Plan]
    advisers: Mapping[UUID, Adviser]
    topics: Mapping[UUID, frozenset[UUID]]
    """Topics by adviser; who has named none helps with everything."""
    busy: Mapping[UUID, Sequence[Period]]
    absent: Mapping[UUID, Sequence[Period]]
    """Absences alone, which are part of `busy`."""
    counts: Mapping[tuple[UUID, date, UUID], int]
    """Appointments by desk, day and adviser."""
    load: Mapping[UUID, int]
    off: Mapping[date, str] = field(default_factory=dict)
    """Public holidays and closing days, with their names."""

    def able(self, topic_id: UUID) -> frozenset[UUID]:
        """The active advisers who help with this topic."""
        return frozenset(
            one
            for one, known in self.topics.items()
            if self.advisers[one].is_active and helps_with(known, topic_id)
        )

    def free(
        self, desk_id: UUID, topic_id: UUID, *, first: date | None = None, last: date | None = None,
        is_team: bool = False,
    ) -> list[Slot]:  # fmt: skip
        """The times that can be booked now. The team may book at shorter notice: until it begins."""
        desk = self.desks[desk_id]
        if desk.ended_at is not None:
            return []
        notice = timedelta(0) if is_team else timedelta(hours=desk.notice_hours)
        most_ahead = local(self.now).date() + timedelta(days=desk.days_ahead)
        return slots(
            self.plans[desk_id],
            max(first or self.first, self.first),
            min(last or self.last, self.last, *((most_ahead,) if not is_team else ())),
            able=self.able(topic_id),
            busy=self.busy,
            earliest=self.now + notice,
            full=self._full(desk),
        )

    def choose(self, slot: Slot, language: str = "") -> Adviser:
        """Who takes it."""
        speaks = {one for one in slot.advisers if not language or language in self.advisers[one].languages}
        everything = len(set().union(*self.topics.values())) + 1
        breadth = {one: len(known) or everything for one, known in self.topics.items()}
        return self.advisers[chosen(slot.advisers, load=self.load, breadth=breadth, speaks=speaks)]

    def covers(self, appointment: Appointment) -> bool:
        """Whether the desk is open for this appointment, with its adviser, who still helps with its topic."""
        adviser = self.advisers.get(appointment.adviser_id)
        desk = self.desks.get(appointment.desk_id)
        if adviser is None or desk is None or not adviser.is_active or desk.ended_at is not None:
            return False
        period = Period(appointment.starts_at, appointment.ends_at)
        if any(period.overlaps(one) for one in self.absent.get(adviser.id, ())):
            return False
        return is_covered(self.plans[desk.id], adviser.id, period)

    def _full(self, desk: HelpDesk) -> frozenset[tuple[date, UUID]]:
        if desk.most_per_adviser is None:
            return frozenset()
        return frozenset(
            (day, who)
            for (where, day, who), count in self.counts.items()
            if where == desk.id and count >= desk.most_per_adviser
        )


async def schedule_of(
    session: AsyncSession,
    desks: Iterable[HelpDesk],
    *,
    first: date,
    last: date,
    now: datetime,
    state: str,
    besides: Sequence[UUID] = (),
) -> Schedule:
    """The schedule of these desks; eleven statements, whatever their number. `besides` are causes that take nobody."""
    by_id = {desk.id: desk for desk in desks}
    period = Period(at_venue(first, time()), at_venue(last + timedelta(days=1), time()))
    off = await days_off(session, state, first, last)
    plans = await plans_of(session, by_id.values(), first=first, last=last, off=off)
    advisers = {one.id: one for one in await session.scalars(select(Adviser).order_by(Adviser.shown_name))}
    topics = await topics_by_adviser(session)
    counts, load = await _counted(session, period)
    absent = await _periods(session, _spans(Absence, advisers, period), advisers)
    busy = await _periods(session, _spans(BusyPeriod, advisers, period), advisers)
    taken = await _periods(session, _reservations(advisers, period, besides), advisers)
    return Schedule(
        first=first,
        last=last,
        now=now,
        desks=by_id,
        plans=plans,
        advisers=advisers,
        topics={one: topics.get(one, frozenset()) for one in advisers},
        busy={one: [*absent.get(one, ()), *busy.get(one, ()), *taken.get(one, ())] for one in advisers},
        absent=absent,
        counts=counts,
        load=load,
        off=off,
    )


async def plans_of(
    session: AsyncSession, desks: Iterable[HelpDesk], *, first: date, last: date, off: Collection[date]
) -> Mapping[UUID, Plan]:
    """When these desks open and who sits there, by their hours and what is different on days; three statements.

    `off` are public holidays and closing days. Absences, and what else advisers have, are not looked at.
    """
    by_id = {desk.id: desk for desk in desks}
    weekly = await _weekly(session, by_id)
    days = (await session.scalars(select(DeskDay).where(DeskDay.day.between(first, last)))).all()
    return {desk.id: _plan(desk, weekly[desk.id], days, off) for desk in by_id.values()}


async def absences(session: AsyncSession, first: date, last: date) -> Mapping[UUID, Sequence[Period]]:
    """When advisers are absent from one day to another, by adviser; one statement."""
    found: dict[UUID, list[Period]] = defaultdict(list)
    for adviser_id, starts_at, ends_at in await session.execute(
        select(Adviser.id, Absence.starts_at, Absence.ends_at)
        .join(Absence, Absence.person_id == Adviser.person_id)
        .where(
            Absence.starts_at < at_venue(last + timedelta(days=1), time()),
            Absence.ends_at > at_venue(first, time()),
        )
    ):
        found[adviser_id].append(Period(starts_at, ends_at))
    return found


async def topics_by_adviser(session: AsyncSession) -> Mapping[UUID, frozenset[UUID]]:
    """What each adviser helps with, of those who have said it; one statement."""
    found: dict[UUID, set[UUID]] = defaultdict(set)
    for adviser_id, topic_id in await session.execute(select(AdviserTopic.adviser_id, AdviserTopic.topic_id)):
        found[adviser_id].add(topic_id)
    return {adviser_id: frozenset(topics) for adviser_id, topics in found.items()}


async def _weekly(session: AsyncSession, desks: Collection[UUID]) -> Mapping[UUID, list[Weekly]]:
    sitting: dict[UUID, set[UUID]] = defaultdict(set)
    for hours_id, adviser_id in await session.execute(
        select(DeskHoursAdviser.hours_id, DeskHoursAdviser.adviser_id)
        .join(DeskHours, DeskHours.id == DeskHoursAdviser.hours_id)
        .where(DeskHours.desk_id.in_(desks))
    ):
        sitting[hours_id].add(adviser_id)
    found: dict[UUID, list[Weekly]] = defaultdict(list)
    for row in await session.scalars(select(DeskHours).where(DeskHours.desk_id.in_(desks))):
        found[row.desk_id].append(
            Weekly(
                row.weekday,
                row.opens,
                row.closes,
                row.valid_from,
                row.valid_until,
                frozenset(sitting[row.id]),
            )
        )
    return found


def _reservations(advisers: Mapping[UUID, Adviser], period: Period, besides: Sequence[UUID]) -> Spans:
    """Sessions that they teach, and appointments at any desk."""
    return select(Reservation.trainer_id, Reservation.starts_at, Reservation.ends_at).where(
        Reservation.trainer_id.in_([one.person_id for one in advisers.values()]),
        Reservation.state == ReservationState.FIRM,
        Reservation.starts_at < period.end,
        Reservation.ends_at > period.start,
        not_of(besides),
    )


def _spans(
    table: type[Absence] | type[BusyPeriod], advisers: Mapping[UUID, Adviser], period: Period
) -> Spans:
    return select(table.person_id, table.starts_at, table.ends_at).where(
        table.person_id.in_([one.person_id for one in advisers.values()]),
        table.starts_at < period.end,
        table.ends_at > period.start,
    )


async def _periods(
    session: AsyncSession,
    statement: Spans,
    advisers: Mapping[UUID, Adviser],
) -> Mapping[UUID, list[Period]]:
    by_person = {one.person_id: one.id for one in advisers.values()}
    found: dict[UUID, list[Period]] = defaultdict(list)
    for person_id, starts_at, ends_at in await session.execute(statement):
        found[by_person[person_id]].append(Period(starts_at, ends_at))
    return found


async def _counted(
    session: AsyncSession, period: Period
) -> tuple[Mapping[tuple[UUID, date, UUID], int], Mapping[UUID, int]]:
    counts: Counter[tuple[UUID, date, UUID]] = Counter()
    for desk_id, adviser_id, starts_at in await session.execute(
        select(Appointment.desk_id, Appointment.adviser_id, Appointment.starts_at).where(
            Appointment.state.in_(LIVE),
            Appointment.starts_at >= period.start,
            Appointment.starts_at < period.end,
        )
    ):
        counts[desk_id, local(starts_at).date(), adviser_id] += 1
    load = await session.execute(
        select(Appointment.adviser_id, func.count())
        .where(
            Appointment.state.in_(LIVE),
            Appointment.starts_at.between(period.start - LOAD_WINDOW, period.end + LOAD_WINDOW),
        )
        .group_by(Appointment.adviser_id)
    )
    return counts, {adviser_id: int(count) for adviser_id, count in load}


def _plan(
    desk: HelpDesk,
    weekly: Sequence[Weekly],
    days: Sequence[DeskDay],
    off: Collection[date],
) -> Plan:
    mine = [one for one in days if one.desk_id in {None, desk.id}]
    return Plan(
        weekly=weekly,
        extra=[
            Extra(one.day, one.opens, one.closes, one.adviser_id)
            for one in mine
            if one.kind is DayKind.EXTRA and one.opens and one.closes and one.adviser_id
        ],
        closed=frozenset(off) | {one.day for one in mine if one.kind is DayKind.CLOSED},
        away={(one.day, one.adviser_id) for one in mine if one.kind is DayKind.AWAY and one.adviser_id},
        slot=timedelta(minutes=desk.slot_minutes),
        buffer=timedelta(minutes=desk.buffer_minutes),
    )
