"""What is decided about persons without asking anybody."""

import unicodedata
from datetime import date

MAJORITY = 18
_SPELLED_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def matching(given_name: str, family_name: str) -> str:
    """The folded name, by which the same person is found again however it was typed: "Jürgen Groß" as "juergen gross"."""
    composed = unicodedata.normalize("NFC", f"{given_name} {family_name}").casefold().translate(_SPELLED_OUT)
    plain = "".join(
        sign for sign in unicodedata.normalize("NFKD", composed) if not unicodedata.combining(sign)
    )
    return " ".join(plain.replace("-", " ").split())


def comes_of_age(birth_date: date) -> date:
    """The day on which somebody turns 18; who was born on 29 February does so on 1 March (§ 188 (3) BGB by analogy)."""
    try:
        return birth_date.replace(year=birth_date.year + MAJORITY)
    except ValueError:
        return date(birth_date.year + MAJORITY, 3, 1)


def is_minor(birth_date: date | None, today: date) -> bool:
    """Whether somebody is known to be under 18: guardians decide for them until then, and no longer (L-31)."""
    return birth_date is not None and today < comes_of_age(birth_date)
