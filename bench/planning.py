"""Planning: U1 the check of a series against more and more that is planned, R-06 the race for resources, G13 a room booking."""

import asyncio
import os
import random
import statistics
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy import delete, event, insert
from sqlalchemy.ext.asyncio import AsyncSession

from bench.asking import Asker
from bench.places import from_somewhere, postgres_pid
from bench.serving import cpu_of_tree, served
from lms.booking.models import BookerGroup
from lms.booking.service import Bookings
from lms.catalogue.models import Course
from lms.db import Begin, connect
from lms.kernel.clock import at_venue, system_clock
from lms.kernel.tokens import Signer
from lms.migrating import migrate
from lms.people.models import Person
from lms.resources.models import (
    Device,
    DeviceModel,
    Reservation,
    ReservationKind,
    ReservationState,
    Room,
    Venue,
)
from lms.scheduling.feasibility import Need
from lms.scheduling.looking import Looking
from lms.scheduling.rules import WeeklyRule
from lms.scheduling.values import RunPlan, Terms
from lms.settings import Settings
from lms.web.module import Around
from tests.making import make_course, make_person, make_room, make_venue, staff
from tests.postgres import create_database, postgres_server
from tests.races.taking import Resource, furnish, race, take, wish

NOW = datetime(2026, 12, 4, 8, 0, tzinfo=UTC)
FIRST_DAY = date(2027, 1, 5)
A_YEAR = 365
SESSIONS = 50
TURNS = int(os.environ.get("U1_TURNS", "15"))
CLIENTS = int(os.environ.get("R06_CLIENTS", "100"))
TRIES = int(os.environ.get("R06_TRIES", "100"))
RESOURCES = 40
QUARTER = timedelta(minutes=15)
BOOKINGS = int(os.environ.get("G13_BOOKINGS", "100"))
WARM_UP = 10


