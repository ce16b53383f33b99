"""What the form of a question within a lesson may give away: nothing."""

import pytest

from content.lesson import Asked
from content.packages.gift import read_question
from lms.learning.lessons.trying import Trial, trial_of, tried


def trial(gift: str) -> Trial:
    return trial_of(Asked(anchor="frage-1", question=read_question(gift)), number=1, seed="lesson")


def in_order_of_the_page(one: Trial) -> list[list[str]]:
    """The names and values of all fields, as they go into the HTML."""
    return [
        [option.value for option in one.options],
        [entry.name for entry in one.entries],
        *([value for value, _ in entry.options] for entry in one.entries),
    ]


@pytest.mark.parametrize(
    ("gift", "others"),
    [
        ("Hauptstadt? {=Berlin ~Bonn ~Trier}", "Hauptstadt? {~Berlin =Bonn ~Trier}"),
        (
            "Was gehört zusammen? {=eins -> one =zwei -> two =drei -> three}",
            "Was gehört zusammen? {=eins -> two =zwei -> three =drei -> one}",
        ),
    ],
)
def test_fields_are_named_by_their_places_whatever_is_right(gift: str, others: str) -> None:
    assert in_order_of_the_page(trial(gift)) == in_order_of_the_page(trial(others))


def test_what_is_sent_by_places_is_marked() -> None:
    one = trial("Was gehört zusammen? {=eins -> one =zwei -> two =drei -> three}")
    rights = {words: value for value, words in one.entries[0].options}
    good = dict(
        zip(
            (entry.name for entry in one.entries),
            (rights[word] for word in ("one", "two", "three")),
            strict=True,
        )
    )
    bad = good | {one.entries[0].name: rights["two"]}

    assert tried(one, {name: [value] for name, value in good.items()}).verdict == "That is right."
    assert tried(one, {name: [value] for name, value in bad.items()}).verdict.startswith(
        "That is partly right"
    )
    for nonsense in ("-1", "99999", "٣", "x" * 3_000, "\x00"):
        assert tried(one, {entry.name: [nonsense] for entry in one.entries}).verdict.startswith("Please give")
