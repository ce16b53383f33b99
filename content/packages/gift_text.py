"""The characters of GIFT: what has a meaning, how it is taken away, and the texts in between."""

import re
from typing import Literal, get_args

from content.foreign import has_html, markdown_of
from content.packages import errors

Format = Literal["html", "markdown", "moodle", "plain"]
_FORMATS: dict[str, Format] = {one: one for one in get_args(Format)}

SPECIAL = "~=#{}:\\"
# escaped characters are put away as private ones while the text is taken apart
_AWAY = {sign: chr(0xE100 + index) for index, sign in enumerate(SPECIAL)}
_BACK = {ord(away): sign for sign, away in _AWAY.items()} | {0xE1FF: "\n"}
_ESCAPE = re.compile(r"\\([~=#{}:\\n])")
_PRIVATE = re.compile("[\ue100-\ue1ff]")
_SPACES = re.compile(r"\s+")
_FORMAT = re.compile(r"\s*\[(html|markdown|moodle|plain)\]", re.IGNORECASE)


def escaped_away(text: str) -> str:
    r"""The text with `\=` and the like put away; `unescaped` brings them back."""
    text = _PRIVATE.sub("", text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff"))
    return _ESCAPE.sub(lambda found: "\ue1ff" if found[1] == "n" else _AWAY[found[1]], text)


def unescaped(text: str) -> str:
    """The text with its escaped characters as they were meant."""
    return text.translate(_BACK)


def escaped(text: str) -> str:
    r"""The text so that GIFT reads it as it is: special signs with a backslash, line ends as `\n`."""
    return re.sub(r"[~=#{}:\\]", r"\\\g<0>", text).replace("\n", "\\n")


def parts_of(body: str) -> list[str]:
    """Text and answers in turns, text first and last. Raises BadGift when braces do not fit."""
    parts: list[str] = []
    rest = body
    while "{" in rest:
        text, _, rest = rest.partition("{")
        answers, closed, rest = rest.partition("}")
        if not closed or "{" in answers or "}" in text:
            raise errors.BadGift
        parts += [text, answers]
    if "}" in rest:
        raise errors.BadGift
    return [*parts, rest]


def markdown(text: str, text_format: Format, *, is_short: bool = False) -> str:
    """A text in its format as Markdown; a short one in one line. It may begin with a format of its own."""
    if found := _FORMAT.match(text):
        text_format, text = format_named(found[1]), text[found.end() :]
    if text_format != "markdown":
        text = _SPACES.sub(" ", text)
    words = unescaped(text).strip()
    if text_format != "markdown":
        words = (
            markdown_of(words)
            if text_format != "plain" or not has_html(words)
            else markdown_of(words.replace("<", "&lt;"))
        )
    return _SPACES.sub(" ", words).strip() if is_short and "\n" not in unescaped(text) else words


def plain(text: str) -> str:
    """A text that is compared with what somebody writes: as it stands, in one line."""
    if found := _FORMAT.match(text):
        text = text[found.end() :]
    return _SPACES.sub(" ", unescaped(text)).strip()


def format_named(word: str) -> Format:
    """The format that stands between square brackets before a text. Raises KeyError for a word that is none."""
    return _FORMATS[word.lower()]
