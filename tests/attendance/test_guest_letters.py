"""Whoever makes a session up is told when it is agreed, taken back, moved or cancelled, like everybody else."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from lms.attendance.make_up import MakeUps
from lms.attendance.models import MakeUp
from lms.catalogue.models import Run
from lms.db import Begin
from lms.enrolment.models import Enrolment
from lms.enrolment.service import Enrolments
from lms.jobs.worker import Worker
from lms.kernel.period import Period
from lms.kernel.rights import Identity
from lms.messaging.models import Letter
from lms.scheduling.change_set import ChangeSet, SessionChange
from lms.scheduling.models import Session
from lms.scheduling.queries import sessions_of
from lms.scheduling.service import Scheduling
from lms.web.module import Around
from tests.making import BOTH, staff
from tests.office import TEAM, open_office

pytestmark = BOTH
REGISTRAR = staff(Identity.CERTIFICATES, Identity.ENROLMENT)
LETTERS = ("make_up_agreed", "make_up_withdrawn", "guest_dates_changed")


class Scene:
    """Ben reads English and Ada German; both are going to miss the second session of theirs and visit the parallel run."""

    own: Run
    parallel: Run
    visited: Session
    places: Sequence[Enrolment]
    make_ups: Sequence[MakeUp]


@pytest.fixture
async def scene(house: Around, begin: Begin, jobs: Worker) -> Scene:
    office, made = await open_office(house), Scene()
    made.own = await office.run(sessions=3, first_day=date(2027, 1, 12))
    made.parallel = await office.run(sessions=3, first_day=date(2027, 1, 14))
    made.places = [
        *(await office.enrol(made.own, "Ada", "Lehmann")).enrolments,
        *(await office.enrol(made.own, "Ben", "Muster", language="en")).enrolments,
    ]
    async with begin.reading() as session:
        meetings = await sessions_of(session, [made.own.id, made.parallel.id])
    made.visited = meetings[made.parallel.id][1]
    made.make_ups = [
        await MakeUps(house).agree(
            REGISTRAR,
            enrolment_id=one.id,
            missed_session_id=meetings[made.own.id][1].id,
            session_id=made.visited.id,
        )
        for one in made.places
    ]
    await jobs.drain()
    return made


async def told(begin: Begin) -> list[tuple[str, str, str]]:
    async with begin.reading() as session:
        found = await session.scalars(
            select(Letter).where(Letter.kind.in_(LETTERS)).order_by(Letter.kind, Letter.to_name)
        )
        return [(one.kind, one.subject, one.text) for one in found]


async def test_what_is_agreed_is_told_with_day_and_place_in_the_readers_language(
    scene: Scene, begin: Begin
) -> None:
    ada, ben = await told(begin)

    assert ada[:2] == ("make_up_agreed", "Termin zum Nachholen: Das Tablet kennenlernen")
    assert "Versäumt: Dienstag, 19. Januar 2027" in ada[2]
    assert "Nachgeholt: Donnerstag, 21. Januar 2027" in ada[2]
    assert scene.parallel.number in ada[2]
    assert "The trainer there expects you." in ben[2]


async def test_what_is_taken_back_is_told_once(
    scene: Scene, house: Around, begin: Begin, jobs: Worker
) -> None:
    for _ in range(2):
        await MakeUps(house).withdraw(REGISTRAR, make_up_id=scene.make_ups[0].id)
    await jobs.drain()

    [letter] = [one for one in await told(begin) if one[0] == "make_up_withdrawn"]
    assert "Nicht mehr vorgesehen: Donnerstag, 21. Januar 2027" in letter[2]


@pytest.mark.parametrize(
    ("is_cancelled", "german", "english"),
    [(True, "Fällt aus: Donnerstag", "drops out"), (False, "Neu: Freitag", "New: Friday")],
)
async def test_guests_hear_when_the_session_is_moved_or_cancelled_and_nobody_hears_of_others(
    scene: Scene,
    house: Around,
    begin: Begin,
    jobs: Worker,
    is_cancelled: bool,  # noqa: FBT001
    german: str,
    english: str,
) -> None:
    await MakeUps(house).withdraw(REGISTRAR, make_up_id=scene.make_ups[0].id)
    a_day = timedelta(days=1)
    later = Period(scene.visited.starts_at + a_day, scene.visited.ends_at + a_day)
    change = SessionChange(
        session_id=scene.visited.id,
        version=1,
        is_cancelled=is_cancelled,
        period=None if is_cancelled else later,
    )

    await Scheduling(house).change_sessions(TEAM, ChangeSet(changes=[change], reason="Krankheit"))
    await jobs.drain()

    [ben] = [one for one in await told(begin) if one[0] == "guest_dates_changed"]
    assert english in ben[1] + ben[2]
    assert "Krankheit" in ben[2]
    assert german not in ben[2]


async def test_guests_hear_when_the_whole_run_is_called_off(
    scene: Scene, house: Around, begin: Begin, jobs: Worker
) -> None:
    await Enrolments(house).cancel_run(
        TEAM, run_id=scene.parallel.id, reason_de="Zu wenige", reason_en="Too few"
    )
    await jobs.drain()

    kinds = [kind for kind, *_ in await told(begin)]
    assert kinds.count("guest_dates_changed") == 2
