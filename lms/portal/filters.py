"""What a visitor looks for: read from an address, written into one, and as a condition on runs."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from urllib.parse import urlencode

from sqlalchemy import ColumnElement, and_, or_, select

from lms.catalogue.models import Audience, Course, CourseAudience, CourseTopic, Level, Run, RunState, Topic
from lms.catalogue.rules import DAYPARTS, LISTED_STATES
from lms.catalogue.search import Sought
from lms.catalogue.words import LONGEST_SEARCH
from lms.resources.models import Venue

ONLINE = "online"
FREE_OF_CHARGE = "kostenlos"
CENTS = "c"
LARGEST_PRICE = 1_000_000
UNLISTED = tuple(state for state in RunState if state not in LISTED_STATES)
LONGEST_VALUE = 100

AUDIENCES = {
    "senioren": Audience.SENIORS,
    "jugend": Audience.YOUTH,
    "unternehmen": Audience.SMES,
    "alle": Audience.EVERYONE,
}
WEEKDAYS = ("mo", "di", "mi", "do", "fr", "sa", "so")
TIMES_OF_DAY = {"vormittag": "morning", "nachmittag": "afternoon", "abend": "evening"}
LEVELS = {"keine": Level.NONE, "grundkenntnisse": Level.BASIC, "fortgeschritten": Level.ADVANCED}
NAMES = {
    "q": "search",
    "zielgruppe": "audience",
    "thema": "topic",
    "ortsteil": "district",
    "ort": "venue",
    "wochentag": "weekday",
    "tageszeit": "time_of_day",
    "preis": "price",
    "vorkenntnisse": "level",
    "sprache": "course_language",
    "frei": "has_places",
    "barrierefrei": "step_free",
}
"""The names in addresses of pages, in the order of the form, and what they mean here."""

ALLOWED: Mapping[str, Iterable[str]] = {
    "audience": AUDIENCES,
    "weekday": WEEKDAYS,
    "time_of_day": TIMES_OF_DAY,
    "level": LEVELS,
    "has_places": ("1",),
    "step_free": ("1",),
}


Moment = datetime | ColumnElement[datetime]
"""A moment, or the place for one in a statement that is built once and used often."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """One value for each question, as in the address; an empty one asks nothing."""

    search: str = ""
    audience: str = ""
    topic: str = ""
    district: str = ""
    venue: str = ""
    weekday: str = ""
    time_of_day: str = ""
    price: str = ""
    level: str = ""
    course_language: str = ""
    has_places: str = ""
    step_free: str = ""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> "Filters":
        """From the parameters of an address; what makes no sense there asks nothing."""
        return cls(**{mean: _sensible(mean, query.get(name) or "") for name, mean in NAMES.items()})

    def active(self) -> Iterator[tuple[str, str]]:
        """What is asked, by the field's name here, the search first."""
        for field in fields(self):
            value = getattr(self, field.name)
            if value:
                yield field.name, value

    def without(self, name: str) -> "Filters":
        """The same with one question less."""
        return replace(self, **{name: ""})

    def query(self) -> list[tuple[str, str]]:
        """The parameters of the address."""
        return [(name, value) for name, mean in NAMES.items() if (value := getattr(self, mean))]

    def address(self, path: str = "/kurse") -> str:
        """The address of the list with these filters."""
        query = urlencode(self.query())
        return f"{path}?{query}" if query else path


def _sensible(name: str, value: str) -> str:
    value = " ".join(value.replace("\x00", "").split())[
        : LONGEST_SEARCH if name == "search" else LONGEST_VALUE
    ]
    if name in ALLOWED:
        return value if value in ALLOWED[name] else ""
    if name == "price" and value != FREE_OF_CHARGE:
        is_amount = value.isascii() and value.isdecimal() and len(value) <= 7 and int(value) <= LARGEST_PRICE
        return (str(int(value)) if int(value) else FREE_OF_CHARGE) if is_amount else ""
    return value


def tidy(value: str) -> str:
    """A value of an address on one line, no longer than any of ours, and without what databases cannot hold."""
    return " ".join(value.replace("\x00", "").split())[:LONGEST_VALUE]


def listed(now: Moment) -> ColumnElement[bool]:
    """The runs of the catalogue: public, closed to no company, and still to begin. Those called off stay until their day has come."""
    # named by what is left out, so that the databases walk along the dates instead of sorting three heaps
    return and_(Run.starts_at > now, Run.state.not_in(UNLISTED), Run.company_id.is_(None))


def with_places(now: Moment) -> ColumnElement[bool]:
    """The runs in which somebody new can have a place right now."""
    return and_(
        Run.state != RunState.CANCELLED,
        Run.waiting == 0,
        Run.occupied < Run.capacity,
        or_(Run.enrolment_closes_at.is_(None), Run.enrolment_closes_at > now),
        or_(Run.enrolment_opens_at.is_(None), Run.enrolment_opens_at <= now),
    )


def condition(filters: Filters, sought: Sought, now: Moment) -> ColumnElement[bool]:
    """Which runs are listed and fit. Needs `Run` joined with `Course`, and `Venue` outer joined."""
    return and_(listed(now), *_conditions(filters, sought, now))


def _conditions(filters: Filters, sought: Sought, now: Moment) -> Iterator[ColumnElement[bool]]:
    if filters.search and sought.words:
        yield sought.condition()
    for name, value in filters.active():
        if name in _CONDITIONS:
            yield _CONDITIONS[name](value)
    if filters.has_places:
        yield with_places(now)


def _for_audience(value: str) -> ColumnElement[bool]:
    return Run.course_id.in_(
        select(CourseAudience.course_id).where(CourseAudience.audience == AUDIENCES[value])
    )


def _about(value: str) -> ColumnElement[bool]:
    return Run.course_id.in_(select(CourseTopic.course_id).join(Topic).where(Topic.slug == value))


def _at(value: str) -> ColumnElement[bool]:
    return Run.is_online.is_(True) if value == ONLINE else Venue.slug == value


_CONDITIONS: Mapping[str, Callable[[str], ColumnElement[bool]]] = {
    "audience": _for_audience,
    "topic": _about,
    "venue": _at,
    "district": lambda value: Venue.district == value,
    "weekday": lambda value: Run.weekdays.bitwise_and(1 << WEEKDAYS.index(value)) != 0,
    "time_of_day": lambda value: Run.dayparts.bitwise_and(DAYPARTS[TIMES_OF_DAY[value]]) != 0,
    "price": lambda value: Run.price_cents <= cents_of(value),
    "level": lambda value: Course.level == LEVELS[value],
    "course_language": lambda value: Course.language == value,
    "step_free": lambda _: Run.step_free.is_(True),
}


def cents_of(price: str) -> int:
    """The largest price that is meant: nothing, so many euros, or "950c", so many cents."""
    if price == FREE_OF_CHARGE:
        return 0
    return int(price.removesuffix(CENTS)) * (1 if price.endswith(CENTS) else 100)
