"""Finding courses by words, alike on both databases, and forgiving about spelling.

A word that is looked for matches the beginning of a word, and from four letters on any part of one: German joins words, and
"kurs" has to find "Tabletkurs". Several words must all be found. One that is found nowhere is taken for the most similar
word that is.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from rapidfuzz import fuzz, process
from sqlalchemy import ColumnElement, and_, delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.freshness import words_changed
from lms.catalogue.models import Audience, Course, CourseAudience, CourseTopic, Run, SearchWord, Topic
from lms.catalogue.words import Found, terms_of, words_of

TITLE, NAME, SUMMARY, TEXT = 10, 5, 3, 1
INSIDE_FROM = 4
MOST_WORDS = 5_000
"""So many words at most are handed to the database for one term; it takes 32,000 parameters."""

# how visitors call those for whom a course is made, in both languages
AUDIENCE_WORDS = {
    Audience.SENIORS: "Seniorinnen Senioren Ältere 60plus seniors older",
    Audience.YOUTH: "Jugendliche Kinder Jugend youth children",
    Audience.SMES: "Unternehmen Betriebe Firmen KMU companies business SMEs",
    Audience.EVERYONE: "",
}


async def index_course(session: AsyncSession, course: Course, *, names: Iterable[str] = ()) -> None:
    """Make a course findable by its present words, in place of the former ones; one course, five statements.

    `names` are what only others know, venues and trainers of its runs: `lms.scheduling.searchable` gathers them.
    """
    numbers = await session.scalars(select(Run.number).where(Run.course_id == course.id))
    audiences = await session.scalars(
        select(CourseAudience.audience).where(CourseAudience.course_id == course.id)
    )
    topics = await session.execute(
        select(Topic.name_de, Topic.name_en)
        .join(CourseTopic, CourseTopic.topic_id == Topic.id)
        .where(CourseTopic.course_id == course.id)
    )
    words = words_of_course(
        course,
        numbers=numbers,
        audiences=audiences,
        names=[*names, *(name for both in topics for name in both)],
    )
    await write_words(session, {course.id: words})


def words_of_course(
    course: Course, *, numbers: Iterable[str], audiences: Iterable[Audience], names: Iterable[str]
) -> dict[str, Found]:
    """The words by which a course is found; those of its title and its numbers weigh most."""
    return words_of(
        [
            *((text, TITLE) for text in (course.title_de, course.title_en, *numbers)),
            *((name, NAME) for name in names),
            *((AUDIENCE_WORDS[audience], SUMMARY) for audience in audiences),
            *((text, SUMMARY) for text in (course.summary_de, course.summary_en)),
            *((text, TEXT) for text in (course.text_de, course.text_en)),
        ]
    )


async def write_words(session: AsyncSession, by_course: dict[UUID, dict[str, Found]]) -> None:
    """Put the words of these courses in place of their former ones."""
    for some in _portions(list(by_course), 500):
        await session.execute(delete(SearchWord).where(SearchWord.course_id.in_(some)))
    rows: list[dict[str, Any]] = [
        {"course_id": course_id, "word": word, "weight": found.weight, "written": found.written}
        for course_id, words in by_course.items()
        for word, found in words.items()
    ]
    if rows:
        await session.execute(insert(SearchWord), rows)
    await words_changed(session)


def _portions(items: Sequence[UUID], size: int) -> Iterable[Sequence[UUID]]:
    return (items[start : start + size] for start in range(0, len(items), size))


@dataclass(frozen=True, slots=True)
class Sought:
    """What a search means: for each term the words it stands for, and the words that were guessed for misspelt ones."""

    words: tuple[tuple[str, ...], ...] = ()
    instead: tuple[str, ...] = ()

    def condition(self) -> ColumnElement[bool]:
        """Whether `Run.course_id` is a course with a word for every term."""
        return and_(*(Run.course_id.in_(_courses_with(words)) for words in self.words))

    def in_title(self) -> ColumnElement[bool]:
        """Whether every term even stands in the title."""
        return and_(*(Run.course_id.in_(_courses_with(words, TITLE)) for words in self.words))


def _courses_with(words: Sequence[str], weight: int = 0) -> Any:
    found = select(SearchWord.course_id).where(SearchWord.word.in_(words))
    return found.where(SearchWord.weight >= weight) if weight else found


async def as_written(session: AsyncSession, words: Sequence[str]) -> tuple[str, ...]:
    """How these words stand in most texts: "uebung" as "Übung"."""
    rows = await session.execute(
        select(SearchWord.word, SearchWord.written)
        .where(SearchWord.word.in_(words))
        .group_by(SearchWord.word, SearchWord.written)
        .order_by(func.count())
    )
    usual = {row.word: row.written for row in rows if row.written}
    return tuple(usual.get(word, word) for word in words)


@dataclass(slots=True)
class Vocabulary:
    """Every word by which any course is found. Kept in memory: a guess has to look at all of them."""

    courses: dict[str, int] = field(default_factory=dict)
    _all: str = ""

    @classmethod
    async def read(cls, session: AsyncSession) -> "Vocabulary":
        """The vocabulary as it is now; one statement."""
        rows = await session.execute(select(SearchWord.word, func.count()).group_by(SearchWord.word))
        return cls.of({row.word: row[1] for row in rows})

    @classmethod
    def of(cls, courses: dict[str, int]) -> "Vocabulary":
        """A vocabulary of these words, each with the number of its courses."""
        return cls(courses, "\n".join(["", *courses, ""]))

    def understand(self, search: str) -> Sought:
        """What is meant. A term for which not even a guess can be made stands for no word at all."""
        terms = terms_of(search)
        matching = {term: self.matching(term) for term in terms}
        guesses = {term: self.nearest(term) for term in terms if not matching[term]}
        if not terms:
            return Sought(((),) if search.strip() else ())
        words = tuple(tuple(matching[term] or self.matching(guesses[term])) for term in terms)
        if not guesses or not all(guesses.values()):
            return Sought(words)
        return Sought(words, tuple(guesses.get(term, term) for term in terms))

    def matching(self, term: str) -> list[str]:
        """The words that begin with the term, or from four letters on hold it anywhere."""
        if not term:
            return []
        wanted = term if len(term) >= INSIDE_FROM else f"\n{term}"
        found: list[str] = []
        place = self._all.find(wanted)
        while place >= 0 and len(found) < MOST_WORDS:
            begin = self._all.rfind("\n", 0, place + 1) + 1
            end = self._all.index("\n", begin)
            found.append(self._all[begin:end])
            place = self._all.find(wanted, end)
        return found

    def nearest(self, term: str) -> str:
        """The most similar word, of several equally similar ones the most usual; nothing when none is near."""
        if len(term) < INSIDE_FROM:
            return ""
        cutoff = 80 if len(term) < 6 else 74
        near = process.extract(term, self.courses.keys(), scorer=fuzz.ratio, score_cutoff=cutoff, limit=10)
        best = max(near, key=lambda hit: (round(hit[1]), self.courses[hit[0]]), default=None)
        return str(best[0]) if best else ""
