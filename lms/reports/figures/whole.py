"""A report's numbers as plain data: what pages show, what is handed in, and what is compared years later.

`DEFINITION` rises when a number begins to mean something else; `docs/reports.md` says what each means. Words in the data are names
of things (districts, venues, lines) as they were called; everything else is a key that the page finds words for.
"""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.people.ages import AgeBand, Gender
from lms.reports.figures.coverage import Covered, coverage
from lms.reports.figures.demand import Demand, demand
from lms.reports.figures.people import Taken, taken
from lms.reports.figures.programme import Hours, Taught, cancelled_sessions, hours, kinds, taught
from lms.reports.figures.selecting import Selection
from lms.reports.figures.spans import Span
from lms.reports.funding.models import FundingLine
from lms.resources.models import Venue

DEFINITION = 1
AGES = (*(band.value for band in AgeBand),)
GENDERS = (*(gender.value for gender in Gender), "")
Data = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that was counted, before it is grouped."""

    hours: Sequence[Hours]
    runs: Mapping[UUID, Taught]
    taken: Sequence[Taken]
    demand: Demand
    covered: Sequence[Covered]
    cancelled_sessions: int
    venues: Mapping[UUID, str]
    lines: Mapping[UUID, str]


async def facts_of(session: AsyncSession, span: Span, now: datetime, selection: Selection) -> Facts:
    """A constant number of statements, whatever the centre holds."""
    known = await kinds(session)
    runs = await taught(session, span, now, selection, known)
    found = await hours(session, span, now, selection)
    return Facts(
        hours=[one for one in found if one.run_id in runs],
        runs=runs,
        taken=await taken(session, span, now, selection, runs),
        demand=await demand(session, span, now, selection, runs, known),
        covered=await coverage(session, span, now, selection, known),
        cancelled_sessions=await cancelled_sessions(session, span, runs.keys()),
        venues=dict((await session.execute(select(Venue.id, Venue.name))).all()),
        lines=dict((await session.execute(select(FundingLine.id, FundingLine.name))).all()),
    )


async def counted(session: AsyncSession, span: Span, now: datetime, selection: Selection) -> Data:
    """The numbers of these days."""
    return grouped(await facts_of(session, span, now, selection), span)


def grouped(facts: Facts, span: Span) -> Data:
    """The facts as totals, lists and tables that add up."""
    return {
        "definition": DEFINITION,
        "first": span.first.isoformat(),
        "last": span.last.isoformat(),
        "totals": _totals(facts, span),
        "lists": [
            _by_run(facts, "areas", lambda run: (run.kind.topic, run.kind.topic_name)),
            _by_run(facts, "audiences", lambda run: (run.kind.audience, "")),
            _by_hours(facts, "lines", lambda one: (str(one.line_id), facts.lines.get(one.line_id, ""))),
            _by_hours(
                facts, "venues",
                lambda one: (str(one.venue_id or ""), facts.venues.get(one.venue_id, "") if one.venue_id else ""),
            ),
            _districts(facts.taken),
            _newcomers(facts.taken),
        ],
        "crosses": [
            _ages(facts.taken, "age_gender_persons", are_persons=True),
            _ages(facts.taken, "age_gender_places", are_persons=False),
        ],
        "money": _money(facts.covered),
        "runs": _runs(facts),
    }  # fmt: skip


def canonical(data: Data) -> str:
    """The one way to write these numbers down: the same numbers give the same text (RFC 8785 for what occurs here)."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def fingerprint(text: str) -> str:
    """SHA-256 of the text."""
    return hashlib.sha256(text.encode()).hexdigest()


def _totals(facts: Facts, span: Span) -> Data:
    seated = [one for one in facts.taken if not one.is_drop_in]
    begun = sum(
        1 for run in facts.runs.values() if run.starts_at and span.starts <= run.starts_at < span.until
    )
    return {
        "runs": len(facts.runs),
        "runs_begun": begun,
        "sessions": sum(one.sessions for one in facts.hours),
        "minutes": sum(one.minutes for one in facts.hours),
        "unlocked": sum(one.unlocked for one in facts.hours),
        "cancelled_sessions": facts.cancelled_sessions,
        "runs_cancelled": facts.demand.runs_cancelled,
        "places": len(facts.taken),
        "persons": len({one.person_id for one in facts.taken}),
        "seated": len(seated),
        "capacity": sum(run.capacity for run in facts.runs.values()),
        "left": facts.demand.left,
        "waiting": facts.demand.waiting,
        "interest": facts.demand.interest,
    }


