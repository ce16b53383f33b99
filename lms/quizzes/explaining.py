"""What a result means, in words: the sentence at the top, and each answer with the reason."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import Protocol

from markupsafe import Markup, escape

from content.quiz.answers import Answer, Chosen, Filled, Matched, Ordered, Written
from content.quiz.drawing import Drawn, Sheet
from content.quiz.marking import Mark, MarkState, right_answer
from content.quiz.questions import (
    GapText,
    HotSpots,
    Matching,
    MultipleChoice,
    Number,
    Ordering,
    Question,
    SingleChoice,
    TrueFalse,
)
from content.quiz.results import Result, counts_questions
from lms.kernel.marking import N_
from lms.learning.addresses import lesson_path
from lms.learning.queries import Place
from lms.quizzes.models import HandMark
from lms.quizzes.words import Address, as_html, as_line, as_plain, with_gaps
from lms.web.formats import number
from lms.web.language import current_language, gettext, ngettext

VERDICTS = {
    MarkState.RIGHT: (N_("right"), "success"),
    MarkState.PARTLY: (N_("partly right"), "warning"),
    MarkState.WRONG: (N_("wrong"), "danger"),
    MarkState.UNANSWERED: (N_("without an answer"), "danger"),
    MarkState.OPEN: (N_("still to be marked"), "info"),
}


@dataclass(frozen=True, slots=True)
class ReadAgain:
    """Where the matter is explained."""

    title: str
    path: str


@dataclass(frozen=True, slots=True)
class Explained:
    """One answer. Without the right to see what was right, `verdict` is empty and so is all that would tell it.

    What the trainer wrote to this one person is always shown.
    """

    number: int
    text: Markup
    yours: Sequence[Markup]
    verdict: str = ""
    tone: str = "info"
    points: str = ""
    right: Sequence[Markup] = ()
    notes: Sequence[Markup] = ()
    reason: Markup | str = ""
    by_trainer: str = ""
    read_again: ReadAgain | None = None


class Answered(Protocol):
    """A sheet with its answers: an attempt (`reading.Taken`), or a quiz without rows (`loose.Loose`)."""

    @property
    def sheet(self) -> Sheet: ...

    @property
    def answers(self) -> Mapping[str, Answer]: ...

    @property
    def result(self) -> Result: ...

    @property
    def hand_marks(self) -> Mapping[str, HandMark]: ...


Again = Callable[[Question], ReadAgain | None]
"""Where the matter of a question is explained, for this reader."""


def sentence(taken: Answered) -> str:
    """How many were right, and how many are needed."""
    result = taken.result
    if counts_questions(taken.sheet):
        said = gettext("%(right)s of %(total)s right.", right=result.right, total=len(result.marks))
    elif result.is_open:
        said = gettext(
            "%(points)s of %(total)s points so far.", points=points_down(result.points), total=result.out_of
        )
    else:
        said = gettext(
            "%(points)s of %(total)s points.", points=points_down(result.points), total=result.out_of
        )
    if not result.needed:
        return said
    return said + " " + gettext("To pass you need %(needed)s.", needed=points_up(result.needed))


def points_down(points: Fraction) -> str:
    """Points with two decimals at most, rounded down: nobody reads 6 who has a little less."""
    return number(floor(points * 100) / 100)


def points_up(points: Fraction) -> str:
    """The same for what is needed, rounded up."""
    return number(ceil(points * 100) / 100)


def needed_in_words(questions: Sequence[Question], pass_percent: int, count: int) -> str:
    """What passes, before anybody knows which questions come: right answers where each counts one, else a part."""
    whole = all(
        one.points == 1 and (not one.partial or isinstance(one, SingleChoice | TrueFalse | Number))
        for one in questions
    )
    if whole:
        needed = ceil(Fraction(pass_percent * count, 100))
        return ngettext(
            "To pass you need %(num)s right answer.", "To pass you need %(num)s right answers.", needed
        )
    return gettext("To pass you need %(percent)s %% of the points.", percent=pass_percent)


def explained(taken: Answered, again: Again, address: Address, *, with_solutions: bool) -> list[Explained]:
    """Every answer of an attempt, in the order of its questions."""
    return [
        _explained(count, drawn, taken, again, address, with_solutions=with_solutions)
        for count, drawn in enumerate(taken.sheet.questions, 1)
    ]


def _explained(
    count: int, drawn: Drawn, taken: Answered, again: Again, address: Address, *, with_solutions: bool
) -> Explained:
    question = drawn.question
    answer, mark = taken.answers.get(question.key), taken.result.marks[question.key]
    text, yours = _text(question, address), in_words(question, answer, address)
    lesson = again(question)
    by_trainer = _note(taken.hand_marks.get(question.key))
    if not with_solutions:
        return Explained(count, text, yours, by_trainer=by_trainer, read_again=lesson)
    verdict, tone = VERDICTS[mark.state]
    is_right = mark.state is MarkState.RIGHT
    return Explained(
        count,
        text,
        yours,
        verdict=gettext(verdict),
        tone=tone,
        points=_points(mark),
        right=() if is_right else in_words(question, right_answer(question), address),
        notes=[as_html(one, address) for one in mark.feedback],
        reason=as_html(question.feedback, address) if question.feedback.strip() else "",
        by_trainer=by_trainer,
        read_again=lesson,
    )


def _note(hand: HandMark | None) -> str:
    return hand.note.strip() if hand else ""


def _points(mark: Mark) -> str:
    if mark.points is None or mark.out_of == 1:
        return ""
    return gettext("%(points)s of %(total)s points.", points=points_down(mark.points), total=mark.out_of)


def _text(question: Question, address: Address) -> Markup:
    if isinstance(question, GapText):
        gaps = {
            gap.key: Markup("<strong>[{}]</strong>").format(gettext("Gap %(number)s", number=count))
            for count, gap in enumerate(question.gaps, 1)
        }
        return with_gaps(question.text, gaps, address)
    return as_html(question.text, address)


def in_words(question: Question, answer: Answer | None, address: Address) -> Sequence[Markup]:  # noqa: PLR0911 - one line a kind
    """An answer as lines to read; none where there is no answer."""
    match question, answer:
        case ((SingleChoice() | MultipleChoice() | HotSpots() | TrueFalse()), Chosen(keys=keys)):
            words = _choices(question, address)
            return [words(key) for key in keys]
        case Ordering(), Ordered(keys=keys):
            items = {one.key: as_line(one.text, address) for one in question.items}
            return [
                Markup("{}. {}").format(count, items[key])
                for count, key in enumerate(keys, 1)
                if key in items
            ]
        case Matching(), Matched(keys=put):
            return _pairs(question, put, address)
        case GapText(), Filled(texts=texts):
            return [
                escape(gettext("Gap %(number)s: %(text)s", number=count, text=texts[gap.key]))
                for count, gap in enumerate(question.gaps, 1)
                if gap.key in texts
            ]
        case Number(), Written(text=text):
            shown = text if current_language() == "de" else text.replace(",", ".")
            is_bare = question.unit and text.replace(",", "").replace(".", "").lstrip("-").isdigit()
            return [escape(f"{shown} {question.unit}" if is_bare else text)]
        case _, Written(text=text):
            return [escape(text)]
        case _:
            return []


def _choices(question: Question, address: Address) -> Callable[[str], Markup]:
    match question:
        case SingleChoice() | MultipleChoice():
            words = {one.key: as_line(one.text, address) for one in question.choices}
        case HotSpots():
            words = {one.key: escape(one.label) for one in question.spots}
        case _:
            words = {"true": escape(gettext("True")), "false": escape(gettext("False"))}
    return lambda key: words.get(key, Markup("–"))


def _pairs(question: Matching, put: dict[str, str], address: Address) -> list[Markup]:
    rights = {one.key: one.right for one in question.pairs} | {
        one.key: one.text for one in question.distractors
    }
    return [
        Markup("{} – {}").format(as_line(pair.left, address), as_plain(rights[put[pair.key]]))
        for pair in question.pairs
        if put.get(pair.key) in rights
    ]


def again_in(place: Place) -> Again:
    """The lesson that explains it, if the run has it and it is open."""
    return lambda question: _again(question, place)


def _again(question: Question, place: Place) -> ReadAgain | None:
    for one in place.lessons:
        if str(one.lesson.lesson_id) == question.lesson and one.is_open:
            path = lesson_path(place.enrolment.id, one.lesson.lesson_id, one.lesson.kind)
            return ReadAgain(one.lesson.title, f"{path}#{question.place}" if question.place else path)
    return None
