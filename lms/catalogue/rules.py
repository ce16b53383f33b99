"""What the state of a run means for somebody who looks at it now: derived from places and the clock, never stored."""

import re
from datetime import datetime
from enum import StrEnum
from unicodedata import normalize

from lms.catalogue.models import RunState

PUBLIC_STATES = frozenset({RunState.PUBLISHED, RunState.CONFIRMED, RunState.CANCELLED, RunState.COMPLETED})
"""What the public may read about; a draft is nobody's business."""

LISTED_STATES = frozenset({RunState.PUBLISHED, RunState.CONFIRMED, RunState.CANCELLED})
FEW = 3
"""From so many places left on we say how many."""

DAYPARTS = {"morning": 1, "afternoon": 2, "evening": 4}
"""The bits of `Run.dayparts`."""

HOURS_UNKNOWN = 8
"""A further bit: an imported programme names the days only, and the hours of the sessions are assumed."""


class Situation(StrEnum):
    """What a visitor can do about a run, in the order in which it is asked."""

    CANCELLED = "cancelled"
    ENDED = "ended"
    RUNNING = "running"
    NOT_YET = "not_yet"
    CLOSED = "closed"
    FULL = "full"
    FEW = "few"
    FREE = "free"


def situation_of(
    state: RunState,
    *,
    free: int,
    starts_at: datetime | None,
    ends_at: datetime | None,
    opens_at: datetime | None,
    closes_at: datetime | None,
    now: datetime,
) -> Situation:
    """What a visitor can do right now. `free` are the places that somebody new can have."""
    answers = (
        (Situation.CANCELLED, state == RunState.CANCELLED),
        (Situation.ENDED, state == RunState.COMPLETED or (ends_at is not None and ends_at <= now)),
        (Situation.RUNNING, starts_at is not None and starts_at <= now),
        (Situation.NOT_YET, opens_at is not None and now < opens_at),
        (Situation.CLOSED, closes_at is not None and closes_at <= now),
        (Situation.FULL, free <= 0),
        (Situation.FEW, free <= FEW),
    )
    return next((situation for situation, holds in answers if holds), Situation.FREE)


def still_needed(minimum: int, occupied: int, state: RunState) -> int:
    """How many more people a run needs; none once it has been confirmed."""
    return 0 if state == RunState.CONFIRMED else max(minimum - occupied, 0)


COMPETENCES_IN_AREA = {1: 3, 2: 6, 3: 4, 4: 4, 5: 4}
"""DigComp 2.2: so many competences in each of the five areas."""
LEVELS = range(1, 9)
LONGEST_SLUG = 60


def is_competence(code: str, proficiency: int) -> bool:
    """Whether the framework knows this competence ("2.6") and this level."""
    area, _, number = code.partition(".")
    if not (area.isdecimal() and number.isdecimal() and len(code) == 3):
        return False
    return 1 <= int(number) <= COMPETENCES_IN_AREA.get(int(area), 0) and proficiency in LEVELS


def slug_of(title: str) -> str:
    """The title as part of an address: "Übung für Anfänger" is "uebung-fuer-anfaenger"."""
    spelt_out = title.lower()
    for letter, written in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        spelt_out = spelt_out.replace(letter, written)
    words = re.findall(r"[a-z0-9]+", normalize("NFKD", spelt_out).encode("ascii", "ignore").decode())
    slug = ""
    for word in words:
        if slug and len(slug) + len(word) + 1 > LONGEST_SLUG:
            break
        slug = f"{slug}-{word}" if slug else word[:LONGEST_SLUG]
    return slug or "kurs"
