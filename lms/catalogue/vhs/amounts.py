"""Amounts in cents, however they are written."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

_MACHINE = re.compile(r"(\d{1,6})(?:\.(\d{1,2})0*)?")
_NUMBER = r"(\d{1,3}(?:\.\d{3})+(?:,\d{1,2})?|\d{1,6}(?:[.,]\d{1,2})?)(?!\d|\s*(?:%|Prozent))(?:,[-–])?"
_EURO = r"\s*(?:€|EUR\b|Euro\b)"
_REDUCED = (
    r"(?:\berm(?:\.|äß\w*|aess\w*)|reduzier\w*|vergünstig\w*|Schüler\w*|Studierende\w*|Student\w*|Auszubildende\w*|Azubis?"
    r"|Rentner\w*|Familienpass\w*|Sozialpass\w*)"
)
_LESS = r"(?:Ermäßigung\w*|Nachlass|Nachlaß|Rabatt|Abzug)"
_FREE = re.compile(r"(?:kosten|entgelt|gebühren)?(?:los|frei)\w*|gratis", re.IGNORECASE)
_LONGEST_AMOUNT = 40
_PERCENT = r"(\d{1,3})\s*(?:%|Prozent|v\.\s?H\.)"


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


# in this order: what is taken off before what remains, because both say "Ermäßigung" and "Euro"
_TAKES_OFF = (
    _pattern(rf"{_NUMBER}{_EURO}\s*{_LESS}"),
    _pattern(rf"{_LESS}\s*(?:um|von|in Höhe von)\s*{_NUMBER}{_EURO}"),
)
_TAKES_OFF_PERCENT = (
    _pattern(rf"{_PERCENT}\s*(?:{_LESS}|erm)"),
    _pattern(rf"(?:{_LESS}|{_REDUCED})[^\d]{{0,40}}{_PERCENT}"),
)
_REMAINS = (
    _pattern(rf"{_REDUCED}[^\d]{{0,40}}{_NUMBER}{_EURO}"),
    _pattern(rf"{_REDUCED}[^\d]{{0,40}}(?:€|EUR)\s*{_NUMBER}"),
    _pattern(rf"{_NUMBER}{_EURO}[^\d]{{0,12}}{_REDUCED}"),
    _pattern(rf"{_REDUCED}[^\d]{{0,40}}{_NUMBER}"),
)
_REMAINS_NOTHING = _pattern(rf"{_REDUCED}[^\d]{{0,25}}\b(?:kostenlos|kostenfrei|frei|gratis)\b")
_NO_REDUCTION = _pattern(r"\b(?:kein\w*|nicht|ohne)\s+(?:\w+\s+){0,2}(?:erm|Nachlass|Rabatt)")


@dataclass(frozen=True, slots=True)
class Concession:
    """The reduced price, if one is understood, and what else the text says."""

    cents: int | None
    rest: str


def amount(text: str) -> int | None:
    """The cents of "126.20", "82.8", "1.126,20", "98,-", "12 €" or "kostenlos"; None when it is no amount."""
    text = text.strip()
    if len(text) > _LONGEST_AMOUNT:
        return None
    if _FREE.fullmatch(text):
        return 0
    machine = _MACHINE.fullmatch(text)
    if machine is not None:
        return _cents(f"{machine[1]},{machine[2] or '0'}")
    german = re.fullmatch(rf"(?:€|EUR)?\s*{_NUMBER}(?:{_EURO})?", text, re.IGNORECASE)
    return None if german is None else _cents(german[1])


def concession(texts: Sequence[str], price_cents: int | None) -> Concession:
    """What is paid with a reduction, from remarks such as "erm. Preis: 65,60 EUR", "50 % Ermäßigung" or "ermäßigt frei"."""
    for index, text in enumerate(texts):
        if _NO_REDUCTION.search(text):
            continue
        found = _reduced(text, price_cents)
        if found is not None:
            cents, start, end = found
            others = [*texts[:index], f"{text[:start]} {text[end:]}", *texts[index + 1 :]]
            return Concession(cents, _rest(others))
    return Concession(None, _rest(texts))


def refuses_reductions(text: str) -> bool:
    """Whether a text says that there is no reduction."""
    return bool(
        _NO_REDUCTION.search(text) or re.search(r"ermäßigung\w* (?:gilt|gelten) nicht", text, re.IGNORECASE)
    )


def _reduced(text: str, price_cents: int | None) -> tuple[int, int, int] | None:
    """The cents, and where in the text they were found."""
    if price_cents is not None:
        for pattern in _TAKES_OFF:
            if found := pattern.search(text):
                return max(price_cents - _cents(found[1]), 0), *found.span()
        for pattern in _TAKES_OFF_PERCENT:
            if (found := pattern.search(text)) and int(found[1]) <= 100:
                return _rounded(Decimal(price_cents) * (100 - int(found[1])) / 100), *found.span()
    for pattern in _REMAINS:
        if found := pattern.search(text):
            return _cents(found[1]), *found.span()
    nothing = _REMAINS_NOTHING.search(text)
    return (0, *nothing.span()) if nothing else None


def _cents(number: str) -> int:
    """German or machine notation: the last separator with one or two digits behind it is the decimal one."""
    whole, decimal = re.fullmatch(r"([\d.]*?\d)(?:[.,](\d{1,2}))?", number).groups("0")  # type: ignore[union-attr]
    return int(whole.replace(".", "")) * 100 + int(decimal.ljust(2, "0"))


def _rounded(cents: Decimal) -> int:
    return int(cents.quantize(Decimal(1), ROUND_HALF_UP))


def _rest(texts: Sequence[str]) -> str:
    trimmed = (text.strip(" ,;:.()–-") for text in texts)
    return "; ".join(" ".join(text.split()) for text in trimmed if text)
