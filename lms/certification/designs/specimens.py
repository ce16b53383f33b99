"""Papers that only show how a design looks: with made-up facts, or with those of a certificate that was issued."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from certificates.code import new_code
from certificates.design import Design
from certificates.document import (
    Certificate,
    Holder,
    Kind,
    Language,
    Module,
    Outcome,
    Result,
    Translation,
)
from certificates.errors import CertificateError
from lms.certification.issuer import issuer_of
from lms.certification.issuing.drawing import drawn_alone
from lms.settings import Settings
from lms.web.centre import Centre

NUMBER = "MUSTER"
LANGUAGES = ("de", "en", "de-en")
_TURN = asyncio.Lock()
"""One at a time: looking at designs must not take the processors from everybody else."""

_FIRST, _LAST = date(2026, 9, 8), date(2026, 11, 17)
_GERMAN: dict[str, Any] = {
    "course": "Smartphone für den Alltag",
    "place": "Innovationszentrum, Raum 2",
    "contents": ("Bedienung und Apps", "Nachrichten und Fotos"),
    "outcomes": ("Nachrichten mit Bildern sicher verschicken", "Betrügerische Nachrichten erkennen"),
    "modules": ("Smartphone für den Alltag", "Sicher im Internet"),
    "legal": "Die Veranstaltung ist als Bildungsfreistellung anerkannt (Beispieltext).",
    "exam": "Abschlusstest",
}
_ENGLISH: dict[str, Any] = {
    "course": "Smartphone for Everyday Life",
    "place": "Innovation centre, room 2",
    "contents": ("Handling and apps", "Messages and photos"),
    "outcomes": ("Send messages with pictures safely", "Recognise fraudulent messages"),
    "modules": ("Smartphone for Everyday Life", "Safe Online"),
    "legal": "The event is recognised for educational leave (example).",
    "exam": "Final test",
}


def made_up(kind: Kind, language: str, *, settings: Settings, centre: Centre) -> Certificate:
    """Somebody who does not exist, and a bit of everything that this kind can state."""
    words = _ENGLISH if language == "en" else _GERMAN
    facts: dict[str, Any] = {
        "kind": kind,
        "language": Language.ENGLISH if language == "en" else Language.GERMAN,
        "holder": Holder(name="Renate Schönfelder", born=date(1951, 3, 12)),
        "course": words["course"],
        "run": "2041",
        "place": words["place"],
        "first_day": _FIRST,
        "last_day": _LAST,
        "issued_on": date(2026, 11, 22),
        "contents": words["contents"],
        "trainers": ("Jana Krüger",),
        "units_attended": 18,
        "units_planned": 20,
        "outcomes": (
            Outcome(sentence=words["outcomes"][0], competence="2.1", level=2),
            Outcome(sentence=words["outcomes"][1], competence="4.2", level=3),
        ),
    } | _of_kind(kind, words)
    if language == "de-en":
        facts["english"] = _translation(facts)
    return Certificate(**facts, **_issued(settings, centre))


def as_issued(facts: Mapping[str, Any], *, settings: Settings, centre: Centre) -> Certificate:
    """What a certificate of the register says, in the shape of today; older facts lack some keys."""
    result = facts.get("result")
    return Certificate(
        kind=Kind(facts.get("kind", Kind.ATTENDANCE)),
        holder=Holder(name=facts["holder"]["name"], born=_day(facts["holder"].get("born"))),
        course=facts["course"],
        run=facts.get("run") or "",
        first_day=date.fromisoformat(facts["first_day"]),
        last_day=date.fromisoformat(facts["last_day"]),
        issued_on=date.fromisoformat(facts["issued_on"]),
        units_attended=facts.get("units_attended"),
        units_planned=facts.get("units_planned"),
        hours=facts.get("hours"),
        days=tuple(date.fromisoformat(day) for day in facts.get("days") or ()),
        employer=facts.get("employer") or "",
        place=facts.get("place") or "",
        trainers=tuple(facts.get("trainers") or ()),
        contents=tuple(facts.get("contents") or ()),
        outcomes=tuple(Outcome(**outcome) for outcome in facts.get("outcomes") or ()),
        modules=tuple(
            Module(**{**module, "last_day": _day(module.get("last_day"))})
            for module in facts.get("modules") or ()
        ),
        result=Result(**{**result, "held_on": _day(result.get("held_on"))}) if result else None,
        valid_until=_day(facts.get("valid_until")),
        **_issued(settings, centre),
    )


async def drawn(design: Design, certificate: Certificate, settings: Settings) -> bytes:
    """The PDF, with MUSTER across it; raises `certificates.errors.CertificateError`. Never with a transaction open.

    It is drawn where papers are drawn that are issued: in a process that may fail without harm to this one.
    """
    paper = replace(certificate, number=NUMBER, replaces="")
    async with _TURN:
        outcome = await asyncio.to_thread(drawn_alone, design.as_specimen(), paper, settings)
    if isinstance(outcome, CertificateError):
        raise outcome
    return outcome


def _of_kind(kind: Kind, words: Mapping[str, Any]) -> dict[str, Any]:
    match kind:
        case Kind.EXAMINED:
            result = Result(exam=words["exam"], held_on=_LAST, points=17, out_of=20)
            return {"result": result, "valid_until": date(2028, 11, 17)}
        case Kind.EDUCATION_LEAVE:
            days = (_FIRST, date(2026, 9, 15), date(2026, 10, 6), _LAST)
            return {
                "days": days,
                "employer": "Stadtwerke Haldensleben GmbH",
                "legal_note": words["legal"],
                "outcomes": (),
            }
        case Kind.VOLUNTEER:
            return {
                "hours": 42,
                "units_attended": None,
                "units_planned": None,
                "run": "",
                "outcomes": (),
                "trainers": (),
            }
        case Kind.PATH:
            modules = tuple(
                Module(course=course, number=f"TB-2026-0002{index}", units_attended=18, last_day=_LAST)
                for index, course in enumerate(words["modules"])
            )
            return {
                "modules": modules,
                "units_attended": 36,
                "units_planned": None,
                "run": "",
                "contents": (),
                "trainers": (),
            }
        case Kind.TRAINER:
            return {"units_attended": 20, "units_planned": None, "outcomes": (), "trainers": ()}
    return {}


def _translation(facts: Mapping[str, Any]) -> Translation:
    return Translation(
        course=_ENGLISH["course"],
        place=_ENGLISH["place"],
        contents=_ENGLISH["contents"] if facts["contents"] else (),
        outcomes=_ENGLISH["outcomes"] if facts["outcomes"] else (),
        modules=_ENGLISH["modules"] if facts.get("modules") else (),
        legal_note=_ENGLISH["legal"] if facts.get("legal_note") else "",
    )


def _issued(settings: Settings, centre: Centre) -> dict[str, Any]:
    code = new_code()  # well-formed, in no register, and not printed: a specimen says MUSTER in its place
    return {
        "number": NUMBER,
        "code": code,
        "verification_url": f"{settings.public_url}/pruefen/{code}",
        "issuer": issuer_of(centre, settings),
    }


def _day(written: str | None) -> date | None:
    return date.fromisoformat(written) if written else None
