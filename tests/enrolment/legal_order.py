"""Whether what several people did at the same time can have happened one after the other (linearizability).

M. P. Herlihy and J. M. Wing, "Linearizability: a correctness condition for concurrent objects", 1990.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.enrolment.plain_run import PlainRun


@dataclass(frozen=True, slots=True)
class Act:
    """One thing somebody did, when it began and ended on a common counter, and what they were told."""

    name: str
    given: tuple[Any, ...]
    began: int
    ended: int
    told: str

    def __str__(self) -> str:
        return f"[{self.began}-{self.ended}] {self.name}{self.given} -> {self.told!r}"


def legal_ends(paper: PlainRun, acts: Sequence[Act]) -> list[PlainRun]:
    """How the run can stand after all these acts, one for each different end; none if no order explains what was told.

    An order is legal if nobody comes before somebody who had ended before they began, and each is told on paper what they
    were told in truth.
    """
    ends: dict[object, PlainRun] = {}
    seen: set[object] = set()

    def follow(now: PlainRun, left: frozenset[int]) -> None:
        mark = now.fingerprint()
        if (left, mark) in seen:
            return
        seen.add((left, mark))
        if not left:
            ends[mark] = now
            return
        first_end = min(acts[number].ended for number in left)
        for number in left:
            act = acts[number]
            if act.began > first_end:
                continue
            then = now.copy()
            if getattr(then, act.name)(*act.given) == act.told:
                follow(then, left - {number})

    follow(paper, frozenset(range(len(acts))))
    return list(ends.values())
