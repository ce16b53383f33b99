"""Reading a badge that somebody hands in: whose it is, and whether it is as we signed it."""

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from certificates.baking import Unreadable, extract
from certificates.code import is_valid, normalise
from certificates.credential import is_about
from certificates.proof import Refusal, verify_credential
from lms.certification.badges.addresses import check_address, issuer_id
from lms.certification.keys import keyring
from lms.settings import Settings


class Standing(StrEnum):
    """What can be said of a file without the register."""

    INTACT = "intact"
    """Ours, and as we signed it. Whether it still holds, the register knows."""
    CHANGED = "changed"
    """It says that it is ours, but something in it was changed after we signed."""
    FOREIGN = "foreign"
    """A credential of somebody else, or one that names another's key."""
    NO_BADGE = "no-badge"
    """No file in which a badge could be, or a picture without one."""
    BROKEN = "broken"
    TOO_LARGE = "too-large"
    SEVERAL = "several"
    """More than one credential in one file: none of them is believed."""


_BY_REFUSAL = {
    Refusal.NOT_A_CREDENTIAL: Standing.NO_BADGE,
    Refusal.FOREIGN: Standing.FOREIGN,
    Refusal.CHANGED: Standing.CHANGED,
}
_BY_FILE = {
    Unreadable.TOO_LARGE: Standing.TOO_LARGE,
    Unreadable.NO_BADGE: Standing.NO_BADGE,
    Unreadable.BROKEN: Standing.BROKEN,
    Unreadable.SEVERAL: Standing.SEVERAL,
}


@dataclass(frozen=True, slots=True)
class Badge:
    """What a file says. Only an intact one has a code to look up, and a credential."""

    standing: Standing
    code: str = ""
    credential: dict[str, Any] | None = None

    def is_about(self, name: str) -> bool:
        """Whether it was issued to somebody of exactly this name; it holds the name only as a hash."""
        return self.credential is not None and is_about(self.credential, name)


def code_in_badge(data: bytes, settings: Settings) -> Badge:
    """Read an SVG, PNG, JSON or JWT file. Never raises, whatever the bytes; takes some milliseconds, so use a thread."""
    text = extract(data)
    if isinstance(text, Unreadable):
        return Badge(_BY_FILE[text])
    found = verify_credential(text, keyring(settings), issuer_id=issuer_id(settings))
    if isinstance(found, Refusal):
        return Badge(_BY_REFUSAL[found])
    code = normalise(str(found["id"]))
    if not is_valid(code) or found["id"] != check_address(settings, code):
        return Badge(Standing.CHANGED)
    return Badge(Standing.INTACT, code, found)


def is_the_issued(badge: Badge, stored: str) -> bool:
    """Whether it says, member by member, what the register kept as issued under its code."""
    if badge.credential is None or not stored:
        return False
    issued = json.loads(stored)
    issued.pop("proof", None)
    return bool(issued == badge.credential)
