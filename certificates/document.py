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
from certificates.errors import InvalidCertificate

# DigComp 2.2 (Joint Research Centre, 2022): how many competences each of its five areas has, and its levels.
_COMPETENCES = {1: 3, 2: 6, 3: 4, 4: 4, 5: 4}
_LEVELS = range(1, 9)


class Kind(StrEnum):
    ATTENDANCE = "attendance"
    """Teilnahmebescheinigung: somebody was there; nothing was examined."""
    EXAMINED = "examined"
    """Zertifikat: somebody has shown in a test what the outcomes say."""


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
class Certificate(_Tidy):
    """Everything one paper says. Contradictions are refused at once, all of them together."""

    kind: Kind = Kind.ATTENDANCE
    language: Language = Language.GERMAN
    number: str
    code: str
    verification_url: str
    issued_on: date
    issuer: Issuer
    holder: Holder
    course: str
    run: str = ""
    first_day: date
    last_day: date
    units_attended: int
    units_planned: int
    place: str = ""
    trainers: tuple[str, ...] = ()
    contents: tuple[str, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    legal_note: str = ""
    """For instance on Bildungsfreistellung: one paragraph after the contents."""
    seal_note: str = ""
    """What the paper says about its electronic seal, if it is going to carry one."""

    def __post_init__(self) -> None:
        _Tidy.__post_init__(self)  # slots make a new class, which super() without arguments does not find
        object.__setattr__(self, "code", normalise(self.code))
        if reasons := tuple(_contradictions(self)):
            raise InvalidCertificate(reasons)

    def facts(self) -> dict[str, Any]:
        """The facts as plain JSON values, for signing and for the register. `version` names this very shape."""
        return {
            "version": 1,
            "kind": self.kind.value,
            "number": self.number,
            "code": self.code,
            "issued_on": self.issued_on.isoformat(),
            "issuer": self.issuer.name,
            "holder": {
                "name": self.holder.name,
                "born": self.holder.born.isoformat() if self.holder.born else None,
            },
            "course": self.course,
            "run": self.run,
            "first_day": self.first_day.isoformat(),
            "last_day": self.last_day.isoformat(),
            "units_attended": self.units_attended,
            "units_planned": self.units_planned,
            "place": self.place,
            "trainers": list(self.trainers),
            "contents": list(self.contents),
            "outcomes": [
                {"sentence": outcome.sentence, "competence": outcome.competence, "level": outcome.level}
                for outcome in self.outcomes
            ],
        }


def _tidied(value: Any) -> Any:
    if type(value) is str:  # an enumeration is a string as well, and tidy already
        return " ".join(unicodedata.normalize("NFC", value).split())
    if type(value) is tuple and all(type(line) is str for line in value):
        return tuple(tidy for line in value if (tidy := _tidied(line)))
    return value


def _contradictions(certificate: Certificate) -> Iterator[str]:
    holder, issuer, address = certificate.holder, certificate.issuer, urlsplit(certificate.verification_url)
    checks = {
        "no number": not certificate.number,
        "no course": not certificate.course,
        "no name": not holder.name,
        "no issuer": not issuer.name,
        f"not a code: {certificate.code}": not is_valid(certificate.code),
        f"not an address to verify at: {certificate.verification_url}": (
            address.scheme not in {"https", "http"} or not address.netloc
        ),
        "ends before it begins": certificate.last_day < certificate.first_day,
        "issued before the last day": certificate.issued_on < certificate.last_day,
        "born after the first day": holder.born is not None and holder.born > certificate.first_day,
        f"attended {certificate.units_attended} of {certificate.units_planned} units": (
            not 0 < certificate.units_attended <= certificate.units_planned
        ),
    }
    yield from (reason for reason, holds in checks.items() if holds)
    for outcome in certificate.outcomes:
        yield from _contradictions_of(outcome)


def _contradictions_of(outcome: Outcome) -> Iterator[str]:
    if not outcome.sentence:
        yield "an outcome without a sentence"
    if outcome.competence:
        match = re.fullmatch(r"([1-5])\.([1-6])", outcome.competence)
        if match is None or int(match[2]) > _COMPETENCES[int(match[1])]:
            yield f"not a competence of DigComp 2.2: {outcome.competence}"
    if outcome.level is not None and (outcome.level not in _LEVELS or not outcome.competence):
        yield f"not a level of DigComp 2.2: {outcome.level}"
