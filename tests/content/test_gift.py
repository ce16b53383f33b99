"""GIFT by its own documentation (docs.moodle.org/en/GIFT_format), and what our lessons add to it."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content.errors import ContentError
from content.packages import errors
from content.packages.gift import NoRightAnswer, read_question, read_quiz, write_gift
from content.packages.report import Fate, Report
from content.quiz.questions import (
    Accepted,
    Choice,
    FreeText,
    Gap,
    GapText,
    Item,
    Matching,
    MultipleChoice,
    Number,
    Ordering,
    Pair,
    Question,
    Quiz,
    ShortText,
    SingleChoice,
    TrueFalse,
)
from tests.content import making

K = "frage"


def chosen(*texts: str, right: int = 0, feedback: str = "") -> tuple[Choice, ...]:
    return tuple(
        Choice(
            key=str(number + 1),
            text=text,
            is_right=number == right,
            feedback=feedback if number == right else "",
        )
        for number, text in enumerate(texts)
    )


WRITTEN: dict[str, Question] = {
    "Wo liegt Berlin? {=In Deutschland ~In Frankreich}": SingleChoice(
        key=K, text="Wo liegt Berlin?", choices=chosen("In Deutschland", "In Frankreich")
    ),
    "::Titel:: [markdown]Wo **liegt** Berlin? {\n=Hier#Genau.\n~Dort\n\n####Es liegt hier.}": SingleChoice(
        key=K, text="Wo **liegt** Berlin?", choices=chosen("Hier", "Dort", feedback="Genau."), feedback="Es liegt hier."
    ),
    "[html]<p>1 &lt; 2?</p><p>Oder?</p>{=Ja ~Nein}": SingleChoice(
        key=K, text="1 < 2?\n\nOder?", choices=chosen("Ja", "Nein")
    ),
    "Was steht da\\: \\{a \\= b\\}? {=\\~ungefähr ~\\#genau}": SingleChoice(
        key=K, text="Was steht da: {a = b}?", choices=chosen("~ungefähr", "#genau")
    ),
    "Zeile\\nZwei {=a ~b}": SingleChoice(key=K, text="Zeile\nZwei", choices=chosen("a", "b")),
    "Wer? {~%-100%Niemand ~%50%Ada ~%50%Grace}": MultipleChoice(
        key=K, text="Wer?",
        choices=(
            Choice(key="1", text="Niemand"), Choice(key="2", text="Ada", is_right=True), Choice(key="3", text="Grace", is_right=True),
        ),
    ),
    "Die Erde ist rund.{T}": TrueFalse(key=K, text="Die Erde ist rund.", is_true=True),
    "Die Erde ist flach.{FALSE#Doch nicht.}": TrueFalse(
        key=K, text="Die Erde ist flach.", is_true=False, feedback="Doch nicht."
    ),
    "Wer? {=Ada =%50%Lady Lovelace#Fast.}": ShortText(
        key=K, text="Wer?", accepted=(Accepted(text="Ada"), Accepted(text="Lady Lovelace", percent=50, feedback="Fast."))
    ),
    "Wer? {Ada}": ShortText(key=K, text="Wer?", accepted=(Accepted(text="Ada"),)),
    "Wann? {#1815}": Number(key=K, text="Wann?", value=Decimal(1815)),
    "Pi? {#3.14:0.01}": Number(key=K, text="Pi?", value=Decimal("3.14"), tolerance=Decimal("0.01")),
    "Pi? {#3.1..3.2}": Number(key=K, text="Pi?", value=Decimal("3.15"), tolerance=Decimal("0.05")),
    "Wann? {#=1815:2#Ja =%50%1800:100}": Number(
        key=K, text="Wann?", value=Decimal(1815), tolerance=Decimal(2), feedback="Ja"
    ),
    "Was passt? {=Hund -> bellt =Katze -> miaut = -> singt}": Matching(
        key=K, text="Was passt?",
        pairs=(Pair(key="1", left="Hund", right="bellt"), Pair(key="2", left="Katze", right="miaut")),
        distractors=(Item(key="3", text="singt"),),
    ),
    "Ordnen Sie. {>2 ALL VERTICAL ABSOLUTE_POSITION\neins\nzwei}": Ordering(
        key=K, text="Ordnen Sie.", items=(Item(key="1", text="eins"), Item(key="2", text="zwei"))
    ),
    "Die {=Spree =%50%Havel} fließt.": GapText(
        key=K, text="Die {{1}} fließt.",
        gaps=(Gap(key="1", accepted=(Accepted(text="Spree"), Accepted(text="Havel", percent=50))),),
    ),
    "Die {~Bahn =Spree} fließt durch {=Berlin}.": GapText(
        key=K, text="Die {{1}} fließt durch {{2}}.",
        gaps=(
            Gap(key="1", accepted=(Accepted(text="Spree"),), options=("Bahn", "Spree")),
            Gap(key="2", accepted=(Accepted(text="Berlin"),)),
        ),
    ),
    "Erzählen Sie. {}": FreeText(key=K, text="Erzählen Sie."),
    "// ein Wort davor\nErzählen Sie. {####Danke.}": FreeText(key=K, text="Erzählen Sie.", feedback="Danke."),
}  # fmt: skip


@pytest.mark.parametrize("text", WRITTEN)
def test_a_question_is_what_it_says(text: str) -> None:
    assert read_question(text) == WRITTEN[text]


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("", errors.BadGift), ("Kein Mensch fragt etwas.", errors.BadGift), ("Was? {=a", errors.BadGift), ("Was? =a}", errors.BadGift),
        ("Was? {{=a}}", errors.BadGift), ("Was? {~a ~b}", NoRightAnswer), ("Was? {#}", ContentError), ("Was? {#viel}", errors.BadGift),
        ("{=a ~b}", errors.BadGift), ("Was? {=}", NoRightAnswer), ("Was? {#NaN}", errors.BadGift), ("Die {~a} ist", NoRightAnswer),
        ("Was? {> nur eins}", errors.BadGift), ("x" * 30_000, errors.BadGift),
    ],
)  # fmt: skip
def test_what_is_no_question_is_refused(text: str, refusal: type[ContentError]) -> None:
    with pytest.raises(refusal):
        read_question(text)


def test_a_file_has_categories_comments_keys_and_things_that_are_left() -> None:
    report = Report()

    quiz = read_quiz(
        "// [id:eins] eine Bemerkung\n::Erste::Wo? {=Hier ~Dort}\n\n$CATEGORY: $course$/top/Kapitel 2//3\n\n// noch eine\n"
        "Wann? {\n\n=Jetzt\n\n~Nie\n}\n\nNur ein Text.\n\nOhne Antwort {~a}\n\nHalb {=a ~%50%b}\n",
        report=report,
    )

    assert [(pool.title, [one.key for one in pool.questions]) for pool in quiz.pools] == [
        ("", ["eins"]),
        ("Kapitel 2/3", ["frage-2", "frage-5"]),
    ]
    assert [(one.fate, one.place) for one in report.remarks] == [
        (Fate.TAKEN, "2: Erste"),
        (Fate.TAKEN, "7: Wann?"),
        (Fate.LEFT, "14: Nur ein Text."),
        (Fate.LEFT, "16: Ohne Antwort"),
        (Fate.CHANGED, "18: Halb"),
    ]


@given(making.quizzes())
@settings(max_examples=60, deadline=None)
def test_whatever_is_written_is_read_again(quiz: Quiz) -> None:
    report = Report()
    text = write_gift([("Quiz", quiz)], report=report)
    left = len(list(report.of(Fate.LEFT)))

    try:
        back = read_quiz(text, report=Report()).questions
    except errors.BadGift:
        back = ()

    assert len(back) >= sum(bool(one.text.strip()) for one in quiz.questions) - left


@given(st.text(st.sampled_from("ab {}=~#:\\->%50\n$/[]T"), max_size=80))
@settings(max_examples=200, deadline=None)
def test_any_text_is_a_question_or_refused(text: str) -> None:
    try:
        read_question(text)
    except ContentError:
        return
