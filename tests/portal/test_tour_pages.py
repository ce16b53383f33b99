"""Travelling kits on their way: where each goes next, and what is packed."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from lms.kernel.rights import Identity
from lms.people.models import Person
from lms.portal.desk.tours.reading import Stop, tours, with_ways
from lms.resources.models import TravelTime, Venue
from lms.resources.queries import TravelTimes
from lms.scheduling.equipping import equip_all
from lms.scheduling.equipping_rules import Need
from lms.scheduling.models import Session, SessionTrainer
from lms.web.module import Around
from tests.inventory import make_kit, stock
from tests.making import FixedClock, make_course, make_person, make_room, make_run, make_venue
from tests.office import counted
from tests.visiting import Browser, sign_in

PATH = "/verwaltung/geraete/reiseplan"
DEFAULT_MINUTES = 30


async def on_tour(house: Around, clock: FixedClock) -> tuple[list[Session], Person]:
    """A kit that is kept in the centre and goes to two villages on one day, with time for the drive."""
    centre, wedringen, satuelle = make_venue("Zentrum"), make_venue("Dorfhaus"), make_venue("Alte Schule")
    centre.district, wedringen.district, satuelle.district = "Haldensleben", "Wedringen", "Satuelle"
    wedringen.key_note = "Beim Ortsbürgermeister"
    course, trainer = make_course(), make_person("Katrin", "Behlau")
    async with house.begin() as session:
        session.add_all([centre, wedringen, satuelle, course, trainer])
        await session.flush()
        session.add(TravelTime(from_id=wedringen.id, to_id=satuelle.id, minutes=45))
    kit = make_kit("Reisekoffer", is_travelling=True, home_id=centre.id)
    shelf = await stock(house, units=2, kit=kit)
    assert shelf.kit
    day = clock().replace(hour=9, minute=0) + timedelta(days=3)
    run = make_run(course)
    async with house.begin() as session:
        session.add(run)
        rooms = [make_room(await session.get_one(Venue, one.id)) for one in (wedringen, satuelle)]
        session.add_all(rooms)
        await session.flush()
        meetings = [
            Session(run_id=run.id, starts_at=day + timedelta(minutes=at), ends_at=day + timedelta(minutes=at + 60),
                    changed_at=clock(), room_id=room.id)
            for at, room in zip((0, 150), rooms, strict=True)
        ]  # fmt: skip
        session.add_all(meetings)
        await session.flush()
        session.add_all(SessionTrainer(session_id=one.id, person_id=trainer.id) for one in meetings)
        need = Need(count=2, kit_id=shelf.kit.id)
        await equip_all(session, meetings, [need], purpose=run.number, travel_minutes=0)
    return meetings, trainer


async def test_a_kit_goes_from_stop_to_stop_on_a_day_and_home_in_the_evening(
    house: Around, clock: FixedClock
) -> None:
    await on_tour(house, clock)

    async with house.begin.reading() as session:
        with counted() as statements:
            found = await tours(session, clock(), DEFAULT_MINUTES)

    assert [
        (
            one.venue.district,
            one.came_from and one.came_from.name,
            one.way_minutes,
            one.is_too_tight,
            one.units,
        )
        for one in found[0].stops
    ] == [("Wedringen", "Zentrum", 30, False, 2), ("Satuelle", "Dorfhaus", 45, False, 2)]
    assert len(statements) == 6


def test_a_drive_that_takes_longer_than_the_time_between_two_stops_is_said() -> None:
    one, other = make_venue("Dorfhaus"), make_venue("Alte Schule")
    ways = TravelTimes(minutes={frozenset((one.id, other.id)): 45}, default_minutes=DEFAULT_MINUTES)
    kit = make_kit(is_travelling=True)

    def stop(venue: Venue, hour: int, minute: int = 0) -> Stop:
        at = datetime(2026, 12, 7, hour, minute, tzinfo=UTC)
        return Stop(
            kit=kit,
            venue=venue,
            starts_at=at,
            ends_at=at + timedelta(hours=1),
            purpose="",
            units=1,
            cause_id=uuid4(),
        )

    found = with_ways([stop(one, 9), stop(other, 10, 30), stop(one, 12, 15)], None, ways, whole=1)

    assert [(leg.way_minutes, leg.is_too_tight) for leg in found] == [(0, False), (45, True), (45, False)]


async def test_the_plan_and_the_packing_list_say_what_a_driver_has_to_know(
    house: Around, clock: FixedClock, client: Browser
) -> None:
    await sign_in(client, house.begin, Identity.RESOURCES)
    assert "Kein Gerätesatz ist als Reise-Gerätesatz" in (await client.get(PATH)).text
    (first, _), _ = await on_tour(house, clock)

    page = (await client.get(PATH)).text
    assert ("30 Minuten ab Zentrum" in page, "45 Minuten ab Dorfhaus" in page) == (True, True)
    assert "Satuelle" in (await client.get(f"{PATH}/liste.csv")).text
    async with house.begin.reading() as session:
        kit = (await tours(session, clock(), DEFAULT_MINUTES))[0].kit
    packing = (await client.get(f"{PATH}/{kit.id}/{first.id}")).text
    said = ["Packliste: Dorfhaus", "Beim Ortsbürgermeister", "Katrin Behlau", "Tablet, 11 Zoll"]
    assert [one for one in said if one not in packing] == []
    assert (await client.get(f"{PATH}/{first.id}/{kit.id}")).status_code == 404
