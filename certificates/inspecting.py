"""What sets a file apart from the one that was issued, in terms for people.

None of this makes a file genuine: only equal bytes do (`certificates.verify.compare`). It tells somebody who holds another
file what they hold: a copy that a program has saved anew, or a paper on which the hours were raised.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from certificates.errors import Unreadable
from certificates.reading import Contents, Page, contents_of
from certificates.verify import fingerprint

MOST_PASSAGES = 6
MOST_WORDS = 4_000
LONGEST_PASSAGE = 120
ALIKE = 0.5
"""Pages with less than this in common are other pages; naming each word that differs would say nothing."""
HIDDEN = "\x00"
"""Stands in our words for those that nobody is to learn here; it is taken out of the words of the other file."""


class Change(StrEnum):
    NOT_A_PDF = "not_a_pdf"
    UNREADABLE = "unreadable"
    """Broken, protected by a password, or asking for more than a paper needs: nothing can be said about it."""
    ENCLOSED = "enclosed"
    """The issued file lies within this one, as an attachment or between other bytes."""
    APPENDED = "appended"
    """It begins with the issued bytes, and something was written behind them afterwards."""
    SAVED_ANEW = "saved_anew"
    """All that is to be seen is the same; a program has packed it otherwise."""
    PAGES_ADDED = "pages_added"
    PAGES_MISSING = "pages_missing"
    TEXT = "text"
    """Other words on a page; `passages` says which, where that may be said."""
    DRAWING = "drawing"
    """The same words, but lines, pictures, fonts or places differ: something may be covered."""
    NOTES = "notes"
    """Notes, stamps or links lie over a page that were not there."""
    BEHAVIOUR = "behaviour"
    """Layers, form fields or programs, which can show one person this and another that."""
    METADATA = "metadata"
    """What the file says about itself: title, program, date."""
    ATTACHMENT = "attachment"
    SEAL_MISSING = "seal_missing"
    SEAL_BROKEN = "seal_broken"
    """The seal is ours, but what it was put on has changed."""
    SEAL_PARTIAL = "seal_partial"
    """The seal is ours and fits, but it is about a part of this file only."""
    SEAL_FOREIGN = "seal_foreign"
    """A seal that is not the one on the issued file."""


_NOTHING_TO_SEE = frozenset({Change.METADATA, Change.SEAL_BROKEN})
"""What every program does to a file that saves it anew."""


@dataclass(frozen=True, slots=True)
class Passage:
    """Words of the issued file and what stands in their place; one of them may be empty."""

    issued: str
    held: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that differs: on which page (from 1; 0 for the whole file), how many, and which words."""

    change: Change
    page: int = 0
    count: int = 0
    passages: tuple[Passage, ...] = ()


def differences(issued: bytes, held: bytes, *, private: Sequence[str] = ()) -> tuple[Difference, ...]:
    """What the file `held` differs in from the issued one; nothing for equal bytes. Never raises, whatever the bytes are.

    `private` are phrases on the issued paper that must not be learned here, such as a date of birth. They are neither told
    nor compared, so that nobody finds them by trying; if one of them cannot be found in the paper, no words are told.
    Both files are unpacked in memory: read files of strangers in a process with limits (`certificates.apart`).
    """
    if issued == held:
        return ()
    if b"%PDF-" not in held[:1024]:
        return (Difference(change=Change.NOT_A_PDF),)
    around = tuple(_around(issued, held))
    try:
        ours, theirs = contents_of(issued), contents_of(held)
        inside = tuple(_inside(ours, theirs, fingerprint(issued), private))
    except (Unreadable, MemoryError, RecursionError):
        return (*around, Difference(change=Change.UNREADABLE))
    found = (*around, *inside)
    if all(one.change in _NOTHING_TO_SEE for one in found):
        return (Difference(change=Change.SAVED_ANEW), *found)
    return found


def _around(issued: bytes, held: bytes) -> Iterator[Difference]:
    if held.startswith(issued):
        yield Difference(change=Change.APPENDED, count=len(held) - len(issued))
    elif issued in held:
        yield Difference(change=Change.ENCLOSED)


