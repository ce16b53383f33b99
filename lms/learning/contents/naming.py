"""Names of files as lessons write them, and finding them in what was written."""

import re
import unicodedata
from collections.abc import Collection, Mapping
from pathlib import PurePath
from typing import Any

from lms.web.files.names import LONGEST_NAME, UNNAMED

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_NOT_IN_A_NAME = re.compile(r"[^a-z0-9]+")
_ENDING = re.compile(r"\.[a-z0-9]{1,8}")


def file_name(sent: str) -> str:
    """What a file is called in lessons: lower-case letters, digits and hyphens, and its ending. No folder survives."""
    last = re.split(r"[/\\]", sent)[-1].lower()
    ending = PurePath(last).suffix
    if not _ENDING.fullmatch(ending):
        ending = ""
    stem = unicodedata.normalize("NFC", last.removesuffix(ending)).translate(_UMLAUTS)
    plain = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode()
    words = _NOT_IN_A_NAME.sub("-", plain).strip("-") or UNNAMED
    return f"{words[: LONGEST_NAME - len(ending)].strip('-')}{ending}"


def free_name(name: str, taken: Collection[str]) -> str:
    """The name, with a number before its ending where it is taken already: `bild-2.png`."""
    if name not in taken:
        return name
    ending = PurePath(name).suffix
    stem = name.removesuffix(ending)
    number = 2
    while (tried := f"{stem}-{number}{ending}") in taken:
        number += 1
    return tried


def names_in(texts: Collection[str], names: Collection[str]) -> set[str]:
    """Which of these files are named in the texts. Rather one too many: a file that is talked about counts as used."""
    if not names:
        return set()
    pattern = _any_of(names)
    return {found for text in texts for found in pattern.findall(text)}


def renamed(text: str, names: Mapping[str, str]) -> str:
    """The text with other names for the files."""
    changed = {old: new for old, new in names.items() if old != new}
    if not changed:
        return text
    return _any_of(changed).sub(lambda found: changed[found[0]], text)


def texts_in(value: Any) -> list[str]:
    """Every text within a lesson's body, however deep."""
    match value:
        case str():
            return [value]
        case Mapping():
            return [text for one in value.values() for text in texts_in(one)]
        case list() | tuple():
            return [text for one in value for text in texts_in(one)]
        case _:
            return []


def rewritten(value: Any, names: Mapping[str, str]) -> Any:
    """A lesson's body in which every text has been `renamed`."""
    match value:
        case str():
            return renamed(value, names)
        case Mapping():
            return {key: rewritten(one, names) for key, one in value.items()}
        case list() | tuple():
            return [rewritten(one, names) for one in value]
        case _:
            return value


def pointing(quiz: Mapping[str, Any], lessons: Mapping[str, str]) -> dict[str, Any]:
    """A quiz as plain JSON whose questions point to the lessons by these ids; to none where a lesson did not come along."""
    pools = [
        {**pool, "questions": [_pointed(one, lessons) for one in pool["questions"]]}
        for pool in quiz.get("pools", ())
    ]
    return {**quiz, "pools": pools}


def _pointed(question: Mapping[str, Any], lessons: Mapping[str, str]) -> dict[str, Any]:
    found = lessons.get(question.get("lesson", ""), "")
    return {**question, "lesson": found, "place": question.get("place", "") if found else ""}


def _any_of(names: Collection[str]) -> re.Pattern[str]:
    """Any of the names, whole: `bild.png` is not in `mein-bild.png`. The longest first, so that none hides another."""
    in_order = sorted(names, key=len, reverse=True)
    return re.compile(rf"(?<![\w.-])(?:{'|'.join(map(re.escape, in_order))})(?![\w-])")
