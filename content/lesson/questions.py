"""The question in a lesson: read from its block, and put into words for paper."""

from collections.abc import Iterable
from html import escape

from content.errors import N_, ContentError
from content.lesson.blocks import parser
from content.lesson.words import Words
from content.packages.gift import read_question
from content.quiz.gaps import between_gaps
from content.quiz.questions import (
    GapText,
    Matching,
    MultipleChoice,
    Ordering,
    Question,
    SingleChoice,
    TrueFalse,
)


class NoQuestion(ContentError):
    """What stands in the block cannot be asked."""

    message = N_("This question cannot be read. Please compare it with the example in the help.")


def question_in(text: str) -> Question:
    """The one question in a block, written in GIFT. Raises ContentError with what is to be mended."""
    if not text.strip():
        raise NoQuestion
    return read_question(text)


def rich(text: str) -> str:
    """The Markdown of a question as HTML, without files and blocks of its own. Not yet cleaned."""
    markdown = parser(with_files=False)
    tokens = [one for one in markdown.parse(f"{text}\n") if not one.type.startswith("container_")]
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = "p"  # the page's headings are the lesson's
    return str(markdown.renderer.render(tokens, markdown.options, {}))


def in_words(question: Question, words: Words) -> str:
    """The question with what one may choose from, to think about; it gives no answer away. HTML, not yet cleaned."""
    text = question.text
    if isinstance(question, GapText):
        text = "______".join(between_gaps(text))
    return rich(text) + _choices(question, words)


def _choices(question: Question, words: Words) -> str:
    match question:
        case SingleChoice() | MultipleChoice():
            return _list(one.text for one in question.choices)
        case TrueFalse():
            return f"<ul><li>{words.true}</li><li>{words.false}</li></ul>"
        case Ordering():
            return _list(sorted(one.text for one in question.items))
        case Matching():
            rights = sorted(
                {one.right for one in question.pairs} | {one.text for one in question.distractors}
            )
            return _list(one.left for one in question.pairs) + _list(rights)
        case GapText():
            given = [option for gap in question.gaps for option in gap.options]
            return _list(sorted(set(given))) if given else ""
        case _:
            return ""


def _list(texts: Iterable[str]) -> str:
    items = "".join(f"<li>{rich(text)}</li>" for text in texts)
    return f"<ul>{items}</ul>"


def as_written(text: str) -> str:
    """What cannot be read stays to be seen, as it was written."""
    return f"<pre><code>{escape(text)}</code></pre>"
