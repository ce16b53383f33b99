"""Parents who wished it are told when their child did not come: once, half an hour after the start, and nobody else."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import delete, func, select

from lms.attendance.models import Attendance, Presence
from lms.attendance.word_home import WordHome
from lms.enrolment.clubs.models import AbsenceWord
from lms.enrolment.models import Enrolment
from lms.messaging.models import Letter
from lms.people.models import Guardianship, Person
from lms.scheduling.models import Session
from lms.web.module import Around
from tests.attendance.classroom import TODAY, first_session
from tests.making import BOTH, FixedClock, make_person
from tests.office import open_office

pytestmark = BOTH
TEN = datetime(2026, 12, 4, 9, tzinfo=UTC)


@dataclass
class Afternoon:
    """Mia, 14, has a place today at ten. Her father wished to be told, her mother did not."""

    house: Around
    place: Enrolment
    meeting: Session
    father: Person

    async def mark(self, presence: Presence) -> None:
        """What stands in the register now."""
        async with self.house.begin() as session:
            await session.execute(delete(Attendance))
            session.add(
                Attendance(
                    session_id=self.meeting.id, enrolment_id=self.place.id, presence=presence, marked_at=TEN,
                    marked_by=None,
                )
            )  # fmt: skip

    async def letters(self) -> list[Letter]:
        """Those that the round of this moment has left in all."""
        await WordHome(self.house).tell_missed()
        async with self.house.begin.reading() as session:
            return list(await session.scalars(select(Letter).where(Letter.kind == "club_missed")))


@pytest.fixture
async def afternoon(house: Around) -> Afternoon:
    office = await open_office(house)
    run = await office.run(first_day=TODAY, sessions=2)
    await office.enrol(run, "Mia", "Brandt")
    father, mother = (make_person(name, "Brandt", email=f"{name}@example.com") for name in ("Jan", "Ute"))
    async with house.begin() as session:
        place = (await session.scalars(select(Enrolment).where(Enrolment.run_id == run.id))).one()
        assert place.person_id is not None
        (await session.get_one(Person, place.person_id)).birth_date = date(2012, 5, 1)
        session.add_all([father, mother])
        await session.flush()
        for one in (father, mother):
            session.add(Guardianship(guardian_id=one.id, child_id=place.person_id))
        session.add(AbsenceWord(enrolment_id=place.id, guardian_id=father.id, asked_at=TEN))
    return Afternoon(house, place, await first_session(house.begin, run), father)


async def test_the_father_gets_one_letter_half_an_hour_after_the_start(
    afternoon: Afternoon, clock: FixedClock
) -> None:
    clock.moment = TEN.replace(minute=20)
    await afternoon.mark(Presence.ABSENT)
    too_early = await afternoon.letters()
    clock.moment = TEN.replace(minute=31)

    (letter,) = await afternoon.letters()
    again = await afternoon.letters()

    assert (too_early, len(again)) == ([], 1)
    assert letter.to_name == "Jan Brandt"
    assert "Mia Brandt" in letter.text
    assert "/konto/personen" in letter.text


@pytest.mark.parametrize("presence", [Presence.PRESENT, Presence.EXCUSED])
async def test_who_came_or_is_excused_is_no_news(
    afternoon: Afternoon, clock: FixedClock, presence: Presence
) -> None:
    clock.moment = TEN.replace(minute=40)
    await afternoon.mark(Presence.ABSENT)
    await afternoon.mark(presence)  # a slip of the finger is mended before the letter is written

    assert await afternoon.letters() == []


async def test_a_father_who_may_no_longer_act_for_the_child_is_told_nothing(
    afternoon: Afternoon, clock: FixedClock
) -> None:
    clock.moment = TEN.replace(minute=40)
    await afternoon.mark(Presence.ABSENT)
    async with afternoon.house.begin() as session:
        mine = select(Guardianship).where(Guardianship.guardian_id == afternoon.father.id)
        (await session.scalars(mine)).one().ended_at = TEN

    assert await afternoon.letters() == []
    async with afternoon.house.begin.reading() as session:
        assert await session.scalar(select(func.count()).select_from(AbsenceWord)) == 1
