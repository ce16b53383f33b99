"""The texts of the demo are plain, polite and complete in both languages."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from lms.demo.data import read_demo
from lms.demo.shapes.programme import Course

DEMO = read_demo()

UNWANTED_GERMAN = {
    "blame or marketing": r"\b(leider|erfolgreich\w*|selbstverständlich|spannend\w*|innovativ\w*|einzigartig\w*)\b",
    "one gender only": r"(?<!innen und )\b(Teilnehmer|Nutzer|Benutzer|Anfänger|Dozent|Lehrer|Schüler|Rentner|Mitarbeiter|Kunde|Kunden)\b"
    r"(?! und)",
    "jargon": r"\b(User|Tools?|Features?|Workshops?|Skills?|Digital Natives?|Content|Lernplattform|Endgeräte?n?|downloaden)\b",
    "the other word for adults who care": r"Erziehungsberechtigt",
    "shouting": r"!",
    "du": r"\b(du|dir|dich|dein\w*|euch|euer)\b",
    "unexplained short form": r"\b(bzw|ggf|usw|etc|z\. ?B|inkl|u\. ?a|TN|UE)\b\.?",
    "unpleasant dash": r"—| - ",
}
UNWANTED_ENGLISH = {
    "shouting": r"!",
    "marketing": r"\b(exciting|unfortunately|successfully|cutting-edge|unique)\b",
}


def sentences(value: Any, where: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from sentences(inner, f"{where}.{key}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from sentences(inner, f"{where}[{number}]")
    elif isinstance(value, str):
        yield where, value


TEXTS = list(sentences(msgspec.to_builtins(DEMO)))
GERMAN = [(where, text) for where, text in TEXTS if re.search(r"_de(\[\d+\])?$", where)]
ENGLISH = [(where, text) for where, text in TEXTS if re.search(r"_en(\[\d+\])?$", where)]


def found(texts: list[tuple[str, str]], pattern: str) -> list[str]:
    return [f"{where}: {match[0]}" for where, text in texts for match in re.finditer(pattern, text)]


@pytest.mark.parametrize("reason", UNWANTED_GERMAN)
def test_german_texts_avoid(reason: str) -> None:
    assert found(GERMAN, UNWANTED_GERMAN[reason]) == []


@pytest.mark.parametrize("reason", UNWANTED_ENGLISH)
def test_english_texts_avoid(reason: str) -> None:
    assert found(ENGLISH, UNWANTED_ENGLISH[reason]) == []


def test_whatever_is_said_in_one_language_is_said_in_the_other() -> None:
    def untranslated(value: Any, where: str = "") -> Iterator[str]:
        if isinstance(value, list):
            for number, inner in enumerate(value):
                yield from untranslated(inner, f"{where}[{number}]")
        if isinstance(value, dict):
            for key, inner in value.items():
                yield from untranslated(inner, f"{where}.{key}")
                twin = value.get(f"{key[:-3]}_en")
                if key.endswith("_de") and (not inner) is not (not twin):
                    yield f"{where}.{key}"

    assert list(untranslated(msgspec.to_builtins(DEMO))) == []


def test_no_text_begins_or_ends_in_blanks_beyond_a_line_end() -> None:
    assert [where for where, text in TEXTS if text.rstrip("\n") != text.strip()] == []


@pytest.mark.parametrize("course", DEMO.courses, ids=lambda course: course.slug)
def test_a_course_text_has_a_sane_shape(course: Course) -> None:
    assert 10 <= len(course.title_de) <= 70
    assert 10 <= len(course.title_en) <= 75
    for summary in (course.summary_de, course.summary_en):
        assert 50 <= len(summary) <= 140
        assert summary.endswith((".", "?"))
    assert 400 <= len(course.text_de) <= 1100
    assert 200 <= len(course.text_en) <= 900
    assert 3 <= len(course.text_de.strip().split("\n\n")) <= 9
    assert all(line.endswith((".", "?", "“")) for line in course.text_de.strip().split("\n\n")[-1:])


@pytest.mark.parametrize("course", DEMO.courses, ids=lambda course: course.slug)
def test_outcomes_are_sentences_of_what_one_can_do(course: Course) -> None:
    for outcome in course.outcome:
        assert outcome.sentence_de.startswith("Sie können ")
        assert outcome.sentence_en.startswith("You can ")
        assert outcome.sentence_de.endswith(".")
        assert outcome.sentence_en.endswith(".")
        assert len(outcome.sentence_de) <= 120


def test_german_sentences_are_short() -> None:
    prose = [
        (where, text) for where, text in GERMAN if re.search(r"\.(text|summary|welcome|bio|story)_de$", where)
    ]
    long = [
        f"{where}: {sentence}"
        for where, text in prose
        for sentence in re.split(r"(?<=[.?:])\s+|\n+", text)
        if len(sentence.split()) > 26
    ]
    assert long == []
