"""What is handed to planning and what it gives back: plain values, no rows."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from lms.scheduling.errors import Clash
from lms.scheduling.rules import Dates, WeeklyRule

DAYS_BEFORE_START = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a run costs, how many fit in, until when one may enrol and cancel. Money in cents, deadlines in days."""

    capacity: int
    minimum: int = 1
    price_cents: int = 0
    concession_cents: int | None = None
    payment_methods: tuple[str, ...] = ("invoice", "cash")
    closes_days_before: int = DAYS_BEFORE_START
    cancel_free_days: int = 7
    cancel_fee_percent: int = 50
    room_override_reason: str = ""
    note_de: str = ""
    note_en: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPlan:
    """A run as staff want it: which course, when by rule, where, by whom, on what terms.

    `run_id` is the id that the run will have: planned twice under one id it is planned once, so that a double click does
    no harm. Without it every planning makes a run of its own.
    """

    course_id: UUID
    rule: WeeklyRule
    terms: Terms
    room_id: UUID | None = None
    online_url: str = ""
    trainer_ids: tuple[UUID, ...] = ()
    run_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """What a plan would give, before anything is saved."""

    dates: Dates
    clashes: Sequence[Clash] = field(default_factory=list)
