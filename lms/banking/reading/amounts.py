"""Amounts, days and texts as banks write them."""

import re
from datetime import date, datetime
from decimal import Decimal

DAYS = ("%d.%m.%Y", "%d.%m.%y", "%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%Y%m%d")
REASON = re.compile(
    r"\b(AC0[146]|AC13|AG0[12]|AM0[45]|BE0[145]|CNOR|CUST|DNOR|FF05|FOCR|MD0[1267]|MS0[23]|NOAS|RC01|RR0[1-4]|SL01|TM01)\b"
)
"""Why a payment was given back: External Return Reason codes of ISO 20022, as the SEPA rulebooks use them."""
RETURN_CODES = frozenset({"108", "109", "159", "160"})
"""Business transaction codes (GVC) of the German banks for payments given back: DFÜ-Abkommen, appendix 3, table of GVC."""
RETURN_WORDS = re.compile(
    r"R(Ü|UE|U)CKLASTSCHRIFT|RETOURE|R(Ü|UE)CK(Ü|UE)BERWEISUNG|R(Ü|UE)CKGABE", re.IGNORECASE
)
LARGEST = 10**13
LARGEST_DEBIT = 2**31 - 1
"""More than anybody collects, and all that the columns for what came back hold."""
LONGEST_ACCOUNT = 34
"""Of an IBAN (ISO 13616)."""


def cents(text: str) -> int:
    """An amount in cents: `1.234,56`, `-45,00`, `45,00-`, `1,234.56`, `45`, with or without a currency. Raises ValueError."""
    bare = re.sub(r"[\s€’']|EUR", "", text.strip().replace("−", "-"), flags=re.IGNORECASE)
    sign = -1 if bare.startswith("-") or bare.endswith("-") else 1
    bare = bare.strip("+-")
    if not re.fullmatch(r"[\d.,]+", bare):
        raise ValueError(text)
    comma, point = bare.rfind(","), bare.rfind(".")
    if comma > point:
        bare = bare.replace(".", "").replace(",", ".")
    elif re.fullmatch(r"\d{1,3}(\.\d{3})+", bare):  # 1.234 is a thousand and more, 12.34 is not
        bare = bare.replace(".", "")
    else:
        bare = bare.replace(",", "")
    return sign * exact_cents(bare)


def exact_cents(text: str) -> int:
    """A decimal number with a point, as XML carries it, in cents. Raises ValueError."""
    try:
        whole = Decimal(text.strip()) * 100
    except ArithmeticError as error:
        raise ValueError(text) from error
    if not whole.is_finite() or abs(whole) > LARGEST or whole != whole.to_integral_value():
        raise ValueError(text)
    return int(whole)


def side_cents(text: str | None) -> int:
    """What stands beside a booking that came back, collected or kept as a fee; 0 where nothing does that is an amount."""
    try:
        return of_debit(abs(cents(text))) if text else 0
    except ValueError:
        return 0


def of_debit(found: int) -> int:
    """A sum that one direct debit can have had; 0 instead of any other."""
    return found if 0 < found <= LARGEST_DEBIT else 0


def day(text: str) -> date:
    """A day, however a bank writes it. Raises ValueError."""
    bare = text.strip().split("T")[0].split(" ")[0]
    for pattern in DAYS:
        try:
            return datetime.strptime(bare, pattern).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    raise ValueError(text)


def clean(text: str | None) -> str:
    """One line without control characters and double spaces."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text or "").split())


def bare_iban(text: str | None) -> str:
    """An account number without spaces, cut where no IBAN goes on; kept whether it is one or an old number."""
    return re.sub(r"[^0-9A-Z]", "", (text or "").upper())[:LONGEST_ACCOUNT]


def is_return(code: str, kind: str) -> bool:
    """Whether a booking is a payment given back."""
    return code in RETURN_CODES or bool(RETURN_WORDS.search(kind))


def reason_in(text: str) -> str:
    """The return reason that stands in a text; empty where none does."""
    found = REASON.search(text.upper())
    return found[1] if found else ""


def known(reference: str | None) -> str:
    """A reference that says something: banks fill the field with words for nothing."""
    bare = clean(reference)
    return "" if bare.upper() in {"NOTPROVIDED", "NONREF", "NOREF", "NICHT ANGEGEBEN", "-"} else bare
