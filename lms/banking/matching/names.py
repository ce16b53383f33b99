"""Whose name a bank writes: in another order, with titles, cut off, two persons on one account."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from enum import IntEnum

from rapidfuzz import fuzz, process

from lms.banking.matching.values import Debt
from lms.people.rules import matching

IDLE = frozenset(
    {
        "herr", "frau", "herrn", "dr", "prof", "und", "u", "od", "oder", "eheleute", "familie", "gmbh", "mbh", "ag", "kg",
        "ohg", "ug", "gbr", "ev", "e", "v", "co", "haftungsbeschraenkt", "der", "die", "das", "fuer", "von", "van",
    }
)  # fmt: skip
"""Words that say nothing about who it is."""
ALIKE = 88
SHORTEST = 3


class Agreement(IntEnum):
    """How far two names agree."""

    NONE = 0
    FAMILY = 1
    """One word in common: a spouse, a daughter, the company's own name beside its address."""
    FULL = 2


def words_of(name: str) -> list[str]:
    """The words that tell who it is, folded."""
    plain = re.sub(r"[^\w\s]", " ", matching(name, ""))
    return [word for word in plain.split() if word not in IDLE and len(word) >= 2]


def agreement(payer: str, name: str) -> Agreement:
    """How far the name on an account agrees with one of ours: all words of ours in it, or one of at least three letters."""
    theirs, ours = words_of(payer), words_of(name)
    if not theirs or not ours:
        return Agreement.NONE
    met = [word for word in ours if any(_same(word, other) for other in theirs)]
    if len(met) == len(ours):
        return Agreement.FULL
    if (
        len(ours) > 2
        and fuzz.token_set_ratio(" ".join(ours), " ".join(theirs)) >= ALIKE
        and len(met) * 2 > len(ours)
    ):
        return Agreement.FULL
    return Agreement.FAMILY if any(len(word) >= SHORTEST for word in met) else Agreement.NONE


def best(payer: str, names: Iterable[str]) -> Agreement:
    """The best agreement with any of these names."""
    return max((agreement(payer, name) for name in names), default=Agreement.NONE)


class Names:
    """All names of those who owe, to find them by what a bank writes."""

    def __init__(self, debts: Sequence[Debt]) -> None:
        self._by_word: dict[str, list[int]] = defaultdict(list)
        self._debts = debts
        self._cached: dict[str, dict[int, Agreement]] = {}
        for number, debt in enumerate(debts):
            for word in {word for name in debt.names for word in words_of(name)}:
                self._by_word[word].append(number)
        self._vocabulary = list(self._by_word)

    def fitting(self, payer: str) -> list[tuple[Debt, Agreement]]:
        """Whose name fits at all, with how far."""
        if payer not in self._cached:
            found: dict[int, Agreement] = {}
            for word in set(words_of(payer)):
                for other in self._near(word):
                    for number in self._by_word[other]:
                        if number not in found:
                            found[number] = best(payer, self._debts[number].names)
            self._cached[payer] = found
        return [(self._debts[number], how) for number, how in self._cached[payer].items() if how]

    def _near(self, word: str) -> list[str]:
        if word in self._by_word:
            return [word]
        if len(word) < SHORTEST:
            return []
        near = process.extract(word, self._vocabulary, scorer=fuzz.ratio, score_cutoff=ALIKE, limit=5)
        return [found for found, _, _ in near]


def _same(word: str, other: str) -> bool:
    return word == other or (
        len(word) > SHORTEST and len(other) > SHORTEST and fuzz.ratio(word, other) >= ALIKE
    )
