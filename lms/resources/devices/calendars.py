"""What stands on the days of a month: of a unit, of a kit, of a model."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from lms.kernel.clock import local
from lms.kernel.period import Period
from lms.resources.devices.days import Month, day_of, fewest_free
from lms.resources.devices.words import purpose_in_words
from lms.resources.models import Reservation, ReservationKind, ReservationState
from lms.web.formats import time_range
from lms.web.language import gettext


@dataclass(frozen=True, slots=True)
class Cell:
    """One day: what takes the thing in words, or how many are free."""

    day: date
    is_in_month: bool
    lines: tuple[str, ...] = ()
    is_taken: bool = False


Weeks = Sequence[Sequence[Cell]]


def calendar_of(
    month: Month, taken: Iterable[Reservation], numbers: Mapping[UUID, str] | None = None
) -> Weeks:
    """When something is taken and by what; several units taken by the same session are told once.

    `numbers` are the inventory numbers of a kit's units: what takes a single one of them is told with its number.
    """
    spans = [(Period(one.starts_at, one.ends_at), one) for one in taken]
    return [
        [
            _cell(month, day, dict.fromkeys(_said(span, day_of(day), one, numbers or {}) for span, one in spans if span.overlaps(day_of(day))))
            for day in week
        ]
        for week in month.weeks
    ]  # fmt: skip


def free_on(month: Month, taken: Iterable[Reservation], count: int) -> Weeks:
    """How many of so many units are free at the busiest moment of each day."""
    spans = [Period(one.starts_at, one.ends_at) for one in taken if one.state == ReservationState.FIRM]
    weeks = []
    for week in month.weeks:
        cells = []
        for day in week:
            free = fewest_free(spans, day_of(day), count)
            said = gettext("%(free)s of %(count)s free", free=free, count=count)
            cells.append(Cell(day, day.month == month.first.month, (said,), free < count))
        weeks.append(cells)
    return weeks


def _cell(month: Month, day: date, lines: Iterable[str]) -> Cell:
    said = tuple(lines)
    return Cell(day, day.month == month.first.month, said, bool(said))


def _said(span: Period, day: Period, reservation: Reservation, numbers: Mapping[UUID, str]) -> str:
    what = purpose_in_words(reservation, in_full=reservation.kind != ReservationKind.REPAIR)
    number = numbers.get(reservation.device_id) if reservation.device_id else None
    if number and reservation.kind != ReservationKind.SESSION:
        what = f"{number} {what}"
    if reservation.state == ReservationState.TENTATIVE:
        what = gettext("%(what)s (asked for)", what=what)
    if span.start <= day.start and span.end >= day.end:
        return gettext("%(what)s, all day", what=what)
    if span.start < day.start:
        return gettext("%(what)s, until %(time)s", what=what, time=f"{local(span.end):%H:%M}")
    if span.end > day.end:
        return gettext("%(what)s, from %(time)s", what=what, time=f"{local(span.start):%H:%M}")
    return gettext("%(time)s: %(what)s", what=what, time=time_range(span.start, span.end))
