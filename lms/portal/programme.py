"""The public programme, read with few statements: what cannot have changed since is not asked again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from lms.catalogue.freshness import Counts, counts
from lms.catalogue.search import Sought, Vocabulary, as_written
from lms.db import Begin
from lms.kernel.clock import Clock, local
from lms.portal.filters import Filters
from lms.portal.listing import (
    Overview,
    RunLine,
    audiences_offered,
    number_found,
    numbers_without,
    overview,
    runs_found,
)

MOST_REMEMBERED = 512
SUGGESTIONS = 3


@dataclass(frozen=True, slots=True)
class Edition:
    """The programme as it stands at a moment: two editions alike look alike."""

    counts: Counts
    day: date
    overview: Overview

    @property
    def mark(self) -> str:
        """Another one for each edition, on every process alike."""
        return f"{self.until_changed(with_places=True)}.{self.day:%y%m%d}"

    def until_changed(self, *, with_places: bool) -> str:
        """The same as long as the same runs fit the same questions; places matter only to some of them."""
        until = self.overview.next_change_at
        places = self.counts.places if with_places else 0
        return f"{self.counts.programme:x}.{places:x}.{int(until.timestamp()) if until else 0:x}"


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of runs, how many there are on all pages, and what to try when there are none."""

    runs: Sequence[RunLine]
    total: int
    number: int = 1
    instead: tuple[str, ...] = ()
    suggestions: tuple[tuple[str, int], ...] = ()


class Programme:
    """Reads the public programme. One for each process; safe to ask from several requests at once."""

    def __init__(self, begin: Begin, clock: Clock) -> None:
        self.begin = begin
        self.clock = clock
        self._overview: tuple[int, datetime, Overview] | None = None
        self._vocabulary: tuple[int, Vocabulary] | None = None
        self._totals: dict[tuple[object, ...], int] = {}
        self._audiences: tuple[str, dict[str, int]] = ("", {})

    async def edition(self, now: datetime) -> Edition:
        """The present edition; one glance when nothing has changed, two statements more when something has."""
        present = await counts(self.begin)
        return Edition(present, local(now).date(), await self._overview_of(present, now))

    async def find(
        self, edition: Edition, filters: Filters, now: datetime, *, number: int, size: int
    ) -> Listing:
        """Page `number` of the runs that fit, the last one when there are not so many; at most three statements."""
        async with self.begin.reading() as session:
            sought = Sought()
            if filters.search:
                if self._vocabulary is None or self._vocabulary[0] != edition.counts.words:
                    self._vocabulary = (edition.counts.words, await Vocabulary.read(session))
                sought = self._vocabulary[1].understand(filters.search)
            instead = await as_written(session, sought.instead) if sought.instead else ()
            key = (edition.until_changed(with_places=bool(filters.has_places)), edition.counts.words, filters)
            total = self._totals.get(key)
            if total is None:
                total = await number_found(session, filters, sought, now)
                if len(self._totals) >= MOST_REMEMBERED:
                    self._totals.clear()
                self._totals[key] = total
            if not total:
                without = await numbers_without(session, filters, sought, now)
                return Listing((), 0, instead=instead, suggestions=tuple(without[:SUGGESTIONS]))
            number = min(number, -(-total // size))
            runs = await runs_found(session, filters, sought, now, limit=size, offset=(number - 1) * size)
        return Listing(runs, total, number, instead)

    async def audiences(self, edition: Edition, now: datetime) -> dict[str, int]:
        """How many runs there are for each audience."""
        if self._audiences[0] != edition.mark:
            async with self.begin.reading() as session:
                self._audiences = (edition.mark, await audiences_offered(session, now))
        return self._audiences[1]

    async def _overview_of(self, present: Counts, now: datetime) -> Overview:
        if self._overview is not None:
            programme, read_at, kept = self._overview
            is_over = kept.next_change_at is not None and kept.next_change_at <= now
            if programme == present.programme and read_at <= now and not is_over:
                return kept
        async with self.begin.reading() as session:
            read = await overview(session, now)
        self._overview = (present.programme, now, read)
        return read
