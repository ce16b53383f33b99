"""An exercise, step by step: each heading of the highest level begins a step."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from content.lesson import steps
from lms.learning.lessons.trying import Trial, with_trials

Address = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `html` is safe; `number` counts from 1. `parts` are the same with its questions apart, to be tried."""

    number: int
    title: str
    html: Markup
    parts: Sequence[Markup | Trial] = ()

    @property
    def trials(self) -> Sequence[Trial]:
        """Its questions, in order."""
        return [one for one in self.parts if isinstance(one, Trial)]


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
    read = list(steps(markdown, address=address, about=about))
    opening = Markup("")
    if len(read) > 1 and not read[0].title:
        opening = Markup(read.pop(0).html)  # noqa: S704 - content.safety has cleaned it
    found = [
        Step(number, one.title or title, Markup(one.html), with_trials(one.parts, seed=f"{title}/{number}"))  # noqa: S704
        for number, one in enumerate(read, start=1)
    ]
    return Exercise(opening, found or [Step(1, title, Markup(""))])
