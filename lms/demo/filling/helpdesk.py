"""The help desk: three places and consultations for companies, with appointments behind and ahead."""

from collections.abc import Iterator, Mapping
from datetime import datetime, time, timedelta
from uuid import UUID

from sqlalchemy import select

from lms.demo.data import WEEKDAYS
from lms.demo.filling.ground import Ground
from lms.demo.filling.people import Everybody
from lms.demo.shapes import helpdesk as shapes
from lms.enrolment.service.order import READABLE
from lms.helpdesk.models import (
    Adviser,
    AdviserTopic,
    Appointment,
    AppointmentState,
    BookedBy,
    DayKind,
    DeskDay,
    DeskHours,
    DeskHoursAdviser,
    DeskKind,
    DeskPlace,
    EarlierWish,
    HelpDesk,
    HelpTopic,
)
from lms.helpdesk.rooms import hold
from lms.helpdesk.rules import Slot
from lms.helpdesk.schedule import Schedule, schedule_of
from lms.kernel.period import Period
from lms.people.models import Person
from lms.resources.models import Reservation, ReservationKind, Room, Venue

SINCE = timedelta(days=200)
BEHIND, AHEAD = timedelta(days=21), timedelta(days=16)
MISSED_PERCENT, TAKEN_PERCENT = 6, 38
ALL_DAY = time(9), time(16)
STREETS = ("Hagenstraße 4", "Bülstringer Straße 17", "Am Markt 9", "Gartenweg 2", "Lindenallee 31")


async def fill_help_desks(ground: Ground, everybody: Everybody) -> None:
    """Write topics, advisers, desks, hours and appointments, where the advisers are free."""
    demo = ground.demo.helpdesk
    topics = {
        one.key: HelpTopic(
            id=ground.key(), name_de=one.name_de, name_en=one.name_en, hint_de=one.hint_de, hint_en=one.hint_en,
            audience=DeskKind(one.audience), position=10 * (number + 1),
        )
        for number, one in enumerate(demo.topic)
    }  # fmt: skip
    people: Mapping[str, Person] = {**everybody.trainers, **everybody.team}
    advisers = {
        one.person: Adviser(
            id=ground.key(),
            person_id=people[one.person].id,
            shown_name=one.shown_name,
            languages=one.languages,
        )
        for one in demo.adviser
    }
    await ground.put([*topics.values(), *advisers.values()])
    await ground.put(
        AdviserTopic(adviser_id=advisers[one.person].id, topic_id=topics[key].id)
        for one in demo.adviser
        for key in one.topics
    )
    desks = await _desks(ground)
    for one in demo.desk:
        await _hours(ground, one, desks[one.key], advisers)
    await _open_today(ground, demo, desks["zentrum"], advisers)
    await _appointments(ground, desks, topics)


async def hold_rooms(ground: Ground) -> None:
    """What stands in the calendar of the rooms by now is there first: the desks take what is left."""
    for desk in await ground.session.scalars(select(HelpDesk)):
        await hold(ground.session, desk, now=ground.now, state=ground.settings.federal_state)


async def _desks(ground: Ground) -> dict[str, HelpDesk]:
    venues = {
        venue.key: await ground.session.scalar(select(Venue.id).where(Venue.name == venue.name_de))
        for venue in ground.demo.venues
    }
    names = {room.key: room.name_de for venue in ground.demo.venues for room in venue.room}
    rooms = {one.name: one.id for one in await ground.session.scalars(select(Room))}
    desks = {
        one.key: HelpDesk(
            id=ground.key(), name_de=one.name_de, name_en=one.name_en, hint_de=one.hint_de, hint_en=one.hint_en,
            kind=DeskKind(one.kind), place=DeskPlace(one.place), venue_id=venues.get(one.venue),
            room_id=rooms[names[one.room]] if one.room else None,
            districts=one.districts, slot_minutes=one.slot, buffer_minutes=one.buffer, notice_hours=one.notice,
            most_live=one.live, most_per_adviser=one.per_adviser, takes_walk_ins=one.walk_ins,
            number_prefix=one.prefix, questions=one.question, position=10 * (number + 1),
        )
        for number, one in enumerate(ground.demo.helpdesk.desk)
    }  # fmt: skip
    await ground.put(desks.values())
    return desks


async def _hours(ground: Ground, shape: shapes.Desk, desk: HelpDesk, advisers: Mapping[str, Adviser]) -> None:
    for one in shape.hours:
        hours = DeskHours(
            id=ground.key(), desk_id=desk.id, weekday=WEEKDAYS.index(one.weekday), opens=one.opens,
            closes=one.closes, valid_from=ground.today - SINCE,
        )  # fmt: skip
        await ground.put([hours])
        await ground.put(
            DeskHoursAdviser(hours_id=hours.id, adviser_id=advisers[key].id) for key in one.advisers
        )


async def _open_today(
    ground: Ground, demo: shapes.HelpDesks, desk: HelpDesk, advisers: Mapping[str, Adviser]
) -> None:
    """Whoever looks at the demo finds the desk open, on whatever day that is."""
    shape = next(one for one in demo.desk if one.key == "zentrum")
    if any(WEEKDAYS.index(one.weekday) == ground.today.weekday() for one in shape.hours):
        return
    who = dict.fromkeys(key for one in shape.hours for key in one.advisers)
    await ground.put(
        DeskDay(
            id=ground.key(), day=ground.today, kind=DayKind.EXTRA, desk_id=desk.id,
            adviser_id=advisers[key].id, opens=ALL_DAY[0], closes=ALL_DAY[1],
            reason="Offener Tag der Sprechstunde",
        )
        for key in list(who)[:3]
    )  # fmt: skip


