"""Results in words: the rows of the files, and what the pages draw."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from lms.surveys.findings import finding, trend
from lms.surveys.questions import QuestionKind
from lms.surveys.results import Unit
from lms.surveys.rules import FEWEST, Result, shown_scale
from lms.web import charts
from lms.web.csv import Cell
from lms.web.formats import month, number, percent
from lms.web.language import current_language, gettext, translated


@dataclass(frozen=True, slots=True)
class Bar:
    """One answer of a chart."""

    words: str
    count: int
    percent: int


@dataclass(frozen=True, slots=True)
class Picture:
    """One question as a page shows it: bars with their table, or texts; `is_hidden` where too few have answered."""

    text: str
    given: int
    bars: Sequence[Bar]
    texts: Sequence[str]
    mean: float | None
    is_text: bool
    finding: str = ""
    """What it comes to, in one sentence; empty where nothing may be shown."""

    @property
    def drawn(self) -> Sequence[charts.Bar]:
        """The bars of the chart."""
        return [charts.Bar(bar.words, bar.percent / 100, percent(bar.percent / 100)) for bar in self.bars]

    @property
    def is_hidden(self) -> bool:
        """Whether nothing may be shown; a question for texts that nobody wrote is only empty."""
        return not self.given and not self.is_text

    @property
    def summary(self) -> str:
        """The chart as a sentence, for those who hear it."""
        return "; ".join(
            gettext("%(answer)s: %(percent)s percent", answer=bar.words, percent=bar.percent)
            for bar in self.bars
        )


def pictures(results: Iterable[Result]) -> list[Picture]:
    """What a page shows, question by question."""
    language = current_language()
    return [
        Picture(
            one.question.text(language),
            one.given,
            [
                Bar(translated(words), one.counts.get(value, 0), one.percent(value))
                for value, words in one.question.options(language)
            ]
            if one.given
            else [],
            one.texts,
            one.mean,
            one.question.kind is QuestionKind.TEXT,
            finding(one, language),
        )
        for one in results
    ]


@dataclass(frozen=True, slots=True)
class Course:
    """How the average of one question went on over the units."""

    text: str
    points: Sequence[tuple[Unit, float, int]]
    """Unit, average, and how far its bar reaches in percent."""

    @property
    def finding(self) -> str:
        """How it went from the first unit to the last."""
        return trend([mean for _, mean, _ in self.points])

    @property
    def drawn(self) -> Sequence[charts.Bar]:
        """The bars of the chart, the oldest first."""
        return [
            charts.Bar(month(unit.closed_at), reach / 100, number(round(mean, 1)))
            for unit, mean, reach in self.points
        ]


def over_time(units: Sequence[Unit], results: Iterable[Result]) -> list[Course]:
    """For each question with a scale that was shown at least twice."""
    language = current_language()
    found = []
    for one in results:
        if one.question.kind is not QuestionKind.SCALE:
            continue
        means = [(unit, unit.mean(one.question.digest)) for unit in units]
        points = [(unit, mean, shown_scale(mean)) for unit, mean in means if mean is not None]
        if len(points) > 1:
            found.append(Course(one.question.text(language), points))
    return found


def result_rows(results: Iterable[Result]) -> list[list[Cell]]:
    """The same as a table to take away, with the same left out."""
    rows: list[list[Cell]] = [
        [
            gettext("Question"),
            gettext("Answer"),
            gettext("Answers given"),
            gettext("Percent"),
            gettext("Average"),
        ]
    ]
    for one in pictures(results):
        mean = Decimal(str(round(one.mean, 2))) if one.mean is not None else None
        if one.is_hidden:
            rows.append([one.text, gettext("fewer than %(num)s answers", num=FEWEST), None, None, None])
        rows += [[one.text, bar.words, bar.count, bar.percent, mean] for bar in one.bars]
        rows += [[one.text, text, None, None, None] for text in one.texts]
    return rows
