"""One voter's last vote, and one slip outside of rounds, wanted many times at once by several processes, on both databases."""

import asyncio

from sqlalchemy import select

from lms.participation.models import RoundVoter
from lms.participation.voters import Voter
from lms.settings import Settings
from lms.web.module import Around
from tests.making import BOTH, FixedClock
from tests.participation.scene import BORN, COUNTER, Town
from tests.races.rush import Call, outcomes, rush

pytestmark = BOTH
TRIES, WISHES, DOUBLES = 100, 10, 20


async def test_the_last_vote_is_given_once_and_nothing_is_lost(
    house: Around, clock: FixedClock, settings: Settings
) -> None:
    town = Town(house, clock)
    voting = await town.round(votes_per_person=2)
    wishes = [await town.wish(f"Wunsch {number}", voting=voting) for number in range(WISHES)]
    await town.slip(wishes[0])
    voter = Voter(name="Otto Alt", born=BORN)
    calls = [
        Call("take_slip", {"wish_id": wishes[1 + number % (WISHES - 1)].id, "voter": voter}, COUNTER)
        for number in range(TRIES)
    ]

    apart = await town.wish("Ohne Runde")
    calls += [Call("take_slip", {"wish_id": apart.id, "voter": voter}, COUNTER)] * DOUBLES

    answers = await asyncio.to_thread(rush, settings.database_url, settings.files, calls)

    async with house.begin.reading() as session:
        used = (await session.scalars(select(RoundVoter.used))).all()
    counts = await town.counts(*wishes)
    single = await town.counts(apart)
    said = outcomes(answers)
    assert (said.pop("done"), sum(said.values()), set(said) <= {"VotesUsedUp", "AlreadySupported"}) == (
        2,
        TRIES + DOUBLES - 2,
        True,
    )
    assert (list(used), sum(points for _, points in counts), single) == ([2], 2, [(1, 1)])
