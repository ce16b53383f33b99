"""What a paper is going to say, in German and English, before it has number, code and day of issue."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import ClassVar, NamedTuple, Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from certificates.document import (
    Certificate,
    Holder,
    Issuer,
    Kind,
    Language,
    Module,
    Outcome,
    Result,
    Translation,
)
from lms.certification.models import BatchItem
from lms.kernel.errors import DomainError

BOTH_LANGUAGES = "de-en"


class Words(NamedTuple):
    """A text in both languages; without English the German stands in its place."""

    de: str
    en: str = ""

    def read_in(self, language: str) -> str:
        """The text for a reader of this language."""
        return (self.en or self.de) if language == "en" else self.de


NOTHING = Words("")


@dataclass(frozen=True, slots=True)
class Goal:
    """An outcome of the course, with its place in DigComp 2.2."""

    sentence: Words
    competence: str = ""
    level: int | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One course of a path."""

    course: Words
    number: str
    units_attended: int
    last_day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Everything a reader knows. `language` is the person's own: "de" or "en"."""

    kind: Kind
    holder: Holder
    course: Words
    first_day: date
    last_day: date
    language: str = "de"
    run: str = ""
    units_attended: int | None = None
    units_planned: int | None = None
    hours: int | None = None
    days: tuple[date, ...] = ()
    employer: str = ""
    place: Words = NOTHING
    trainers: tuple[str, ...] = ()
    contents: tuple[Words, ...] = ()
    goals: tuple[Goal, ...] = ()
    parts: tuple[Part, ...] = ()
    result: Result | None = None
    exam_en: str = ""
    """The name of the exam in English; without, the German one stands in its place."""
    valid_until: date | None = None
    legal_note: Words = NOTHING
    threshold_percent: int | None = None
    """The part of the units that was demanded, where one was: for the badge, not for the paper."""


class Place(StrEnum):
    """Where something is put right that keeps a document from being made."""

    PERSON = "person"
    RUN = "run"
    ELSEWHERE = ""


class Unfit(DomainError):
    """This one document cannot be made; the message says why and what to do, `where` at which record."""

    where: ClassVar[Place] = Place.ELSEWHERE


@dataclass(frozen=True, slots=True)
class Read:
    """What a reader found: drafts, and for whom there is none and why, by the ids of the batch's items."""

    drafts: Mapping[UUID, Draft] = field(default_factory=dict)
    refusals: Mapping[UUID, Unfit] = field(default_factory=dict)


class Reader(Protocol):
    """How one kind is read: for many items at once, in a constant number of statements."""

    async def __call__(self, session: AsyncSession, items: Sequence[BatchItem], *, today: date) -> Read: ...


def certificate_of(
    draft: Draft,
    *,
    number: str,
    code: str,
    verification_url: str,
    issued_on: date,
    issuer: Issuer,
    role: Words = NOTHING,
    seal_note: Words = NOTHING,
    language: str = "",
    replaces: str = "",
) -> Certificate:
    """The finished facts. `language` is "de", "en" or "de-en"; the person's own without.

    Raises InvalidCertificate for facts that contradict each other.
    """
    language = language or draft.language
    first = "de" if language == BOTH_LANGUAGES else language
    return Certificate(
        kind=draft.kind,
        language=Language(first),
        english=_english(draft, role, seal_note) if language == BOTH_LANGUAGES else None,
        number=number,
        code=code,
        verification_url=verification_url,
        issued_on=issued_on,
        issuer=issuer,
        holder=draft.holder,
        course=draft.course.read_in(first),
        run=draft.run,
        first_day=draft.first_day,
        last_day=draft.last_day,
        units_attended=draft.units_attended,
        units_planned=draft.units_planned,
        hours=draft.hours,
        days=draft.days,
        employer=draft.employer,
        place=draft.place.read_in(first),
        trainers=draft.trainers,
        contents=tuple(one.read_in(first) for one in draft.contents),
        outcomes=tuple(
            Outcome(sentence=goal.sentence.read_in(first), competence=goal.competence, level=goal.level)
            for goal in draft.goals
        ),
        modules=tuple(
            Module(
                course=part.course.read_in(first),
                number=part.number,
                units_attended=part.units_attended,
                last_day=part.last_day,
            )
            for part in draft.parts
        ),
        result=_result(draft, first),
        valid_until=draft.valid_until,
        replaces=replaces,
        legal_note=draft.legal_note.read_in(first),
        seal_note=seal_note.read_in(first),
    )


def _result(draft: Draft, language: str) -> Result | None:
    if draft.result is None:
        return None
    return replace(draft.result, exam=Words(draft.result.exam, draft.exam_en).read_in(language))


def _english(draft: Draft, role: Words, seal_note: Words) -> Translation:
    return Translation(
        course=draft.course.read_in("en"),
        place=draft.place.read_in("en"),
        contents=tuple(one.read_in("en") for one in draft.contents),
        outcomes=tuple(goal.sentence.read_in("en") for goal in draft.goals),
        modules=tuple(part.course.read_in("en") for part in draft.parts),
        exam=draft.exam_en,
        role=role.read_in("en"),
        legal_note=draft.legal_note.read_in("en"),
        seal_note=seal_note.read_in("en"),
    )
