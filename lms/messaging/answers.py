"""What the answers of mail servers mean (RFC 5321, 4.2; enhanced codes of RFC 3463)."""

import re
from datetime import timedelta

from lms.messaging.troubles import Trouble

UNAVAILABLE = 421
PERMANENT = 500
GREY = frozenset({450, 451})
"""How servers answer that do not know us yet (greylisting, RFC 6647): they want to hear again in a few minutes."""
FULL = frozenset({452, 522, 552})
UNKNOWN_ADDRESS = frozenset({550, 551, 553})
SOON = timedelta(seconds=30)
AGAIN = timedelta(minutes=1)
HOURLY = timedelta(hours=1)
_ENHANCED = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")


class OurServer(Exception):
    """The server that takes our letters is away, or takes none at all."""

    def __init__(self, said: str, *, trouble: Trouble = Trouble.AWAY, code: int = 0) -> None:
        super().__init__(said)
        self.trouble, self.code = trouble, code


class Failed(Exception):
    """Nobody will ever take this letter. `is_wrong_address` when the answer says that there is no such mailbox."""

    def __init__(self, trouble: Trouble, said: str, *, is_wrong_address: bool = False) -> None:
        super().__init__(said)
        self.trouble, self.is_wrong_address = trouble, is_wrong_address


class Later(Exception):
    """This letter is not taken now. `after` says when to come back; None when nobody knows."""

    def __init__(self, said: str, *, trouble: Trouble = Trouble.AWAY, after: timedelta | None = None) -> None:
        super().__init__(said)
        self.trouble, self.after = trouble, after


def recipient_refused(code: int, message: str) -> Failed | Later:
    """What it means that RCPT was refused."""
    said = f"{code} {message}"
    if is_full(code, message):
        return Later(said, trouble=Trouble.FULL, after=HOURLY)
    if code >= PERMANENT:
        return Failed(Trouble.REFUSED, said, is_wrong_address=is_no_mailbox(code, message))
    return Later(said, trouble=Trouble.BUSY, after=SOON if code in GREY else None)


def data_refused(code: int, message: str) -> Failed | Later:
    """What it means that the letter itself was refused."""
    said = f"{code} {message}"
    if is_full(code, message):
        return Later(said, trouble=Trouble.FULL, after=HOURLY)
    if code >= PERMANENT:
        return Failed(Trouble.CONTENT, said)
    return Later(said, trouble=Trouble.BUSY, after=SOON if code in GREY else None)


def is_full(code: int, message: str) -> bool:
    """A full mailbox is emptied some day: RFC 3463 calls it x.2.2, whether for now or for good."""
    told = _enhanced(message)
    return any(one[1:] == ("2", "2") for one in told) if told else code in FULL


def is_no_mailbox(code: int, message: str) -> bool:
    """5.1.x speaks of the address and 5.2.1 of a mailbox that is closed; without such a code the plain one has to do.

    5.7.x is a policy, not the address.
    """
    told = _enhanced(message)
    if told:
        return any(one[:2] == ("5", "1") or one == ("5", "2", "1") for one in told)
    return code in UNKNOWN_ADDRESS


def _enhanced(message: str) -> list[tuple[str, str, str]]:
    """The codes that say something: x.0.0 is what servers write that do not know."""
    return [(kind, *rest) for kind, *rest in _ENHANCED.findall(message) if rest != ["0", "0"]]
