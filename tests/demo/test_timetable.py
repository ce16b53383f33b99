"""The runs of the demo can all be held: rooms are open, nobody is in two places, devices suffice.

A run that skips holidays may be pushed back, by the long summer holiday at most; so it is given its slot
for that much longer. What passes here fits on whatever day the demo is made.
"""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import time
from itertools import combinations, product

from lms.demo.data import WEEKDAYS, read_demo
from lms.demo.shapes.programme import Run
from lms.demo.shapes.words import Weekday

DEMO = read_demo()
COURSES = {course.slug: course for course in DEMO.courses}
VENUE_OF = {room.key: venue for venue in DEMO.venues for room in venue.room}
ROOMS = DEMO.rooms()
LONGEST_HOLIDAY_WEEKS = 8
WAY_MINUTES = 15
HANDING_OUT_MINUTES = 15


@dataclass(frozen=True)
class Slot:
    """When a run takes place, in minutes of the day, and for how many weeks it keeps that time."""

    run: Run
    weekdays: frozenset[Weekday]
    weeks: tuple[int, int]
    begins: int
    ends: int

    def meets(self, other: "Slot", *, margin: int = 0) -> bool:
        return (
            bool(self.weekdays & other.weekdays)
            and self.weeks[0] <= other.weeks[1]
            and other.weeks[0] <= self.weeks[1]
            and self.begins - margin < other.ends
            and other.begins < self.ends + margin
        )

    def covers(self, weekday: Weekday, week: int, moment: int) -> bool:
        return (
            weekday in self.weekdays
            and self.weeks[0] <= week <= self.weeks[1]
            and self.begins - HANDING_OUT_MINUTES <= moment < self.ends + HANDING_OUT_MINUTES
        )


def minutes(moment: time) -> int:
    return moment.hour * 60 + moment.minute


def slot_of(run: Run) -> Slot:
    course = COURSES[run.course]
    sessions = run.sessions or course.sessions
    last = run.week if run.block else run.week + (sessions - 1) * run.interval_weeks
    last += 0 if run.through_holidays else LONGEST_HOLIDAY_WEEKS
    if run.weekday == "today":
        weekdays: frozenset[Weekday] = frozenset(WEEKDAYS)
    else:
        first = WEEKDAYS.index(run.weekday)
        weekdays = frozenset(WEEKDAYS[first : first + sessions] if run.block else [run.weekday])
    begins = minutes(run.start)
    return Slot(run, weekdays, (run.week, last), begins, begins + (run.minutes or course.minutes))


SLOTS = [slot_of(run) for run in DEMO.runs if run.situation != "cancelled"]
PAIRS = list(combinations(SLOTS, 2))


def test_rooms_are_open_when_a_run_meets() -> None:
    outside = [
        (slot.run.number, weekday)
        for slot in SLOTS
        if slot.run.room
        for weekday in sorted(slot.weekdays)
        if not any(
            hours.weekday == weekday
            and minutes(hours.opens) <= slot.begins
            and slot.ends <= minutes(hours.closes)
            for hours in VENUE_OF[slot.run.room].opening_hours
        )
    ]
    assert outside == []


def test_no_room_is_taken_twice_with_setting_up_and_clearing_up() -> None:
    twice = []
    for one, other in PAIRS:
        if one.run.room is None or one.run.room != other.run.room:
            continue
        room = ROOMS[one.run.room]
        if one.meets(other, margin=room.setup_minutes + room.clear_up_minutes):
            twice.append((one.run.number, other.run.number))
    assert twice == []


def test_no_trainer_is_in_two_places() -> None:
    torn = [
        (one.run.number, other.run.number)
        for one, other in PAIRS
        if {*one.run.trainers} & {*other.run.trainers}
        and one.meets(other, margin=WAY_MINUTES if one.run.room != other.run.room else 0)
    ]
    assert torn == []


def test_there_are_enough_devices_at_any_time() -> None:
    kinds = {model.key: model.kind for model in DEMO.devices.model}
    broken = {note.number for note in DEMO.devices.note if note.state != "usable"}
    stock: Counter[str] = Counter(
        kinds[device.model] for device in DEMO.inventory() if device.number not in broken
    )
    short = set()
    for weekday, week, moment in product(WEEKDAYS, {s.weeks[0] for s in SLOTS}, {s.begins for s in SLOTS}):
        wanted: Counter[str] = Counter()
        for slot in SLOTS:
            if slot.covers(weekday, week, moment):
                wanted.update({need.kind: need.count for need in COURSES[slot.run.course].device_needs})
        short |= {(weekday, week, moment, kind) for kind, count in wanted.items() if count > stock[kind]}
    assert sorted(short) == []


def test_courses_that_promise_a_hearing_loop_meet_where_there_is_one() -> None:
    rooms = {run.room for run in DEMO.runs if run.course == "bedienungshilfen"}
    assert [room for room in rooms if room is None or not ROOMS[room].hearing_loop] == []


def test_courses_that_promise_a_time_of_day_keep_it() -> None:
    hours = {"Vormittag": range(8, 12), "Nachmittag": range(12, 17), "Abend": range(17, 21)}
    otherwise = [
        (run.number, word)
        for run in DEMO.runs
        for word in re.findall(r"\b(Vormittag|Nachmittag|Abend)(?:en?)?\b", COURSES[run.course].text_de)
        if run.start.hour not in hours[word]
    ]
    assert otherwise == []
