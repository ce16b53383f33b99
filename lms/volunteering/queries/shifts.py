"""Shifts with everything about them, and who has taken them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.helpdesk.models import (
    Adviser,
    Appointment,
    AppointmentState,
    DayKind,
    DeskDay,
    DeskHours,
    DeskHoursAdviser,
    HelpDesk,
)
from lms.helpdesk.schedule import absences
from lms.kernel.clock import local
from lms.kernel.errors import NotFound
from lms.kernel.period import Period
from lms.resources.models import Venue
from lms.volunteering import rules
from lms.volunteering.models import (
    Duty,
    DutyState,
    Helper,
    HelperState,
    Shift,
    ShiftAsk,
    ShiftTopic,
)
from lms.volunteering.queries.helpers import Known, helpers_in


@dataclass(frozen=True, slots=True)
class Taken:
    """A helper in a shift."""

    duty: Duty
    known: Known


@dataclass(frozen=True, slots=True)
class Planned:
    """A shift with its desk, its topics, who has taken it, and who of the desk's own advisers is there."""

    shift: Shift
    desk: HelpDesk
    venue: Venue | None
    topic_ids: frozenset[UUID] = frozenset()
    taken: Sequence[Taken] = ()
    advisers: Sequence[str] = ()
    booked: Mapping[UUID, int] = field(default_factory=dict)

    @property
    def free(self) -> int:
        """Places that nobody has taken."""
        return max(0, self.shift.places - len(self.taken))

    @property
    def minors(self) -> Sequence[Taken]:
        """Those under 18 that day."""
        return [one for one in self.taken if one.known.is_minor_on(self.shift.day)]

    @property
    def has_adult(self) -> bool:
        """Whether an experienced adult or somebody of the desk itself is there."""
        return bool(self.advisers) or any(
            one.known.is_adult_beside and not one.known.is_minor_on(self.shift.day) for one in self.taken
        )

    @property
    def lacks_adult(self) -> bool:
        """Whether somebody under 18 would be alone."""
        return rules.needs_adult(taken_by_minors=bool(self.minors), has_adult=self.has_adult)

    @property
    def wanted_topics(self) -> Mapping[UUID, int]:
        """Topics of the shift and of the appointments booked then, with how many appointments each."""
        return dict.fromkeys(self.topic_ids, 0) | dict(self.booked)


async def shift_of(session: AsyncSession, shift_id: UUID, *, lock: bool = False) -> Shift:
    """A shift; with `lock` nobody else takes a place of it meanwhile. Raises NotFound."""
    wanted = select(Shift).where(Shift.id == shift_id).execution_options(populate_existing=lock)
    found: Shift | None = await session.scalar(wanted.with_for_update() if lock else wanted)
    if found is None:
        raise NotFound
    return found


async def planned_shift(session: AsyncSession, shift_id: UUID) -> Planned:
    """One shift with everything about it. Raises NotFound."""
    found = await planned(session, Shift.id == shift_id)
    if not found:
        raise NotFound
    return found[0]


async def planned(session: AsyncSession, *where: ColumnElement[bool]) -> Sequence[Planned]:
    """Shifts in order of time with everything about them; eight statements, however many there are."""
    rows = (
        await session.execute(
            select(Shift, HelpDesk, Venue)
            .join(HelpDesk, HelpDesk.id == Shift.desk_id)
            .outerjoin(Venue, Venue.id == HelpDesk.venue_id)
            .where(*where)
            .order_by(Shift.starts_at, HelpDesk.position, HelpDesk.name_de, Shift.id)
            .execution_options(populate_existing=True)
        )
    ).all()
    if not rows:
        return []
    shifts = [row[0] for row in rows]
    ids = [shift.id for shift in shifts]
    topic_ids: dict[UUID, set[UUID]] = {}
    for shift_id, topic_id in await session.execute(
        select(ShiftTopic.shift_id, ShiftTopic.topic_id).where(ShiftTopic.shift_id.in_(ids))
    ):
        topic_ids.setdefault(shift_id, set()).add(topic_id)
    duties = (
        await session.scalars(
            select(Duty)
            .where(Duty.shift_id.in_(ids), Duty.state.in_((DutyState.TAKEN, DutyState.MISSED)))
            .order_by(Duty.seat)
            .execution_options(populate_existing=True)
        )
    ).all()
    known = {
        one.helper.id: one
        for one in await helpers_in(session, Helper.id.in_({duty.helper_id for duty in duties}))
    }
    taken: dict[UUID, list[Taken]] = {}
    for duty in duties:
        if duty.state is DutyState.TAKEN:
            taken.setdefault(duty.shift_id, []).append(Taken(duty, known[duty.helper_id]))
    advisers = await _advisers(session, shifts)
    booked = await _booked(session, shifts)
    return [
        Planned(
            shift, desk, venue, frozenset(topic_ids.get(shift.id, ())), taken.get(shift.id, []),
            advisers.get(shift.id, ()), booked.get(shift.id, {}),
        )
        for shift, desk, venue in rows
    ]  # fmt: skip


