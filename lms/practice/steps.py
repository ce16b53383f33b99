"""An exercise, step by step: each heading of the highest level begins a step."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from content.lesson import steps

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


def read_exercise(
    markdown: str, *, title: str, address: Address | None = None, about: Callable[[str], str] | None = None
) -> Exercise:
    """The steps of an exercise; a text without headings is one step under the lesson's own title.

    `address` and `about` are those of `content.lesson.steps`. Raises `content.errors.TextTooLong`.
    """
    read = [(one.title, Markup(one.html)) for one in steps(markdown, address=address, about=about)]  # noqa: S704
    opening = Markup("")
    if len(read) > 1 and not read[0][0]:
        opening = read.pop(0)[1]
    found = [Step(number, words or title, html) for number, (words, html) in enumerate(read, start=1)]
    return Exercise(opening, found or [Step(1, title, Markup(""))])
