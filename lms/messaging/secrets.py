"""What a letter tells only its reader: links that prove a right, and codes for signing in.

The outbox has to hold them until the letter is carried, and not a moment longer; nobody of the team ever sees them.
"""

import json
import re
from typing import Any

from lms.messaging.models import Letter

AT_THE_DOOR = "sign_in_code"
"""What letters are about that let somebody in: their words are for the reader alone."""

COVER = "…"
MONEY = frozenset({"voucher"})
"""What letters are about that enclose something as good as money: it is not kept once it has been carried."""
_TOKEN = re.compile(
    r"(?<=/)[a-z2-7]{32}(?![a-z0-9])|(?<=/)[A-Za-z0-9_-]{40,}(?![A-Za-z0-9_-])"
    r"|\b[2-9A-HJ-NP-Z]{4}(?:-[2-9A-HJ-NP-Z]{4}){3}\b"  # the code of a voucher
)


def is_secret(about_kind: str) -> bool:
    """Whether every word of the letter is for its reader alone."""
    return about_kind == AT_THE_DOOR


def covered(words: str) -> str:
    """The words without what opens anything; links keep their place, so that one sees there was one."""
    return _TOKEN.sub(COVER, words)


def kept_words(letter: Letter, *, was_sent: bool) -> dict[str, Any]:
    """What stays of a letter's words when it has been carried or given up; a letter that failed may be sent again."""
    if is_secret(letter.about_kind):
        return {"text": "", "html": "", "short": "", "composition": None}
    if not was_sent:
        return {}
    return {
        "text": covered(letter.text),
        "html": covered(letter.html),
        "short": covered(letter.short),
        "composition": json.loads(covered(json.dumps(letter.composition, ensure_ascii=False))),
        "unsubscribe": covered(letter.unsubscribe),
    }
