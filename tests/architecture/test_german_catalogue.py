"""German is complete: every sentence of every module has its words, none waits, none is left over, none has two meanings."""

from collections import defaultdict
from pathlib import Path

from babel.messages.pofile import read_po

from lms.web.catalogue import examine, modules

GERMAN = Path(__file__).parents[2] / "lms" / "locale" / "de"


def test_every_module_speaks_german_completely() -> None:
    assert [line for module in modules() for line in examine(module).lines()] == []


def test_one_english_sentence_has_one_german_one() -> None:
    spoken: dict[str, set[str]] = defaultdict(set)
    for file in GERMAN.glob("*.po"):
        with file.open("rb") as catalogue:
            for message in read_po(catalogue, locale="de"):
                if message.id:
                    spoken[str(message.id)].add(str(message.string))

    assert {english: words for english, words in spoken.items() if len(words) > 1} == {}
