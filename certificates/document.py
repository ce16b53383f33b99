"""The facts on the paper."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from certificates.code import is_valid, normalise
from certificates.errors import Contradiction, InvalidCertificate

# DigComp 2.2 (Joint Research Centre, 2022): how many competences each of its five areas has, and its levels.
_COMPETENCES = {1: 3, 2: 6, 3: 4, 4: 4, 5: 4}
_LEVELS = range(1, 9)


class Kind(StrEnum):
    ATTENDANCE = "attendance"
    """Teilnahmebescheinigung: somebody was there; nothing was examined."""
    EXAMINED = "examined"
    """Zertifikat: somebody has shown in a test what the outcomes say."""
    EDUCATION_LEAVE = "education_leave"
    """Bescheinigung für den Arbeitgeber: the days and units attended, for paid leave to learn (Bildungszeit)."""
    VOLUNTEER = "volunteer"
    """Bescheinigung über ehrenamtliches Engagement: what somebody did unpaid, and for how long."""
    PATH = "path"
    """Modulzertifikat: somebody holds the certificates of all courses of a path."""
    TRAINER = "trainer"
    """Bescheinigung über Lehrtätigkeit: what somebody has taught, in units held."""


class Language(StrEnum):
    GERMAN = "de"
    ENGLISH = "en"


class _Tidy:
    """Brings texts into one line and one spelling of their accents, so that equal facts give equal bytes."""

    __slots__ = ()

    def __post_init__(self) -> None:
        for item in fields(self):  # type: ignore[arg-type]  # only dataclasses inherit this
            object.__setattr__(self, item.name, _tidied(getattr(self, item.name)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder(_Tidy):
    name: str
    born: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome(_Tidy):
    """What the course leads to, as a sentence, and its place in DigComp 2.2: competence "1.1", level 3 of 8."""

    sentence: str
    competence: str = ""
    level: int | None = None

    @property
    def area(self) -> int | None:
        """The first figure of the competence: one of the five areas of DigComp."""
        return int(self.competence[0]) if self.competence else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer(_Tidy):
    """Who vouches for the paper."""

    name: str
    belongs_to: str = ""
    """The house or town it is part of, printed under the name."""
    address: tuple[str, ...] = ()
    contact: tuple[str, ...] = ()
    town: str = ""
    """Stands before the date of issue: "Haldensleben, 22. November 2026"."""
    representative: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Module(_Tidy):
    """One course of a path, as its own certificate states it."""

    course: str
    number: str = ""
    """The number of the certificate of this course."""
    units_attended: int = 0
    last_day: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result(_Tidy):
    """What came out of the exam, without a grade: points of how many, where points were given."""

    exam: str
    held_on: date | None = None
    points: int | None = None
    out_of: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation(_Tidy):
    """What a paper says in its second language; what is empty stands as in the first."""

    course: str = ""
    place: str = ""
    contents: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    """The sentences, in the order of the certificate's outcomes."""
    modules: tuple[str, ...] = ()
    """The courses, in the order of the certificate's modules."""
    exam: str = ""
    role: str = ""
    legal_note: str = ""
    seal_note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate(_Tidy):
    """Everything one paper says. Contradictions are refused at once, all of them together.

    With `english` a German paper says everything twice, in both languages. Units are of 45 minutes.
    """

    kind: Kind = Kind.ATTENDANCE
    language: Language = Language.GERMAN
    english: Translation | None = None
    number: str
    code: str
    verification_url: str
    issued_on: date
    issuer: Issuer
    holder: Holder
    course: str
    """What it is about: the course, the path, or what the volunteer did."""
    run: str = ""
    first_day: date
    last_day: date
    units_attended: int | None = None
    """Attended, or taught by a trainer; for volunteers there are hours instead."""
    units_planned: int | None = None
    hours: int | None = None
    """Full hours given by a volunteer."""
    days: tuple[date, ...] = ()
    """The days on which somebody attended, where an employer wants to know each."""
    employer: str = ""
    place: str = ""
    trainers: tuple[str, ...] = ()
    contents: tuple[str, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    modules: tuple[Module, ...] = ()
    result: Result | None = None
    valid_until: date | None = None
    """The last day on which it counts, where what it states grows old."""
    replaces: str = ""
    """The number of the certificate whose place it takes."""
    legal_note: str = ""
    """For instance on Bildungsfreistellung: one paragraph after the contents."""
    seal_note: str = ""
    """What the paper says about its electronic seal, if it is going to carry one."""

    @property
    def languages(self) -> tuple[Language, ...]:
        """The languages it speaks, the first one first."""
        return (self.language, Language.ENGLISH) if self.english else (self.language,)

    def __post_init__(self) -> None:
        _Tidy.__post_init__(self)  # slots make a new class, which super() without arguments does not find
        object.__setattr__(self, "code", normalise(self.code))
        if reasons := tuple(_contradictions(self)):
            raise InvalidCertificate(reasons)

    def facts(self) -> dict[str, Any]:
        """The facts as plain JSON values, for signing and for the register. `version` names this very shape."""
        return {
            "version": 2,
            "kind": self.kind.value,
            "number": self.number,
            "code": self.code,
            "issued_on": self.issued_on.isoformat(),
            "issuer": self.issuer.name,
            "holder": {"name": self.holder.name, "born": _day(self.holder.born)},
            "course": self.course,
            "course_en": self.english.course if self.english else "",
            "run": self.run,
            "first_day": self.first_day.isoformat(),
            "last_day": self.last_day.isoformat(),
            "units_attended": self.units_attended,
            "units_planned": self.units_planned,
            "hours": self.hours,
            "days": [day.isoformat() for day in self.days],
            "employer": self.employer,
            "place": self.place,
            "trainers": list(self.trainers),
            "contents": list(self.contents),
            "outcomes": [
                {"sentence": outcome.sentence, "competence": outcome.competence, "level": outcome.level}
                for outcome in self.outcomes
            ],
            "modules": [
                {
                    "course": module.course,
                    "number": module.number,
                    "units_attended": module.units_attended,
                    "last_day": _day(module.last_day),
                }
                for module in self.modules
            ],
            "result": self.result
            and {
                "exam": self.result.exam,
                "held_on": _day(self.result.held_on),
                "points": self.result.points,
                "out_of": self.result.out_of,
            },
            "valid_until": _day(self.valid_until),
            "replaces": self.replaces,
        }


def _tidied(value: Any) -> Any:
    if type(value) is str:  # an enumeration is a string as well, and tidy already
        return " ".join(unicodedata.normalize("NFC", value).split())
    if type(value) is tuple and all(type(line) is str for line in value):
        return tuple(tidy for line in value if (tidy := _tidied(line)))
    return value


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _contradictions(certificate: Certificate) -> Iterator[str]:
    holder, issuer, address = certificate.holder, certificate.issuer, urlsplit(certificate.verification_url)
    checks: dict[str, bool] = {
        "no number": not certificate.number,
        Contradiction.NO_COURSE: not certificate.course,
        Contradiction.NO_NAME: not holder.name,
        Contradiction.NO_ISSUER: not issuer.name,
        f"not a code: {certificate.code}": not is_valid(certificate.code),
        f"not an address to verify at: {certificate.verification_url}": (
            address.scheme not in {"https", "http"} or not address.netloc
        ),
        Contradiction.ENDS_BEFORE_IT_BEGINS: certificate.last_day < certificate.first_day,
        Contradiction.ISSUED_TOO_EARLY: certificate.issued_on < certificate.last_day,
        Contradiction.BORN_TOO_LATE: holder.born is not None and holder.born > certificate.first_day,
        Contradiction.ENDED_ALREADY: (
            certificate.valid_until is not None and certificate.valid_until < certificate.issued_on
        ),
        Contradiction.DAY_OUTSIDE: any(
            not certificate.first_day <= day <= certificate.last_day for day in certificate.days
        ),
        "not every sentence translated": certificate.english is not None
        and (
            len(certificate.english.outcomes) not in {0, len(certificate.outcomes)}
            or len(certificate.english.modules) not in {0, len(certificate.modules)}
        ),
        "translated although it is English": bool(
            certificate.english and certificate.language is Language.ENGLISH
        ),
    }
    yield from (reason for reason, holds in checks.items() if holds)
    yield from _contradictions_of_extent(certificate)
    for outcome in certificate.outcomes:
        yield from _contradictions_of(outcome)


def _contradictions_of_extent(certificate: Certificate) -> Iterator[str]:
    """Each kind states its own measure, and none states more than was planned."""
    attended, planned, hours = certificate.units_attended, certificate.units_planned, certificate.hours
    match certificate.kind:
        case Kind.VOLUNTEER:
            if not hours or hours < 0 or attended is not None:
                yield f"volunteered for {hours} hours"
        case Kind.TRAINER | Kind.PATH:
            if not attended or attended < 0:
                yield f"{certificate.kind.value} of {attended} units"
        case _:
            if attended == 0:
                yield f"{Contradiction.NOTHING_ATTENDED} {planned} units"
            elif attended is None or planned is None or not 0 < attended <= planned:
                yield f"attended {attended} of {planned} units"
    yield from _contradictions_of_result(certificate)


def _contradictions_of_result(certificate: Certificate) -> Iterator[str]:
    if certificate.kind is Kind.PATH and not certificate.modules:
        yield "a path without modules"
    if (certificate.kind is Kind.EXAMINED) != (certificate.result is not None):
        yield Contradiction.EXAM_WITHOUT_RESULT
    result = certificate.result
    if result is not None and (result.points is None) != (result.out_of is None):
        yield "points of nothing"
    if result is not None and result.points is not None and not 0 <= result.points <= (result.out_of or 0):
        yield f"{result.points} of {result.out_of} points"


def _contradictions_of(outcome: Outcome) -> Iterator[str]:
    if not outcome.sentence:
        yield "an outcome without a sentence"
    if outcome.competence:
        match = re.fullmatch(r"([1-5])\.([1-6])", outcome.competence)
        if match is None or int(match[2]) > _COMPETENCES[int(match[1])]:
            yield f"not a competence of DigComp 2.2: {outcome.competence}"
    if outcome.level is not None and (outcome.level not in _LEVELS or not outcome.competence):
        yield f"not a level of DigComp 2.2: {outcome.level}"
