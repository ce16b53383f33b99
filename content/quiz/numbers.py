"""Numbers as people type them, in German or in English."""

import re
import unicodedata
from decimal import Decimal

LONGEST = 40
_MINUS = str.maketrans({"\u2212": "-", "\u2013": "-", "\u2012": "-", "\u2010": "-", "\ufe63": "-"})
_NUMBER = re.compile(r"(?P<sign>[+-]?)(?P<digits>\d[\d.,]*|[.,]\d+)(?P<rest>\D*)")
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[\s'\u2019](?=\d{3}(?!\d))")
_GROUPED = re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+")
_UNITS = (
    frozenset({"€", "euro", "eur"}),
    frozenset({"%", "prozent", "percent"}),
    frozenset({"°c", "grad", "grad celsius", "°"}),
    frozenset({"min", "min.", "minute", "minuten", "minutes"}),
    frozenset({"h", "std", "std.", "stunde", "stunden", "hour", "hours"}),
    frozenset({"l", "liter", "litre", "litres"}),
)


def numbers_from(text: str, unit: str = "") -> tuple[Decimal, ...]:
    """What a number may have meant; empty where it is none.

    A comma and a point in one number: the last of them begins the decimals. One of them alone begins the decimals too, unless
    three digits follow and it may as well part the thousands: `1.234` is both, 1234 for a German and 1,234 for the English.
    Spaces and apostrophes may part thousands. The unit may follow, in any case and with the usual other names; another
    unit makes it no number.
    """
    if len(text) > LONGEST:
        return ()
    plain = unicodedata.normalize("NFKC", text).translate(_MINUS).strip()
    plain = "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in plain)
    found = _NUMBER.fullmatch(_BETWEEN_DIGITS.sub("", re.sub(r"^([+-])\s+", r"\1", plain)))
    if found is None or not _is_unit(found["rest"], unit):
        return ()
    sign = "-" if found["sign"] == "-" else ""
    return tuple(Decimal(sign + digits) for digits in _readings(found["digits"].rstrip()))


def _is_unit(rest: str, unit: str) -> bool:
    typed, wanted = rest.strip().casefold(), unicodedata.normalize("NFKC", unit).strip().casefold()
    if not typed or typed == wanted:
        return True
    return any({typed, wanted} <= names for names in _UNITS)


def _readings(digits: str) -> list[str]:
    points, commas = digits.count("."), digits.count(",")
    if points and commas:
        decimal = max(".", ",", key=digits.rfind)
        group = "," if decimal == "." else "."
        whole, _, rest = digits.rpartition(decimal)
        if decimal in whole or not _GROUPED.fullmatch(whole.replace(group, ".")):
            return []
        return [f"{whole.replace(group, '')}.{rest}"] if rest.isdecimal() else []
    alike = digits.replace(",", ".")
    if points + commas > 1:
        return [alike.replace(".", "")] if _GROUPED.fullmatch(alike) else []
    if alike.endswith("."):
        return []
    return [alike, alike.replace(".", "")] if _GROUPED.fullmatch(alike) else [alike]
