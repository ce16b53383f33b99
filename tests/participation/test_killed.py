"""The process dies while a paper ballot is counted or a result is stated: all of it holds or nothing, and doing it again is enough."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from lms.db import connect
from lms.kernel.tokens import Signer
from lms.participation import ballots, rounds
from lms.participation.ballots import Ballots, Sheet
from lms.participation.models import Round, RoundVoter, Wish
from lms.participation.queries import tally
from lms.participation.rounds import Rounds, the_round
from lms.participation.rules import Choice, sheet_code
from lms.participation.voters import Voter
from lms.settings import Settings
from lms.web.module import Around
from tests.dying import AFTER, BEFORE, Told, die, killed
from tests.making import BOTH, FixedClock
from tests.participation.scene import BORN, COUNTER, PLANNER, Town

pytestmark = BOTH
STEPS = {
    "after the first cross": (ballots, "count", AFTER),
    "before the result is kept": (rounds, "record", BEFORE),
}
FORM = UUID(int=7)


async def count_and_die(told: Told) -> None:
    """Type in a sheet with two crosses, state the result, and die at the step."""
    die(*STEPS[told["STEP"]])
    given = Settings(database_url=told["DATABASE_URL"], demo=True, _env_file=None)  # type: ignore[call-arg]
    clock = FixedClock(datetime.fromisoformat(told["NOW"]))
    await type_in(Around(connect(given.database_url), clock, given, Signer(given.secret_values)), clock, told)


async def type_in(house: Around, clock: FixedClock, told: Told) -> None:
    """The sheet, then the end of the voting and its result."""
    voting_id, wish_ids = UUID(told["ROUND"]), [UUID(one) for one in told["WISHES"].split()]
    code = sheet_code(house.signer, voting_id, 1)
    sheet = Sheet(code, Voter(name="Otto Alt", born=BORN), [Choice(one, 1) for one in wish_ids])
    await Ballots(house).enter(COUNTER, round_id=voting_id, sheet=sheet, form_id=FORM)
    clock.moment += timedelta(days=30)
    await Rounds(house).close(PLANNER, round_id=voting_id)


@pytest.mark.parametrize("step", STEPS)
async def test_whenever_the_process_dies_a_sheet_counts_whole_or_not_at_all_and_the_result_adds_up(
    house: Around, clock: FixedClock, step: str
) -> None:
    town = Town(house, clock)
    voting = await town.round()
    wishes = [await town.wish(title, voting=voting) for title in ("Eins", "Zwei")]
    await town.print(voting, 1)
    told = {"ROUND": str(voting.id), "WISHES": " ".join(str(one.id) for one in wishes)}

    await killed(count_and_die, step, house, **told)

    async with house.begin.reading() as session:
        left = await the_round(session, voting.id)
        used = list(await session.scalars(select(RoundVoter.used)))
    whole = step == "before the result is kept"
    assert (await town.counts(*wishes), used, left.closed_at) == (
        [(1, 1), (1, 1)] if whole else [(0, 0), (0, 0)],
        [2] if whole else [],
        None,
    )
    await type_in(house, clock, told)
    async with house.begin.reading() as session:
        closed = await session.get_one(Round, voting.id)
        counted = await tally(session, closed)
        points = sum(await session.scalars(select(Wish.points)))
    assert closed.result is not None
    assert (closed.result["points"], counted.points, points, closed.result["sheets"]) == (2, 2, 2, 1)
