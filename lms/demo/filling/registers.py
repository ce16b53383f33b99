"""The registers of what has been taught: most people were there, a few missed too much."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
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

FORGOTTEN_IN = "3005"
"""The run in whose latest session nobody has been marked yet."""
MARKED_AFTER = timedelta(minutes=6)
MISSES_NOW_AND_THEN_PERCENT = 45
LATE_PERCENT = 6
EXCUSED_PERCENT = 60
SELDOM_COMES = 9
"""One of so many misses too much, and at least one in each run."""
LATE_BY = (5, 10, 15, 20)


async def fill_registers(
    ground: Ground, everybody: Everybody, runs: Iterable[Planned], places: Iterable[Place]
) -> None:
    """Mark every session before today; those of today are left to the trainers."""
    there: dict[UUID, list[Place]] = defaultdict(list)
    for place in places:
        if place.enrolment.state is EnrolmentState.CONFIRMED and not place.enrolment.is_drop_in:
            there[place.planned.run.id].append(place)
    for planned in runs:
        held = [one for one in planned.sessions if local(one.starts_at).date() < ground.today]
        if planned.run.number == FORGOTTEN_IN:
            held = held[:-1]
        if planned.run.state is not RunState.CANCELLED and held:
            _mark(ground, everybody, planned, held, there[planned.run.id])
    await ground.session.flush()


def _mark(
    ground: Ground, everybody: Everybody, planned: Planned, held: Sequence[Session], places: Sequence[Place]
) -> None:
    teacher = everybody.account_of(everybody.trainers[planned.shape.trainers[0]])
    others = [place for place in places if not place.learner.figure]
    seldom = set(ground.chance.sample(others, min(len(others), 1 + len(others) // SELDOM_COMES)))
    bearable = len(held) * (100 - planned.course.certificate_threshold_percent) // 100
    for place in places:
        missed = _missed(
            ground, len(held), bearable, seldom=place in seldom, always=bool(place.learner.figure)
        )
        for number, meeting in enumerate(held):
            presence = _presence(ground, missed=number in missed, always=bool(place.learner.figure))
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


def _missed(ground: Ground, count: int, bearable: int, *, seldom: bool, always: bool) -> set[int]:
    """Which sessions somebody misses: most people no more than the certificate bears."""
    if always:
        return set()
    if seldom:
        times = ground.chance.randint(bearable + 1, count)
    else:
        times = ground.chance.randint(0, bearable) if ground.happens(MISSES_NOW_AND_THEN_PERCENT) else 0
    return set(ground.chance.sample(range(count), times))


def _presence(ground: Ground, *, missed: bool, always: bool) -> Presence:
    if missed:
        return Presence.EXCUSED if ground.happens(EXCUSED_PERCENT) else Presence.ABSENT
    return Presence.LATE if not always and ground.happens(LATE_PERCENT) else Presence.PRESENT
