"""The form of a question: what all kinds ask, and the rows of its parts, as many as are shown.

A row can be added, moved or emptied by buttons that send the form without saving: what was typed stays. A row that is left
empty is none. Each row carries the key of its part, so that answers that were given keep their meaning.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Any, cast

from content.quiz.numbers import numbers_from
from content.quiz.questions import (
    FreeText,
    GapText,
    HotSpots,
    Matching,
    MultipleChoice,
    Ordering,
    Question,
    Shape,
    ShortText,
    SingleChoice,
    TrueFalse,
)
from content.quiz.questions import Number as NumberQuestion
from lms.kernel.errors import Invalid
from lms.kernel.marking import N_
from lms.quizzes.editing.words import KINDS
from lms.web.fields.base import refuse
from lms.web.forms import Checkbox, Form, Hidden, Number, Radios, Select, Text, TextArea

MOST_ROWS = 60
MOST_SENT = 10 * MOST_ROWS + 30
LONGEST = 4_000
SHAPES = [(Shape.RECTANGLE.value, N_("Rectangle")), (Shape.CIRCLE.value, N_("Circle"))]
TRUE_OR_NOT = [("true", N_("It is true")), ("false", N_("It is not true"))]


class DecimalNumber(Text):
    """A number with decimals, typed as in German or English; the value is a Decimal."""

    def __init__(self, label: str = "", **rest: Any) -> None:
        super().__init__(label, longest=40, inputmode="decimal", **rest)

    def understand(self, text: str) -> Decimal:  # type: ignore[override]  # the value of this field is a number
        found = numbers_from(text)
        if len(found) != 1:
            raise refuse(N_("Enter a number without points between the digits, for example 1234 or 2,5."))
        return found[0]

    def written(self) -> str:
        return "" if self.data is None else f"{self.data:f}".replace(".", ",")


class QuestionForm(Form):
    """What every question asks. The fields of a kind and of its rows are added by `form_class`."""

    text = TextArea(
        N_("Question"), rows=4, longest=LONGEST, missing=N_("Write the question."),
        hint=N_("A picture is written like this: ![What is to be seen](name.png). Upload it first, to the files of the course."),
    )  # fmt: skip
    points = Number(
        N_("Points for a right answer"),
        least=1,
        most=100,
        width=5,
        missing=N_("Enter how many points it gives."),
    )
    partial = Checkbox(N_("Half right gives a part of the points"))
    feedback = TextArea(
        N_("Why is it so?"), rows=3, longest=LONGEST, hint=N_("Shown with the result, whatever was answered.")
    )
    reading = Select(N_("Where can it be read again?"), blank=N_("Nowhere"))
    group = Select(N_("Group of questions"), blank="", is_asked=True)
    seen = Hidden()
    key = Hidden()
    rows = Hidden()

    @property
    def row_count(self) -> int:
        """How many rows it shows; a kind without rows has none, whatever was sent."""
        return count_in(self.rows.data) if "r0_key" in self else 0

    def row(self, number: int) -> list[Any]:
        """The fields of a row, without the key."""
        start = f"r{number}_"
        return [one for one in self if one.name.startswith(start) and one.name != f"{start}key"]


def count_in(sent: str | None) -> int:
    """How many rows a form says that it has; never more than we draw."""
    return min(int(sent), MOST_ROWS) if sent and sent.isdecimal() and len(sent) < 4 else 0


def _choice(number: int) -> dict[str, Any]:
    return {
        "text": TextArea(N_("Answer"), rows=2, longest=1_000, is_asked=number < 2),
        "right": Checkbox(N_("This answer is right")),
        "feedback": TextArea(
            N_("Words for whoever chooses it"), rows=2, longest=1_000
        ),
    }  # fmt: skip


def _item(number: int) -> dict[str, Any]:
    return {"text": TextArea(N_("What stands here?"), rows=1, longest=1_000, is_asked=number < 2)}


def _pair(number: int) -> dict[str, Any]:
    return {
        "left": TextArea(N_("On the left"), rows=1, longest=1_000, is_asked=number < 2),
        "right": TextArea(N_("What belongs to it"), rows=1, longest=1_000, is_asked=number < 2),
    }


def _gap(_number: int) -> dict[str, Any]:
    return {
        "name": Hidden(longest=60),
        "accepted": TextArea(
            N_("What belongs here?"), rows=2, longest=1_000, is_asked=True,
            hint=N_("One wording a line. Half right: write (50 percent) behind it."),
        ),
        "options": TextArea(
            N_("Words to choose from"), rows=2, longest=1_000,
            hint=N_("One a line, the right one among them. Empty means: it is typed."),
        ),
        "case": Checkbox(N_("Capital letters count")),
    }  # fmt: skip


def _wording(number: int) -> dict[str, Any]:
    return {
        "text": Text(N_("Wording that counts"), longest=300, is_asked=number < 1),
        "percent": Number(N_("Percent of the points"), most=100, width=5),
        "feedback": TextArea(N_("Words for whoever writes it"), rows=2, longest=1_000),
    }


def _spot(number: int) -> dict[str, Any]:
    where = N_("In thousandths of the picture, from its left edge.")
    return {
        "label": Text(N_("What is to be seen there?"), longest=200, is_asked=number < 2),
        "right": Checkbox(N_("This place is right")),
        "shape": Select(N_("Shape"), choices=SHAPES, blank="", is_asked=True, default=Shape.RECTANGLE.value),
        "x": Number(N_("From the left"), most=1000, width=5, hint=where, is_asked=number < 2),
        "y": Number(N_("From the top"), most=1000, width=5, is_asked=number < 2),
        "width": Number(N_("Width"), most=1000, width=5, is_asked=number < 2),
        "height": Number(N_("Height"), most=1000, width=5),
        "feedback": TextArea(N_("Words for whoever chooses it"), rows=2, longest=1_000),
    }


_ROWS: Mapping[type[Question], Any] = {
    SingleChoice: _choice,
    MultipleChoice: _choice,
    Ordering: _item,
    Matching: _pair,
    GapText: _gap,
    ShortText: _wording,
    HotSpots: _spot,
}


def _own_fields(kind: type[Question]) -> dict[str, Any]:
    shuffle = Checkbox(N_("Mix the answers anew for each person"))
    case = Checkbox(N_("Capital letters count"))
    fields: dict[type[Question], dict[str, Any]] = {
        SingleChoice: {"shuffle": shuffle},
        MultipleChoice: {"shuffle": shuffle},
        TrueFalse: {
            "truth": Radios(
                N_("Is the sentence true?"), choices=TRUE_OR_NOT, missing=N_("Say whether the sentence is true.")
            )
        },
        Matching: {
            "distractors": TextArea(
                N_("What belongs to nothing"), rows=3, longest=2_000,
                hint=N_("Further words on the right, one a line. They make it harder."),
            )
        },
        NumberQuestion: {
            "value": DecimalNumber(N_("Right number"), width=10, missing=N_("Enter the right number.")),
            "tolerance": DecimalNumber(
                N_("How far off is still right?"), width=10, hint=N_("Empty means: exactly this number.")
            ),
            "unit": Text(N_("Unit of the number"), longest=20, width=10, hint=N_("For example: euros, km, percent.")),
        },
        ShortText: {"case": case},
        FreeText: {
            "guidance": TextArea(
                N_("For whoever marks it"), rows=3, longest=LONGEST,
                hint=N_("What belongs in a good answer? Participants do not see it."),
            ),
            "most_words": Number(N_("How many words at most?"), least=1, most=5_000, width=5),
        },
        HotSpots: {
            "picture": Select(N_("Picture"), missing=N_("Choose a picture.")),
            "alt": TextArea(
                N_("What is to be seen in the picture?"), rows=2, longest=1_000,
                missing=N_("Describe the picture for those who do not see it."),
            ),
        },
    }  # fmt: skip
    return fields.get(kind, {})


@cache
def form_class(kind: type[Question], rows: int) -> type[QuestionForm]:
    """The form of this kind with so many rows."""
    fields = _own_fields(kind)
    if kind in _ROWS:
        for number in range(rows):
            parts = {"key": Hidden(longest=200), **_ROWS[kind](number)}
            fields |= {f"r{number}_{name}": field for name, field in parts.items()}
    if kind in {TrueFalse, NumberQuestion, FreeText, SingleChoice}:
        fields["partial"] = None
    return cast(type[QuestionForm], type(f"{kind.__name__}Form", (QuestionForm,), fields))


def form_of(
    kind: type[Question],
    submitted: Mapping[str, Any] | None = None,
    *,
    rows: int | None = None,
    values: Mapping[str, Any] | None = None,
) -> QuestionForm:
    """The form, filled from what was sent, else with these values. Raises Invalid when far too much was sent."""
    if submitted is not None and len(submitted) > MOST_SENT:
        raise Invalid
    shown = rows if rows is not None else count_in(str((submitted or values or {}).get("rows", "")))
    built = form_class(kind, min(shown, MOST_ROWS) if kind in _ROWS else 0)
    return built(formdata=cast(Any, submitted), data=dict(values or {}))


def choices_into(
    form: QuestionForm,
    *,
    groups: Sequence[tuple[str, str]],
    reading: Sequence[tuple[str, str]],
    pictures: Sequence[tuple[str, str]] = (),
) -> QuestionForm:
    """Let the form know what can be chosen. What a question points to already can be kept, even when it is gone."""
    form.group.choices = groups
    form.reading.choices = reading
    if "picture" in form:
        cast(Select, form["picture"]).choices = pictures
    return form


def moved_rows(sent: Mapping[str, Any], number: int, steps: int, rows: int) -> dict[str, str]:
    """What was sent, with two rows in each other's place."""
    other = number + steps
    if not (0 <= number < rows and 0 <= other < rows):
        return dict(sent)
    ours, theirs = f"r{number}_", f"r{other}_"
    return {_exchanged(name, ours, theirs): value for name, value in sent.items()}


def without_row(sent: Mapping[str, Any], number: int) -> dict[str, str]:
    """What was sent, without one row; the later ones move up."""
    result = {}
    for name, value in sent.items():
        at, _, part = name.partition("_")
        if not (part and at[:1] == "r" and at[1:].isdecimal()):
            result[name] = value
        elif (found := int(at[1:])) != number:
            result[f"r{found - (found > number)}_{part}"] = value
    return result


def begins_with_rows(kind: type[Question]) -> int:
    """How many rows a new question shows."""
    return KINDS[kind].rows


def _exchanged(name: str, ours: str, theirs: str) -> str:
    if name.startswith(ours):
        return theirs + name.removeprefix(ours)
    return ours + name.removeprefix(theirs) if name.startswith(theirs) else name
