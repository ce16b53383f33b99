"""Until when somebody may withdraw, and what is kept then: plain functions, no session, no clock (L-14, L-15)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from lms.catalogue.models import Course, Run
from lms.enrolment.models import LIVE, Enrolment, EnrolmentState, EntryWay
from lms.kernel.clock import local
from lms.kernel.marking import N_
from lms.scheduling.holidays import is_working_day

WITHDRAWAL_DAYS = 14
"""§ 355 (2) BGB. Without instruction about the right it is twelve months more (§ 356 (3)): our letter instructs everybody."""
REFUND_DAYS = 14
"""§ 357 (1) BGB: from the day on which the declaration reached us."""
AT_A_DISTANCE = frozenset({EntryWay.WEB, EntryWay.API})
"""Ways to a contract for which nobody has to look: others are put before the team."""
MINUTES_OF_A_UNIT = 45


class Standing(StrEnum):
    """Whether a contract can be withdrawn from; the value is the code of WHY_NOT where it cannot, or not without the team."""

    OPEN = "open"
    EXCLUDED = "excluded"
    OVER = "over"
    COMPANY = "company"
    PERFORMED = "performed"
    ENDED = "ended"
    IN_PERSON = "in_person"


WHY_NOT = {
    "unknown": N_("No enrolment fits the reference number."),
    "other_person": N_("The reference number is known, but name or e-mail address are others than ours."),
    "part_unclear": N_("It is not clear which persons are meant."),
    Standing.EXCLUDED: N_("This course has no right of withdrawal."),
    Standing.OVER: N_("The period for withdrawing is over."),
    Standing.COMPANY: N_("A company has booked. The right of withdrawal is for private contracts."),
    Standing.PERFORMED: N_("The course is over, and it had begun early at the person's express request."),
    Standing.ENDED: N_("The enrolment has ended already."),
    Standing.IN_PERSON: N_("The contract was made by telephone or at the counter."),
}
"""Why a declaration was not accepted at once."""


@dataclass(frozen=True, slots=True)
class Held:
    """What has been taught until somebody withdrew, in minutes, and what of the price belongs to it, in cents."""

    minutes: int
    all_minutes: int
    cents: int


def last_day(contract: datetime, state: str, days: int = WITHDRAWAL_DAYS) -> date:
    """The last calendar day of a term that begins with a moment: its own day does not count (§§ 187 (1), 188 (1) BGB).

    A term that would end on a Saturday, Sunday or public holiday of the federal `state` ends on the next working day (§ 193).
    """
    day = local(contract).date() + timedelta(days=days)
    while not is_working_day(state, day):
        day += timedelta(days=1)
    return day


def withdrawable_until(enrolment: Enrolment, course: Course, state: str) -> date | None:
    """The last day on which this contract may be withdrawn from; None where there is no such right."""
    if not course.has_withdrawal_right or enrolment.company_id is not None or not enrolment.price_cents:
        return None
    return last_day(enrolment.confirmed_at or enrolment.created_at, state)


def standing_of(enrolment: Enrolment, course: Course, run: Run, at: datetime, state: str) -> Standing:
    """How it stands with withdrawing at this moment. Whoever only waits, or pays nothing, may always go."""
    if enrolment.state not in LIVE:
        return Standing.ENDED
    if enrolment.state is not EnrolmentState.CONFIRMED or not enrolment.price_cents:
        return Standing.OPEN
    until = last_day(enrolment.confirmed_at or enrolment.created_at, state)
    is_performed = enrolment.early_start_at is not None and run.ends_at is not None and run.ends_at <= at
    reasons = {
        Standing.COMPANY: enrolment.company_id is not None,
        Standing.EXCLUDED: not course.has_withdrawal_right,
        Standing.OVER: local(at).date() > until,
        Standing.PERFORMED: is_performed,
        Standing.IN_PERSON: enrolment.way not in AT_A_DISTANCE,
    }
    return next((standing for standing, holds in reasons.items() if holds), Standing.OPEN)


def held_until(
    price_cents: int, sessions: Sequence[tuple[datetime, datetime]], at: datetime, *, on_request: bool
) -> Held:
    """The value of what was taught until `at`: by units, a started session not counted, rounded in the person's favour.

    Nothing is owed where nobody expressly asked us to begin early (§ 357a (2) BGB).
    """
    minutes = [(ends - starts).total_seconds() // 60 for starts, ends in sessions]
    done = sum(length for length, (_, ends) in zip(minutes, sessions, strict=True) if ends <= at)
    total = int(sum(minutes))
    cents = int(price_cents * done // total) if on_request and total else 0
    return Held(int(done), total, cents)


def begins_early(starts_at: datetime | None, contract: datetime, state: str) -> bool:
    """Whether something is taught while a contract made now could still be withdrawn from (L-14)."""
    return starts_at is not None and local(starts_at).date() <= last_day(contract, state)


def units_of(minutes: int) -> float:
    """Minutes as teaching units of 45 minutes, to one decimal place."""
    return round(minutes / MINUTES_OF_A_UNIT, 1)
