"""Questions → GIFT that Moodle reads."""

from collections.abc import Iterator, Sequence
from functools import singledispatch

from content.course import CourseContent, QuizLesson
from content.errors import N_
from content.packages.gift_text import escaped
from content.packages.report import Report
from content.quiz.gaps import between_gaps, gap_names
from content.quiz.questions import (
    Accepted,
    Choice,
    FreeText,
    GapText,
    HotSpots,
    Matching,
    MultipleChoice,
    Number,
    Ordering,
    Question,
    Quiz,
    ShortText,
    SingleChoice,
    TrueFalse,
)

_SHORT = 60


class _Unwritable(Exception):
    pass


def write_gift(quizzes: Sequence[tuple[str, Quiz]], *, report: Report) -> str:
    """All questions, each quiz and each pool a category. The report says which could not be written, and what was lost."""
    lines: list[str] = []
    for title, quiz in quizzes:
        for pool in quiz.pools:
            path = "/".join(part.replace("/", "//") for part in (title, pool.title) if part)
            lines += [f"$CATEGORY: {' '.join(path.split()) or 'top'}", ""]
            for question in pool.questions:
                lines += _lines(question, report)
    return "\n".join(lines)


def quizzes_of(content: CourseContent) -> list[tuple[str, Quiz]]:
    """The quizzes of a course with their titles."""
    return [
        (lesson.title, lesson.quiz)
        for chapter in content.chapters
        for lesson in chapter.lessons
        if isinstance(lesson, QuizLesson)
    ]


def _lines(question: Question, report: Report) -> Iterator[str]:
    place = " ".join(question.text.split())[:_SHORT] or question.key
    try:
        answers = _answers(question)
    except _Unwritable:
        report.left(place, N_("This kind of question cannot be written as GIFT."))
        return
    for message in _lost(question):
        report.changed(place, message)
    yield f"// [id:{' '.join(question.key.split()).replace(']', '')}]"
    title = escaped(" ".join("…".join(between_gaps(question.text)).split())[:_SHORT].strip())
    general = f"\n####{escaped(question.feedback)}" if question.feedback else ""
    if isinstance(question, GapText):
        before, after = between_gaps(question.text)
        yield f"::{title}::[markdown]{escaped(before)}{{{answers}{general}}}{escaped(after)}"
    else:
        yield f"::{title}::[markdown]{escaped(question.text)}{{{answers}{general}}}"
    yield ""


def _lost(question: Question) -> Iterator[str]:
    if question.points != 1:
        yield N_("GIFT knows no points: every question counts the same.")
    if question.lesson:
        yield N_("GIFT knows no lesson to read again.")
    if "](" in question.text:
        yield N_("Pictures and files do not come along in GIFT.")
    if isinstance(question, Number) and question.unit:
        yield N_("GIFT knows no unit of a number.")
    if isinstance(question, FreeText) and (question.guidance or question.most_words):
        yield N_("GIFT knows no guidance for marking.")
    if isinstance(question, ShortText | GapText) and not _ignores_case(question):
        yield N_("GIFT does not tell capital letters from small ones.")
    if not question.partial:
        yield N_("GIFT gives a part of the points for a part of the answer.")


def _ignores_case(question: ShortText | GapText) -> bool:
    return question.ignore_case if isinstance(question, ShortText) else question.gaps[0].ignore_case


@singledispatch
def _answers(_question: Question) -> str:
    raise _Unwritable


@_answers.register
def _(question: SingleChoice) -> str:
    return "".join(_choice("=" if choice.is_right else "~", choice) for choice in question.choices)


@_answers.register
def _(question: MultipleChoice) -> str:
    right = sum(choice.is_right for choice in question.choices)
    share = f"{100 / right:.5f}".rstrip("0").rstrip(".") if right else "0"
    return "".join(
        _choice(f"~%{share}%" if choice.is_right else "~%-100%", choice) for choice in question.choices
    )


def _choice(sign: str, choice: Choice) -> str:
    said = f"#{escaped(choice.feedback)}" if choice.feedback else ""
    return f"\n{sign}{escaped(choice.text)}{said}"


@_answers.register
def _(question: TrueFalse) -> str:
    return "TRUE" if question.is_true else "FALSE"


@_answers.register
def _(question: Ordering) -> str:
    items = "".join(f"\n{escaped(item.text)}" for item in question.items)
    return f">{len(question.items)} ALL VERTICAL ABSOLUTE_POSITION{items}"


@_answers.register
def _(question: Matching) -> str:
    pairs = "".join(f"\n={escaped(pair.left)} -> {escaped(pair.right)}" for pair in question.pairs)
    if any("->" in text for pair in question.pairs for text in (pair.left, pair.right)):
        raise _Unwritable
    return pairs + "".join(f"\n= -> {escaped(item.text)}" for item in question.distractors)


@_answers.register
def _(question: GapText) -> str:
    if gap_names(question.text) != [gap.key for gap in question.gaps] or len(question.gaps) != 1:
        raise _Unwritable
    gap = question.gaps[0]
    worth = {one.text: one for one in gap.accepted}
    if not gap.options:
        return _accepted(gap.accepted)
    wrong = [option for option in gap.options if option not in worth]
    return _accepted(gap.accepted) + "".join(f"\n~{escaped(option)}" for option in wrong)


@_answers.register
def _(question: Number) -> str:
    tolerance = f":{question.tolerance:f}" if question.tolerance else ""
    return f"#{question.value:f}{tolerance}"


@_answers.register
def _(question: ShortText) -> str:
    return _accepted(question.accepted)


def _accepted(accepted: Sequence[Accepted]) -> str:
    lines = []
    for one in accepted:
        worth = "" if one.percent == 100 else f"%{one.percent}%"
        said = f"#{escaped(one.feedback)}" if one.feedback else ""
        lines.append(f"\n={worth}{escaped(one.text)}{said}")
    return "".join(lines)


@_answers.register
def _(_question: FreeText) -> str:
    return ""


@_answers.register
def _(_question: HotSpots) -> str:
    raise _Unwritable
