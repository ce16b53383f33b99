"""Two people changed the same thing: both versions side by side, and whoever was slower decides (S-71).

The page reads what is stored now into a second form of the same class::

    except Stale as refusal:
        stored = form_from(EditTermsForm, **terms_values(run))
        context["versions"] = both_versions(form, stored, marks=["version"], keep="/verwaltung/…")

and draws `components/versions.html`. The typed form keeps everything and carries the marks of the stored one, so that
sending it again saves it over the other version, this time knowingly.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from lms.kernel.errors import Stale
from lms.web.fields.base import OurField
from lms.web.fields.choices import Chosen
from lms.web.formats import date_plain
from lms.web.forms import Form
from lms.web.language import gettext, translated

MOST_DIGITS = 10


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of which two people hold different things: its label, what is stored, what was typed."""

    label: str
    stored: str
    typed: str


@dataclass(frozen=True, slots=True)
class Versions:
    """Where the two versions differ, and the page on which the stored one can be read."""

    differences: Sequence[Difference]
    keep: str


def both_versions(typed: Form, stored: Form, *, marks: Collection[str], keep: str) -> Versions:
    """Compare the forms and let `typed` be sent again knowingly; the sentence of `Stale` stands above it.

    `marks` are the hidden fields by which a stale form is recognised; `keep` is the path that leaves the stored version.
    """
    if not typed.form_errors:
        typed.refuse("", Stale.message)
    for name in marks:
        typed[name].raw_data, typed[name].data = None, stored[name].data
    found = []
    for field in typed:
        other: Any = stored[field.name]
        if not isinstance(field, OurField) or field.kind in {"hidden", "password"}:
            continue
        if isinstance(field, Chosen):
            other.choices = field.choices
        ours, theirs = in_words(field), in_words(other)
        if ours != theirs:
            found.append(Difference(translated(field.label.text), theirs, ours))
    return Versions(found, keep)


def in_words(field: Any) -> str:
    """What stands in a field, as a person would say it; empty where nothing does."""
    if isinstance(field, Chosen):
        return ", ".join(words for value, words, _ in field.options if value in field.chosen)
    if field.kind == "checkbox":
        return gettext("Yes") if field.data else gettext("No")
    if field.kind == "date":
        return date_plain(field.data) if field.data else ""
    text = field.written() if field.data is not None else field.typed
    return f"{text} {translated(field.unit)}" if text and field.unit else str(text)


def version_in(text: str | None) -> int | None:
    """The version that a form carries along; None for anything else, and for more digits than any version has."""
    return int(text) if text and text.isdecimal() and len(text) < MOST_DIGITS else None
