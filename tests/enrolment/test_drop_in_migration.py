"""Taking back the migration that opened single sessions leaves the guards in the very words they had before."""

from typing import Any

from sqlalchemy import text

from lms.db import connect
from lms.migrating import migrate
from tests.making import BOTH

pytestmark = BOTH
SQLITE = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name"
POSTGRESQL = """SELECT tgname, pg_get_triggerdef(pg_trigger.oid) || pg_get_functiondef(tgfoid) FROM pg_trigger
    WHERE NOT tgisinternal ORDER BY tgname"""


async def guards(database: str) -> list[tuple[str, str]]:
    begin = connect(database)
    async with begin.reading() as session:
        rows: Any = await session.execute(text(SQLITE if database.startswith("sqlite") else POSTGRESQL))
        found = [(name, " ".join(words.split())) for name, words in rows]
    await begin.close()
    return found


async def test_down_and_up_again(database: str) -> None:
    now = await guards(database)
    await migrate(database, "0010")
    taken_back = await guards(database)
    await migrate(database)
    again = await guards(database)
    await migrate(database, "0005")
    await migrate(database, "0010")
    as_it_was = await guards(database)

    assert (taken_back, again) == (as_it_was, now)
    assert len(now) > len(as_it_was)
