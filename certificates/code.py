"""The code of a certificate: random, easy to type off, and able to notice a slip of the finger.

Nineteen characters of chance (95 bits) and one to check them, in groups of four:
``7K3M-9QXT-W04H-2ZBC-RN8D``. The alphabet is Crockford's base 32, without I, L, O and U.

The check is taken in the field of 32 elements: the sum of all characters, each multiplied by another power
of a generator, is zero. So *every* single wrong character and *every* swap of two characters is noticed,
which no sum modulo 32 can promise.
"""

import re
import secrets
import unicodedata
from collections.abc import Callable, Iterator

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 20
RANDOM_BITS = 5 * (LENGTH - 1)

# What the eye confuses, or the hand writes alike. Both directions are tried.
LOOKALIKES = (
    "0DQ",
    "1J7T",
    "2Z7",
    "38B",
    "4AH",
    "56SG",
    "8B6",
    "9GQ",
    "CG",
    "EF",
    "KXH",
    "MNW",
    "PRF",
    "VWY",
    "YZ",
)
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V", "ß": "B", "ẞ": "B", "−": None})


def new_code(random_bits: Callable[[int], int] = secrets.randbits) -> str:
    """A fresh code in its printed form. `random_bits(n)` must give n unpredictable bits."""
    number = random_bits(RANDOM_BITS)
    values = [number >> shift & 31 for shift in range(RANDOM_BITS - 5, -1, -5)]
    return _printed("".join(ALPHABET[value] for value in [*values, _syndrome([*values, 0])]))


def normalise(text: str) -> str:
    """What somebody typed, in the printed form: capitals, groups of four, O read as 0, I and L as 1.

    An address with the code at its end will do as well. Whatever no code can hold stays as it is, so that
    `is_valid` says no. Doing it twice changes nothing.
    """
    typed = re.split("[?#]", text, maxsplit=1)[0].strip().rstrip("/").rsplit("/", 1)[-1]
    plain = unicodedata.normalize("NFKD", typed.replace("ß", "B")).upper()
    kept = (
        sign for sign in plain if unicodedata.category(sign)[0] in "LNS"
    )  # no spaces, dashes, dots, accents
    return _printed("".join(kept).translate(_READ_AS))


def is_valid(text: str) -> bool:
    """Whether this can be a code at all: its length, its letters and its check are right."""
    return _is_sound(_compact(text))


def suggestions(text: str, *, limit: int = 5) -> list[str]:
    """Codes that one slip of the finger turns into this text, the likeliest first; none if it is valid.

    A slip is two neighbours swapped, a character mistaken for one that looks alike or lies where another
    keyboard has it, or one too many. (For one that is missing every position would do, so we do not guess.)
    This is help for typing, not knowledge of which codes exist.
    """
    typed = _compact(text)
    if _is_sound(typed):
        return []
    found = dict.fromkeys(_printed(candidate) for candidate in _slips(typed) if _is_sound(candidate))
    return list(found)[: max(limit, 0)]


def _slips(typed: str) -> Iterator[str]:
    if len(typed) == LENGTH + 1:
        for at in range(len(typed)):
            yield typed[:at] + typed[at + 1 :]
    if len(typed) != LENGTH:
        return
    for at in range(LENGTH - 1):
        yield typed[:at] + typed[at + 1] + typed[at] + typed[at + 2 :]
    for at, sign in enumerate(typed):
        for group in LOOKALIKES:
            if sign in group:
                for other in group:
                    yield typed[:at] + other + typed[at + 1 :]


def _compact(text: str) -> str:
    return normalise(text).replace("-", "")


def _printed(compact: str) -> str:
    return "-".join(compact[at : at + 4] for at in range(0, len(compact), 4))


def _is_sound(compact: str) -> bool:
    if len(compact) != LENGTH or not set(compact) <= set(ALPHABET):
        return False
    return _syndrome([ALPHABET.index(sign) for sign in compact]) == 0


def _syndrome(values: list[int]) -> int:
    """Horner's rule in the field of 32 elements; zero for a sound code."""
    total = 0
    for value in values:
        total = _doubled(total) ^ value
    return total


def _doubled(value: int) -> int:
    """Times the generator x, modulo the primitive polynomial x⁵ + x² + 1."""
    value <<= 1
    return value ^ 0b100101 if value & 0b100000 else value
