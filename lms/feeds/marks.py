"""Knowing whether a calendar is still what a reader has, and keeping those that many ask for.

A mark stands for everything a calendar is made of: the counts of all committed changes (`lms.catalogue.freshness`), the day,
the settings, our own words. It is read before the data: what is made afterwards may be newer than its mark, never older.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from email.utils import format_datetime

CERTAIN_AFTER = timedelta(seconds=2)
"""Dates in HTTP know whole seconds: a mark is dated only when the second in which it was first seen is over."""
MOST_MOMENTS = 4_096
MOST_BYTES = 32 * 1024 * 1024


class Moments:
    """When each mark was first seen here, for readers that know no tags (Last-Modified; RFC 9110, 8.8.2).

    Another process may have seen it earlier and gives another date; then the reader gets the whole calendar once more, never
    an old one.
    """

    def __init__(self) -> None:
        self._seen: dict[str, datetime] = {}

    def date_of(self, mark: str, now: datetime) -> str:
        """The date to send with this mark; nothing as long as another mark might bear the same one."""
        seen = self._seen.get(mark)
        if seen is None:
            while len(self._seen) >= MOST_MOMENTS:
                self._seen.pop(next(iter(self._seen)))
            seen = self._seen[mark] = now.replace(microsecond=0)
        return format_datetime(seen, usegmt=True) if now - seen >= CERTAIN_AFTER else ""


class Bodies:
    """Calendars for everybody, by mark, up to so many bytes; the oldest go first. Each is made once, however many ask."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}
        self._making: dict[str, asyncio.Lock] = {}
        self._size = 0

    async def of(self, mark: str, make: Callable[[], Awaitable[bytes]]) -> bytes:
        """The calendar with this mark, made now if nobody has asked for it yet."""
        if (body := self._kept.get(mark)) is not None:
            return body
        turn = self._making.setdefault(mark, asyncio.Lock())
        try:
            async with turn:
                if (body := self._kept.get(mark)) is None:
                    body = await make()
                    self._keep(mark, body)
                return body
        finally:
            self._making.pop(mark, None)

    def _keep(self, mark: str, body: bytes) -> None:
        if len(body) > MOST_BYTES:
            return
        self._kept[mark] = body
        self._size += len(body)
        while self._size > MOST_BYTES:
            self._size -= len(self._kept.pop(next(iter(self._kept))))
