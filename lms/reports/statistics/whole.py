"""The set of a year as plain data: what the page shows, what is handed in, and what is compared years later."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.reports.figures.spans import Span, year
from lms.reports.figures.whole import AGES, GENDERS, Data
from lms.reports.statistics.checking import Finding, found_in
from lms.reports.statistics.counting import Event, events_of
from lms.reports.statistics.kinds import AREAS, KINDS, SCENARIOS
from lms.reports.statistics.models import StatisticsReason

KIND = "vhs"
DEFINITION = 1


async def set_of(session: AsyncSession, number: int, now: datetime) -> tuple[Data, Sequence[Finding]]:
    """The set of a year and what its checks found, with the reasons that were given; seven statements."""
    span = year(number)
    events = await events_of(session, span, now)
    before = await events_of(session, year(number - 1), now)
    reasons = await reasons_of(session, number)
    found = [_explained(one, reasons) for one in found_in(events, before)]
    return grouped(events, found, span), found


async def reasons_of(session: AsyncSession, number: int) -> Mapping[tuple[str, str, str], StatisticsReason]:
    """What was said about the findings of a year."""
    rows = await session.scalars(select(StatisticsReason).where(StatisticsReason.year == number))
    return {(one.check, one.subject, one.mark): one for one in rows}


def _explained(one: Finding, reasons: Mapping[tuple[str, str, str], StatisticsReason]) -> Finding:
    said = reasons.get((one.check, one.subject, one.mark))
    return replace(one, reason=said.reason, said_by=said.said_by_name) if said else one


def grouped(events: Sequence[Event], found: Sequence[Finding], span: Span) -> Data:
    """Events as totals and lists that add up. Courses for companies are counted apart; so are events that were not held."""
    held = [one for one in events if one.minutes]
    open_, contract = [one for one in held if not one.is_contract], [one for one in held if one.is_contract]
    return {
        "kind": KIND, "definition": DEFINITION, "first": span.first.isoformat(), "last": span.last.isoformat(),
        "line": None, "meetings": [], "money": {}, "crosses": [],
        "totals": {
            "events": len(open_), "minutes": _sum(open_, "minutes"), "participants": _sum(open_, "participants"),
            "contract_events": len(contract), "contract_minutes": _sum(contract, "minutes"),
            "contract_participants": _sum(contract, "participants"), "findings": sum(one.is_open for one in found),
        },
        "lists": [
            _list("vhs_areas", open_, lambda one: one.area, AREAS),
            _list("vhs_contract", contract, lambda one: one.area, AREAS),
            _list("vhs_kinds", open_, lambda one: one.kind, KINDS),
            _list("vhs_scenarios", open_, lambda one: one.scenario, SCENARIOS),
            _list("vhs_fields", open_, lambda one: one.field, ()),
            _people("vhs_ages", open_, AGES, lambda one: one.ages, "unknown"),
            _people("vhs_genders", open_, GENDERS, lambda one: one.genders, ""),
        ],
        "events": [_row(one) for one in held],
        "findings": [[one.check, one.subject, one.title, one.first, one.second, one.reason] for one in found],
        "runs": [[one.number, one.title, one.sessions, one.minutes] for one in held],
    }  # fmt: skip


def _sum(events: Iterable[Event], name: str) -> int:
    return sum(getattr(one, name) for one in events)


def _list(key: str, events: Sequence[Event], of: Callable[[Event], str], order: Iterable[str]) -> Data:
    """Events, minutes and participants by what an event is: each event is in one row."""
    groups: dict[str, list[Event]] = defaultdict(list)
    for one in events:
        groups[of(one)].append(one)
    known = [name for name in order if name in groups]
    names = [*known, *sorted(groups.keys() - set(known), key=lambda one: (not one, one))]
    return {
        "key": key,
        "columns": ["events", "minutes", "participants"],
        "rows": [
            [
                name,
                name if key == "vhs_fields" else "",
                len(groups[name]),
                _sum(groups[name], "minutes"),
                _sum(groups[name], "participants"),
            ]
            for name in names
        ],
    }


def _people(
    key: str, events: Sequence[Event], order: Sequence[str], of: Callable[[Event], Mapping[str, int]], unknown: str
) -> Data:  # fmt: skip
    """Participants by age or gender, with those who were only counted among the unknown; and each by programme area."""
    of_area: dict[str, Counter[str]] = defaultdict(Counter)
    for event in events:
        of_area[event.area].update(of(event))
        of_area[event.area][unknown] += max(event.participants - event.enrolled, 0)
    areas = [area for area in AREAS if area in of_area]
    rows: list[list[Any]] = []
    for name in order:
        counts = [of_area[area][name] for area in areas]
        if sum(counts):
            rows.append([name, "", sum(counts), *counts])
    return {"key": key, "columns": ["participants", *(f"area:{area}" for area in areas)], "rows": rows}


def _row(one: Event) -> dict[str, Any]:
    return {
        "number": one.number, "title": one.title, "first_day": one.first_day.isoformat(), "area": one.area, "field": one.field,
        "kind": one.kind, "scenario": one.scenario, "contract": one.is_contract, "sessions": one.sessions, "minutes": one.minutes,
        "participants": one.participants, "typed": one.typed,
        "ages": {name: one.ages.get(name, 0) for name in AGES},
        "genders": {name: one.genders.get(name, 0) for name in GENDERS},
    }  # fmt: skip
