"""The code on the wall, and the ticket of whoever has typed it. Both are derived from the server's secret and never stored.

The code is a time-based one-time password (RFC 6238) of six digits and a minute; the code before is still good, so that
nobody is too slow. The ticket is what a browser keeps while its owner says who they are: good for a quarter of an hour.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import pyotp

from lms.kernel.tokens import Signer

SECONDS = 60
DIGITS = 6
TICKET_MINUTES = 15
CODE, TICKET = "check-in-code", "check-in-ticket"


@dataclass(frozen=True, slots=True)
class Shown:
    """What stands on the wall now, and for how many seconds more."""

    code: str
    seconds: int

    @property
    def in_groups(self) -> str:
        """As it is read aloud: "493 027"."""
        return f"{self.code[:3]} {self.code[3:]}"


def shown(signer: Signer, session_id: UUID, at: datetime) -> Shown:
    """The code of a session at this moment."""
    return Shown(_clock(signer, session_id).at(at), SECONDS - int(at.timestamp()) % SECONDS)


def sessions_with(signer: Signer, code: str, session_ids: Iterable[UUID], at: datetime) -> list[UUID]:
    """Those of these sessions whose code this is, or was a minute ago."""
    digits = "".join(sign for sign in code if sign.isascii() and sign.isdigit())
    if len(digits) != DIGITS:
        return []
    before = datetime.fromtimestamp(at.timestamp() - SECONDS, tz=at.tzinfo)
    return [
        one
        for one in session_ids
        if any(_clock(signer, one).verify(digits, for_time=moment) for moment in (at, before))
    ]


def ticket(signer: Signer, session_id: UUID, at: datetime) -> str:
    """Says that its holder has seen the wall of this session just now."""
    minute = _minute(at)
    return f"{session_id.hex}{minute:x}-{signer.token(TICKET, session_id, minute)}"


def session_of_ticket(signer: Signer, given: str, at: datetime) -> UUID | None:
    """The session of a ticket that is genuine and not too old; else None."""
    front, _, token = given.partition("-")
    try:
        session_id, minute = UUID(hex=front[:32]), int(front[32:], 16)
    except ValueError:
        return None
    is_fresh = 0 <= _minute(at) - minute <= TICKET_MINUTES
    return session_id if is_fresh and signer.matches(token, TICKET, session_id, minute) else None


def _minute(at: datetime) -> int:
    return int(at.timestamp()) // 60


def _clock(signer: Signer, session_id: UUID) -> pyotp.TOTP:
    """The token is 160 bits in base32: what RFC 4226 asks of a secret."""
    return pyotp.TOTP(signer.token(CODE, session_id).upper(), digits=DIGITS, interval=SECONDS)
