"""A gap is where its author sees one, with blanks inside the braces or without."""

import pytest

from content.lesson.questions import in_words
from content.lesson.words import GERMAN
from content.packages.gift import read_question, write_gift
from content.packages.qti_items import item
from content.packages.report import Fate, Report
from content.quiz.checking import question_problems
from content.quiz.gaps import between_gaps, gap_names, replace_gaps
from content.quiz.questions import Accepted, Gap, GapText, Pool, Quiz

DOG = Gap(key="tier", accepted=(Accepted(text="Hund"),))


@pytest.mark.parametrize(
    ("text", "names", "between"),
    [
        ("Der {{tier}} bellt.", ["tier"], ["Der ", " bellt."]),
        ("{{ a }}{{b\n}}", ["a", "b"], ["", "", ""]),
        ("{{a}} {{a}}", ["a", "a"], ["", " ", ""]),
        ("{{}} {{ }} { {a} } {a}", [], ["{{}} {{ }} { {a} } {a}"]),
        ("{{ my word }}", ["my word"], ["", ""]),
    ],
)
def test_gaps_are_found_in_their_order(text: str, names: list[str], between: list[str]) -> None:
    assert (gap_names(text), between_gaps(text)) == (names, between)


@pytest.mark.parametrize("inside", [" ", "a ", "a b"])
def test_a_gap_without_an_end_costs_no_time(inside: str) -> None:
    text = "{{" + inside * 20_000

    assert between_gaps(text) == [text]


def test_a_gap_that_nobody_fills_stays_as_it_was_written() -> None:
    assert replace_gaps("{{ a }} {{ b }}", {"a": "1"}.get) == "1 {{ b }}"


@pytest.mark.parametrize("place", ["{{tier}}", "{{ tier }}"])
def test_a_gap_with_blanks_is_the_same_everywhere(place: str) -> None:
    question = GapText(key="q", text=f"Der {place} bellt.", gaps=(DOG,))
    report = Report()

    written = write_gift([("", Quiz(pools=(Pool(key="1", questions=(question,)),)))], report=report)

    assert list(question_problems(question, files=())) == []
    assert in_words(question, GERMAN) == "<p>Der ______ bellt.</p>\n"
    assert "Der {\n=Hund} bellt." in written
    assert list(report.of(Fate.LEFT)) == []
    assert len(item(question, "1", str).findall(".//{*}textEntryInteraction")) == 1
    assert isinstance(read_question("Der {=Hund} bellt."), GapText)
