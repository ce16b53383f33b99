"""What the lines of a price say, in the reader's language."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Protocol

from lms.kernel.marking import N_
from lms.web.formats import amount, date_long
from lms.web.language import current_language, gettext

REASONS = {
    "base": N_("Price of the course"),
    "reduced": N_("Reduction"),
    "concession": N_("Reduction: %(name)s"),
    "resident": N_("Reduction for living in %(place)s"),
    "early": N_("Reduction for enrolling early, until %(until)s"),
    "group": N_("Reduction from %(least)s persons on"),
    "company": N_("Price for companies"),
    "family": N_("Family reduction: somebody of the family takes part as well"),
    "discount_code": N_("Discount code %(code)s"),
    "changed": N_("Changed later by the team"),
}
NOT_IN_ADDITION = N_("Not in addition, because the larger reduction counts: %(what)s")


class Said(Protocol):
    """Anything with a message, its parameters, and cents."""

    @property
    def message(self) -> str: ...

    @property
    def params(self) -> Mapping[str, Any]: ...

    @property
    def amount_cents(self) -> int: ...


def spoken(message: str, params: Mapping[str, Any]) -> str:
    """A stored message: days (`…_on`) are written out, of names the one in the reader's language is taken."""
    values: dict[str, Any] = {}
    for key, value in params.items():
        if isinstance(value, Mapping):
            values[key] = spoken(str(value["message"]), value.get("params") or {})
        elif key.endswith("_on"):
            values[key.removesuffix("_on")] = date_long(date.fromisoformat(value)) if value else ""
        elif key == f"name_{current_language()}":
            values["name"] = value
        elif key.startswith("name_"):
            values.setdefault("name", value)
        else:
            values[key] = value
    return gettext(message, **values)


def words_of(line: Said) -> tuple[str, str]:
    """A line as pages and letters show it: words and amount; a remark without an amount has none."""
    cents = amount(line.amount_cents) if line.amount_cents or line.message != NOT_IN_ADDITION else ""
    return spoken(line.message, line.params), cents
