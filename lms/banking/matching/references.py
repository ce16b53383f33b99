"""Numbers in what payers write: invoices, enrolments, orders, courses, in any spelling."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from lms.banking.identity import compact
from lms.banking.matching.values import Debt

SERIES = "RE"
REMINDERS = "MA"
REFERENCE_LENGTH = 8
SHORTEST_ORDER = 4
PREFIX = r"R\s*[EG]\s*(?:CHNUNGS?)?[\s.\-:/#]*(?:N\s*R|NUMMER|NO)?[\s.\-:/#]*"
WITH_PREFIX = re.compile(PREFIX + r"((?:20)\d\d)[\s.\-/_]*((?:\d[\s.\-/_]?){4}\d)(?!\d)")
"""RE-2026-00001, RE 2026 00001, Rechnung Nr. 2026/00001, RE202600001, and broken where the bank's line ends."""
SHORT = re.compile(PREFIX + r"(20\d\d)[\s\-/_.]+(\d{1,4})(?!\d)")
BARE = re.compile(r"(?<![\dA-Z])(20\d\d)[\s\-/]?(\d{5})(?!\d)")
FOLLOWING = re.compile(r"\s*(?:[,;+&/]|UND|U\.)\s*(\d{5})(?!\d)")
REMINDER = re.compile(
    r"(?<![A-Z])(?:MA|MAHNUNG)[\s.\-:/#]*(?:N\s*R|NUMMER|NO)?[\s.\-:/#]*(20\d\d)[\s.\-/_]*((?:\d[\s.\-/_]?){4}\d)(?!\d)"
)
"""MA-2026-00001, Mahnung 2026 00001: a reminder, which names several invoices perhaps."""
OTHER_SERIES = re.compile(r"(?<![A-Z])(?:ST|KQ|LS|UW|ML|GS)[\s\-]*20\d\d[\s\-/]*\d{4,5}(?!\d)")
"""Numbers of ours that are no invoices, whose digits must not be read as those of one."""
SIGNS = re.compile(r"(?<![A-Z0-9])(?=([A-Z0-9]{4})[\s\-]?([A-Z0-9]{4})(?![A-Z0-9]))")
"""Looking ahead, because a word of four letters may stand before it: `Kurs ABCD-EFGH`."""
RUN = re.compile(r"(?<![A-Z0-9])[A-Z0-9][A-Z0-9\-/]{1,15}(?![A-Z0-9])")


def invoices_in(text: str) -> list[str]:
    """The invoice numbers in a text as digits, year and counter: `202600001`; each once, in the order of the text."""
    upper = OTHER_SERIES.sub(" ", REMINDER.sub(" ", text.upper()))
    found: dict[str, None] = {}
    for pattern in (WITH_PREFIX, SHORT, BARE):
        for hit in pattern.finditer(upper):
            year, counter = hit[1], re.sub(r"\D", "", hit[2]).zfill(5)
            found[year + counter] = None
            end = hit.end()
            while more := FOLLOWING.match(upper, end):
                found[year + more[1]] = None
                end = more.end()
    return list(found)


def reminders_in(text: str) -> list[str]:
    """The numbers of reminders in a text, as they are printed; each once."""
    found = (hit[1] + re.sub(r"\D", "", hit[2]) for hit in REMINDER.finditer(text.upper()))
    return list(dict.fromkeys(f"{REMINDERS}-{digits[:4]}-{digits[4:]}" for digits in found))


def signs_in(text: str) -> set[str]:
    """What may be references of enrolments: eight signs, perhaps in two groups."""
    return {hit[1] + hit[2] for hit in SIGNS.finditer(text.upper())}


def digits_of(number: str) -> str:
    """`RE-2026-00001` as `202600001`; empty for another series."""
    return compact(number)[len(SERIES) :] if number.startswith(SERIES) else ""


def printed(digits: str) -> str:
    """`202600001` as it is printed."""
    return f"{SERIES}-{digits[:4]}-{digits[4:]}"


@dataclass(frozen=True, slots=True)
class Hit:
    """Debts that a text names, by which number, and whether the number is exactly that or has one wrong digit."""

    number: str
    debts: Sequence[Debt]
    is_exact: bool = True


class References:
    """All numbers by which a debt can be named, to look them up in many texts."""

    def __init__(self, debts: Iterable[Debt]) -> None:
        self._invoices: dict[str, list[Debt]] = defaultdict(list)
        self._reminders: dict[str, list[Debt]] = defaultdict(list)
        self._signs: dict[str, list[Debt]] = defaultdict(list)
        self._orders: dict[str, list[Debt]] = defaultdict(list)
        self._runs: dict[str, list[Debt]] = defaultdict(list)
        for debt in debts:
            for number in debt.invoices:
                if digits := digits_of(number):
                    self._invoices[digits].append(debt)
            for number in debt.reminders:
                self._reminders[number].append(debt)
            if debt.reference:
                self._signs[compact(debt.reference)[-REFERENCE_LENGTH:]].append(debt)
            order = compact(debt.order_number)
            if len(order) >= SHORTEST_ORDER and any(sign.isdigit() for sign in order):
                self._orders[order].append(debt)
            if debt.run:
                self._runs[debt.run.upper()].append(debt)

    def named(self, text: str) -> list[Hit]:
        """What the text names exactly: invoices, reminders, enrolments, vouchers, else the payer's own order number."""
        hits = [
            Hit(printed(digits), self._invoices[digits])
            for digits in invoices_in(text)
            if digits in self._invoices
        ]
        hits += [
            Hit(number, self._reminders[number]) for number in reminders_in(text) if number in self._reminders
        ]
        known = {debt.account_id for hit in hits for debt in hit.debts}
        plain = compact(text)
        for place in range(len(plain) - REFERENCE_LENGTH + 1):
            signs = plain[place : place + REFERENCE_LENGTH]
            found = [one for one in self._signs.get(signs, ()) if one.account_id not in known]
            if found:
                known |= {one.account_id for one in found}
                hits.append(Hit(found[0].reference, found))
        return hits or self._ordered(text)

    def nearly_named(self, text: str) -> list[Hit]:
        """Open invoices whose number differs in one digit, or in two neighbours that changed places."""
        return [
            Hit(printed(near), self._invoices[near], is_exact=False)
            for digits in invoices_in(text)
            if digits not in self._invoices
            for near in sorted(set(_neighbours(digits)))
            if near in self._invoices
        ]

    def of_runs(self, text: str) -> list[Hit]:
        """Whoever owes for a course whose number stands in the text; a hint only."""
        if not self._runs:
            return []
        words = {hit[0] for hit in RUN.finditer(text.upper())}
        return [Hit(word, self._runs[word]) for word in sorted(words) if word in self._runs]

    def _ordered(self, text: str) -> list[Hit]:
        if not self._orders:
            return []
        words = re.split(r"[\s,;:]+", text.upper())
        spans = {
            compact("".join(words[start:end]))
            for start in range(len(words))
            for end in range(start + 1, start + 4)
        }
        return [Hit(order, self._orders[order]) for order in sorted(spans) if order in self._orders]


def _neighbours(digits: str) -> Iterator[str]:
    for place, digit in enumerate(digits):
        for other in "0123456789":
            if other != digit:
                yield digits[:place] + other + digits[place + 1 :]
    for place in range(len(digits) - 1):
        yield digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :]
