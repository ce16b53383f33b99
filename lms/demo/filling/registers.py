"""The registers of what has been taught: most people were there, a few missed too much."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from lms.attendance.models import Attendance, Presence
from lms.catalogue.models import RunState
from lms.demo.filling.book import Place
from lms.demo.filling.ground import Ground
from lms.demo.filling.people import Everybody
from lms.demo.filling.timetable import Planned
from lms.enrolment.models import EnrolmentState
from lms.kernel.clock import local
from lms.scheduling.models import Session

MARKED_AFTER = timedelta(minutes=6)
USUAL = ((Presence.PRESENT, 90), (Presence.LATE, 6), (Presence.EXCUSED, 3), (Presence.ABSENT, 1))
SELDOM = ((Presence.PRESENT, 25), (Presence.LATE, 10), (Presence.EXCUSED, 35), (Presence.ABSENT, 30))
SELDOM_COMES = 8
"""One of so many misses most of a run, and at least one in each run that is over."""
LATE_BY = (5, 10, 15, 20)


async def fill_registers(
    ground: Ground, everybody: Everybody, runs: Iterable[Planned], places: Iterable[Place]
) -> None:
    """Mark every session before today; those of today are left to the trainers."""
    there: dict[UUID, list[Place]] = defaultdict(list)
    for place in places:
        if place.enrolment.state is EnrolmentState.CONFIRMED:
            there[place.planned.run.id].append(place)
    for planned in runs:
        held = [one for one in planned.sessions if local(one.starts_at).date() < ground.today]
        if planned.run.state is not RunState.CANCELLED and held:
            _mark(ground, everybody, planned, held, there[planned.run.id])
    await ground.session.flush()


def _mark(
    ground: Ground, everybody: Everybody, planned: Planned, held: Sequence[Session], places: Sequence[Place]
) -> None:
    teacher = everybody.account_of(everybody.trainers[planned.shape.trainers[0]])
    others = [place for place in places if not place.learner.figure]
    seldom = set(ground.chance.sample(others, min(len(others), 1 + len(others) // SELDOM_COMES)))
    for place in places:
        marks = _marks(ground, len(held), seldom=place in seldom, always=bool(place.learner.figure))
        for meeting, presence in zip(held, marks, strict=True):
            ground.session.add(
                Attendance(
                    id=ground.key(),
                    session_id=meeting.id,
                    enrolment_id=place.enrolment.id,
                    presence=presence,
                    marked_at=meeting.starts_at + MARKED_AFTER,
                    marked_by=teacher,
                    minutes_late=ground.chance.choice(LATE_BY) if presence is Presence.LATE else 0,
                )
            )


def _marks(ground: Ground, count: int, *, seldom: bool, always: bool) -> list[Presence]:
    if always:
        return [Presence.PRESENT] * count
    habits: Mapping[Presence, int] = dict(SELDOM if seldom else USUAL)
    marks = ground.chance.choices(list(habits), list(habits.values()), k=count)
    if seldom:  # missing more than a fifth is what costs the certificate
        for missed in range((count + 1) // 2):
            marks[missed * 2] = Presence.EXCUSED if missed % 2 else Presence.ABSENT
    return marks