def _by_run(facts: Facts, key: str, named: Callable[[Taught], tuple[str, str]]) -> Data:
    """Runs, minutes, enrolments, persons and places, by what a run is: each run is in one row, so that rows add up."""
    names: dict[str, str] = {}
    of_run: dict[UUID, str] = {}
    for run in facts.runs.values():
        of_run[run.id], words = named(run)
        names[of_run[run.id]] = words
    runs, capacity, minutes, places = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    persons: dict[str, set[UUID]] = defaultdict(set)
    for run in facts.runs.values():
        runs[of_run[run.id]] += 1
        capacity[of_run[run.id]] += run.capacity
    for one in facts.hours:
        minutes[of_run[one.run_id]] += one.minutes
    for place in facts.taken:
        places[of_run[place.run_id]] += 1
        persons[of_run[place.run_id]].add(place.person_id)
    return {
        "key": key,
        "columns": ["runs", "minutes", "places", "persons", "capacity"],
        "rows": [
            [name, names[name], runs[name], minutes[name], places[name], len(persons[name]), capacity[name]]
            for name in sorted(names, key=lambda one: (not one, names[one], one))
        ],
    }


def _by_hours(facts: Facts, key: str, named: Callable[[Hours], tuple[str, str]]) -> Data:
    """Sessions and minutes by where or for whom they were held: each session is in one row. No persons: they come to several."""
    names, sessions, minutes = {}, Counter[str](), Counter[str]()
    for one in facts.hours:
        name, names[name] = named(one)[0], named(one)[1]
        sessions[name] += one.sessions
        minutes[name] += one.minutes
    return {
        "key": key,
        "columns": ["sessions", "minutes"],
        "rows": [
            [name, names[name], sessions[name], minutes[name]]
            for name in sorted(names, key=lambda one: (not one, names[one], one))
        ],
    }


def _districts(places: Iterable[Taken]) -> Data:
    persons: dict[str, set[UUID]] = defaultdict(set)
    count = Counter[str]()
    for one in places:
        persons[one.district].add(one.person_id)
        count[one.district] += 1
    return {
        "key": "districts",
        "columns": ["places", "persons"],
        "rows": [
            [name, name, count[name], len(persons[name])]
            for name in sorted(count, key=lambda one: (not one, one))
        ],
    }


def _newcomers(places: Iterable[Taken]) -> Data:
    new = {one.person_id for one in places if one.is_new}
    known = {one.person_id for one in places} - new
    return {
        "key": "newcomers",
        "columns": ["persons"],
        "rows": [["new", "", len(new)], ["known", "", len(known)]],
    }


def _ages(places: Iterable[Taken], key: str, *, are_persons: bool) -> Data:
    """Age by gender. A person stands in the band of the first of their enrolments that count."""
    first: dict[UUID, Taken] = {}
    for one in places:
        first.setdefault(one.person_id, one)
    shown: Iterable[Taken] = first.values() if are_persons else places
    count = Counter((first[one.person_id].age, one.gender) for one in shown)
    return {
        "key": key,
        "rows": list(AGES),
        "columns": list(GENDERS),
        "cells": [[count[age, gender] for gender in GENDERS] for age in AGES],
    }


def _money(covered: Sequence[Covered]) -> Data:
    return {
        "runs": len(covered),
        "income": sum(one.after.income_cents for one in covered),
        "fees": sum(one.after.fees_cents for one in covered),
        "rooms": sum(one.after.rooms_cents for one in covered),
    }


def _runs(facts: Facts) -> list[list[Any]]:
    """The evidence: number, title, sessions, minutes of every run, by number."""
    sessions, minutes = Counter[UUID](), Counter[UUID]()
    for one in facts.hours:
        sessions[one.run_id] += one.sessions
        minutes[one.run_id] += one.minutes
    return [
        [run.number, run.kind.title, sessions[run.id], minutes[run.id]]
        for run in sorted(facts.runs.values(), key=lambda one: one.number)
    ]
