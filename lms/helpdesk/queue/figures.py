"""What people asked for: contacts of a year by topic, month, age and place. No name, and no number under five.

Always whole years: if the time could be chosen freely, two tables beside each other would give away what each hides.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import extract, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Course
from lms.helpdesk.models import Contact, ContactWay, HelpDesk, HelpTopic
from lms.helpdesk.queue import words
from lms.helpdesk.queue.hiding import shown, shown_list
from lms.helpdesk.queue.models import TopicCourse
from lms.people.ages import AgeBand
from lms.web.csv import Cell
from lms.web.language import gettext, translated

MONTHS = 12
OF_LATE = timedelta(days=90)
OFTEN = 10
"""So many contacts in three months make a topic one to think of a course for."""


@dataclass(frozen=True, slots=True)
class TopicLine:
    """One topic: how often in each month and in the year (None: too few to be shown), how long, and what became of it."""

    topic: HelpTopic
    months: Sequence[int | None]
    total: int | None
    minutes: int | None
    of_late: int
    course: Course | None

    @property
    def is_frequent(self) -> bool:
        """Asked for so often of late that a course is worth thinking of."""
        return self.of_late >= OFTEN


@dataclass(frozen=True, slots=True)
class Share:
    """An age band, a way or a place, with its number; None: too few to be shown."""

    words: str
    number: int | None


@dataclass(frozen=True, slots=True)
class Figures:
    """A year."""

    year: int
    years: Sequence[int]
    topics: Sequence[TopicLine]
    months: Sequence[int | None]
    total: int | None
    ages: Sequence[Share]
    ways: Sequence[Share]
    places: Sequence[Share]


async def figures(session: AsyncSession, year: int, today: date) -> Figures:
    """The contacts of a year; the same handful of statements for any number of them."""
    rows = (
        await session.execute(
            select(
                Contact.topic_id,
                extract("month", Contact.day),
                Contact.age,
                Contact.way,
                Contact.desk_id,
                func.count(),
                func.sum(Contact.minutes),
            )
            .where(Contact.day >= date(year, 1, 1), Contact.day <= date(year, 12, 31))
            .group_by(
                Contact.topic_id, extract("month", Contact.day), Contact.age, Contact.way, Contact.desk_id
            )
        )
    ).all()
    topics = (await session.scalars(select(HelpTopic).order_by(HelpTopic.position, HelpTopic.name_de))).all()
    desks = (await session.scalars(select(HelpDesk).order_by(HelpDesk.position, HelpDesk.name_de))).all()
    first = await session.scalar(select(func.min(Contact.day)))
    by_month: Counter[tuple[UUID, int]] = Counter()
    lasted: Counter[UUID] = Counter()
    ages: Counter[AgeBand] = Counter()
    ways: Counter[ContactWay] = Counter()
    places: Counter[UUID] = Counter()
    for topic_id, month, age, way, desk_id, number, minutes in rows:
        by_month[topic_id, int(month)] += number
        lasted[topic_id] += int(minutes)
        ages[age] += number
        ways[way] += number
        places[desk_id] += number
    asked = [one for one in topics if any(by_month[one.id, month] for month in range(1, MONTHS + 1))]
    table = shown([[by_month[one.id, month] for month in range(1, MONTHS + 1)] for one in asked])
    of_late, courses = await _of_late(session, today), await drafted(session)
    lines = [
        TopicLine(
            topic=one,
            months=row[:-1],
            total=row[-1],
            minutes=None if row[-1] is None else round(lasted[one.id] / row[-1]) if row[-1] else None,
            of_late=of_late.get(one.id, 0),
            course=courses.get(one.id),
        )
        for one, row in zip(asked, table, strict=False)
    ]
    return Figures(
        year=year,
        years=range(today.year, (first or today).year - 1, -1),
        topics=sorted(lines, key=lambda line: (line.total is None, -(line.total or 0))),
        months=table[-1][:-1],
        total=table[-1][-1],
        ages=_shares((translated(text), ages[band]) for band, text in words.AGES.items()),
        ways=_shares((translated(text), ways[way]) for way, text in words.WAYS.items()),
        places=_shares((words.name_of(one), places[one.id]) for one in desks if places[one.id]),
    )


def _shares(counts: Iterable[tuple[str, int]]) -> list[Share]:
    found = list(counts)
    told = shown_list([number for _, number in found])
    return [Share(text, number) for (text, _), number in zip(found, told, strict=False)]


async def _of_late(session: AsyncSession, today: date) -> Mapping[UUID, int]:
    rows = await session.execute(
        select(Contact.topic_id, func.count())
        .where(Contact.day >= today - OF_LATE)
        .group_by(Contact.topic_id)
    )
    return {row[0]: row[1] for row in rows}


async def drafted(session: AsyncSession) -> Mapping[UUID, Course]:
    """What became of topics: their courses."""
    rows = await session.execute(
        select(TopicCourse.topic_id, Course).join(Course, Course.id == TopicCourse.course_id)
    )
    return {row[0]: row[1] for row in rows}


def as_rows(found: Figures) -> list[list[Cell]]:
    """The same numbers as a file: one line for each topic and month, each age, way and place."""
    few = gettext("fewer than five, or hidden with them")

    def told(number: int | None) -> Cell:
        return few if number is None else number

    head: list[Cell] = [
        gettext("Year"),
        gettext("Counted by"),
        gettext("What"),
        gettext("Month"),
        gettext("Contacts counted"),
    ]
    rows: list[list[Cell]] = [head]
    for line in found.topics:
        name = words.name_of(line.topic)
        rows += [
            [found.year, gettext("Topic"), name, month, told(number)]
            for month, number in enumerate(line.months, 1)
        ]
        rows.append([found.year, gettext("Topic"), name, "", told(line.total)])
    for by, shares in (
        (gettext("Age"), found.ages),
        (gettext("Way"), found.ways),
        (gettext("Place"), found.places),
    ):
        rows += [[found.year, by, one.words, "", told(one.number)] for one in shares]
    rows.append([found.year, gettext("All"), "", "", told(found.total)])
    return rows
