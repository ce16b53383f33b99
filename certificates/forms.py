"""What differs from person to person on a page, taken out of its HTML and put into it again.

A template marks its variable places: an element with `data-field` that holds nothing but text, the attribute
`data-running` for what every page repeats. Addresses of links and the QR code vary without a mark. Two pages that
are equal without these entries are of one form, whatever they are about.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from html import escape, unescape

TEXT = r"[^<>]*"
_PLACES = re.compile(
    rf"""
      <title>(?P<title>{TEXT})</title>
    | <svg\b[^<>]*\bclass="qr"[^<>]*><title>(?P<alt>{TEXT})</title><path\ stroke="\#000"\ d="(?P<qr>{TEXT})"/></svg>
    | \bdata-field="(?P<field>\w+)"[^<>]*>(?P<text>{TEXT})</
    | \bdata-running="(?P<running>[^"<>]*)"
    | \bhref="(?P<link>https?:[^"<>]*)"
    """,
    re.VERBOSE,
)
# Letters an address is made of, none of which a browser or WeasyPrint would write differently.
_PLAIN_ADDRESS = re.compile(r"https?://[A-Za-z0-9.:_~/?=&%+,@!-]+")
_BLANKS = re.compile(r"[ \t\r\n\f]+")  # as CSS collapses them: a no-break space is none


class Kind(Enum):
    """What an entry becomes in the file."""

    TEXT = "text"
    LINK = "link"
    ALT = "alt"
    QR = "qr"


@dataclass(frozen=True, slots=True)
class Entry:
    """One variable place: what it is, the name of its field, and what stands there, without HTML's escapes."""

    kind: Kind
    field: str
    value: str


@dataclass(frozen=True, slots=True)
class Form:
    """A page without its entries: the HTML between them. Hashable, and equal for everybody of one form."""

    between: tuple[str, ...]
    places: tuple[tuple[Kind, str], ...]

    def filled(self, values: Sequence[str]) -> str:
        """The page with these values, in the order of the places."""
        pieces = [self.between[0]]
        for value, following in zip(values, self.between[1:], strict=True):
            pieces += [escape(value), following]
        return "".join(pieces)

    def names(self, text: str) -> bool:
        """Whether the text stands anywhere between the entries."""
        return any(text in piece for piece in self.between)


def taken_apart(html: str) -> tuple[Form, tuple[Entry, ...]]:
    """The form and the entries. What is marked in a way we do not know stays part of the form."""
    between, entries, start = [], [], 0
    for begin, end, entry in _found(html):
        between.append(html[start:begin])
        entries.append(entry)
        start = end
    between.append(html[start:])
    places = tuple((entry.kind, entry.field) for entry in entries)
    return Form(tuple(between), places), tuple(entries)


def is_plain_address(address: str) -> bool:
    """Whether it goes into the file letter by letter."""
    return _PLAIN_ADDRESS.fullmatch(address) is not None


def _found(html: str) -> Iterator[tuple[int, int, Entry]]:
    for match in _PLACES.finditer(html):
        for group, entry in _entries(match):
            yield match.start(group), match.end(group), entry


def _entries(match: re.Match[str]) -> Iterator[tuple[str, Entry]]:
    if match["alt"] is not None:
        yield "alt", Entry(Kind.ALT, "", unescape(match["alt"]))
        yield "qr", Entry(Kind.QR, "", match["qr"])
    elif match["link"] is not None:
        yield "link", Entry(Kind.LINK, "", unescape(match["link"]))
    elif match["running"] is not None:
        yield "running", Entry(Kind.TEXT, "running", collapsed(match["running"]))
    elif match["text"] is not None:
        yield "text", Entry(Kind.TEXT, match["field"], collapsed(match["text"]))
    else:
        yield "title", Entry(Kind.TEXT, "title", collapsed(match["title"]))


def collapsed(escaped: str) -> str:
    """Text of HTML as it is laid out: blanks in a row are one, and none stands at the ends."""
    return _BLANKS.sub(" ", unescape(escaped)).strip(" ")
