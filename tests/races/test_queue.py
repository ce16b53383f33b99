"""Numbers drawn and called at the help desk by several processes at once, on both databases."""

import asyncio
from uuid import uuid4

from lms.settings import Settings
from lms.web.module import Around
from tests.helpdesk.waiting_room import TEAM, open_waiting_room
from tests.making import BOTH
from tests.races.rush import Call, outcomes, rush

pytestmark = BOTH
COMING, TIMES = 6, 2


async def test_every_number_is_drawn_once_and_called_to_one_table(house: Around, settings: Settings) -> None:
    room = await open_waiting_room(house)
    await room.sits_down(0, 1, 2)
    desk = {"desk_id": room.desk.id}
    forms = [uuid4() for _ in range(COMING)]  # each is sent twice
    draws = [
        Call("draw", desk | {"topic_id": room.phones.id, "ticket_id": one}, TEAM) for one in forms * TIMES
    ]
    calls = [Call("call_next", desk, actor) for actor in room.actors * TIMES]

    drawn = await asyncio.to_thread(rush, settings.database_url, settings.files, draws)
    called = await asyncio.to_thread(rush, settings.database_url, settings.files, calls)

    assert outcomes([*drawn, *called]) == {"done": len(draws) + len(calls)}
    assert sorted(answer.facts["number"] for answer in drawn) == sorted([*range(1, COMING + 1)] * TIMES)
    tables = {(answer.call.actor.person_id, answer.facts["number"]) for answer in called if answer.call.actor}
    assert sorted(number for _, number in tables) == [1, 2, 3]
