"""What is decided about seats without asking anybody."""

from datetime import datetime, time, timedelta

from lms.catalogue.models import Run
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.kernel.clock import ZONE, local

MOST_SEATS = 40
"""In one order; larger groups are arranged with the team, most often as a run of their own."""


def naming_ends_at(run: Run) -> datetime | None:
    """Until when people are named and replaced: the end of the day so many days before the start, or the start itself."""
    if run.starts_at is None or not run.naming_days:
        return run.starts_at
    day = local(run.starts_at).date() - timedelta(days=run.naming_days - 1)
    return min(run.starts_at, datetime.combine(day, time(), tzinfo=ZONE))


def is_naming_over(run: Run, at: datetime, *, by_staff: bool) -> bool:
    """Whether nobody can be named any more; the team may until the run is over."""
    ends_at = run.ends_at if by_staff else naming_ends_at(run)
    return ends_at is not None and at >= ends_at


def is_open_seat(enrolment: Enrolment) -> bool:
    """Ordered by a company, and nobody is named for it yet."""
    return is_held_seat(enrolment) and enrolment.person_id is None


def is_held_seat(enrolment: Enrolment) -> bool:
    """A company's seat that nobody has for certain: unnamed, or waiting for the consent of a guardian."""
    return enrolment.state is EnrolmentState.HELD and enrolment.company_id is not None


def is_for_employee(enrolment: Enrolment) -> bool:
    """Whether the person reads the letters and the company pays: who has such a seat sees no sums."""
    return enrolment.company_id is not None and enrolment.contact_id is None


def seats_to_be_had(wanted: int, *, free: int, fits: bool, fits_partly: bool, split: bool) -> int:
    """How many seats an order gets now: all of them, or where a part will do as many as are free; else none."""
    if fits:
        return wanted
    return min(wanted, free) if split and fits_partly else 0
