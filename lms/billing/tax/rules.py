"""Which treatment holds, and what of a gross price is tax: plain functions, cents in and out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from lms.billing.tax.models import TaxCategory, TaxTreatment

FULL = 10_000
Line = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TaxSum:
    """What the lines of one rate come to: `net_cents` and `tax_cents` are together exactly `gross_cents`."""

    category: TaxCategory
    rate_bp: int
    note_de: str
    note_en: str
    gross_cents: int
    tax_cents: int

    @property
    def net_cents(self) -> int:
        """The gross sum without its tax."""
        return self.gross_cents - self.tax_cents

    @property
    def percent(self) -> float:
        """The rate as people write it: 19 or 5.5."""
        return self.rate_bp / 100


def treatment_on(treatments: Iterable[TaxTreatment], code: str, day: date) -> TaxTreatment | None:
    """What holds for services of this code that are rendered on this day; None where nothing is known."""
    started = [one for one in treatments if one.code == code and one.valid_from <= day]
    newest = max(started, key=lambda one: (one.valid_from, one.added_at), default=None)
    if newest is None or (newest.valid_until is not None and newest.valid_until < day):
        return None
    return newest


def tax_in(gross_cents: int, rate_bp: int) -> int:
    """The tax contained in a gross amount, rounded to the cent, halves away from nothing, as the tax offices reckon."""
    if gross_cents < 0:
        return -tax_in(-gross_cents, rate_bp)
    whole = FULL + rate_bp
    return (2 * gross_cents * rate_bp + whole) // (2 * whole)


def tax_sums(lines: Sequence[Line], fallback_note: str = "") -> list[TaxSum]:
    """The lines by rate, the highest first. Tax is reckoned once for each rate, not line by line.

    A line without a treatment was written before there were any: exempt, for the reason that stands on its invoice.
    """
    gross: dict[tuple[TaxCategory, int, str, str], int] = {}
    for line in lines:
        key = _key(line, fallback_note)
        gross[key] = gross.get(key, 0) + int(line["amount_cents"])
    sums = [TaxSum(*key, cents, tax_in(cents, key[1])) for key, cents in gross.items()]
    return sorted(sums, key=lambda one: (-one.rate_bp, one.category, one.note_de))


def net_of_lines(lines: Sequence[Line], fallback_note: str = "") -> list[int]:
    """The net amount of each line; those of one rate add up to the net sum of that rate, to the cent."""
    gross: dict[tuple[TaxCategory, int, str, str], int] = {}
    nets = []
    for line in lines:
        key, cents = _key(line, fallback_note), int(line["amount_cents"])
        before = gross.get(key, 0)
        gross[key] = before + cents
        nets.append(cents - (tax_in(before + cents, key[1]) - tax_in(before, key[1])))
    return nets


def on_line(treatment: TaxTreatment, starts: date, ends: date) -> dict[str, Any]:
    """What a line of an invoice keeps: the treatment in full, and the days of the service."""
    return {
        "tax_code": treatment.code,
        "tax_category": str(treatment.category),
        "tax_rate_bp": treatment.rate_bp,
        "tax_note_de": treatment.note_de,
        "tax_note_en": treatment.note_en,
        "service_from": starts.isoformat(),
        "service_to": ends.isoformat(),
    }


def taxed(treatments: Iterable[TaxTreatment], code: str, starts: date, ends: date) -> dict[str, Any]:
    """The same, by the day on which the service is complete; without a category where nothing is known for that day."""
    found = treatment_on(treatments, code, ends)
    if found is not None:
        return on_line(found, starts, ends)
    return {"tax_code": code, "service_from": starts.isoformat(), "service_to": ends.isoformat()}


def taxed_anew(treatments: Sequence[TaxTreatment], lines: Sequence[Line]) -> list[dict[str, Any]]:
    """The lines with the treatment of their day as it is known now; what was written before there were any stays."""
    anew = []
    for line in lines:
        tax: dict[str, Any] = {}
        if line.get("tax_code") and line.get("service_to"):
            starts, ends = (date.fromisoformat(line[name]) for name in ("service_from", "service_to"))
            tax = taxed(treatments, str(line["tax_code"]), starts, ends)
        anew.append({**line, **tax})
    return anew


def notes_of(lines: Sequence[Line], language: str) -> str:
    """Why no tax is asked for, as the invoice says it; empty where it all is taxed."""
    name = "tax_note_en" if language == "en" else "tax_note_de"
    return " ".join(dict.fromkeys(str(line[name]) for line in lines if line.get(name)))


def _key(line: Line, fallback_note: str) -> tuple[TaxCategory, int, str, str]:
    category = TaxCategory(line.get("tax_category") or TaxCategory.EXEMPT)
    note = "" if line.get("tax_category") else fallback_note
    return (
        category,
        int(line.get("tax_rate_bp") or 0),
        str(line.get("tax_note_de") or note),
        str(line.get("tax_note_en") or note),
    )
