"""Devices in class: scanned to people, taken back in one act, taken home (U23)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from uuid import UUID

import pytest
from sqlalchemy import select, update

from lms.catalogue.models import Run
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.kernel.rights import Identity
from lms.lending import errors
from lms.lending.classes import class_for
from lms.lending.models import LoanPurpose, LoanState
from lms.lending.values import HandOver
from lms.people.models import Person
from lms.resources.models import Device
from lms.scheduling.models import Session, SessionState
from lms.web.module import Around
from tests.lending.counter import IN_FOUR_WEEKS, KEEPER, Counter, open_counter
from tests.making import BOTH, FixedClock, staff
from tests.office import Office, counted, open_office

pytestmark = BOTH


@dataclass(frozen=True)
class Lesson:
    """A run that meets today at ten and in a week, with three people; tablets 0001 and 0002 are kept for today."""

    counter: Counter
    office: Office
    run: Run
    meeting: Session
    following: Session
    people: Sequence[Person]
    trainer: Actor

    async def hand_out(self, number: int, person: int, by: Actor | None = None) -> UUID:
        loan = await self.counter.lending.hand_out_in_class(
            by or self.trainer,
            session_id=self.meeting.id,
            device_id=self.counter.tablets[number].id,
            person_id=self.people[person].id,
        )
        return loan.id


async def open_lesson(house: Around) -> Lesson:
    office, counter = await open_office(house), await open_counter(house)
    run = await office.run(first_day=date(2026, 12, 4), at=time(10), sessions=2)
    for name in ("Cem", "Dana", "Emil"):
        await office.enrol(run, name, f"{name}sen")
    async with house.begin.reading() as session:
        first, second = (
            await session.scalars(select(Session).where(Session.run_id == run.id).order_by(Session.starts_at))
        ).all()
        people = (
            await session.scalars(
                select(Person)
                .where(Person.given_name.in_(["Cem", "Dana", "Emil"]))
                .order_by(Person.given_name)
            )
        ).all()
    for tablet in counter.tablets[:2]:
        await counter.keep(tablet, first.starts_at, first.ends_at, session_id=first.id, purpose=run.number)
    trainer = Actor(
        identities=frozenset({Identity.TRAINER}), account_id=office.trainer.id, person_id=office.trainer.id
    )
    return Lesson(counter, office, run, first, second, people, trainer)


@pytest.fixture
async def lesson(house: Around) -> Lesson:
    return await open_lesson(house)


async def test_devices_go_out_by_scan_and_come_back_in_one_act(lesson: Lesson, clock: FixedClock) -> None:
    clock.forward(hours=1, minutes=5)
    first = await lesson.hand_out(0, 0)
    again = await lesson.hand_out(0, 0)
    await lesson.hand_out(1, 1)
    with pytest.raises(errors.StillOut):
        await lesson.hand_out(0, 2)

    count = await lesson.counter.lending.take_back_all(lesson.trainer, session_id=lesson.meeting.id)
    none = await lesson.counter.lending.take_back_all(lesson.trainer, session_id=lesson.meeting.id)

    loans = await lesson.counter.loans()
    assert (first == again, count, none) == (True, 2, 0)
    assert {(loan.purpose, loan.state, loan.due_at) for loan in loans} == {
        (LoanPurpose.CLASS, LoanState.RETURNED, lesson.meeting.ends_at)
    }
    assert (await lesson.counter.device(lesson.counter.tablet.id)).must_be_wiped


async def test_before_the_next_person_each_is_wiped_one_by_one_or_all(lesson: Lesson) -> None:
    lending, session_id = lesson.counter.lending, lesson.meeting.id
    await lesson.hand_out(0, 0)
    await lesson.hand_out(1, 1)
    await lending.take_back_all(lesson.trainer, session_id=session_id)
    with pytest.raises(errors.MustBeWiped):
        await lesson.hand_out(0, 2)

    await lending.confirm_wiped_in_class(
        lesson.trainer, session_id=session_id, device_id=lesson.counter.tablet.id
    )
    wiped = await lending.wipe_all(lesson.trainer, session_id=session_id)
    await lesson.hand_out(0, 2)

    assert wiped == 1
    with pytest.raises(errors.NothingToWipe):
        await lending.confirm_wiped_in_class(
            lesson.trainer, session_id=session_id, device_id=lesson.counter.tablet.id
        )
    with pytest.raises(NotFound):
        await lending.confirm_wiped_in_class(
            lesson.trainer, session_id=session_id, device_id=lesson.counter.laptop.id
        )


async def test_one_comes_back_alone_with_something_missing(lesson: Lesson) -> None:
    loan_id = await lesson.hand_out(0, 0)

    loan = await lesson.counter.lending.take_back(
        lesson.trainer, loan_id=loan_id, state=HandOver(accessories=("Hülle", "Netzteil"))
    )

    assert (loan.state, loan.accessories_missing) == (LoanState.RETURNED, ["Stift"])


async def test_a_free_device_may_be_added_and_one_promised_elsewhere_not(lesson: Lesson) -> None:
    counter = lesson.counter
    await lesson.hand_out(2, 0)
    taken = await counter.taken(counter.tablets[2].id)
    await counter.keep(counter.laptop, lesson.meeting.starts_at, lesson.meeting.ends_at, purpose="2041")

    with pytest.raises(errors.Promised) as refusal:
        await counter.lending.hand_out_in_class(
            lesson.trainer,
            session_id=lesson.meeting.id,
            device_id=counter.laptop.id,
            person_id=lesson.people[1].id,
        )

    assert [(end, kind) for _, end, kind in taken] == [(lesson.meeting.ends_at, "loan")]
    assert "2041" not in str(refusal.value.params["whom"])  # no word to trainers about who else


async def test_a_device_of_the_class_stays_with_somebody_at_home(lesson: Lesson, clock: FixedClock) -> None:
    clock.forward(hours=2)
    loan_id = await lesson.hand_out(0, 0)
    lending = lesson.counter.lending

    home = await lending.take_home(lesson.trainer, loan_id=loan_id, last=IN_FOUR_WEEKS)
    again = await lending.take_home(lesson.trainer, loan_id=loan_id, last=IN_FOUR_WEEKS)
    back = await lending.take_back_all(lesson.trainer, session_id=lesson.meeting.id)

    assert (home.purpose, home.state, again.version, back) == (
        LoanPurpose.HOME,
        LoanState.OUT,
        home.version,
        0,
    )
    taken = await lesson.counter.taken(lesson.counter.tablet.id)
    assert [(start, kind) for start, _, kind in taken] == [
        (lesson.meeting.starts_at, "session"),
        (lesson.meeting.ends_at, "loan"),
    ]


async def test_it_does_not_stay_when_the_next_session_needs_it(lesson: Lesson) -> None:
    following, counter = lesson.following, lesson.counter
    await counter.keep(
        counter.tablet, following.starts_at, following.ends_at, session_id=following.id, purpose="x"
    )
    loan_id = await lesson.hand_out(0, 0)

    with pytest.raises(errors.Promised) as refusal:
        await counter.lending.take_home(lesson.trainer, loan_id=loan_id, last=IN_FOUR_WEEKS)
    home = await counter.lending.take_home(lesson.trainer, loan_id=loan_id, last=date(2026, 12, 6))

    assert str(refusal.value.params["whom"]) in {f"run {lesson.run.number}", f"Kurs {lesson.run.number}"}
    assert home.purpose is LoanPurpose.HOME


async def test_only_whoever_teaches_the_run_and_the_team_hand_out_and_only_to_its_people(
    lesson: Lesson,
) -> None:
    stranger = staff(Identity.TRAINER)
    with pytest.raises(NotFound):
        await lesson.hand_out(0, 0, by=stranger)
    with pytest.raises(NotFound):
        await lesson.counter.lending.take_back_all(stranger, session_id=lesson.meeting.id)
    with pytest.raises(errors.NotInThisRun):
        await lesson.counter.lending.hand_out_in_class(
            lesson.trainer,
            session_id=lesson.meeting.id,
            device_id=lesson.counter.tablet.id,
            person_id=lesson.counter.ada.id,
        )

    await lesson.hand_out(0, 0, by=KEEPER)

    assert [loan.handed_out_by for loan in await lesson.counter.loans()] == [KEEPER.account_id]


async def test_nothing_goes_out_in_a_session_that_is_over_or_cancelled(
    lesson: Lesson, clock: FixedClock
) -> None:
    async with lesson.counter.house.begin() as session:
        await session.execute(
            update(Session).where(Session.id == lesson.meeting.id).values(state=SessionState.CANCELLED)
        )
    with pytest.raises(errors.NoClass):
        await lesson.hand_out(0, 0)
    async with lesson.counter.house.begin() as session:
        await session.execute(
            update(Session).where(Session.id == lesson.meeting.id).values(state=SessionState.PLANNED)
        )
    clock.forward(hours=5)

    with pytest.raises(errors.ClassIsOver):
        await lesson.hand_out(0, 0)


async def test_a_trainer_reserves_for_people_of_the_run_and_for_nobody_else(lesson: Lesson) -> None:
    counter = lesson.counter
    wish = counter.wish(lesson.people[0], first=date(2026, 12, 14), last=date(2026, 12, 20))

    loan = await counter.lending.reserve(lesson.trainer, wish, run_id=lesson.run.id)
    with pytest.raises(errors.NotInThisRun):
        await counter.lending.reserve(
            lesson.trainer, counter.wish(device_id=counter.tablets[1].id), run_id=lesson.run.id
        )

    assert (loan.person_id, loan.run_id) == (lesson.people[0].id, lesson.run.id)


async def test_the_page_of_a_class_costs_the_same_for_one_device_and_for_many(lesson: Lesson) -> None:
    async def cost() -> int:
        with counted() as statements:
            async with lesson.counter.house.begin.reading() as session:
                await class_for(session, KEEPER, lesson.meeting.id)
        return len(statements)

    before = await cost()
    await lesson.hand_out(0, 0)
    await lesson.hand_out(1, 1)
    async with lesson.counter.house.begin() as session:
        session.add_all(
            Device(inventory_number=f"9{number:03}", model_id=lesson.counter.model.id) for number in range(9)
        )

    assert await cost() == before <= 6
