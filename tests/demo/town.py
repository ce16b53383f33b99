"""The demo centre in a database, as the tests look at it."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select

from lms.db import Base, connect
from lms.kernel.clock import local
from lms.settings import Settings

TODAYS = {
    "a Sunday in term": datetime(2026, 11, 22, 10, 2, tzinfo=UTC),
    "Christmas Eve at night": datetime(2026, 12, 24, 22, 40, tzinfo=UTC),
    "the day on which the clocks go forward": datetime(2027, 3, 28, 6, 15, tzinfo=UTC),
}


class Loaded:
    """The demo centre in a database of its own."""

    def __init__(self, url: str, now: datetime) -> None:
        self.begin, self.now, self.today = connect(url), now, local(now).date()

    async def all(self, kind: type[Any], *conditions: Any) -> list[Any]:
        async with self.begin.reading() as session:
            return list((await session.scalars(select(kind).where(*conditions))).all())

    async def count(self, kind: type[Base], *conditions: Any) -> int:
        async with self.begin.reading() as session:
            return await session.scalar(select(func.count()).select_from(kind).where(*conditions)) or 0


def demo_settings(url: str) -> Settings:
    return Settings(database_url=url, demo=True, _env_file=None)  # type: ignore[call-arg]
