"""The answer to a code or to a file, in one shape for pages and for programs."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final, Literal

import msgspec

from certificates.code import is_valid, normalise, suggestions
from certificates.inspecting import Difference
from certificates.verify import Record, State, judge
from lms.certification.models import Certificate, CertificateState, ExpiredRecord, ShownName
from lms.certification.verification.facts import Facts, facts_of, is_the_name
from lms.kernel.clock import local

LIKELY = 3
CHANGED: Final = "changed"

Status = Literal["genuine", "outdated", "revoked", "replaced", "expired", "unknown", "changed"]

File = Literal["", "pdf", "badge", "other"]


class PassageOut(msgspec.Struct, kw_only=True):
    """Words as they were issued, and what stands there instead."""

    issued: str
    held: str


class DifferenceOut(msgspec.Struct, kw_only=True):
    """One thing in which a file differs from the issued one; `page` counts from 1, 0 is the whole file."""

    change: str
    page: int = 0
    count: int = 0
    passages: list[PassageOut] = []


class Answer(msgspec.Struct, kw_only=True):
    """The public answer about a certificate.

    `status` is `genuine`, `outdated` (genuine, valid until `since`), `revoked` or `replaced` (since `since`, because of `reason`),
    `expired` (we keep no record any longer), `unknown`, or `changed`: the file or name that was handed in is not the one we
    issued under this code. Only `genuine` and `outdated` vouch for anything, and only for the facts given here: compare them
    with the paper. `facts` are null for `unknown` and `expired`. With `changed`, `ended` says whether the record itself is
    `revoked`, `replaced` or `outdated`, and `differences` in what the file differs. `file` tells that a file (or its SHA-256) was
    checked, not only a code: `pdf`, `badge` or `other`. Of a badge in a picture only the credential was checked, not what is to
    be seen. `name_matches` says whether a name that was handed in is the one on the paper.
    """

    status: Status
    code: str
    since: date | None = None
    reason: str = ""
    replaced_by: str = ""
    ended: str = ""
    file: File = ""
    name_matches: bool | None = None
    facts: Facts | None = None
    differences: list[DifferenceOut] = []
    suggestions: list[str] = []


@dataclass(frozen=True, slots=True)
class Found:
    """What our register holds about a code: the certificate and the one that took its place, or that its time is over."""

    certificate: Certificate | None = None
    heir: Certificate | None = None
    expired: ExpiredRecord | None = None


def answer_to(found: Found, *, typed: str, today: date) -> Answer:
    """Judge what was typed against our record; for an unknown code with up to three likely ones."""
    if found.certificate is None:
        is_over = found.expired is not None
        likely = [] if is_over or is_valid(typed) else suggestions(typed, limit=LIKELY)
        return Answer(status="expired" if is_over else "unknown", code=normalise(typed), suggestions=likely)
    verdict = judge(_record(found), today=today)
    return Answer(
        status=verdict.state.value,
        code=found.certificate.code,
        since=verdict.since,
        reason=verdict.reason,
        replaced_by=verdict.replaced_by,
        facts=facts_of(found.certificate) if verdict.shows_facts else None,
    )


def answer_to_issued_file(found: Found, file: File, *, today: date) -> Answer:
    """The answer to a file that is what was issued, a PDF byte for byte, a badge fact by fact."""
    answer = answer_to(found, typed=found.certificate.code if found.certificate else "", today=today)
    answer.file = file
    return answer


def answer_to_changed_file(
    found: Found, file: File, differing: list[DifferenceOut], *, today: date
) -> Answer:
    """The answer to a file that names our code and is not what was issued: it vouches for nothing."""
    plain = answer_to_issued_file(found, file, today=today)
    return _changed(plain, differences=differing)


def with_name(answer: Answer, certificate: Certificate | None, name: str) -> Answer:
    """The same answer when somebody has typed a name from the paper. Another name than ours vouches for nothing."""
    if certificate is None or answer.facts is None:
        return answer
    if is_the_name(certificate, name):
        return msgspec.structs.replace(answer, name_matches=True)
    return _changed(answer, name_matches=False)


def nothing_known(file: File = "other") -> Answer:
    """The answer to a file in which nothing points to us."""
    return Answer(status="unknown", code="", file=file)


def changes_of(differing: Iterable[Difference]) -> list[DifferenceOut]:
    """What differs, as it goes over the wire."""
    return [_difference(one) for one in differing]


def _changed(plain: Answer, **more: Any) -> Answer:
    if plain.facts is None:  # past its time: there is nothing to compare with
        return plain
    if plain.status != CHANGED:
        plain = msgspec.structs.replace(
            plain, status=CHANGED, ended="" if plain.status == State.GENUINE.value else plain.status
        )
    return msgspec.structs.replace(plain, since=None, reason="", replaced_by="", **more)


def _record(found: Found) -> Record | None:
    certificate, heir = found.certificate, found.heir
    if certificate is None:
        return None
    ended = _day(certificate.ended_at)
    record = Record(
        sha256=certificate.sha256,
        issued_on=local(certificate.issued_at).date(),
        kept_until=certificate.kept_until,
        valid_until=certificate.valid_until,
        reason=certificate.ended_reason,
    )
    if certificate.state is CertificateState.REVOKED:
        return replace(record, revoked_on=ended)
    if certificate.state is CertificateState.REPLACED:
        may_lead = heir is not None and heir.shown_name is not ShownName.HIDDEN
        return replace(record, replaced_on=ended, replaced_by=heir.code if heir and may_lead else "")
    return record


def _difference(one: Difference) -> DifferenceOut:
    return DifferenceOut(
        change=one.change.value,
        page=one.page,
        count=one.count,
        passages=[PassageOut(issued=passage.issued, held=passage.held) for passage in one.passages],
    )


def _day(moment: datetime | None) -> date | None:
    return local(moment).date() if moment else None
