"""Reading helpers, shifts, hours and allowances, in a session somebody else opened."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from lms.helpdesk.models import (
    Adviser,
    Appointment,
    AppointmentState,
    DayKind,
    DeskDay,
    DeskHours,
    DeskHoursAdviser,
    DeskKind,
    HelpDesk,
    HelpTopic,
)
from lms.kernel.clock import local
from lms.kernel.errors import NotFound
from lms.people.models import Person
from lms.people.rules import is_minor
from lms.resources.models import Venue
from lms.volunteering import rules
from lms.volunteering.models import (
    Duty,
    DutyState,
    Helper,
    HelperLimits,
    HelperRate,
    HelperState,
    HelperTopic,
    HoursEntry,
    HoursProof,
    PaidDuty,
    ProvenDuty,
    Shift,
    ShiftAsk,
    ShiftState,
    ShiftTopic,
)


@dataclass(frozen=True, slots=True)
class Known:
    """A helper with the person and the topics they know about."""

    helper: Helper
    person: Person
    topic_ids: frozenset[UUID] = frozenset()

    def is_minor_on(self, day: date) -> bool:
        """Whether they are under 18 that day."""
        return is_minor(self.person.birth_date, day)

    @property
    def has_consent(self) -> bool:
        """Whether a guardian agrees, now."""
        return self.helper.consented_at is not None and self.helper.consent_ended_at is None

    @property
    def is_adult_beside(self) -> bool:
        """Whether the young may sit beside them."""
        return self.helper.is_experienced


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


@dataclass(frozen=True, slots=True)
class Done:
    """A duty that is over, with the entries about its length; the last one counts."""

    duty: Duty
    shift: Shift
    desk: HelpDesk
    entries: Sequence[HoursEntry]
    proof: HoursProof | None = None
    is_paid: bool = False

    @property
    def latest(self) -> HoursEntry | None:
        """What counts, or waits."""
        return self.entries[-1] if self.entries else None

    @property
    def minutes(self) -> int:
        """Confirmed minutes."""
        return self.latest.minutes if self.latest is not None and self.latest.is_confirmed else 0

    @property
    def is_settled(self) -> bool:
        """On a certificate or in an allowance: nothing changes any more."""
        return self.is_paid or self.proof is not None


async def helper_of(session: AsyncSession, helper_id: UUID, *, lock: bool = False) -> Known:
    """A helper; with `lock` nobody else changes it until the transaction ends. Raises NotFound."""
    wanted = select(Helper).where(Helper.id == helper_id).execution_options(populate_existing=lock)
    helper = await session.scalar(wanted.with_for_update() if lock else wanted)
    if helper is None:
        raise NotFound
    person = await session.get_one(Person, helper.person_id)
    topics = await session.scalars(select(HelperTopic.topic_id).where(HelperTopic.helper_id == helper_id))
    return Known(helper, person, frozenset(topics))


async def helper_of_person(session: AsyncSession, person_id: UUID | None) -> Helper | None:
    """The helper that somebody is."""
    found: Helper | None = await session.scalar(select(Helper).where(Helper.person_id == person_id))
    return found


VIEWS: Mapping[str, ColumnElement[bool]] = {
    "": Helper.state == HelperState.ASKED,
    "dabei": Helper.state == HelperState.APPROVED,
    "beendet": Helper.state.in_((HelperState.ENDED, HelperState.DECLINED)),
    "alle": Helper.id.is_not(None),
}
"""The saved views of the team's list; the first one is what waits for a decision."""


async def helpers_in(session: AsyncSession, *where: ColumnElement[bool]) -> Sequence[Known]:
    """Helpers by name, with their topics; two statements."""
    rows = (
        await session.execute(
            select(Helper, Person)
            .join(Person, Person.id == Helper.person_id)
            .where(*where)
            .order_by(Person.family_name, Person.given_name, Helper.id)
        )
    ).all()
    topics: dict[UUID, set[UUID]] = {}
    for helper_id, topic_id in await session.execute(
        select(HelperTopic.helper_id, HelperTopic.topic_id).where(
            HelperTopic.helper_id.in_([row[0].id for row in rows])
        )
    ):
        topics.setdefault(helper_id, set()).add(topic_id)
    return [Known(row[0], row[1], frozenset(topics.get(row[0].id, ()))) for row in rows]


async def topics(session: AsyncSession) -> Mapping[UUID, HelpTopic]:
    """What people need help with at desks for everybody, in the order of the desk."""
    found = await session.scalars(
        select(HelpTopic)
        .where(HelpTopic.audience == DeskKind.HELP, HelpTopic.ended_at.is_(None))
        .order_by(HelpTopic.position, HelpTopic.name_de)
    )
    return {topic.id: topic for topic in found}


async def desks(session: AsyncSession) -> Sequence[HelpDesk]:
    """Desks at which helpers can sit: those for everybody."""
    found = await session.scalars(
        select(HelpDesk)
        .where(HelpDesk.kind == DeskKind.HELP, HelpDesk.ended_at.is_(None))
        .order_by(HelpDesk.position, HelpDesk.name_de)
    )
    return found.all()


