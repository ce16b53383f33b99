"""Sums of answers in words; small ones are hidden, and as many more as it takes (decision 0062)."""

from collections.abc import Sequence

from lms.kernel.marking import N_
from lms.reports.participants.keeping import Tally
from lms.reports.suppression import SHUT, is_small, listed
from lms.reports.telling import Section
from lms.reports.words import HIDDEN
from lms.web.charts import bars_of
from lms.web.csv import Cell
from lms.web.formats import number
from lms.web.language import current_language, gettext


def sections(tallies: Sequence[Tally]) -> list[Section]:
    """One for each question, with the most frequent answer as finding."""
    return [_section(one) for one in tallies]


def _section(tally: Tally) -> Section:
    title = tally.question.text(current_language())
    numbers = [count for _, count in tally.counts]
    whole = sum(numbers)
    mask = SHUT if is_small(whole) else listed(numbers)
    if mask.is_closed:
        return Section(tally.question.key, title, is_closed=True)
    shown: list[Sequence[Cell]] = []
    seen: list[tuple[int, str]] = []
    told: list[tuple[str, float | None, str]] = []
    for place, (words, count) in enumerate(tally.counts):
        if mask.hides(place):
            shown.append([words, HIDDEN])
            told.append((words, None, HIDDEN))
        else:
            shown.append([words, count])
            told.append((words, float(count), number(count)))
            seen.append((count, words))
    shown.append([gettext(N_("Total")), whole])
    most = max(seen, default=(0, ""))
    finding = (
        gettext(
            N_("%(question)s Most often: %(words)s, %(part)s of %(whole)s."),
            question=title, words=most[1], part=number(most[0]), whole=number(whole),
        )
        if most[0]
        else ""
    )  # fmt: skip
    return Section(
        tally.question.key, title, finding=finding, bars=bars_of(told),
        head=[gettext(N_("Answer")), gettext(N_("How many"))], rows=shown,
        has_hidden=any(HIDDEN in row for row in shown),
    )  # fmt: skip
