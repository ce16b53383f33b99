"""What a chart of bars says: the component `components/chart.html` draws it, a table beneath repeats its numbers.

A chart has its finding as heading, its bars carry their words and numbers, and nothing is told by colour alone
(experience.md, 5). A number that may not be shown has no bar.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

LONGEST = 36
"""How many letters stand above a bar on the narrowest phone; the table has them all."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: `share` from 0 to 1 of the longest one possible, None where the number is hidden; `shown` is the number in words.

    `series` counts from 0: bars of the second series are hatched instead of filled.
    """

    words: str
    share: float | None
    shown: str
    series: int = 0

    @property
    def width(self) -> float:
        """How far it reaches, in percent of the whole width."""
        return round(100 * min(max(self.share or 0, 0), 1), 1)

    @property
    def label(self) -> str:
        """The words, cut at the end where they are too long."""
        return self.words if len(self.words) <= LONGEST else f"{self.words[: LONGEST - 1].rstrip()}…"


def bars_of(values: Iterable[tuple[str, float | None, str]], *, most: float | None = None) -> Sequence[Bar]:
    """Bars of (words, number, number in words), each as long as its part of `most`: of the largest number, if not given."""
    found = list(values)
    reach = (
        most if most is not None else max((number for _, number, _ in found if number is not None), default=0)
    )
    return [
        Bar(words, None if number is None else number / reach if reach else 0, shown)
        for words, number, shown in found
    ]


def pairs_of(
    values: Iterable[tuple[str, float | None, str, float | None, str]], names: tuple[str, str]
) -> Sequence[Bar]:
    """Two bars for each of (words, first number, its words, second number, its words), on one scale; `names` are said with them."""
    found = list(values)
    reach = max((one for row in found for one in (row[1], row[3]) if one is not None), default=0)
    return [
        Bar(
            f"{words}: {name}",
            None if number is None else number / reach if reach else 0,
            shown,
            series,
        )
        for words, first, first_shown, second, second_shown in found
        for series, (name, number, shown) in enumerate(
            ((names[0], first, first_shown), (names[1], second, second_shown))
        )
    ]
