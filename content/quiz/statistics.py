"""What the answers of many say about the questions: how hard they are, and whether they tell those who know from those who do not.

Pure: outcomes in, figures out. Give the first attempt of each person: later ones are made by people who have seen answers.

- Difficulty is the mean share of points, 0 to 1 (classical test theory calls it *p*; high is easy).
- Discrimination, from 30 persons on, is the corrected item-total correlation: Pearson's r between the share of points in the
  question and that in all others of the attempt (Nunnally and Bernstein, Psychometric Theory, 3rd ed. 1994, ch. 8).
  With 10 to 29 persons that correlation sways too much; there it is the difference D between the mean shares of the upper and
  the lower 27 percent (Kelley, The selection of upper and lower groups for the validation of test items, Journal of
  Educational Psychology 30, 1939, 17-24). With fewer than 10 there is none.
- Reliability is Cronbach's alpha (Coefficient alpha and the internal structure of tests, Psychometrika 16, 1951, 297-334),
  where everybody had the same questions.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import ceil, fsum, sqrt
from statistics import fmean, pvariance

LEAST_FOR_GROUPS = 10
LEAST_FOR_CORRELATION = 30
GROUP = 0.27
TINY = 1e-12


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one person got for one question, of how many points at most (more than none)."""

    points: float
    most: float

    @property
    def share(self) -> float:
        """Between 0 and 1."""
        return min(max(self.points / self.most, 0.0), 1.0)


Attempt = Mapping[str, Outcome]
"""One person's outcomes, by the key of the question."""


class Measure(StrEnum):
    """How discrimination was reckoned."""

    CORRELATION = "correlation"
    GROUPS = "groups"


@dataclass(frozen=True, slots=True)
class Discrimination:
    """Between -1 and 1; high means: who is good in the rest is good here."""

    value: float
    measure: Measure


@dataclass(frozen=True, slots=True)
class Figures:
    """One question. `difficulty` is the mean share of points of the `persons` who had it; None where nobody did.

    `discrimination` is None with fewer than 10 persons, and where all did equally well in the question or in the rest.
    """

    persons: int
    difficulty: float | None
    discrimination: Discrimination | None


def item_figures(attempts: Sequence[Attempt], key: str) -> Figures:
    """The figures of the question with this key."""
    having = [attempt for attempt in attempts if key in attempt]
    if not having:
        return Figures(0, None, None)
    shares = [attempt[key].share for attempt in having]
    rests = [(share, _rest(attempt, key)) for share, attempt in zip(shares, having, strict=True)]
    known = [(share, rest) for share, rest in rests if rest is not None]
    return Figures(len(having), fmean(shares), _discrimination(known))


def reliability(attempts: Sequence[Attempt]) -> float | None:
    """Cronbach's alpha over the points; it may be negative.

    None with fewer than 10 persons or two questions, where not everybody had the same questions, or all got the same points.
    """
    if len(attempts) < LEAST_FOR_GROUPS:
        return None
    keys = sorted(attempts[0])
    if len(keys) < 2 or any(set(attempt) != set(keys) for attempt in attempts):
        return None
    spread = [pvariance([attempt[key].points for attempt in attempts]) for key in keys]
    total = pvariance([fsum(attempt[key].points for key in keys) for attempt in attempts])
    if total < TINY:
        return None
    return len(keys) / (len(keys) - 1) * (1 - fsum(spread) / total)


def total_share(attempt: Attempt) -> float:
    """The share of all points of an attempt; 0 where it had no question."""
    most = fsum(one.most for one in attempt.values())
    return fsum(one.points for one in attempt.values()) / most if most else 0.0


def correlation(first: Sequence[float], second: Sequence[float]) -> float | None:
    """Pearson's r; None where one of them never varies."""
    middle, other = fmean(first), fmean(second)
    ours, theirs = [one - middle for one in first], [one - other for one in second]
    spread = sqrt(fsum(one * one for one in ours) * fsum(one * one for one in theirs))
    if spread < TINY:
        return None
    found = fsum(one * two for one, two in zip(ours, theirs, strict=True)) / spread
    return min(max(found, -1.0), 1.0)


def group_difference(pairs: Sequence[tuple[float, float]]) -> float | None:
    """The mean share of the upper 27 percent less that of the lower; pairs are (share here, share in the rest).

    Groups are of a whole number of persons, rounded up. Whoever stands equal at their edge counts in part, so that no order
    decides who is in. None where all stand equal.
    """
    if len({rest for _, rest in pairs}) < 2:
        return None
    size = ceil(GROUP * len(pairs))
    upper = _edge_mean(sorted(pairs, key=lambda pair: -pair[1]), size)
    return upper - _edge_mean(sorted(pairs, key=lambda pair: pair[1]), size)


def _discrimination(pairs: Sequence[tuple[float, float]]) -> Discrimination | None:
    if len(pairs) < LEAST_FOR_GROUPS or len({share for share, _ in pairs}) < 2:
        return None
    if len(pairs) < LEAST_FOR_CORRELATION:
        value, measure = group_difference(pairs), Measure.GROUPS
    else:
        value = correlation([share for share, _ in pairs], [rest for _, rest in pairs])
        measure = Measure.CORRELATION
    return None if value is None else Discrimination(value, measure)


def _rest(attempt: Attempt, key: str) -> float | None:
    others = {other: outcome for other, outcome in attempt.items() if other != key}
    return total_share(others) if others else None


def _edge_mean(ordered: Sequence[tuple[float, float]], size: int) -> float:
    """The mean of the first `size`; those equal with the last of them share what room is left."""
    edge = ordered[size - 1][1]
    before = ordered[: next(index for index, pair in enumerate(ordered) if pair[1] == edge)]
    equal = [share for share, rest in ordered if rest == edge]
    room = size - len(before)
    return (fsum(share for share, _ in before) + room * fmean(equal)) / size
