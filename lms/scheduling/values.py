"""What is handed to planning and what it gives back: plain values, no rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from lms.kernel.period import Period
from lms.scheduling.errors import Clash
from lms.scheduling.feasibility import Alternative, Need
from lms.scheduling.rules import Dates, Rule, Skipped

DAYS_BEFORE_START = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a run costs, how many fit in, until when one may enrol and cancel. Money in cents, deadlines in days."""

    capacity: int
    minimum: int = 1
    price_cents: int = 0
    concession_cents: int | None = None
    payment_methods: tuple[str, ...] = ("invoice", "cash")
    closes_days_before: int | None = DAYS_BEFORE_START
    """None leaves the end of enrolment of a run as it is: where it was chosen as a moment, or lies after the start."""
    cancel_free_days: int | None = 7
    """Before the start; None leaves it as it is, where it is counted from something else."""
    cancel_fee_percent: int = 50
    room_override_reason: str = ""
    note_de: str = ""
    note_en: str = ""
    drop_in_places: int = 0
    """Further places in each session, for people who come to single sessions."""
    drop_in_price_cents: int = 0


@dataclass(frozen=True, slots=True)
class DateChange:
    """One date of a series differently: left out, in another room, or at another time."""

    skip: bool = False
    room_id: UUID | None = None
    period: Period | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPlan:
    """A run as staff want it: which course, when by rule, where, by whom, with which devices, on what terms.

    `changes` treat single dates differently, by the moment at which the rule would let them begin. `federal_state` says
    whose holidays hold ("ST"); empty means those of the room's venue, or else of the centre. `run_id` is the id that the
    run will have: planned twice under one id it is planned once, so that a double click does no harm. Without it every
    planning makes a run of its own.
    """

    course_id: UUID
    rule: Rule
    terms: Terms
    room_id: UUID | None = None
    online_url: str = ""
    trainer_ids: tuple[UUID, ...] = ()
    needs: tuple[Need, ...] = ()
    equipment: frozenset[str] = frozenset()
    step_free: bool = False
    hearing_loop: bool = False
    federal_state: str = ""
    changes: Mapping[datetime, DateChange] = field(default_factory=dict)
    run_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedDate:
    """One date of a plan: what the rule says, when and where it would be, what is in the way, what would work instead."""

    by_rule: Period
    period: Period
    room_id: UUID | None
    clashes: Sequence[Clash] = ()
    alternatives: Sequence[Alternative] = ()

    @property
    def is_troubled(self) -> bool:
        """Whether something that forbids it is in the way."""
        return any(not clash.is_hint for clash in self.clashes)

    @property
    def is_changed(self) -> bool:
        """Whether it is at another time than the rule says."""
        return self.period != self.by_rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a plan would give, before anything is saved.

    `dates` take place, `skipped` are closed days, `left_out` those that the planner left out. `clashes` are all obstacles,
    those of single dates included; hints among them forbid nothing. `alternatives` move the whole series.
    """

    dates: Sequence[PlannedDate]
    skipped: Sequence[Skipped]
    left_out: Sequence[Period] = ()
    clashes: Sequence[Clash] = ()
    alternatives: Sequence[Alternative] = ()

    @property
    def forbidding(self) -> Sequence[Clash]:
        """What has to be solved before it can be saved."""
        return [clash for clash in self.clashes if not clash.is_hint]

    @property
    def hints(self) -> Sequence[Clash]:
        """What the planner should know, though it forbids nothing."""
        return [clash for clash in self.clashes if clash.is_hint]

    @property
    def periods(self) -> Sequence[Period]:
        """When it meets, in order of time."""
        return sorted((one.period for one in self.dates), key=lambda one: one.start)


__all__ = ["DateChange", "Dates", "PlannedDate", "Preview", "RunPlan", "Terms"]
