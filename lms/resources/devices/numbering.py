"""Inventory numbers as people type them: one, several, or a row from–to."""

import re
from collections.abc import Iterable, Sequence

from lms.kernel.errors import DomainError
from lms.kernel.marking import N_

MOST = 200
LONGEST = 40
NUMBER = re.compile(r"[\w.-]*\w")
ROW = re.compile(r"(\D*?)(\d+)\s*(?:–|-|bis|to)\s*(\D*?)(\d+)", re.IGNORECASE)


class UnreadableNumbers(DomainError):
    status = 422
    message = N_("Enter inventory numbers like 0089 or 0089–0094, separated by commas.")


class TooManyNumbers(DomainError):
    status = 422
    message = N_("These are more than %(most)s numbers. Please take fewer at once.")


def numbers_in(text: str) -> list[str]:
    """Every number named, each once, in the order typed: "0089–0091, 0095" are four.

    Raises UnreadableNumbers, TooManyNumbers.
    """
    found: list[str] = []
    for part in re.split(r"[,;\n]+", text):
        typed = part.strip()
        if typed:
            found += _row(typed)
        if len(found) > MOST:
            raise TooManyNumbers(most=MOST)
    return list(dict.fromkeys(found))


def _row(typed: str) -> Sequence[str]:
    row = ROW.fullmatch(typed)
    if row is None or (row[3] and row[3] != row[1]):
        if not NUMBER.fullmatch(typed) or len(typed) > LONGEST:
            raise UnreadableNumbers
        return [typed]
    first, last, width = int(row[2]), int(row[4]), len(row[2])
    if last < first or len(typed) > 2 * LONGEST:
        raise UnreadableNumbers
    if last - first >= MOST:
        raise TooManyNumbers(most=MOST)
    return [f"{row[1]}{number:0{width}}" for number in range(first, last + 1)]


def next_number(known: Iterable[str]) -> str:
    """The number after the highest one that is nothing but digits, as wide as that; "0001" where there is none."""
    highest = max((one for one in known if one.isdecimal()), key=int, default="0000")
    return f"{int(highest) + 1:0{len(highest)}}"
