"""The last place of a shift, wanted by many helpers at once from several processes, on both databases."""

import asyncio

from sqlalchemy import func, select

from lms.helpdesk.models import DeskDay
from lms.settings import Settings
from lms.volunteering.models import Duty, DutyState, Helper, HelperState
from lms.web.module import Around
from tests.making import BOTH, MOMENT, make_person
from tests.races.rush import Call, outcomes, rush
from tests.volunteering.crew import TEAM, open_crew

pytestmark = BOTH
WANTING, TIMES = 12, 3


async def test_of_many_for_the_last_place_of_a_shift_one_gets_it(house: Around, settings: Settings) -> None:
    crew = await open_crew(house)
    people = [make_person("Kim", f"Nummer{number}") for number in range(WANTING)]
    rows = [
        Helper(
            person_id=one.id, asked_at=MOMENT, state=HelperState.APPROVED, decided_at=MOMENT, is_experienced=True
        )
        for one in people
    ]  # fmt: skip
    async with house.begin() as session:
        session.add_all(people)
        await session.flush()
        session.add_all(rows)
    shift_id = await crew.shift(places=2)
    await crew.take(shift_id, crew.anna)
    calls = [Call("take", {"shift_id": shift_id, "helper_id": one.id}, TEAM) for one in rows * TIMES]

    answers = await asyncio.to_thread(rush, settings.database_url, settings.files, calls)

    async with house.begin.reading() as session:
        seats = (await session.scalars(select(Duty.seat).where(Duty.state == DutyState.TAKEN))).all()
        seated = await session.scalar(select(func.count()).select_from(DeskDay))
    assert outcomes(answers) == {
        "ShiftFull": (WANTING - 1) * TIMES,
        "done": TIMES,
    }  # whoever asks again has it
    assert (sorted(seats), seated) == ([1, 2], 2)
