"""A run of somebody else's programme in our words: plain values, no database."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from lms.catalogue.models import Level, PaymentMethod
from lms.catalogue.rules import DAYPARTS, HOURS_UNKNOWN
from lms.catalogue.vhs import ImportedRun, ImportedSession, likely_sessions
from lms.catalogue.words import folded
from lms.kernel.clock import MINUTES_PER_UNIT, at_venue

USUAL_CAPACITY = 12
ROOM = "Raum laut Aushang"
OUR_LANGUAGE = "de"
LONGEST_SLUG = 60

HOURS_ASSUMED = "Der Anbieter nennt keine Uhrzeiten. Bitte fragen Sie danach, bevor Sie kommen."
DATES_ASSUMED = "Der Anbieter nennt nur den ersten und den letzten Tag. Die Termine dazwischen erfahren Sie am ersten Tag."
LEVEL_UNKNOWN = "Der Anbieter nennt keine Vorkenntnisse. Fragen Sie uns, wenn Sie unsicher sind."

_NOT_IN_SLUG = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Meeting:
    """A session to be: in UTC."""

    starts_at: datetime
    ends_at: datetime


def slug_of(text: str) -> str:
    """A part of an address: "Übungen & mehr" is "ubungen-mehr"."""
    return _NOT_IN_SLUG.sub("-", folded(text)).strip("-")[:LONGEST_SLUG].strip("-") or "kurs"


def group_of(run: ImportedRun) -> tuple[str, ...]:
    """What makes two runs offerings of one course: they are told in the same words."""
    return (run.title, run.subtitle, run.text, run.certificate)


def course_values(runs: Sequence[ImportedRun], source: str) -> dict[str, Any]:
    """The columns of the course that these runs offer."""
    first = runs[0]
    level = next((run.level for run in runs if run.level), None)
    text = [f"**{first.subtitle}**" if first.subtitle else "", first.text]
    text += [f"Abschluss: {first.certificate}" if first.certificate else ""]
    return {
        "title_de": first.title,
        "summary_de": first.summary,
        "text_de": "\n\n".join(filter(None, text)),
        "level": Level(level) if level else Level.NONE,
        "prior_knowledge_de": first.level_words
        if level and first.level_words
        else ""
        if level
        else LEVEL_UNKNOWN,
        "language": OUR_LANGUAGE,
        "source": source,
    }


def meetings_of(run: ImportedRun) -> list[Meeting]:
    """The sessions that the source names, or else its first and its last day; never a day that nobody has promised.

    Hours that the source does not name are assumed: `run_values` marks such a run, so that no page shows them.
    """
    likely = likely_sessions(run)
    if run.sessions or not likely:
        return [_meeting(session) for session in likely]
    ends = {likely[0].day: likely[0], likely[-1].day: likely[-1]}
    return [_meeting(session) for session in ends.values()]


def _meeting(session: ImportedSession) -> Meeting:
    starts = at_venue(session.day, session.starts or time(9))
    ends = at_venue(session.day, session.ends or time(10))
    return Meeting(starts, max(ends, starts + timedelta(minutes=1)))


def knows_hours(run: ImportedRun) -> bool:
    """Whether the source says when every session begins and ends."""
    return bool(run.sessions) and all(session.starts and session.ends for session in run.sessions)


def is_complete(run: ImportedRun) -> bool:
    """Whether nothing is missing that the public has to know: a price, and a place or the internet."""
    return run.price_cents is not None and (run.venue is not None or run.mode == "online")


def run_values(run: ImportedRun, meetings: Sequence[Meeting]) -> dict[str, Any]:
    """The columns of a run, without those that depend on other rows."""
    weekdays = 0
    for day in run.weekdays:
        weekdays |= 1 << day
    minutes = sum(int((one.ends_at - one.starts_at).total_seconds() // 60) for one in meetings)
    return {
        "minimum": max(run.minimum or 1, 1),
        "price_cents": run.price_cents or 0,
        "concession_cents": run.concession_cents,
        "payment_methods": [PaymentMethod.INVOICE.value, PaymentMethod.CASH.value],
        "is_online": run.mode == "online",
        "step_free": bool(run.venue and run.venue.barrier_free),
        "starts_at": meetings[0].starts_at,
        "ends_at": max(one.ends_at for one in meetings),
        "weekdays": weekdays,
        "dayparts": (DAYPARTS[run.part_of_day] if run.part_of_day else 0)
        | (0 if knows_hours(run) else HOURS_UNKNOWN),
        "session_count": run.meetings or len(run.sessions),
        "total_minutes": run.units * MINUTES_PER_UNIT if run.units else minutes,
        "enrolment_closes_at": meetings[0].starts_at,
        "note_de": note_of(run),
    }


def note_of(run: ImportedRun) -> str:
    """What has to be said of this run alone, a paragraph each."""
    parts = [
        "" if knows_hours(run) else HOURS_ASSUMED,
        "" if run.sessions or run.starts_on == run.ends_on else DATES_ASSUMED,
        f"Kursleitung: {', '.join(run.trainers)}" if run.trainers else "",
        run.price_note,
        run.notes,
        f"[Zur Seite des Anbieters]({run.website})" if run.website else "",
    ]
    return "\n\n".join(filter(None, parts))


def capacity_of(run: ImportedRun) -> int:
    """How many may take part, as the source says; the usual number where it does not."""
    return max(run.places or USUAL_CAPACITY, 1)
