"""What cannot stay as it is: plain decisions over entries, no database and no clock."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import time
from uuid import UUID

from lms.kernel.clock import local
from lms.kernel.period import Period
from lms.portal.planner.values import Conflict, Entry, Hours, Trouble

END_OF_DAY = time(23, 59, 59, 999999)


def is_open(hours: Sequence[Hours], period: Period) -> bool:
    """Whether a room with these hours is open from beginning to end; always where nobody has said when it is."""
    if not hours:
        return True
    begins, ends = local(period.start), local(period.end)
    last = ends.time() if ends.date() == begins.date() else END_OF_DAY
    reached = begins.time()
    for one in sorted((one for one in hours if one.weekday == begins.weekday()), key=lambda one: one.opens):
        if one.opens <= reached < one.closes:
            reached = one.closes
    return reached >= last


def out_of_hours(entry: Entry, hours: Sequence[Hours]) -> Sequence[Conflict]:
    """The room is not open all the time."""
    if entry.room is None or entry.is_long or is_open(hours, Period(entry.starts_at, entry.ends_at)):
        return ()
    return (Conflict(Trouble.HOURS, entry.room.name),)


def away(entry: Entry, absences: Mapping[UUID, Sequence[Period]]) -> Sequence[Conflict]:
    """Whoever teaches is away."""
    held = Period(entry.starts_at, entry.ends_at)
    return [
        Conflict(Trouble.AWAY, trainer.name)
        for trainer in entry.trainers
        if any(held.overlaps(absence) for absence in absences.get(trainer.id, ()))
    ]


def closed(entry: Entry, closures: Iterable[tuple[Period, str]]) -> Sequence[Conflict]:
    """Room or venue is closed meanwhile; each closure is given with its reason."""
    if entry.room is None:
        return ()
    held = Period(entry.starts_at, entry.ends_at)
    return [
        Conflict(Trouble.CLOSED, entry.room.name, reason)
        for period, reason in closures
        if held.overlaps(period)
    ]