def _inside(ours: Contents, theirs: Contents, issued: str, private: Sequence[str]) -> Iterator[Difference]:
    if issued in {sha256 for _, sha256 in theirs.attachments}:
        yield Difference(change=Change.ENCLOSED)
    yield from _pages(ours.pages, theirs.pages, private)
    if ours.behaviour != theirs.behaviour:
        yield Difference(change=Change.BEHAVIOUR)
    yield from _seals(ours, theirs)
    if ours.attachments != theirs.attachments:
        yield Difference(change=Change.ATTACHMENT)
    if ours.particulars != theirs.particulars:
        yield Difference(change=Change.METADATA)


def _pages(ours: tuple[Page, ...], theirs: tuple[Page, ...], private: Sequence[str]) -> Iterator[Difference]:
    if (more := len(theirs) - len(ours)) > 0:
        yield Difference(change=Change.PAGES_ADDED, count=more)
    elif more < 0:
        yield Difference(change=Change.PAGES_MISSING, count=-more)
    hide = _Hiding([page.words for page in ours], private)
    for number, (one, other) in enumerate(zip(ours, theirs, strict=False), 1):
        if one.words != other.words:
            yield Difference(change=Change.TEXT, page=number, passages=hide.passages(one.words, other.words))
        elif one.drawing != other.drawing:
            yield Difference(change=Change.DRAWING, page=number)
        if one.notes != other.notes:
            yield Difference(change=Change.NOTES, page=number)


def _seals(ours: Contents, theirs: Contents) -> Iterator[Difference]:
    """The issued file is at hand, so no certificate has to be trusted: a seal is ours if it is on the issued file."""
    issued, held = {seal.itself: seal for seal in ours.seals}, {seal.itself: seal for seal in theirs.seals}
    if issued.keys() - held.keys():
        yield Difference(change=Change.SEAL_MISSING)
    if held.keys() - issued.keys() or len(theirs.seals) > len(held):
        yield Difference(change=Change.SEAL_FOREIGN)
    for name in issued.keys() & held.keys():
        if issued[name].covered != held[name].covered:
            yield Difference(change=Change.SEAL_BROKEN)
        elif issued[name].is_whole and not held[name].is_whole:
            yield Difference(change=Change.SEAL_PARTIAL)


class _Hiding:
    """Compares words without giving away the private phrases of the issued paper."""

    def __init__(self, pages: Sequence[tuple[str, ...]], private: Sequence[str]) -> None:
        self._phrases = [tuple(phrase.split()) for phrase in private if phrase.split()]
        self._may_tell = all(any(_places(words, phrase) for words in pages) for phrase in self._phrases)

    def passages(self, issued: tuple[str, ...], held: tuple[str, ...]) -> tuple[Passage, ...]:
        if not self._may_tell or max(len(issued), len(held)) > MOST_WORDS or not _are_alike(issued, held):
            return ()
        ours, held = self._hidden(issued), tuple(word for word in held if word != HIDDEN)
        found = []
        for what, start, end, first, last in SequenceMatcher(None, ours, held, autojunk=False).get_opcodes():
            if what == "equal" or HIDDEN in ours[start:end]:  # told for right and wrong alike: not at all
                continue
            found.append(Passage(_short(ours[start:end]), _short(held[first:last])))
        return tuple(found[:MOST_PASSAGES])

    def _hidden(self, words: tuple[str, ...]) -> list[str]:
        hidden = list(words)
        for phrase in self._phrases:
            for at in _places(words, phrase):
                hidden[at : at + len(phrase)] = [HIDDEN] * len(phrase)
        return hidden


def _places(words: tuple[str, ...], phrase: tuple[str, ...]) -> list[int]:
    """Where the phrase stands; a mark at the end of its last word does not matter."""
    size = len(phrase)
    return [
        at
        for at in range(len(words) - size + 1)
        if (*words[at : at + size - 1], words[at + size - 1].rstrip(".,;:"))
        == (*phrase[:-1], phrase[-1].rstrip(".,;:"))
    ]


def _are_alike(one: Sequence[str], other: Sequence[str]) -> bool:
    common = sum((Counter(one) & Counter(other)).values())
    return common >= ALIKE * max(len(one), len(other))


def _short(words: Sequence[str]) -> str:
    text = " ".join(words)
    return text if len(text) <= LONGEST_PASSAGE else text[: LONGEST_PASSAGE - 1] + "…"
