"""A trainer cannot come: who is asked, and that the first yes counts and no other (U17)."""

import asyncio
from datetime import date, time, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from lms.audit.models import AuditEntry
from lms.catalogue.models import CourseTopic, Run
from lms.db import Begin
from lms.enrolment.service import Enrolments
from lms.jobs.worker import Worker
from lms.kernel.actor import ANONYMOUS, Actor
from lms.kernel.errors import Forbidden, NotFound
from lms.kernel.period import Period
from lms.kernel.rights import Identity
from lms.messaging.models import Letter
from lms.people.models import Person
from lms.resources.models import Reservation, ReservationState, TravelTime
from lms.scheduling.change_set import ChangeSet, InRoom, SessionChange
from lms.scheduling.errors import AlreadyFound, InThePast, NobodyChosen, NoLongerAsked, Taken
from lms.scheduling.models import (
    RunTrainer,
    Session,
    SessionTrainer,
    SubstituteOffer,
    SubstituteOfferState,
    Substitution,
    SubstitutionState,
)
from lms.scheduling.queries import session_of, sessions_of
from lms.scheduling.service import Scheduling
from lms.scheduling.stand_ins import PURPOSE, candidates
from lms.trainers.models import Absence, Availability, Trainer
from lms.web.module import Around
from tests.making import BOTH, FixedClock, make_person, make_room, make_venue, staff
from tests.office import Office, open_office

pytestmark = BOTH
PLANNER = staff(Identity.PROGRAMME)


@pytest.fixture
async def office(house: Around) -> Office:
    office = await open_office(house)
    async with house.begin() as session:
        session.add(CourseTopic(course_id=office.course.id, topic_id=office.topic.id))
    return office


@pytest.fixture
def scheduling(house: Around) -> Scheduling:
    return Scheduling(house)


async def trainer(begin: Begin, name: str, topics: list[str] | None = None) -> Person:
    person = make_person(name, "Meier")
    async with begin() as session:
        session.add(person)
        await session.flush()
        session.add(Trainer(person_id=person.id, topics=["geraete"] if topics is None else topics))
    return person


def as_trainer(person: Person) -> Actor:
    return Actor(
        identities=frozenset({Identity.TRAINER}), account_id=person.id, person_id=person.id, name=person.name
    )


async def first_of(begin: Begin, run: Run) -> Session:
    async with begin.reading() as session:
        return (await sessions_of(session, [run.id]))[run.id][0]


async def ask(scheduling: Scheduling, office: Office, meeting: Session, *people: Person) -> Substitution:
    return await scheduling.ask_substitutes(
        PLANNER, session_id=meeting.id, absent_id=office.trainer.id, reason="krank",
        person_ids=[one.id for one in people],
    )  # fmt: skip


async def offers(begin: Begin) -> dict[UUID, SubstituteOffer]:
    async with begin.reading() as session:
        return {one.person_id: one for one in await session.scalars(select(SubstituteOffer))}


async def teaching(begin: Begin, meeting: Session) -> tuple[list[UUID], list[UUID]]:
    """Who is named for a session, and whose time it takes."""
    async with begin.reading() as session:
        named = await session.scalars(
            select(SessionTrainer.person_id).where(SessionTrainer.session_id == meeting.id)
        )
        taken = await session.scalars(
            select(Reservation.trainer_id).where(
                Reservation.session_id == meeting.id,
                Reservation.trainer_id.is_not(None),
                Reservation.state == ReservationState.FIRM,
            )
        )
        return list(named), [one for one in taken if one]


