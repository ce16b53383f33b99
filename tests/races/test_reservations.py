"""Two reservations of one resource never overlap, whoever tries at once (domain rule 4): several processes, both databases."""

import asyncio
from datetime import date, time, timedelta

from lms.db import connect
from lms.kernel.clock import at_venue
from lms.kernel.period import Period
from tests.making import BOTH
from tests.races.taking import furnish, race, take

pytestmark = BOTH


def test_nothing_is_taken_twice_and_nobody_is_refused_for_nothing(database: str) -> None:
    resources = asyncio.run(furnish(database, 6))

    found = race(database, resources, clients=24, tries=12)

    assert (found.tries, found.broken, found.overlaps, found.wrongly_refused, found.lost) == (288, 0, 0, 0, 0)
    assert found.taken > 50
    assert found.refused > 20
    assert found.adjacent > 0


def test_the_night_in_which_an_hour_happens_twice_has_room_for_both(database: str) -> None:
    """From 2:00 to 2:45 summer time and from 2:00 to 2:45 winter time are different hours, and touching ends do not overlap."""
    first_two = at_venue(date(2027, 10, 31), time(2))
    hour = timedelta(hours=1)

    async def tell() -> list[str]:
        (resource, *_) = await furnish(database, 3)
        begin = connect(database)
        answers = [
            await take(begin, resource, Period(first_two, first_two + 0.75 * hour)),
            await take(begin, resource, Period(first_two + hour, first_two + 1.75 * hour)),
            await take(begin, resource, Period(first_two + 0.75 * hour, first_two + hour)),
            await take(begin, resource, Period(first_two + 0.5 * hour, first_two + 0.8 * hour)),
        ]
        await begin.close()
        return answers

    assert asyncio.run(tell()) == ["taken", "taken", "taken", "refused"]
