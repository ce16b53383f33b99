"""The centres' words in ours."""

import pytest

from lms.catalogue.vhs import ImportedTopic
from lms.catalogue.vhs.run import AudienceWord, LevelWord, PartOfDay
from lms.catalogue.vhs.words import (
    DIGITAL,
    HEALTH,
    LANGUAGES,
    WORK,
    audiences,
    level,
    part_of_day,
    plain_keywords,
    topics,
)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], ("everyone",)),
        (["Frauen"], ("everyone",)),
        (["Ältere"], ("seniors",)),
        (["EDV", "Senioren"], ("seniors",)),
        (["Kinder", "Ältere"], ("seniors", "youth")),
        (["Buchführung"], ("smes",)),
        (["Selbstständige und Firmen"], ("smes",)),
    ],
)
def test_for_whom(words: list[str], expected: tuple[AudienceWord, ...]) -> None:
    assert audiences(words) == expected


@pytest.mark.parametrize(
    ("given", "title", "keywords", "expected", "words"),
    [
        ("Einsteiger", "Excel Aufbau", [], "none", "Einsteiger"),
        ("", "Italienisch A1.1", ["B2"], "none", "A1.1"),
        ("", "Italienisch A1.3", [], "basic", "A1.3"),
        ("", "Deutsch B1+", [], "basic", "B1"),
        ("B2.1", "", [], "advanced", "B2.1"),
        ("", "Excel - Aufbaukurs intensiv", ["Grundlagen"], "advanced", "Aufbaukurs"),
        ("", "Fotografie für Anfänger*innen und Fortgeschrittene", [], "none", "Anfänger"),
        ("", "Excel", ["Grundlagen"], "none", "Grundlagen"),
        ("", "Yoga", ["Entspannung"], None, ""),
    ],
)
def test_what_one_should_know_already(
    given: str, title: str, keywords: list[str], expected: LevelWord | None, words: str
) -> None:
    assert level(given, title, keywords) == (expected, words)


@pytest.mark.parametrize(
    ("keywords", "category", "expected"),
    [
        (["SPRACHEN", "Englisch"], "", (LANGUAGES,)),
        (["ARBEIT-BERUF-EDV", "EDV"], "3.02", (WORK, DIGITAL)),
        (["Sonstiges"], "3.02", (HEALTH,)),
        ([], "5.01", (DIGITAL, WORK)),
        ([], "", ()),
    ],
)
def test_about_what(keywords: list[str], category: str, expected: tuple[ImportedTopic, ...]) -> None:
    assert topics(keywords, category) == expected


def test_keywords_stop_shouting() -> None:
    assert plain_keywords(["SPRACHEN", "TELC", "PLASTISCHES GESTALTEN", "Excel", "TELC"]) == (
        "TELC",
        "Plastisches Gestalten",
        "Excel",
    )


@pytest.mark.parametrize(
    ("title", "part"),
    [
        ("Deutsch intensiv vormittags", "morning"),
        ("Spanisch am Nachmittag", "afternoon"),
        ("Donnerstagabends singen", "evening"),
        ("Das Abendland", None),
        ("Guten Morgen, Yoga", None),
    ],
)
def test_what_a_title_says_about_the_time_of_day(title: str, part: PartOfDay | None) -> None:
    assert part_of_day(title) == part