async def test_whoever_knows_the_course_comes_first_and_whoever_cannot_says_why(
    scheduling: Scheduling, office: Office, begin: Begin, house: Around
) -> None:
    run = await office.run(sessions=1)
    meeting = await first_of(begin, run)
    far = make_venue("Dorfgemeinschaftshaus")
    names = ("Anna", "Berta", "Carla", "Dora", "Elsa", "Frida", "Gerda")
    earlier = await office.run(first_day=date(2026, 12, 7), sessions=1)
    _, berta, carla, dora, elsa, frida, _ = [
        await trainer(begin, name, ["büro"] if name == "Gerda" else None) for name in names
    ]
    async with begin() as session:
        session.add(far)
        await session.flush()
        session.add_all(
            [
                RunTrainer(run_id=earlier.id, person_id=berta.id, position=1),
                Absence(person_id=carla.id, starts_at=meeting.starts_at, ends_at=meeting.ends_at),
                Availability(person_id=dora.id, weekday=1, opens=time(14), closes=time(18)),
                TravelTime(from_id=far.id, to_id=office.venue.id, minutes=40),
                Reservation(
                    trainer_id=elsa.id, starts_at=meeting.ends_at + timedelta(minutes=30),
                    ends_at=meeting.ends_at + timedelta(hours=2), venue_id=far.id, purpose="26-0099",
                ),
                Reservation(
                    trainer_id=frida.id, starts_at=meeting.starts_at, ends_at=meeting.ends_at, purpose="26-0098",
                ),
            ]
        )  # fmt: skip

    async with begin.reading() as session:
        found = await candidates(session, await session_of(session, meeting.id), run, scheduling.ground)

    assert [(one.person.given_name, one.has_taught_it) for one in found if one.is_free] == [
        ("Berta", True),
        ("Anna", False),
    ]
    assert {one.person.given_name: one.in_the_way[0].taken for one in found if not one.is_free} == {
        "Carla": Taken.ABSENT, "Dora": Taken.UNAVAILABLE, "Elsa": Taken.TRAVEL, "Frida": Taken.TRAINER,
    }  # fmt: skip
    with pytest.raises(NobodyChosen):
        await ask(scheduling, office, meeting, carla)
    assert (await offers(begin)) == {}


async def test_of_three_who_say_yes_at_the_same_moment_one_teaches(
    scheduling: Scheduling, office: Office, begin: Begin, jobs: Worker
) -> None:
    run = await office.run()
    await office.enrol(run, "Ada", "Lehmann")
    meeting = await first_of(begin, run)
    three = [await trainer(begin, name) for name in ("Anna", "Berta", "Carla")]
    await ask(scheduling, office, meeting, *three)
    asked = await offers(begin)
    await jobs.drain()

    outcomes = await asyncio.gather(
        *(
            scheduling.accept_substitution(as_trainer(one), offer_id=asked[one.id].id)
            for one in three
            for _ in range(2)
        ),
        return_exceptions=True,
    )
    await jobs.drain()

    won = {one.person_id for one in outcomes if isinstance(one, SubstituteOffer)}
    assert len(won) == 1
    assert sum(isinstance(one, AlreadyFound) for one in outcomes) == 4
    assert await teaching(begin, meeting) == (list(won), list(won))
    states = sorted(one.state.value for one in (await offers(begin)).values())
    assert states == ["accepted", "withdrawn", "withdrawn"]
    async with begin.reading() as session:
        search = (await session.scalars(select(Substitution))).one()
        kinds = sorted(await session.scalars(select(Letter.kind).where(Letter.kind != "place_confirmed")))
        logged = (
            await session.scalars(select(AuditEntry).where(AuditEntry.action == "session.substituted"))
        ).one()
    assert (search.state, search.substitute_id) == (SubstitutionState.SETTLED, *won)
    assert (logged.reason, logged.person_id) == ("krank", *won)
    assert kinds == [
        "dates_changed", *["substitute_asked"] * 3, *["substitute_released"] * 2, *["trainer_dates_changed"] * 2,
    ]  # fmt: skip


async def test_a_trainer_says_that_they_cannot_come_and_comes_after_all(
    scheduling: Scheduling, office: Office, begin: Begin, clock: FixedClock
) -> None:
    meeting = await first_of(begin, await office.run())
    anna, jonas = await trainer(begin, "Anna"), as_trainer(office.trainer)

    for _ in range(2):
        search = await scheduling.report_absence(jonas, session_id=meeting.id, reason=" Fieber ")
    with pytest.raises(NotFound):
        await scheduling.report_absence(as_trainer(anna), session_id=meeting.id, reason="")
    asked = await ask(scheduling, office, meeting, anna)
    offer = (await offers(begin))[anna.id]
    await scheduling.end_search(jonas, substitution_id=search.id)

    assert (search.id, search.reason) == (asked.id, "Fieber")
    with pytest.raises(NoLongerAsked):
        await scheduling.accept_substitution(as_trainer(anna), offer_id=offer.id)
    assert (await offers(begin))[anna.id].state is SubstituteOfferState.WITHDRAWN
    assert (await teaching(begin, meeting))[0] == [office.trainer.id]
    clock.forward(days=30)
    with pytest.raises(InThePast):
        await scheduling.report_absence(jonas, session_id=meeting.id, reason="")


