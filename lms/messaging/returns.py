"""What a message in the mailbox for returns means: a letter came back, is late, or it is something else.

Anybody can write to that mailbox. What counts is sent to the return path of one of our letters, with the token in it; the
rest changes nothing. Nothing here raises, however a message is made.
"""

from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from hashlib import sha256
from typing import Any
from uuid import UUID

import flufl.bounce

from lms.messaging.answers import is_full, is_no_mailbox
from lms.messaging.models import Verdict
from lms.messaging.return_path import ReturnPath
from lms.messaging.troubles import Trouble

ADDRESSED_IN = ("To", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To")
MOST_PARTS = 50
SAID_LENGTH = 300
GONE = 550


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the message is, of which letter it speaks, what it says, and what is the matter with the letter."""

    verdict: Verdict
    fingerprint: str
    letter_id: UUID | None = None
    said: str = ""
    trouble: Trouble = Trouble.BOUNCED


def judged(raw: bytes, return_path: ReturnPath) -> Judgement:
    """What this message means. It may be cut off: what matters stands at its beginning."""
    fingerprint = sha256(raw).hexdigest()
    try:
        return _judged(message_from_bytes(raw), return_path, fingerprint)
    except Exception:  # noqa: BLE001 - a stranger wrote it: nested a thousand times, in a charset that is none
        return Judgement(Verdict.OTHER, fingerprint)


def _judged(message: Message, return_path: ReturnPath, fingerprint: str) -> Judgement:
    addressed = " ".join(str(value) for name in ADDRESSED_IN for value in message.get_all(name, ()))
    letter_id = return_path.letter_in(addressed)
    temporary, permanent = ((), ()) if _is_absence_note(message) else flufl.bounce.all_failures(message)
    if not temporary and not permanent:
        return Judgement(Verdict.OTHER, fingerprint)
    if letter_id is None:
        return Judgement(Verdict.STRANGE, fingerprint)
    status, said = _status(message)
    if not permanent:
        return Judgement(Verdict.TEMPORARY, fingerprint, letter_id, said, Trouble.BUSY)
    return Judgement(Verdict.PERMANENT, fingerprint, letter_id, said, _trouble(f"{status} {said}"))


def _trouble(said: str) -> Trouble:
    """Why it came back: a full mailbox or a policy is not a wrong address."""
    if is_full(0, said):
        return Trouble.FULL
    return Trouble.BOUNCED if is_no_mailbox(GONE, said) else Trouble.CONTENT


def _is_absence_note(message: Message) -> bool:
    """Out of office (RFC 3834): answered by a machine, and no report of a delivery."""
    automatic = str(message.get("Auto-Submitted", "")).lower().startswith("auto-replied")
    is_report = message.get_content_type() in {"multipart/report", "multipart/mixed"}
    return (automatic or "X-Autoreply" in message) and not is_report


def _status(message: Message) -> tuple[str, str]:
    """Status and diagnostic code of the first recipient (RFC 3464, 2.3), on one line."""
    for number, part in enumerate(message.walk()):
        if number > MOST_PARTS:
            break
        if part.get_content_type() != "message/delivery-status":
            continue
        blocks: Any = part.get_payload()
        for block in blocks if isinstance(blocks, list) else ():
            if block.get("Status"):
                return _line(block.get("Status")), _line(block.get("Diagnostic-Code", block.get("Status")))
    return "", _line(message.get("Subject", ""))


def _line(value: object) -> str:
    words = " ".join(str(value).split())
    return "".join(sign for sign in words if sign.isprintable())[:SAID_LENGTH]
