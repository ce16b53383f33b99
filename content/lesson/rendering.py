"""Tokens of a lesson → HTML, before it is cleaned."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from html import escape
from typing import Any

from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

from content.errors import ContentError
from content.lesson.blocks import (
    BOXES,
    CLOSE,
    FILE,
    MEDIA,
    OPEN,
    QUESTION,
    Block,
    attribute,
    named_file,
)
from content.lesson.questions import as_written, in_words, question_in
from content.lesson.words import Words
from content.quiz.questions import Question

Address = Callable[[str], str | None]
"""Where the file of a name is fetched; None where there is none."""
About = Callable[[str], str]
"""What is said beside a file to fetch, as its kind and size; "" for nothing."""


class Form(StrEnum):
    """Where a lesson is shown. On paper a video is its address and its transcript."""

    SCREEN = "screen"
    PAPER = "paper"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question within a lesson, to be tried at once. `anchor` is the `id` of its place on the page."""

    anchor: str
    question: Question


@dataclass(slots=True)
class Showing:
    """One rendering: where files are, what is said beside them, and what has been met on the way."""

    address: Address
    about: About
    form: Form
    words: Words
    language: str
    has_files: bool = False
    addresses: set[str] = field(default_factory=set)
    questions: list[Asked] = field(default_factory=list)

    @property
    def scrolls_wide_parts(self) -> bool:
        """Whether it is a lesson on a screen: other texts have pages that see to what is wide themselves."""
        return self.form is Form.SCREEN and self.has_files

    def find(self, name: str) -> str:
        """Where a file is; empty where there is none."""
        found = self.address(name) if name else None
        if found:
            self.addresses.add(found)
        return found or ""


