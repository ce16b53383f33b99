"""Whether the numbers of a year can be right: plain functions over its events and those of the year before.

A finding is not an error: most have a good reason, which is then written down and stays with these numbers.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from lms.people.ages import AgeBand
from lms.reports.statistics.counting import Event
from lms.reports.statistics.kinds import AREAS

CHANGE_PERCENT = 50
UNKNOWN_PERCENT = 50
"""From this part on, numbers by age or gender say little."""


@dataclass(frozen=True, slots=True)
class Finding:
    """`check` is what was looked at, `subject` a number of a run or a key, `first` and `second` the two numbers it is about."""

    check: str
    subject: str
    title: str = ""
    first: int = 0
    second: int = 0
    run_id: UUID | None = None
    reason: str = ""
    said_by: str = ""

    @property
    def mark(self) -> str:
        """The numbers a reason is given for: with others the finding stands again."""
        return f"{self.first}/{self.second}"

    @property
    def is_open(self) -> bool:
        """Nobody has said yet why it is right."""
        return not self.reason


def found_in(events: Sequence[Event], before: Sequence[Event]) -> Sequence[Finding]:
    """Every finding, check by check. `before` are the events of the year before."""
    of_runs = [one for event in events for one in _of_event(event)]
    found = [*of_runs, *_of_areas(events, before), *_unknown(events)]
    order = {name: place for place, name in enumerate(CHECKS)}
    return sorted(found, key=lambda one: (order[one.check], one.subject))


def _of_event(event: Event) -> Iterator[Finding]:
    def finding(check: str, first: int = 0, second: int = 0) -> Finding:
        return Finding(check, event.number, event.title, first, second, event.run_id)

    if not (event.area and event.field):
        yield finding("no_field" if event.area else "no_area")
    if not event.minutes and event.participants and not event.to_come:
        yield finding("no_units", event.participants)
    if event.minutes and not event.participants:
        yield finding("nobody", event.minutes)
    if event.typed is not None and event.typed < event.enrolled:
        yield finding("sums", event.enrolled, event.typed)
    if max(event.seated, event.typed or 0) > event.capacity:
        yield finding("overfull", max(event.seated, event.typed or 0), event.capacity)
    if not event.scenario:
        yield finding("no_scenario")
    if event.unlocked:
        yield finding("unlocked", event.unlocked)
    if event.to_come:
        yield finding("to_come", event.to_come)


def _of_areas(events: Sequence[Event], before: Sequence[Event]) -> Iterator[Finding]:
    for check, now, then in (
        ("units_changed", _minutes(events), _minutes(before)),
        ("enrolments_changed", _participants(events), _participants(before)),
    ):
        for area in AREAS:
            if then[area] and abs(now[area] - then[area]) * 100 > CHANGE_PERCENT * then[area]:
                yield Finding(check, area, "", now[area], then[area])


def _minutes(events: Sequence[Event]) -> Mapping[str, int]:
    found = Counter[str]()
    for one in events:
        found[one.area] += one.minutes
    return found


def _participants(events: Sequence[Event]) -> Mapping[str, int]:
    found = Counter[str]()
    for one in events:
        found[one.area] += one.participants
    return found


def _unknown(events: Sequence[Event]) -> Iterator[Finding]:
    whole = sum(one.enrolled for one in events)
    for check, unknown in (
        ("no_age", sum(one.ages.get(AgeBand.UNKNOWN, 0) for one in events)),
        ("no_gender", sum(one.genders.get("", 0) for one in events)),
    ):
        if unknown * 100 > UNKNOWN_PERCENT * whole:
            yield Finding(check, "", "", unknown, whole)


CHECKS = (
    "no_area", "no_field", "no_units", "nobody", "sums", "overfull", "no_scenario", "unlocked", "to_come", "units_changed",
    "enrolments_changed", "no_age", "no_gender",
)  # fmt: skip
"""In the order of the page."""
