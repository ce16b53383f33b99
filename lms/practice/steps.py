"""An exercise, step by step: each heading of the second level begins a step."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markupsafe import Markup

from content.lesson import read_lesson

STEP = "h2"
Address = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `html` is safe; `number` counts from 1."""

    number: int
    title: str
    html: Markup


@dataclass(frozen=True, slots=True)
class Exercise:
    """What stands before the first step, and the steps: there is always one."""

    opening: Markup
    steps: Sequence[Step]

    def at(self, place: str) -> int:
        """The number of the step to go on with; what is no number of a step means the first."""
        number = int(place) if place.isascii() and place.isdigit() and len(place) < 4 else 1
        return number if 1 <= number <= len(self.steps) else 1


def read_exercise(markdown: str, *, title: str, address: Address | None = None) -> Exercise:
    """The steps of an exercise; a text without such headings is one step under the lesson's own title.

    Raises `content.errors.TextTooLong`.
    """
    lines = markdown.splitlines(keepends=True)
    heads = _headings(markdown)
    if not heads:
        return Exercise(Markup(""), [Step(1, title, _html(markdown, address))])
    ends = [start for start, _, _ in heads[1:]] + [len(lines)]
    steps = [
        Step(number, words or title, _html("".join(lines[after:end]), address))
        for number, ((_, after, words), end) in enumerate(zip(heads, ends, strict=True), start=1)
    ]
    return Exercise(_html("".join(lines[: heads[0][0]]), address), steps)


def _headings(markdown: str) -> list[tuple[int, int, str]]:
    """First line, the line after, and words of every heading that begins a step; what stands in a box or a quotation begins none."""
    tokens = MarkdownIt("commonmark", {"html": False}).parse(markdown)
    return [
        (token.map[0], token.map[1], _plain(tokens[index + 1].children or ()))
        for index, token in enumerate(tokens)
        if token.type == "heading_open" and token.tag == STEP and token.level == 0 and token.map
    ]


def _plain(children: Sequence[object]) -> str:
    return " ".join("".join(getattr(child, "content", "") or " " for child in children).split())


def _html(markdown: str, address: Address | None) -> Markup:
    del address  # `content.lesson` cannot show pictures yet
    return Markup(read_lesson(markdown, top_level=3).html) if markdown.strip() else Markup("")  # noqa: S704
