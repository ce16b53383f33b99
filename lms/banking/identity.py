"""Which bookings of a file are known already, though banks give a booking no name of its own.

The same booking reaches us again by the same file, by a longer one, or by another format of the same day. And two people do
pay the same sum on the same day with the same words. So bookings of one day and sum are paired one to one: what finds a
partner is known, what finds none is new. Of two equal bookings both stay, however often and in which order files come.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from rapidfuzz.fuzz import partial_ratio

from lms.banking.reading.values import Format, ReadEntry

ALIKE = 85
ALIKE_IN_NAME = 70
EQUAL = 1000
Trait = tuple[tuple[date, int, str], str | None]


@dataclass(frozen=True, slots=True)
class Sight:
    """A booking as one file shows it. `ref` is the bank's number with the format: formats number on their own."""

    booked_on: date
    cents: int
    currency: str
    format: Format
    ref: str
    iban: str
    name: str
    text: str
    count: int
    words: str = ""
    """Everything that is said about it, folded: equal only for what is the same in the same format."""

    @property
    def key(self) -> tuple[date, int, str]:
        """Only bookings that agree in this can be the same."""
        return self.booked_on, self.cents, self.currency


@dataclass(frozen=True, slots=True)
class Known:
    """A booking that is kept, in every way in which it was seen, and in which statements."""

    entry_id: UUID
    sights: Sequence[Sight]
    statements: Collection[UUID] = frozenset()


def sight_of(entry: ReadEntry, format_: Format) -> Sight:
    """How a file shows a booking."""
    first = entry.lines[0]
    words = "|".join(
        f"{line.amount_cents}:{line.iban}:{compact(line.name)}:{compact(line.end_to_end)}:{compact(line.text)}"
        for line in entry.lines
    )
    return Sight(
        booked_on=entry.booked_on,
        cents=entry.cents,
        currency=entry.currency,
        format=format_,
        ref=f"{format_}:{entry.bank_ref}" if entry.bank_ref else "",
        iban=first.iban if len(entry.lines) == 1 else "",
        name=compact(first.name) if len(entry.lines) == 1 else "",
        text=compact(first.text) if len(entry.lines) == 1 else "",
        count=len(entry.lines),
        words=words,
    )


def partners(
    sights: Sequence[Sight], known: Sequence[Known], *, not_from: Collection[UUID] = frozenset()
) -> list[UUID | None]:
    """For each booking of a file the kept one that it is, or None where it is new; no kept one twice.

    `not_from` are statements that this one continues (the next number, beginning with the balance they end with): whatever
    stands in them happened before, however equal it looks.
    """
    free = [one for one in known if not set(one.statements) & set(not_from)]
    found: list[UUID | None] = [None] * len(sights)
    for mark in (
        _by_ref,
        _by_words,
        _by_text,
        _by_nothing,
    ):  # the surest first, so that few are compared with each other
        kept: dict[Trait, list[Known]] = defaultdict(list)
        for one in free:
            for trait in {(sight.key, mark(sight)) for sight in one.sights if mark(sight) is not None}:
                kept[trait].append(one)
        groups: dict[Trait, list[int]] = defaultdict(list)
        for place, sight in enumerate(sights):
            if found[place] is None and mark(sight) is not None:
                groups[sight.key, mark(sight)].append(place)
        taken: set[UUID] = set()
        for trait, places in groups.items():
            taken |= _pair(sights, places, [one for one in kept[trait] if one.entry_id not in taken], found)
        free = [one for one in free if one.entry_id not in taken]
    return found


def _pair(
    sights: Sequence[Sight], places: Sequence[int], kept: Sequence[Known], found: list[UUID | None]
) -> set[UUID]:
    """Give each place the kept booking most like it, each to one place only; says which were given."""
    pairs = sorted(
        (-likeness, number_of_place, number)
        for number_of_place, place in enumerate(places)
        for number, one in enumerate(kept)
        if (likeness := _likeness(sights[place], one))
    )
    taken: set[UUID] = set()
    for _, number_of_place, number in pairs:
        place, one = places[number_of_place], kept[number]
        if found[place] is None and one.entry_id not in taken:
            found[place] = one.entry_id
            taken.add(one.entry_id)
    return taken


def _by_ref(sight: Sight) -> str | None:
    return sight.ref or None


def _by_words(sight: Sight) -> str | None:
    return sight.words


def _by_text(sight: Sight) -> str | None:
    return f"{sight.iban}|{sight.text}" if sight.text and sight.iban else None


def _by_nothing(_: Sight) -> str | None:
    return ""


STAGES = (_by_ref, _by_words, _by_text, _by_nothing)


def fingerprints(account: str, sights: Sequence[Sight], counted: dict[str, int]) -> Iterator[str]:
    """A name for each new booking, the same on every machine; equal ones are numbered on from `counted`."""
    for sight in sights:
        facts = f"{account}|{sight.booked_on}|{sight.cents}|{sight.currency}|{sight.words}"
        digest = hashlib.sha256(facts.encode()).hexdigest()
        counted[digest] = counted.get(digest, 0) + 1
        yield f"{digest}:{counted[digest]}"


def compact(text: str) -> str:
    """Letters and digits alone: banks break texts wherever their line ends."""
    return re.sub(r"[\W_]+", "", text.upper())


def _likeness(seen: Sight, one: Known) -> int:
    """How sure it is that both are the same booking; 0 where they cannot be."""
    same_format = [other for other in one.sights if other.format is seen.format]
    if seen.ref and any(other.ref for other in same_format):
        return EQUAL if any(other.ref == seen.ref for other in same_format) else 0
    if same_format:
        return EQUAL - 1 if any(other.words == seen.words for other in same_format) else 0
    return max(_across(seen, other) for other in one.sights)


def _across(seen: Sight, other: Sight) -> int:
    """Between two formats: they shorten texts, leave accounts out and show a batch as one sum."""
    if seen.words == other.words:
        return EQUAL - 1
    if seen.iban and other.iban and seen.iban != other.iban:
        return 0
    if seen.name and other.name and partial_ratio(seen.name, other.name) < ALIKE_IN_NAME:
        return 0
    if seen.count != other.count or seen.text == other.text:
        return ALIKE
    if not seen.text or not other.text:
        return 0  # no format leaves out all that a payer wrote
    likeness = int(partial_ratio(seen.text, other.text))
    return likeness if likeness >= ALIKE else 0
