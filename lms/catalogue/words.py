"""The words of a text as people look for them: without case, accents and hyphens, umlauts in both spellings."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from unicodedata import combining, normalize

LONGEST_SEARCH = 100  # S-34
MOST_TERMS = 8
LONGEST_WORD = 60
SHORTEST_WORD = 2

_WORD = re.compile(r"[^\W_]+(?:[-.'’][^\W_]+)*")
_JOINT = re.compile(r"[-.'’]")
_LETTERS = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l"})
_SPELT_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})

# function words stand in every text and tell nothing about it
_FILLERS = frozenset(
    [
        "aber",
        "als",
        "am",
        "an",
        "auch",
        "auf",
        "aus",
        "bei",
        "bin",
        "bis",
        "da",
        "das",
        "dass",
        "de",
        "dem",
        "den",
        "der",
        "des",
        "die",
        "dies",
        "diese",
        "dieser",
        "doch",
        "du",
        "durch",
        "ein",
        "eine",
        "einem",
        "einen",
        "einer",
        "eines",
        "er",
        "es",
        "fuer",
        "fur",
        "haben",
        "hat",
        "ich",
        "ihr",
        "ihre",
        "ihren",
        "ihrer",
        "im",
        "in",
        "ist",
        "ja",
        "kann",
        "konnen",
        "mit",
        "nach",
        "nicht",
        "noch",
        "nur",
        "ob",
        "oder",
        "sich",
        "sie",
        "sind",
        "so",
        "uber",
        "ueber",
        "um",
        "und",
        "uns",
        "unter",
        "vom",
        "von",
        "vor",
        "was",
        "wenn",
        "wer",
        "wie",
        "wir",
        "wird",
        "zu",
        "zum",
        "zur",
        "zwischen",
        "and",
        "are",
        "as",
        "at",
        "be",
        "by",
        "can",
        "for",
        "from",
        "how",
        "in",
        "is",
        "it",
        "not",
        "of",
        "on",
        "or",
        "our",
        "that",
        "the",
        "their",
        "this",
        "to",
        "we",
        "what",
        "will",
        "with",
        "you",
        "your",
    ]
)


@dataclass(frozen=True, slots=True)
class Found:
    """A word of a text: how much it says about the text, and how it is written there."""

    weight: int
    written: str


def folded(text: str) -> str:
    """Small letters without accents: "Übung" is "ubung", "Straße" is "strasse"."""
    decomposed = normalize("NFKD", text.lower().translate(_LETTERS))
    return "".join(letter for letter in decomposed if not combining(letter))


def spellings(word: str) -> set[str]:
    """Every form in which a word is found: "Übung" as "ubung" and as "uebung"."""
    lower = normalize("NFC", word.lower())
    return {folded(lower), folded(lower.translate(_SPELT_OUT))}


def words_of(parts: Iterable[tuple[str, int]]) -> dict[str, Found]:
    """Every word of these texts, each with the greatest weight it was given."""
    found: dict[str, Found] = {}
    for text, weight in parts:
        for written in _words(text):
            for form in spellings(_JOINT.sub("", written)):
                if _tells(form) and (form not in found or found[form].weight < weight):
                    found[form] = Found(weight, written)
    return found


def terms_of(search: str) -> tuple[str, ...]:
    """What somebody looks for, word by word; fillers count only when there is nothing else."""
    wanted = [folded(_JOINT.sub("", word)) for word in _WORD.findall(search[:LONGEST_SEARCH])]
    telling = [word for word in wanted if word not in _FILLERS]
    return tuple(dict.fromkeys(telling or wanted))[:MOST_TERMS]


def _words(text: str) -> Iterator[str]:
    """Each word, and the parts of those that are joined: "E-Mail-Adresse" as a whole, "Mail" and "Adresse"."""
    for word in _WORD.findall(text):
        yield word
        if _JOINT.search(word):
            yield from _JOINT.split(word)


def _tells(form: str) -> bool:
    return SHORTEST_WORD <= len(form) <= LONGEST_WORD and form not in _FILLERS