async def _appointments(
    ground: Ground, desks: Mapping[str, HelpDesk], topics: Mapping[str, HelpTopic]
) -> None:
    """About a third of the times is taken; a few people have not come, and some would like to come earlier."""
    then = ground.now - BEHIND
    schedule = await schedule_of(
        ground.session, desks.values(), first=(ground.today - BEHIND), last=ground.today + AHEAD, now=then,
        state=ground.settings.federal_state,
    )  # fmt: skip
    visitors = _in_turn(ground.demo.helpdesk.visitors)
    taken: dict[UUID, list[Period]] = {}
    made: list[Appointment] = []
    for key in ("zentrum", "wedringen", "zuhause"):
        desk = desks[key]
        count: dict[tuple[object, UUID], int] = {}
        for slot in _all_slots(schedule, desk, topics):
            if not ground.happens(TAKEN_PERCENT):
                continue
            visitor = next(visitors)
            topic = topics[visitor.topic]
            wanted = Period(slot.starts_at, slot.ends_at + timedelta(minutes=desk.buffer_minutes))
            free = [
                one
                for one in slot.advisers
                if one in schedule.able(topic.id)
                and not any(wanted.overlaps(other) for other in taken.get(one, ()))
                and count.get((slot.day, one), 0) < (desk.most_per_adviser or 99)
            ]
            if not free:
                continue
            adviser = free[len(made) % len(free)]
            count[slot.day, adviser] = count.get((slot.day, adviser), 0) + 1
            taken.setdefault(adviser, []).append(wanted)
            made.append(_appointment(ground, desk, topic, adviser, slot, visitor, len(made)))
    await ground.put(made)
    await ground.put(
        Reservation(
            id=ground.key(), starts_at=one.starts_at,
            ends_at=one.ends_at + timedelta(minutes=schedule.desks[one.desk_id].buffer_minutes),
            trainer_id=schedule.advisers[one.adviser_id].person_id, kind=ReservationKind.APPOINTMENT,
            cause_id=one.id, purpose=one.reference, venue_id=schedule.desks[one.desk_id].venue_id,
        )
        for one in made
    )  # fmt: skip
    later = [one for one in made if one.starts_at > ground.now + timedelta(days=8)]
    await ground.put(
        EarlierWish(
            id=ground.key(), appointment_id=one.id, since=one.created_at, declined=_earlier(schedule, one)
        )
        for one in later[-2:]
    )


def _earlier(schedule: Schedule, one: Appointment) -> list[str]:
    """What was free when they asked: it is not offered to them."""
    return [
        slot.starts_at.isoformat()
        for slot in schedule.free(one.desk_id, one.topic_id)
        if slot.starts_at < one.starts_at
    ]


def _all_slots(schedule: Schedule, desk: HelpDesk, topics: Mapping[str, HelpTopic]) -> list[Slot]:
    """The times of a desk with everybody who is there then, whatever they know."""
    found: dict[tuple[datetime, datetime], set[UUID]] = {}
    for topic in topics.values():
        for slot in schedule.free(desk.id, topic.id):
            found.setdefault((slot.starts_at, slot.ends_at), set()).update(slot.advisers)
    return [Slot(starts, ends, tuple(sorted(who, key=str))) for (starts, ends), who in sorted(found.items())]


def _appointment(
    ground: Ground,
    desk: HelpDesk,
    topic: HelpTopic,
    adviser_id: UUID,
    slot: Slot,
    visitor: shapes.Visitor,
    number: int,
) -> Appointment:
    is_over = slot.ends_at <= ground.now
    state = AppointmentState.BOOKED
    if is_over:
        state = AppointmentState.MISSED if ground.happens(MISSED_PERCENT) else AppointmentState.DONE
    signs = "".join(ground.chance.choice(READABLE) for _ in range(8))
    is_home = desk.place is DeskPlace.HOME
    made_at = min(slot.starts_at - timedelta(days=4), ground.now - timedelta(hours=2))
    return Appointment(
        id=ground.key(),
        reference=f"{signs[:4]}-{signs[4:]}",
        desk_id=desk.id,
        topic_id=topic.id,
        adviser_id=adviser_id,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        name=visitor.name,
        phone=f"+4915112{340000 + number:06}" if visitor.mobile else f"+493904{55000 + number}",
        created_at=made_at,
        way=(BookedBy.ONLINE, BookedBy.PHONE, BookedBy.PHONE, BookedBy.COUNTER)[number % 4],
        note=visitor.note,
        address=f"{STREETS[number % len(STREETS)]}" if is_home else "",
        district=desk.districts[number % len(desk.districts)] if is_home else "",
        state=state,
        state_at=slot.ends_at if is_over else None,
        reminded_at=slot.starts_at - timedelta(hours=20)
        if slot.starts_at < ground.now + timedelta(days=1)
        else None,
    )


def _in_turn(visitors: list[shapes.Visitor]) -> Iterator[shapes.Visitor]:
    while True:
        yield from visitors