class LessonRenderer(RendererHTML):
    """The library's renderer with our blocks; `env` is `{"showing": Showing}`."""

    def image(self, tokens: Sequence[Token], idx: int, _options: Any, env: Any) -> str:
        """A picture within a line; its description where the picture is not ours."""
        return _picture(tokens[idx], env["showing"]) or escape(tokens[idx].content)

    def lesson_figure(self, tokens: Sequence[Token], idx: int, _options: Any, env: Any) -> str:
        """A picture that stands alone, with what is written below it."""
        picture = next(one for one in tokens[idx].children or () if one.type == "image")
        shown, caption = _picture(picture, env["showing"]), attribute(picture, "title")
        if not shown:
            return f"<p>{escape(picture.content)}</p>\n"
        below = f"<figcaption>{escape(caption)}</figcaption>" if caption else ""
        return f'<figure class="lesson-figure">{shown}{below}</figure>\n'

    def table_open(self, _tokens: Sequence[Token], _idx: int, _options: Any, env: Any) -> str:
        """On a screen a wide table is moved by itself, with the keyboard too."""
        showing: Showing = env["showing"]
        if not showing.scrolls_wide_parts:
            return "<table>\n"
        return f"{_moved_by_itself('table', showing.words.table)}<table>\n"

    def table_close(self, _tokens: Sequence[Token], _idx: int, _options: Any, env: Any) -> str:
        """The end of the same."""
        return "</table>\n</div>\n" if env["showing"].scrolls_wide_parts else "</table>\n"

    def fence(self, tokens: Sequence[Token], idx: int, _options: Any, env: Any) -> str:
        """Lines of a program keep their breaks, which mean something; on a screen they too are moved by themselves."""
        showing: Showing = env["showing"]
        lines = f"<pre><code>{escape(tokens[idx].content)}</code></pre>\n"
        if not showing.scrolls_wide_parts:
            return lines
        return f"{_moved_by_itself('code', showing.words.code)}{lines}</div>\n"

    def code_block(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        """The same, for lines that are indented."""
        return self.fence(tokens, idx, options, env)

    def th_open(self, _tokens: Sequence[Token], _idx: int, _options: Any, _env: Any) -> str:
        """The tables of Markdown have the headings of their columns in the first line."""
        return '<th scope="col">'

    def container_lesson_open(self, tokens: Sequence[Token], idx: int, _options: Any, env: Any) -> str:
        """How a block begins."""
        showing: Showing = env["showing"]
        block: Block = tokens[idx].meta["block"]
        if block.name in BOXES:
            word = escape(showing.words.boxes[block.name])
            return f'<section class="lesson-box lesson-box--{block.name}">\n<p class="lesson-word"><strong>{word}</strong></p>\n'
        if block.name in MEDIA:
            return _media(block, showing)
        if block.name == QUESTION:
            return _question(block, showing)
        return '<section class="lesson-file">\n'

    def container_lesson_close(self, tokens: Sequence[Token], idx: int, _options: Any, env: Any) -> str:
        """How it ends."""
        block: Block = tokens[idx].meta["block"]
        if block.name in MEDIA:
            return _transcript_end(block, env["showing"])
        if block.name == FILE:
            return f"{_download(block.target, env['showing'])}</section>\n"
        return "</div>\n" if block.name == QUESTION else "</section>\n"


def html_of(renderer: LessonRenderer, tokens: list[Token], options: Any, showing: Showing) -> str:
    """The HTML, which is still to be cleaned; `showing` learns of files and questions."""
    _pair_blocks(tokens)
    for token in tokens:
        if token.children:
            token.children = _with_links(token.children, showing)
    return renderer.render(tokens, options, {"showing": showing})


def _pair_blocks(tokens: Sequence[Token]) -> None:
    """Let the end of each block know what it ends."""
    open_ones: list[Block] = []
    for token in tokens:
        if token.type == OPEN:
            open_ones.append(token.meta["block"])
        elif token.type == CLOSE:
            token.meta["block"] = open_ones.pop()


def _with_links(children: Sequence[Token], showing: Showing) -> list[Token]:
    """Links to files lead to them; of those that lead nowhere the words remain."""
    kept: list[Token] = []
    is_dropped = False
    for child in children:
        if child.type == "link_open" and (name := named_file(attribute(child, "href"))):
            found = showing.find(name)
            is_dropped = not found
            child.attrSet("href", found)
        if is_dropped and child.type in {"link_open", "link_close"}:
            is_dropped = child.type == "link_open"
            continue
        kept.append(child)
    return kept


def _picture(token: Token, showing: Showing) -> str:
    found = showing.find(named_file(attribute(token, "src")) or "")
    return f'<img src="{escape(found)}" alt="{escape(token.content)}">' if found else ""


def _moved_by_itself(name: str, label: str) -> str:
    """How a part begins that may be wider than the screen (WCAG 1.4.10), in reach of the keyboard (2.1.1)."""
    return f'<div class="lesson-{name}" role="group" aria-label="{escape(label)}" tabindex="0">\n'


def _title(block: Block) -> str:
    return block.options.get("titel", "")


def _media(block: Block, showing: Showing) -> str:
    words, found = showing.words, showing.find(block.target)
    kind = words.video if block.name == "video" else words.audio
    heading = f"{kind}: {_title(block)}" if _title(block) else kind
    if found and showing.form is Form.SCREEN:
        begin = _player(block, found, heading, showing) + _download(block.target, showing)
    else:
        begin = f'<p class="lesson-word"><strong>{escape(heading)}</strong></p>\n'
        if found:
            act = words.watch if block.name == "video" else words.listen
            begin += f'<p><a href="{escape(found)}">{escape(act)}</a><br>{escape(found)}</p>\n'
    return begin + _transcript_begin(block, showing)


def _player(block: Block, found: str, heading: str, showing: Showing) -> str:
    source = f'controls preload="none" src="{escape(found)}" aria-label="{escape(heading)}"'
    caption = f"<figcaption>{escape(heading)}</figcaption>"
    if block.name == "audio":
        return f'<figure class="lesson-audio"><audio {source}></audio>{caption}</figure>\n'
    track, captions = "", showing.find(block.options.get("untertitel", ""))
    if captions:
        language = escape(block.options.get("sprache", "") or showing.language)
        label = escape(showing.words.captions)
        track = (
            f'<track kind="captions" src="{escape(captions)}" srclang="{language}" label="{label}" default>'
        )
    return f'<figure class="lesson-video"><video {source}>{track}</video>{caption}</figure>\n'


def _transcript_begin(block: Block, showing: Showing) -> str:
    if not block.has_body:
        return ""
    is_video = block.name == "video"
    word = showing.words.transcript_of_video if is_video else showing.words.transcript_of_audio
    if showing.form is Form.PAPER:
        return f'<section class="lesson-transcript">\n<p class="lesson-word"><strong>{escape(word)}</strong></p>\n'
    name = f"{word}: {_title(block)}" if _title(block) else word
    # open from the start: whoever reads along or prints has it, whoever watches folds it
    return f'<details class="lesson-transcript" open><summary>{escape(name)}</summary>\n'


def _transcript_end(block: Block, showing: Showing) -> str:
    if not block.has_body:
        return ""
    return "</section>\n" if showing.form is Form.PAPER else "</details>\n"


def _download(name: str, showing: Showing) -> str:
    found = showing.find(name)
    if not found:
        return f'<p class="lesson-download">{escape(name)}</p>\n'
    about = showing.about(name)
    beside = f" ({escape(about)})" if about else ""
    words = f"{showing.words.download}: {name}"
    return f'<p class="lesson-download"><a href="{escape(found)}">{escape(words)}</a>{beside}</p>\n'


def _question(block: Block, showing: Showing) -> str:
    try:
        question = question_in(block.raw)
    except ContentError:
        return f'<div class="lesson-question">\n{as_written(block.raw)}'
    anchor = f"frage-{len(showing.questions) + 1}"
    showing.questions.append(Asked(anchor, question))
    word = escape(showing.words.question)
    return (
        f'<div class="lesson-question" id="{anchor}">\n<p class="lesson-word"><strong>{word}</strong></p>\n'
        f"{in_words(question, showing.words)}\n"
    )
