"""What the register's record of a certificate means, and whether a file is the one that was issued.

The record is the proof. A file is genuine only if it is, byte for byte, what was issued: a PDF can be changed
behind a valid signature, and so a signature alone proves nothing here.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class State(StrEnum):
    GENUINE = "genuine"
    OUTDATED = "outdated"
    """Genuine, but what it states counted only until a day that is over."""
    REVOKED = "revoked"
    REPLACED = "replaced"
    EXPIRED = "expired"
    """The register need not keep the record any longer and says nothing more about it."""
    UNKNOWN = "unknown"


class Copy(StrEnum):
    """What a file is that somebody holds against the record."""

    IDENTICAL = "identical"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What the register knows of one certificate besides its facts."""

    sha256: str
    issued_on: date
    kept_until: date | None = None
    valid_until: date | None = None
    """The last day on which it counts."""
    revoked_on: date | None = None
    reason: str = ""
    replaced_on: date | None = None
    replaced_by: str = ""
    """The code of the certificate that took its place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What whoever asks may read. `since` is the day of issue, revocation or replacement, or the last day it counted."""

    state: State
    since: date | None = None
    reason: str = ""
    replaced_by: str = ""

    @property
    def shows_facts(self) -> bool:
        """Whether the facts of the paper may be shown beside it: of a record that is there and still kept."""
        return self.state not in {State.UNKNOWN, State.EXPIRED}


def judge(record: Record | None, *, today: date) -> Verdict:
    """The verdict on a code. Revoked outweighs replaced, both outweigh outdated; a record past its time says only that."""
    if record is None:
        return Verdict(state=State.UNKNOWN)
    if record.kept_until is not None and today > record.kept_until:
        return Verdict(state=State.EXPIRED)
    if record.revoked_on is not None:
        return Verdict(state=State.REVOKED, since=record.revoked_on, reason=record.reason)
    if record.replaced_on is not None:
        return Verdict(
            state=State.REPLACED,
            since=record.replaced_on,
            reason=record.reason,
            replaced_by=record.replaced_by,
        )
    if record.valid_until is not None and today > record.valid_until:
        return Verdict(state=State.OUTDATED, since=record.valid_until)
    return Verdict(state=State.GENUINE, since=record.issued_on)


def fingerprint(pdf: bytes) -> str:
    """The SHA-256 to be stored with what was issued, in hexadecimal."""
    return hashlib.sha256(pdf).hexdigest()


def compare(pdf: bytes, record: Record) -> Copy:
    """Whether this file is the issued one, byte for byte."""
    same = hmac.compare_digest(fingerprint(pdf), record.sha256.lower())
    return Copy.IDENTICAL if same else Copy.DIFFERENT
