"""The facts of a record, as much of them as whoever checks may read."""

import re
import unicodedata
from datetime import date
from typing import Any

import msgspec

from certificates.document import Language
from certificates.wording import WORDS, written
from lms.certification.models import Certificate, ShownName


class ModuleFact(msgspec.Struct, kw_only=True):
    """One course of a path."""

    title: str
    number: str = ""
    units_attended: int | None = None
    last_day: date | None = None


class ResultFact(msgspec.Struct, kw_only=True):
    """What came out of the exam."""

    exam: str
    held_on: date | None = None
    points: int | None = None
    out_of: int | None = None


class Facts(msgspec.Struct, kw_only=True):
    """What the paper states, for whoever checks it. Units are of 45 minutes; what a kind does not state is null or empty.

    `holder` is the name as the holder allows it to be read: all of it, its initials, or nothing; `holder_shown` says which.
    """

    kind: str
    holder: str
    holder_shown: ShownName
    title: str
    title_en: str
    number: str
    first_day: date
    last_day: date
    units_attended: int | None
    units_planned: int | None
    hours: int | None
    modules: list[ModuleFact]
    result: ResultFact | None
    issuer: str
    issued_on: date
    place: str
    outcomes: list[str]
    valid_until: date | None


def facts_of(certificate: Certificate) -> Facts:
    """The facts as they were signed; rows of the first version lack some of them."""
    said: dict[str, Any] = certificate.facts
    result = said.get("result")
    return Facts(
        kind=certificate.kind,
        holder=shown_name(certificate),
        holder_shown=certificate.shown_name,
        title=said["course"],
        title_en=said.get("course_en") or "",
        number=said["number"],
        first_day=date.fromisoformat(said["first_day"]),
        last_day=date.fromisoformat(said["last_day"]),
        units_attended=said.get("units_attended"),
        units_planned=said.get("units_planned"),
        hours=said.get("hours"),
        modules=[_module(one) for one in said.get("modules") or ()],
        result=_result(result) if result else None,
        issuer=said["issuer"],
        issued_on=date.fromisoformat(said["issued_on"]),
        place=said.get("place") or "",
        outcomes=[outcome["sentence"] for outcome in said.get("outcomes") or ()],
        valid_until=_day(said.get("valid_until")),
    )


def shown_name(certificate: Certificate) -> str:
    """The holder's name as the holder lets it be read."""
    name: str = certificate.facts["holder"]["name"]
    match certificate.shown_name:
        case ShownName.FULL:
            return name
        case ShownName.INITIALS:
            return " ".join(f"{_first_letter(part)}." for part in re.split(r"[\s-]+", name) if part)
        case _:
            return ""


def facts_for_holder(certificate: Certificate) -> Facts:
    """The same for whoever holds it: with the name, however others may read it."""
    facts = facts_of(certificate)
    return msgspec.structs.replace(
        facts, holder=certificate.facts["holder"]["name"], holder_shown=ShownName.FULL
    )


def is_the_name(certificate: Certificate, typed: str) -> bool:
    """Whether this is the name on the paper. Capitals, accents, dashes, ß for ss and "Lehmann, Ada" make no difference."""
    said, given = _plain(certificate.facts["holder"]["name"]), _plain(typed)
    family, comma, first = typed.partition(",")
    return bool(given) and said in ({given, _plain(f"{first} {family}")} if comma else {given})


def private_phrases(certificate: Certificate) -> tuple[str, ...]:
    """What stands on the paper and is nobody's business who only knows the code: birth date, employer, a name kept back."""
    holder = certificate.facts["holder"]
    born, languages = (
        _day(holder.get("born")),
        {certificate.language, "en" if certificate.facts.get("course_en") else ""},
    )
    phrases = [certificate.facts.get("employer") or ""]
    if certificate.shown_name is not ShownName.FULL:
        phrases.append(holder["name"])
    if born:
        phrases += [written(born, WORDS[one]) for one in Language if one.value in languages]
    return tuple(phrase for phrase in phrases if phrase)


def _first_letter(part: str) -> str:
    """What one reads as the first letter, with its accents."""
    rest = next((at for at, sign in enumerate(part[1:], 1) if not unicodedata.combining(sign)), len(part))
    return part[:rest].upper()


def _plain(name: str) -> str:
    spread = name.casefold()
    for letter, two in (("ä", "ae"), ("ö", "oe"), ("ü", "ue")):
        spread = spread.replace(letter, two)
    bare = "".join(
        sign if unicodedata.category(sign)[0] in "LN" else " "
        for sign in unicodedata.normalize("NFKD", spread)
        if not unicodedata.combining(sign)
    )
    return " ".join(bare.split())


def _module(said: dict[str, Any]) -> ModuleFact:
    return ModuleFact(
        title=said["course"],
        number=said.get("number") or "",
        units_attended=said.get("units_attended"),
        last_day=_day(said.get("last_day")),
    )


def _result(said: dict[str, Any]) -> ResultFact:
    return ResultFact(
        exam=said["exam"],
        held_on=_day(said.get("held_on")),
        points=said.get("points"),
        out_of=said.get("out_of"),
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