async def limits_of(session: AsyncSession) -> rules.Limits:
    """The centre's limits for the young."""
    row = await session.get(HelperLimits, 1)
    if row is None:
        return rules.Limits()
    return rules.Limits(
        least_age=row.least_age, night_from=row.night_from, night_until=row.night_until, child_from=row.child_from,
        child_until=row.child_until, child_minutes=row.child_minutes, youth_minutes=row.youth_minutes,
        school_until=row.school_until, withdraw_hours=row.withdraw_hours,
    )  # fmt: skip


async def rate_on(session: AsyncSession, day: date) -> HelperRate | None:
    """What is paid for a duty of that day."""
    found: HelperRate | None = await session.scalar(
        select(HelperRate).where(HelperRate.from_day <= day).order_by(HelperRate.from_day.desc()).limit(1)
    )
    return found


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
    """Shifts in order of time with everything about them; seven statements, however many there are."""
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
    """Who sits at the desks all through these shifts without being a helper: adults of the team and trainers. Two statements."""
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
    found: dict[UUID, list[str]] = {}
    for shift in shifts:
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


async def done(session: AsyncSession, *where: ColumnElement[bool]) -> Mapping[UUID, Sequence[Done]]:
    """Duties by helper, in order of time, with what was said about their length; three statements."""
    rows = (
        await session.execute(
            select(Duty, Shift, HelpDesk, HoursProof, PaidDuty.duty_id)
            .join(Shift, Shift.id == Duty.shift_id)
            .join(HelpDesk, HelpDesk.id == Shift.desk_id)
            .outerjoin(ProvenDuty, ProvenDuty.duty_id == Duty.id)
            .outerjoin(HoursProof, HoursProof.id == ProvenDuty.proof_id)
            .outerjoin(PaidDuty, PaidDuty.duty_id == Duty.id)
            .where(Duty.state == DutyState.TAKEN, *where)
            .order_by(Shift.starts_at, Duty.id)
        )
    ).all()
    entries: dict[UUID, list[HoursEntry]] = {}
    for entry in await session.scalars(
        select(HoursEntry)
        .where(HoursEntry.duty_id.in_([row[0].id for row in rows]))
        .order_by(HoursEntry.number)
    ):
        entries.setdefault(entry.duty_id, []).append(entry)
    found: dict[UUID, list[Done]] = {}
    for duty, shift, desk, proof, paid in rows:
        found.setdefault(duty.helper_id, []).append(
            Done(duty, shift, desk, entries.get(duty.id, []), proof, paid is not None)
        )
    return found


def over(now: datetime) -> ColumnElement[bool]:
    """The shift of a duty is over."""
    return and_(Shift.ends_at <= now, Shift.state == ShiftState.OPEN)


def in_month(first: date) -> ColumnElement[bool]:
    """The shift lies in the month that begins on this day."""
    return and_(Shift.day >= first, Shift.day < next_month(first))


def next_month(first: date) -> date:
    """The first day of the month after."""
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1)


async def asks_of(session: AsyncSession, shift_ids: Collection[UUID]) -> Mapping[tuple[UUID, UUID], ShiftAsk]:
    """Questions by shift and helper; one statement."""
    found = await session.scalars(select(ShiftAsk).where(ShiftAsk.shift_id.in_(shift_ids)))
    return {(ask.shift_id, ask.helper_id): ask for ask in found}


async def open_proof(session: AsyncSession, helper_id: UUID) -> HoursProof | None:
    """The certificate that somebody waits for."""
    found: HoursProof | None = await session.scalar(
        select(HoursProof).where(
            HoursProof.helper_id == helper_id, HoursProof.ordered_at.is_(None), HoursProof.ended_at.is_(None)
        )
    )
    return found


def unconfirmed(now: datetime) -> ColumnElement[bool]:
    """Duties that are over and whose length nobody has confirmed."""
    later = aliased(HoursEntry)  # the last entry counts: no other comes after it
    is_last = ~exists().where(later.duty_id == HoursEntry.duty_id, later.number > HoursEntry.number)
    confirmed = exists().where(HoursEntry.duty_id == Duty.id, HoursEntry.is_confirmed, is_last)
    return and_(Duty.state == DutyState.TAKEN, over(now), ~confirmed)


async def to_confirm(
    session: AsyncSession, now: datetime, *where: ColumnElement[bool], most: int
) -> Sequence[Shift]:
    """Shifts that are over and of which somebody's hours are not confirmed, the oldest first; one statement."""
    waiting = select(Duty.shift_id).join(Shift, Shift.id == Duty.shift_id).where(unconfirmed(now))
    found = await session.scalars(
        select(Shift).where(Shift.id.in_(waiting), *where).order_by(Shift.starts_at, Shift.id).limit(most)
    )
    return found.all()


def waits_for_decision() -> ColumnElement[bool]:
    """Applications that the team can decide about: no guardian is missing."""
    return and_(
        Helper.state == HelperState.ASKED,
        or_(
            Helper.guardian_id.is_(None),
            and_(Helper.consented_at.is_not(None), Helper.consent_ended_at.is_(None)),
        ),
    )


async def is_settled(session: AsyncSession, duty_id: UUID) -> bool:
    """Whether the hours of a duty stand on a certificate or in an allowance; one statement."""
    return bool(
        await session.scalar(
            select(
                or_(
                    exists().where(PaidDuty.duty_id == duty_id), exists().where(ProvenDuty.duty_id == duty_id)
                )
            )
        )
    )
