"""Whether a helper may take a shift, and who fits best: decided on what was read."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from lms.helpdesk.models import DeskPlace
from lms.kernel.errors import DomainError
from lms.scheduling.holidays import holidays_of
from lms.volunteering import rules
from lms.volunteering.errors import (
    ConsentMissing,
    NotAHelper,
    NotInHomes,
    SeatForAdult,
    ShiftFull,
    ShiftOver,
    ShiftOverlaps,
)
from lms.volunteering.models import HelperState, Shift, ShiftState
from lms.volunteering.queries.helpers import Known
from lms.volunteering.queries.shifts import Planned

SCHOOL_WEEK = 5
"""Monday to Friday."""


def is_school_day(state: str, day: date) -> bool:
    """Whether there is school in this state on this day: Monday to Friday, neither public nor school holiday."""
    return day.weekday() < SCHOOL_WEEK and not holidays_of(state, day, day)


def refuse_unfit(
    plan: Planned, known: Known, *, others: Iterable[Shift], limits: rules.Limits, state: str, at: datetime
) -> None:
    """Raise the first reason that stands between this helper and this shift; `others` are the shifts they have taken.

    Raises NotAHelper, ShiftOver, ConsentMissing, NotInHomes, ShiftOverlaps, ShiftFull, SeatForAdult, and what
    `rules.refuse_unless_age_fits` refuses. `state` is the federal state, whose schools count.
    """
    shift = plan.shift
    if known.helper.state is not HelperState.APPROVED:
        raise NotAHelper
    if shift.state is not ShiftState.OPEN or shift.starts_at <= at:
        raise ShiftOver
    minor = known.is_minor_on(shift.day)
    if minor and not known.has_consent:
        raise ConsentMissing
    if minor and plan.desk.place is DeskPlace.HOME:
        raise NotInHomes
    mine = [one for one in others if one.id != shift.id]
    rules.refuse_unless_age_fits(
        known.person.birth_date,
        shift.starts_at,
        shift.ends_at,
        least_age=shift.least_age,
        limits=limits,
        is_school_day=is_school_day(state, shift.day),
        minutes_that_day=sum(
            rules.planned_minutes(one.starts_at, one.ends_at, is_minor=True)
            for one in mine
            if one.day == shift.day
        ),
    )
    if any(one.starts_at < shift.ends_at and shift.starts_at < one.ends_at for one in mine):
        raise ShiftOverlaps
    if plan.free < 1:
        raise ShiftFull
    is_beside = known.is_adult_beside and not minor
    concerns_young = minor or bool(plan.minors)
    if concerns_young and not is_beside and rules.is_last_for_adult(free=plan.free, has_adult=plan.has_adult):
        raise SeatForAdult


def why_not(
    plan: Planned, known: Known, *, others: Iterable[Shift], limits: rules.Limits, state: str, at: datetime
) -> DomainError | None:
    """The reason as a value, for pages; None where nothing stands between."""
    try:
        refuse_unfit(plan, known, others=others, limits=limits, state=state, at=at)
    except DomainError as refusal:
        return refusal
    return None


def by_fitness(plan: Planned, helpers: Iterable[Known]) -> Sequence[tuple[Known, frozenset[UUID]]]:
    """Helpers with the topics wanted that they know about: more topics first, where an adult is needed those, then by name."""
    wanted = frozenset(plan.wanted_topics)
    needs = plan.lacks_adult or not plan.has_adult
    found = [(one, frozenset(wanted & one.topic_ids)) for one in helpers]
    return sorted(
        found,
        key=lambda pair: (
            needs and not pair[0].is_adult_beside,
            -len(pair[1]),
            pair[0].person.family_name,
            pair[0].person.given_name,
        ),
    )