class Town:
    """Rooms, trainers and devices with so many sessions each over a year."""

    def __init__(self, *, rooms: int, trainers: int, devices: int) -> None:
        self.course: Course = make_course()
        self.venues: Sequence[Venue] = [make_venue("Innovationszentrum"), make_venue("Stadtbibliothek")]
        self.rooms: Sequence[Room] = [
            make_room(self.venues[number % 2], f"Raum {number}", setup_minutes=15, clearup_minutes=15)
            for number in range(rooms)
        ]
        self.trainers: Sequence[Person] = [
            make_person("Kim", f"Nummer{number}") for number in range(trainers)
        ]
        self.model = DeviceModel(slug="tablet", name="Tablet", kind="tablet", turnaround_minutes=15)
        self.devices = [
            Device(inventory_number=f"{number:04}", model_id=self.model.id) for number in range(devices)
        ]

    async def settle(self, begin: Begin) -> None:
        """Write all of it."""
        async with begin() as session:
            for rows in ([self.course, *self.venues, self.model], self.rooms, self.trainers, self.devices):
                session.add_all(rows)
                await session.flush()

    async def fill(self, begin: Begin, each: int) -> None:
        """So many reservations of each resource, none of which overlap, in place of those before."""
        dice = random.Random(each)
        columns = [
            ("room_id", [room.id for room in self.rooms]),
            ("trainer_id", [one.id for one in self.trainers]),
        ]
        columns.append(("device_id", [one.id for one in self.devices]))
        async with begin() as session:
            await session.execute(delete(Reservation))
            for column, ids in columns:
                for resource_id in ids:
                    await self._fill_one(session, column, resource_id, each, dice)

    async def _fill_one(
        self, session: AsyncSession, column: str, resource_id: UUID, each: int, dice: random.Random
    ) -> None:
        quarters = sorted(dice.sample(range(A_YEAR * 6), min(each, A_YEAR * 6)))
        rows = []
        for slot in quarters:
            start = at_venue(FIRST_DAY + timedelta(days=slot // 6), clock_time(8 + slot % 6 * 2))
            rows.append(
                {
                    "id": uuid4(),
                    "starts_at": start,
                    "ends_at": start + 6 * QUARTER,
                    "room_id": None,
                    "trainer_id": None,
                    "device_id": None,
                    column: resource_id,
                    "state": ReservationState.FIRM,
                    "kind": ReservationKind.SESSION,
                    "purpose": "27-0001",
                    "venue_id": self.venues[0].id,
                }
            )
        await session.execute(insert(Reservation.__table__), rows)  # type: ignore[arg-type]

    def plan(self) -> RunPlan:
        """A weekly series over a year with a room, a trainer and twelve tablets."""
        return RunPlan(
            course_id=self.course.id,
            rule=WeeklyRule(FIRST_DAY, clock_time(10), 90, SESSIONS, frozenset({1})),
            terms=Terms(capacity=12),
            room_id=self.rooms[0].id,
            trainer_ids=(self.trainers[0].id,),
            needs=(Need(12, model_id=self.model.id),),
        )


async def run() -> None:
    """Print U1 and R-06 on both databases."""
    with tempfile.TemporaryDirectory() as folder, postgres_server(settings=()) as server:
        for name in ("sqlite", "postgresql"):
            urls = {
                part: f"sqlite:///{Path(folder) / f'{part}.sqlite3'}"
                if name == "sqlite"
                else create_database(server, part)
                for part in ("check", "large", "race")
            }
            for url in urls.values():
                await migrate(url)
            await _check(name, urls["check"])
            await _large(name, urls["large"])
            await _race(name, urls["race"])
            if name == "postgresql":
                await _booking(create_database(server, "booking"))


async def _check(name: str, url: str) -> None:
    """The same plan against 10, 100 and 1,000 sessions of each resource: a growing diary, the same question."""
    begin = connect(url)
    town = Town(rooms=8, trainers=6, devices=30)
    await town.settle(begin)
    first: tuple[float, float] | None = None
    for each in (10, 100, 1000):
        await town.fill(begin, each)
        light, statements, clashes = await _measure(begin, town.plan(), with_alternatives=False)
        wide, all_statements, _ = await _measure(begin, town.plan(), with_alternatives=True)
        first = first or (light, wide)
        print(
            f"U1 database={name} existing_per_resource={each} series={SESSIONS} clashes={clashes} check_ms={light:.1f}"
            f" with_alternatives_ms={wide:.1f} growth={light / first[0]:.2f} growth_with_alternatives={wide / first[1]:.2f}"
            f" statements={statements} statements_with_alternatives={all_statements}"
        )
    await begin.close()


async def _large(name: str, url: str) -> None:
    """A programme as large as the imported one: some 4,000 sessions in 250 rooms."""
    begin = connect(url)
    town = Town(rooms=250, trainers=120, devices=30)
    await town.settle(begin)
    await town.fill(begin, 16)
    light, statements, _ = await _measure(begin, town.plan(), with_alternatives=False)
    wide, all_statements, _ = await _measure(begin, town.plan(), with_alternatives=True)
    print(
        f"U1 database={name} sessions=4000 rooms=250 series={SESSIONS} check_ms={light:.1f} with_alternatives_ms={wide:.1f}"
        f" statements={statements} statements_with_alternatives={all_statements}"
    )
    await begin.close()


async def _measure(begin: Begin, plan: RunPlan, *, with_alternatives: bool) -> tuple[float, int, int]:
    """Median milliseconds on the wall clock, statements, obstacles."""
    looking = Looking("ST", 30)
    asked: list[str] = []
    engine = begin.reading_engine.sync_engine

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    spent = []
    found = 0
    for _ in range(TURNS):
        asked.clear()
        started = time.perf_counter()
        async with begin.reading() as session:
            preview = await looking.preview(session, plan, now=NOW, with_alternatives=with_alternatives)
        spent.append((time.perf_counter() - started) * 1_000)
        found = len(preview.forbidding)
    event.remove(engine, "before_cursor_execute", note)
    return statistics.median(spent), len(asked), found


async def _race(name: str, url: str) -> None:
    resources = await furnish(url, RESOURCES)
    found = await asyncio.to_thread(race, url, resources, clients=CLIENTS, tries=TRIES)
    print(
        f"R-06 database={name} resources={len(resources)} clients={CLIENTS} tries={found.tries} taken={found.taken}"
        f" overlaps={found.overlaps} wrongly_refused={found.wrongly_refused} broken={found.broken} lost={found.lost}"
        f" adjacent={found.adjacent} per_second={found.tries / found.seconds:.0f}"
    )


async def _booking(url: str) -> None:
    """G13: CPU milliseconds of program and database for taking a room, and for a request over HTTP with its approval."""
    await migrate(url)
    begin = connect(url)
    venue = make_venue()
    room = make_room(venue, "Saal", seats=40, is_bookable=True, setup_minutes=15, clearup_minutes=15)
    group = BookerGroup(
        key="vereine", name_de="Vereine", name_en="Clubs", cents_per_hour=800, days_ahead=3650
    )
    async with begin() as session:
        session.add_all([venue, group])
        await session.flush()
        session.add(room)
    surroundings = {"DATABASE_URL": url, "LMS_DEMO": "true", "LMS_TRUSTED_PROXIES": '["127.0.0.1/32"]'}
    database = postgres_pid(url)
    given = Settings(database_url=url, demo=True, _env_file=None)  # type: ignore[call-arg]
    bookings = Bookings(Around(begin, system_clock, given, Signer(given.secret_values)))
    first_day = datetime.now(UTC).date() + timedelta(days=30)
    async with served("lms.app:create_app", settings=surroundings) as server, Asker(server.port) as asker:
        made: list[UUID] = []
        for number in range(WARM_UP):
            await asker.post(
                "/api/v1/bookings", _request(room.id, group.id, first_day, number), from_somewhere()
            )
        before = server.cpu_seconds() + cpu_of_tree(database)
        for number in range(WARM_UP, WARM_UP + BOOKINGS):
            reply = await asker.post(
                "/api/v1/bookings", _request(room.id, group.id, first_day, number), from_somewhere()
            )
            made.append(UUID(reply.json()["id"]))
        asked_ms = (server.cpu_seconds() + cpu_of_tree(database) - before) * 1_000 / BOOKINGS
    before = time.process_time() + cpu_of_tree(database)
    for booking_id in made:
        await bookings.decide(staff(), booking_id=booking_id, choices={})
    approved_ms = (time.process_time() + cpu_of_tree(database) - before) * 1_000 / BOOKINGS
    dice, hall = random.Random(13), Resource("room", room.id)
    before = time.process_time() + cpu_of_tree(database)
    for _ in range(BOOKINGS):
        await take(begin, hall, wish(dice))
    reserved_ms = (time.process_time() + cpu_of_tree(database) - before) * 1_000 / BOOKINGS
    await begin.close()
    print(
        f"G13 database=postgresql bookings={BOOKINGS} lock_look_reserve_ms={reserved_ms:.1f}"
        f" indico_75ms_to_ours={75 / reserved_ms:.1f} request_over_http_ms={asked_ms:.1f} approval_ms={approved_ms:.1f}"
        f" indico_75ms_to_both={75 / (asked_ms + approved_ms):.1f}"
    )


def _request(room_id: UUID, group_id: UUID, first_day: date, number: int) -> dict[str, object]:
    """One hour on a day of its own."""
    day = first_day + timedelta(days=number)
    return {
        "room_id": str(room_id),
        "group_id": str(group_id),
        "series": {"first_day": day.isoformat(), "starts": "10:00:00", "ends": "11:00:00"},
        "people": 10,
        "title": "Probe",
        "contact": {"given_name": "Ada", "family_name": "Lehmann", "email": f"ada{number}@example.com"},
    }
