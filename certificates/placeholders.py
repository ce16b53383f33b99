"""Texts with names in braces, written by staff: a small replacement and nothing more.

They are never compiled as a template and never given to `str.format`, which would reach attributes (S-35).
"""

import re
from collections.abc import Mapping

from certificates.errors import StrayBrace, UnknownPlaceholder

PLACEHOLDERS = (
    "name",
    "born",
    "course",
    "period",
    "extent",
    "place",
    "trainers",
    "run",
    "number",
    "issuer",
    "issued_on",
    "valid_until",
)
OF_THE_HOLDER = frozenset({"name", "born", "extent", "number"})
"""Those that differ between two papers of one run."""

_NAMED = re.compile(r"\{([^{}]*)\}")
_AROUND = 20


def check(text: str) -> None:
    """Raise `UnknownPlaceholder` or `StrayBrace` unless every brace belongs to one of `PLACEHOLDERS`."""
    for match in _NAMED.finditer(text):
        if match[1] not in PLACEHOLDERS:
            raise UnknownPlaceholder(match[0])
    rest = _NAMED.sub("", text)
    if stray := re.search(r"[{}]", rest):
        raise StrayBrace(rest[max(0, stray.start() - _AROUND) : stray.end() + _AROUND])


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with each placeholder replaced once: braces in a value stay as they are."""
    return _NAMED.sub(lambda match: values.get(match[1], match[0]), text)


def named(text: str) -> frozenset[str]:
    """The placeholders of a text."""
    return frozenset(_NAMED.findall(text)) & frozenset(PLACEHOLDERS)