async def _advisers(session: AsyncSession, shifts: Sequence[Shift]) -> Mapping[UUID, Sequence[str]]:
    """Who sits at the desks all through these shifts without being a helper: adults of the team and trainers, unless absent. Three statements."""
    days = {shift.day for shift in shifts}
    is_helper = exists().where(Helper.person_id == Adviser.person_id, Helper.state != HelperState.DECLINED)
    rows = (
        await session.execute(
            select(DeskHours, Adviser)
            .join(DeskHoursAdviser, DeskHoursAdviser.hours_id == DeskHours.id)
            .join(Adviser, Adviser.id == DeskHoursAdviser.adviser_id)
            .where(DeskHours.desk_id.in_({shift.desk_id for shift in shifts}), Adviser.is_active, ~is_helper)
        )
    ).all()
    different = (await session.scalars(select(DeskDay).where(DeskDay.day.in_(days)))).all()
    absent = await absences(session, min(days), max(days))
    found: dict[UUID, list[str]] = {}
    for shift in shifts:
        during = Period(shift.starts_at, shift.ends_at)
        begins, ends = local(shift.starts_at).time(), local(shift.ends_at).time()
        of_day = [one for one in different if one.day == shift.day]
        if any(one.kind is DayKind.CLOSED and one.desk_id == shift.desk_id for one in of_day):
            continue
        away = {
            one.adviser_id
            for one in of_day
            if one.kind is DayKind.AWAY and one.desk_id in {None, shift.desk_id}
        }
        for hours, adviser in rows:
            if (
                hours.desk_id == shift.desk_id
                and hours.weekday == shift.day.weekday()
                and hours.valid_from <= shift.day
                and (hours.valid_until is None or shift.day <= hours.valid_until)
                and hours.opens <= begins
                and ends <= hours.closes
                and adviser.id not in away
                and not any(during.overlaps(one) for one in absent.get(adviser.id, ()))
                and adviser.shown_name not in found.get(shift.id, ())
            ):
                found.setdefault(shift.id, []).append(adviser.shown_name)
    return found


async def _booked(session: AsyncSession, shifts: Sequence[Shift]) -> Mapping[UUID, Mapping[UUID, int]]:
    """How many appointments of each topic are booked at the desk that day; one statement."""
    first, last = min(shift.starts_at for shift in shifts), max(shift.ends_at for shift in shifts)
    day = timedelta(days=1)
    rows = (
        await session.execute(
            select(Appointment.desk_id, Appointment.topic_id, Appointment.starts_at).where(
                Appointment.desk_id.in_({shift.desk_id for shift in shifts}),
                Appointment.starts_at >= first - day,
                Appointment.starts_at <= last + day,
                Appointment.state == AppointmentState.BOOKED,
            )
        )
    ).all()
    found: dict[UUID, dict[UUID, int]] = {}
    for shift in shifts:
        for desk_id, topic_id, starts_at in rows:
            if desk_id == shift.desk_id and local(starts_at).date() == shift.day:
                counted = found.setdefault(shift.id, {})
                counted[topic_id] = counted.get(topic_id, 0) + 1
    return found


async def duties_of(
    session: AsyncSession, helper_id: UUID, *where: ColumnElement[bool]
) -> Sequence[tuple[Duty, Shift, HelpDesk, Venue | None]]:
    """The shifts somebody has taken, in order of time; one statement."""
    rows = await session.execute(
        select(Duty, Shift, HelpDesk, Venue)
        .join(Shift, Shift.id == Duty.shift_id)
        .join(HelpDesk, HelpDesk.id == Shift.desk_id)
        .outerjoin(Venue, Venue.id == HelpDesk.venue_id)
        .where(Duty.helper_id == helper_id, *where)
        .order_by(Shift.starts_at)
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]


async def asks_of(session: AsyncSession, shift_ids: Collection[UUID]) -> Mapping[tuple[UUID, UUID], ShiftAsk]:
    """Questions by shift and helper; one statement."""
    found = await session.scalars(select(ShiftAsk).where(ShiftAsk.shift_id.in_(shift_ids)))
    return {(ask.shift_id, ask.helper_id): ask for ask in found}
