"""Rooms of former times held German names of things; the vocabulary begins with them, and they come back on the way back."""

from typing import Any

from sqlalchemy import text

from lms.db import Begin
from lms.migrating import migrate
from tests.making import BOTH, make_venue

pytestmark = BOTH

ROOM = """
INSERT INTO room (id, venue_id, name, seats, floor_de, floor_en, step_free, lift, accessible_wc, hearing_loop,
                  equipment, setup_minutes, clearup_minutes)
SELECT id, id, 'Saal', 40, '', '', true, true, true, true, '["Großer Bildschirm", "WLAN", "Großer  Bildschirm"]', 0, 0
FROM venue
"""


async def stored(begin: Begin, statement: str) -> list[Any]:
    async with begin() as session:
        return [tuple(row) for row in await session.execute(text(statement))]


async def test_names_become_keys_and_keys_become_names(begin: Begin, database: str) -> None:
    async with begin() as session:
        session.add(make_venue())
    await migrate(database, "0006")
    async with begin() as session:
        await session.execute(text(ROOM))

    await migrate(database, "head")

    words = await stored(begin, "SELECT key, name_de FROM equipment ORDER BY key")
    equipment = await stored(begin, "SELECT CAST(equipment AS TEXT) FROM room")
    assert words == [
        ("grosser-bildschirm", "Großer  Bildschirm"),
        ("grosser-bildschirm-2", "Großer Bildschirm"),
        ("wlan", "WLAN"),
    ]
    assert equipment == [('["grosser-bildschirm-2", "wlan", "grosser-bildschirm"]',)]

    await migrate(database, "0006")
    (names,) = await stored(begin, "SELECT CAST(equipment AS TEXT) FROM room")
    assert names[0].encode().decode("unicode_escape" if "\\u" in names[0] else "utf-8") == (
        '["Großer Bildschirm", "WLAN", "Großer  Bildschirm"]'
    )
