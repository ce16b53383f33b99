"""A change of a setting on a page of its own before it is saved: what was, what will be, whom it concerns."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from litestar.response import Template

STEP, SAVE, BACK = "schritt", "speichern", "zurueck"
_OURS = ("_csrf_token", STEP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """The words of such a page. `lines` are label, old value, new value; `path` receives what was sent once more."""

    title: str
    about: str
    path: str
    back: str
    lines: Sequence[tuple[str, str, str]]
    sentences: Sequence[str]


def check_page(check: Check, sent: Any) -> Template:
    """The page; it carries along what was typed, for both ways on."""
    carried = [(name, value) for name, value in sent.multi_items() if name not in _OURS]
    return Template("portal/fees/check.html", context={"check": check, "carried": carried, "step": STEP})
