"""When trainers are busy by their own calendar: read by the worker, kept as periods, said as a warning (F-K07)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from lms.catalogue.models import CourseTopic
from lms.db import Begin
from lms.jobs.worker import Worker
from lms.kernel.actor import Actor
from lms.kernel.errors import Forbidden, NotFound
from lms.kernel.period import Period
from lms.kernel.rights import Identity
from lms.messaging.models import Letter
from lms.people.models import Person
from lms.scheduling.demands import Condition, Ground, demands_of, wanted_of
from lms.scheduling.errors import Hindrance, Taken, TrainerCannot
from lms.scheduling.feasibility import load_world, obstacles
from lms.scheduling.models import SessionTrainer
from lms.scheduling.queries import sessions_of
from lms.scheduling.service import Scheduling
from lms.scheduling.service.assigning import listed
from lms.scheduling.stand_ins import candidates
from lms.trainers.busy.errors import AddressUnfit, TooManyCalendars
from lms.trainers.busy.models import BusyCalendar, BusyPeriod, Failure
from lms.trainers.busy.service import BusyCalendars
from lms.trainers.models import Trainer
from lms.web.module import Around
from tests.making import BOTH, FixedClock, make_person
from tests.office import TEAM, Office, open_office
from tests.trainers.busy.strangers import answer, calendar, hour, serving

pytestmark = BOTH


@pytest.fixture
async def office(house: Around) -> Office:
    return await open_office(house)


def trainer(person: Person) -> Actor:
    return Actor(identities=frozenset({Identity.TRAINER}), account_id=uuid4(), person_id=person.id)


def reading(house: Around, host: str) -> BusyCalendars:
    """The service of a centre whose operator trusts this host."""
    return BusyCalendars(
        replace(house, settings=house.settings.model_copy(update={"calendar_hosts": [host]}))
    )


async def named(busy: BusyCalendars, whose: Person, address: str) -> UUID:
    calendar_id = uuid4()
    await busy.add(trainer(whose), person_id=whose.id, calendar_id=calendar_id, address=address)
    return calendar_id


async def read(busy: BusyCalendars, calendar_id: UUID) -> None:
    await busy.read({"calendar_id": str(calendar_id)})


async def periods(begin: Begin) -> Sequence[tuple[datetime, datetime]]:
    async with begin.reading() as session:
        rows = await session.execute(
            select(BusyPeriod.starts_at, BusyPeriod.ends_at).order_by(BusyPeriod.starts_at)
        )
        return [(start, end) for start, end in rows]


async def state(begin: Begin, calendar_id: UUID) -> BusyCalendar:
    async with begin.reading() as session:
        return await session.get_one(BusyCalendar, calendar_id)


async def test_only_from_when_to_when_is_kept_and_the_address_lies_sealed(
    house: Around, office: Office, begin: Begin
) -> None:
    text = calendar(hour("20261207", "SUMMARY:Zahnarzt", uid="a"), hour("20261207", uid="b"))

    async with serving(lambda _path, _headers: answer(text)) as host:
        busy = reading(house, host)
        calendar_id = await named(busy, office.trainer, f"http://{host}/secret-key.ics")
        await read(busy, calendar_id)

    assert [f"{start:%d %H}-{end:%H}" for start, end in await periods(begin)] == ["07 10-11"]
    kept = await state(begin, calendar_id)
    assert (kept.host, kept.failure, kept.read_at) == ("127.0.0.1", Failure.NONE, house.clock())
    assert "secret-key" not in kept.sealed_address + kept.fingerprint
    assert busy.sealer.open(kept.sealed_address).endswith("/secret-key.ics")


async def test_what_cannot_be_read_leaves_the_last_good_state_and_is_told_after_a_week(
    house: Around, office: Office, begin: Begin, jobs: Worker, clock: FixedClock
) -> None:
    says = [answer(calendar(hour("20261221")))]

    async with serving(lambda _path, _headers: says[0]) as host:
        busy = reading(house, host)
        calendar_id = await named(busy, office.trainer, f"http://{host}/a.ics")
        await jobs.drain()  # the worker of this house trusts no host of its own
        await read(busy, calendar_id)
        says[0] = answer(b"<html>Wartung</html>")
        for _ in range(3):
            clock.forward(days=4)
            await read(busy, calendar_id)
    kept = await state(
        begin, calendar_id
    )  # before the worker of this house, which trusts no host, tries as well
    await jobs.drain()

    assert (kept.failure, len(await periods(begin))) == (Failure.UNREADABLE, 1)
    assert kept.tried_at == clock()
    async with begin.reading() as session:
        [letter] = (await session.scalars(select(Letter).where(Letter.kind == "calendar_unread"))).all()
    assert letter.subject == "Wir können Ihren Kalender nicht lesen"
    assert "iCal-Format" in letter.text


async def test_a_new_state_takes_the_place_of_the_old_one_and_our_own_dates_in_it_do_not_count(
    house: Around, office: Office, begin: Begin
) -> None:
    run = await office.run(sessions=1)
    async with begin.reading() as session:
        [meeting] = (await sessions_of(session, [run.id]))[run.id]
    says = [calendar(hour("20261207")), calendar(hour("20261209"), hour("20261208", uid=str(meeting.id)))]

    async with serving(lambda _path, _headers: answer(says.pop(0))) as host:
        busy = reading(house, host)
        calendar_id = await named(busy, office.trainer, f"http://{host}/a.ics")
        await read(busy, calendar_id)
        await read(busy, calendar_id)

    assert [f"{start:%d}" for start, _ in await periods(begin)] == ["09"]


async def test_only_the_trainer_and_the_team_name_calendars_five_at_most_and_none_twice(
    house: Around, office: Office, begin: Begin
) -> None:
    other = make_person("Nina", "Winter")
    busy = BusyCalendars(house)
    with pytest.raises(Forbidden):
        await busy.add(
            trainer(other), person_id=office.trainer.id, calendar_id=uuid4(), address="https://example.org/a"
        )
    with pytest.raises(AddressUnfit):
        await named(busy, office.trainer, "http://example.org/a.ics")

    for name in "abcde":
        await named(busy, office.trainer, f"webcal://example.org/{name}.ics")
    await named(busy, office.trainer, "https://example.org/a.ics")
    with pytest.raises(TooManyCalendars):
        await named(busy, office.trainer, "https://example.org/f.ics")

    async with begin.reading() as session:
        ids = (await session.scalars(select(BusyCalendar.id))).all()
    assert len(ids) == 5
    with pytest.raises(NotFound):
        await busy.remove(trainer(other), person_id=other.id, calendar_id=ids[0])
    await busy.remove(trainer(office.trainer), person_id=office.trainer.id, calendar_id=ids[0])
    await busy.remove(trainer(office.trainer), person_id=office.trainer.id, calendar_id=ids[0])
    await read(busy, ids[0])  # ordered before it was removed: nothing is there to read


async def test_every_calendar_is_read_anew_when_its_time_has_come(
    house: Around, office: Office, begin: Begin, clock: FixedClock
) -> None:
    busy = BusyCalendars(house)
    calendar_id = await named(busy, office.trainer, "https://example.org/a.ics")
    clock.forward(hours=house.settings.calendar_hours)

    await busy.enqueue_due()
    await busy.enqueue_due()

    assert (await state(begin, calendar_id)).due_at == clock() + timedelta(
        hours=house.settings.calendar_hours
    )


async def engaged(begin: Begin, person: Person, day: date) -> None:
    """Somebody is busy the whole day by their own calendar."""
    start = datetime.combine(day, time(), tzinfo=datetime.now().astimezone().tzinfo)
    async with begin() as session:
        known = BusyCalendar(
            person_id=person.id, sealed_address="", fingerprint="", host="x", created_at=start, due_at=start
        )
        session.add(known)
        await session.flush()
        session.add(
            BusyPeriod(
                calendar_id=known.id, person_id=person.id, starts_at=start, ends_at=start + timedelta(days=1)
            )
        )


async def test_planning_warns_and_forbids_nothing_and_nobody_busy_is_asked_to_stand_in(
    house: Around, office: Office, begin: Begin
) -> None:
    other = make_person("Nina", "Winter")
    async with begin() as session:
        session.add_all([other, CourseTopic(course_id=office.course.id, topic_id=office.topic.id)])
        await session.flush()
        session.add(Trainer(person_id=other.id, topics=[office.topic.slug]))
    run = await office.run(sessions=1)
    for person in (office.trainer, other):
        await engaged(begin, person, date(2026, 12, 8))
    ground = Ground("ST", 30)

    async with begin.reading() as session:
        [meeting] = (await sessions_of(session, [run.id]))[run.id]
        period = Period(meeting.starts_at, meeting.ends_at)
        demands = (await demands_of(session, {run.id: run}))[run.id]
        wanted = wanted_of(
            demands, [Condition(period=period, room_id=None, trainer_ids=(office.trainer.id,))]
        )
        world = await load_world(session, wanted, state="ST", travel_minutes=30, besides=[meeting.id])
        found = [(one.taken, one.is_hint) for one in obstacles(wanted, world)]
        [candidate] = await candidates(session, meeting, run, ground)

    assert (Taken.ENGAGED, True) in found
    assert not candidate.is_free
    assert [one.taken for one in candidate.in_the_way] == [Taken.ENGAGED]


async def test_who_is_busy_is_put_down_for_a_run_only_when_that_is_agreed(
    house: Around, office: Office, begin: Begin
) -> None:
    other = make_person("Nina", "Winter")
    async with begin() as session:
        session.add(other)
        await session.flush()
        session.add(Trainer(person_id=other.id))
    run = await office.run(sessions=1)
    await engaged(begin, other, date(2026, 12, 8))
    scheduling = Scheduling(house)

    with pytest.raises(TrainerCannot) as refusal:
        await scheduling.name_trainers(
            TEAM, run_id=run.id, trainer_ids=[other.id], seen=listed([office.trainer.id])
        )
    assert [one.why for one in refusal.value.obstacles] == [Hindrance.ENGAGED]

    await scheduling.name_trainers(
        TEAM, run_id=run.id, trainer_ids=[other.id], seen=listed([office.trainer.id]), is_agreed=True
    )

    async with begin.reading() as session:
        assert other.id in set(await session.scalars(select(SessionTrainer.person_id)))
