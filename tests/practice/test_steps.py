"""Each heading of the second level begins a step."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.practice.steps import read_exercise
from tests.practice.conftest import EXERCISE


def test_headings_begin_steps_and_what_stands_before_is_the_opening() -> None:
    found = read_exercise(EXERCISE, title="Ins WLAN gehen")

    assert "Sie brauchen Ihr Telefon." in found.opening
    assert [(one.number, one.title) for one in found.steps] == [
        (1, "WLAN öffnen"),
        (2, "Netz wählen"),
        (3, "Kennwort eingeben"),
    ]
    assert "## keine Überschrift" in found.steps[1].html


@pytest.mark.parametrize(
    ("place", "number"),
    [("", 1), ("2", 2), ("3", 3), ("4", 1), ("0", 1), ("-1", 1), ("²", 1), ("9" * 5000, 1)],
)
def test_one_goes_on_where_one_left_and_nonsense_begins_anew(place: str, number: int) -> None:
    assert read_exercise(EXERCISE, title="").at(place) == number


def test_a_text_without_headings_is_one_step_and_markup_stays_text() -> None:
    found = read_exercise("<script>x</script>\n\n> ## in a quotation", title="Alles")

    assert [one.title for one in found.steps] == ["Alles"]
    assert "<script" not in found.steps[0].html


@given(st.lists(st.text(alphabet="abc<&\u202e🎉 ", min_size=1).map(str.strip).filter(bool), max_size=6))
def test_there_are_as_many_steps_as_headings(titles: list[str]) -> None:
    words = [f"x{title}" for title in titles]
    text = "".join(f"## {title}\n\nText\n\n" for title in words)

    found = read_exercise(text, title="t")

    assert [one.title for one in found.steps] == ([" ".join(one.split()) for one in words] or ["t"])
