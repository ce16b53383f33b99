"""What the address of the planner says: days, lanes, filters; and the addresses of the views beside it."""

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TypeVar
from urllib.parse import urlencode

from lms.portal.planner.values import By, House, Span, Wanted

PLANNER = "/verwaltung/planer"
DATA = PLANNER + "/daten"
EVERYWHERE = "alle"
TIMELINE = "zeitleiste"
MOST_DAYS = 42
LANES = 30
"""Lanes on a page."""
Choice = TypeVar("Choice", By, Span)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The planner as it was asked for. `venue` is a slug, or EVERYWHERE; empty until it is settled."""

    by: By
    span: Span
    day: date
    venue: str = ""
    lane: str = ""
    only_conflicts: bool = False
    with_cancelled: bool = False
    as_timeline: bool = False
    page: int = 1

    @property
    def first(self) -> date:
        """The first day that is shown: the day, its Monday, or the first of its month."""
        if self.span is Span.WEEK:
            return self.day - timedelta(days=self.day.weekday())
        return self.day.replace(day=1) if self.span is Span.MONTH else self.day

    @property
    def after(self) -> date:
        """The day after the last."""
        days = {Span.DAY: 1, Span.WEEK: 7, Span.MONTH: monthrange(self.first.year, self.first.month)[1]}
        return self.first + timedelta(days=days[self.span])

    @property
    def before(self) -> str:
        """The address of the period before."""
        return self.at(day=self.first - timedelta(days=1), page=1)

    @property
    def next(self) -> str:
        """The address of the period after."""
        return self.at(day=self.after, page=1)

    def settled(self, houses: Sequence[House]) -> "Asked":
        """With a venue. Rooms begin with the venue where most takes place; a month is one venue's or one lane's."""
        if any(house.slug == self.venue for house in houses):
            return self
        needs_one = self.span is Span.MONTH or (self.by is By.ROOM and not self.venue)
        if self.lane or not needs_one or not houses:
            return replace(self, venue=EVERYWHERE)
        return replace(self, venue=max(houses, key=lambda house: house.sessions).slug)

    def wanted(self, houses: Sequence[House]) -> Wanted:
        """What is to be read."""
        venue = next((house.id for house in houses if house.slug == self.venue), None)
        return Wanted(
            by=self.by,
            first=self.first,
            after=self.after,
            venue_id=venue,
            lane=self.lane,
            only_conflicts=self.only_conflicts,
            with_cancelled=self.with_cancelled,
        )

    def at(self, **changed: object) -> str:
        """The address with something changed: `asked.at(by=By.TRAINER, lane="")`."""
        return f"{PLANNER}?{self.query(**changed)}"

    def query(self, **changed: object) -> str:
        """The part after the question mark."""
        other = replace(self, **changed)  # type: ignore[arg-type]  # the caller names fields of ours
        return urlencode(other.pairs())

    def pairs(self) -> Mapping[str, str]:
        """Names and values of the address; what is as usual is left out."""
        named = {
            "nach": self.by.value,
            "zeitraum": self.span.value,
            "tag": self.day.isoformat(),
            "ort": self.venue,
            "zeile": self.lane,
            "konflikte": "1" if self.only_conflicts else "",
            "abgesagt": "1" if self.with_cancelled else "",
            "ansicht": TIMELINE if self.as_timeline else "",
            "seite": str(self.page) if self.page > 1 else "",
        }
        return {name: value for name, value in named.items() if value}


def asked_of(query: Mapping[str, str], today: date) -> Asked:
    """What an address asks for; whatever nonsense it holds becomes the nearest sense."""
    page = query.get("seite", "1")
    return Asked(
        by=_one_of(By, query.get("nach", ""), By.ROOM),
        span=_one_of(Span, query.get("zeitraum", ""), Span.DAY),
        day=_day(query.get("tag", ""), today),
        venue=query.get("ort", ""),
        lane=query.get("zeile", ""),
        only_conflicts=query.get("konflikte") == "1",
        with_cancelled=query.get("abgesagt") == "1",
        as_timeline=query.get("ansicht") == TIMELINE,
        page=max(1, int(page)) if page.isascii() and page.isdecimal() and len(page) < 6 else 1,
    )


def days_of(query: Mapping[str, str], today: date) -> tuple[date, date]:
    """The days [von, bis) of the data; at most MOST_DAYS."""
    first = _day(query.get("von", ""), today)
    after = _day(query.get("bis", ""), first + timedelta(days=1))
    return first, min(max(after, first + timedelta(days=1)), first + timedelta(days=MOST_DAYS))


def _one_of(kinds: type[Choice], value: str, usual: Choice) -> Choice:
    return kinds(value) if value in {kind.value for kind in kinds} else usual


def _day(text: str, usual: date) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return usual
    return day if 2000 <= day.year <= 2100 else usual
