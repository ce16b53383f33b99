"""The names that people's files keep."""

import re
import unicodedata
from pathlib import PurePath

LONGEST_NAME = 120
UNNAMED = "datei"
UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_NOT_IN_NAMES = re.compile(r'[/\\:*?"<>|]+')


def clean_name(sent: str) -> str:
    """The name under which a file is handed out: no folders, nothing unseen or turned round, not too long, its ending kept."""
    last = re.split(r"[/\\]", sent)[-1]
    shown = UNSEEN.sub("", unicodedata.normalize("NFC", last))
    words = " ".join(_NOT_IN_NAMES.sub(" ", shown).split()).strip(". ")
    ending = PurePath(words).suffix[:10]
    stem = words.removesuffix(PurePath(words).suffix).strip(". ") or UNNAMED
    return f"{stem[: LONGEST_NAME - len(ending)].strip()}{ending}"
