"""What the public reads about a certificate: from our own record and nothing else (S-21)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import msgspec

from certificates.code import is_valid, normalise, suggestions
from certificates.verify import Copy, Record, State, Verdict, compare, judge
from lms.certification.models import Certificate, CertificateState
from lms.kernel.clock import local

LIKELY = 3


class Facts(msgspec.Struct, kw_only=True):
    """What the paper states, for whoever checks it."""

    holder: str
    title: str
    number: str
    first_day: date
    last_day: date
    units_attended: int | None
    units_planned: int | None
    issuer: str
    issued_on: date
    place: str
    outcomes: list[str]


class Answer(msgspec.Struct, kw_only=True):
    """The public answer. `facts` stand beside every state but unknown and expired."""

    status: str
    code: str
    since: date | None = None
    reason: str = ""
    replaced_by: str = ""
    facts: Facts | None = None
    suggestions: list[str] = []


@dataclass(frozen=True, slots=True)
class Checked:
    """The answer to a code, and the record behind it."""

    answer: Answer
    certificate: Certificate | None


def checked(certificate: Certificate | None, *, typed: str, today: date, replaced_by: str = "") -> Checked:
    """Judge what was typed against our record; for an unknown code with up to three likely ones."""
    verdict = judge(record_of(certificate, replaced_by), today=today)
    code = normalise(typed)
    likely = [] if certificate is not None or is_valid(typed) else suggestions(typed, limit=LIKELY)
    return Checked(
        answer=Answer(
            status=verdict.state.value,
            code=code,
            since=verdict.since,
            reason=verdict.reason,
            replaced_by=verdict.replaced_by,
            facts=_facts(certificate, verdict),
            suggestions=likely,
        ),
        certificate=certificate,
    )


def record_of(certificate: Certificate | None, replaced_by: str = "") -> Record | None:
    """The record as the certificates library judges it."""
    if certificate is None:
        return None
    ended = _day(certificate.ended_at)
    is_replaced = certificate.state is CertificateState.REPLACED
    return Record(
        sha256=certificate.sha256,
        issued_on=local(certificate.issued_at).date(),
        revoked_on=ended if certificate.state is CertificateState.REVOKED else None,
        reason=certificate.ended_reason,
        replaced_on=ended if is_replaced else None,
        replaced_by=replaced_by,
    )


def is_the_issued_file(certificate: Certificate, file: bytes) -> bool:
    """Whether the file is, byte for byte, what was issued; a valid signature alone would prove nothing."""
    record = record_of(certificate)
    return record is not None and compare(file, record) is Copy.IDENTICAL


def _facts(certificate: Certificate | None, verdict: Verdict) -> Facts | None:
    if certificate is None or not verdict.shows_facts or verdict.state is State.UNKNOWN:
        return None
    said: dict[str, Any] = certificate.facts
    return Facts(
        holder=said["holder"]["name"],
        title=said["course"],
        number=said["number"],
        first_day=date.fromisoformat(said["first_day"]),
        last_day=date.fromisoformat(said["last_day"]),
        units_attended=said["units_attended"],
        units_planned=said["units_planned"],
        issuer=said["issuer"],
        issued_on=date.fromisoformat(said["issued_on"]),
        place=said["place"],
        outcomes=[outcome["sentence"] for outcome in said["outcomes"]],
    )


def _day(moment: datetime | None) -> date | None:
    return local(moment).date() if moment else None