async def test_only_the_person_asked_answers_signed_in_or_by_their_link(
    scheduling: Scheduling, office: Office, begin: Begin, house: Around
) -> None:
    meeting = await first_of(begin, await office.run())
    anna, berta = await trainer(begin, "Anna"), await trainer(begin, "Berta")
    await ask(scheduling, office, meeting, anna, berta)
    asked = await offers(begin)
    annas = house.signer.token(PURPOSE, asked[anna.id].id)

    for somebody, token in ((ANONYMOUS, ""), (ANONYMOUS, annas), (as_trainer(anna), annas)):
        with pytest.raises(NotFound):
            await scheduling.accept_substitution(somebody, offer_id=asked[berta.id].id, token=token)
    with pytest.raises(Forbidden):
        await scheduling.ask_substitutes(
            staff(Identity.ENROLMENT), session_id=meeting.id, absent_id=office.trainer.id, reason="",
            person_ids=[anna.id],
        )  # fmt: skip
    await scheduling.decline_substitution(as_trainer(berta), offer_id=asked[berta.id].id)
    taken = await scheduling.accept_substitution(ANONYMOUS, offer_id=asked[anna.id].id, token=annas)

    assert taken.state is SubstituteOfferState.ACCEPTED
    assert (await offers(begin))[berta.id].state is SubstituteOfferState.DECLINED
    assert (await teaching(begin, meeting))[0] == [anna.id]


@pytest.mark.parametrize("change", ["moved", "cancelled", "in_another_room"])
async def test_moving_or_cancelling_the_session_ends_the_search(
    scheduling: Scheduling, office: Office, begin: Begin, change: str
) -> None:
    meeting = await first_of(begin, await office.run())
    anna = await trainer(begin, "Anna")
    await ask(scheduling, office, meeting, anna)
    day = timedelta(days=1)
    period = Period(meeting.starts_at + day, meeting.ends_at + day) if change == "moved" else None
    room = make_room(office.venue, "Raum 2")
    async with begin() as session:
        session.add(room)

    await scheduling.change_sessions(
        PLANNER,
        ChangeSet(
            changes=[
                SessionChange(
                    session_id=meeting.id, version=1, period=period, is_cancelled=change == "cancelled",
                    room=InRoom(room.id) if change == "in_another_room" else None,
                )
            ],
            reason="Krankheit",
        ),
    )  # fmt: skip

    stays = change == "in_another_room"
    assert (await offers(begin))[anna.id].state is (
        SubstituteOfferState.OPEN if stays else SubstituteOfferState.WITHDRAWN
    )
    async with begin.reading() as session:
        search = (await session.scalars(select(Substitution))).one()
    assert search.state is (SubstitutionState.OPEN if stays else SubstitutionState.WITHDRAWN)


async def test_a_run_that_is_cancelled_ends_the_search_and_gives_everything_back(
    scheduling: Scheduling, office: Office, begin: Begin, house: Around, jobs: Worker
) -> None:
    run = await office.run(sessions=1)
    meeting = await first_of(begin, run)
    petra = await trainer(begin, "Petra")
    search = await ask(scheduling, office, meeting, petra)
    await jobs.drain()

    await Enrolments(house).cancel_run(PLANNER, run_id=run.id, reason_de="Zu wenige")
    await jobs.drain()

    async with begin.reading() as session:
        state = (await session.get_one(Substitution, search.id)).state
        firm = await session.scalars(select(Reservation.id).where(Reservation.state == ReservationState.FIRM))
        thanked = await session.scalars(select(Letter.kind).where(Letter.to_name == petra.name))
        assert (state, firm.all()) == (SubstitutionState.WITHDRAWN, [])
        assert len(thanked.all()) == 2
    assert (await offers(begin))[petra.id].state is SubstituteOfferState.WITHDRAWN
    with pytest.raises(NoLongerAsked):
        await scheduling.accept_substitution(as_trainer(petra), offer_id=(await offers(begin))[petra.id].id)
