"""The register: who marks, until when, and what it adds up to."""

from uuid import uuid4

import pytest
from sqlalchemy import select

from lms.attendance.errors import NothingMarked, NotInThisRun, ReasonNeeded, RegisterLocked, TooEarly
from lms.attendance.models import Presence
from lms.attendance.queries import Record, records, register
from lms.attendance.service import Mark, Register
from lms.audit.models import AuditEntry
from lms.db import Begin
from lms.kernel.errors import NotFound
from lms.kernel.rights import Identity
from lms.scheduling.models import Session
from tests.attendance.conftest import Evening, trainer_actor
from tests.making import BOTH, FixedClock, learner, make_person, staff

pytestmark = BOTH
OFFICE = staff(Identity.ENROLMENT)


async def presences(begin: Begin, meeting: Session) -> list[Presence | None]:
    async with begin.reading() as session:
        return [line.presence for line in await register(session, meeting)]


async def test_the_trainer_marks_and_may_think_again(books: Register, evening: Evening, begin: Begin) -> None:
    first, second = evening.places
    both = [Mark(first.id, Presence.PRESENT), Mark(second.id, Presence.ABSENT)]

    await books.mark(evening.trainer, session_id=evening.meeting.id, marks=both)
    await books.mark(evening.trainer, session_id=evening.meeting.id, marks=both)
    await books.mark(
        evening.trainer, session_id=evening.meeting.id, marks=[Mark(second.id, Presence.LATE, 20)]
    )

    assert await presences(begin, evening.meeting) == [Presence.PRESENT, Presence.LATE]
    async with begin.reading() as session:
        trail = [
            entry.after["presence"]
            for entry in await session.scalars(select(AuditEntry).order_by(AuditEntry.number))
        ]
        added_up = await records(session, [first.id, second.id])
    assert trail == ["present", "absent", "late"]
    assert [added_up[place.id] for place in evening.places] == [
        Record(90, 90, 1, 1, 0),
        Record(70, 90, 1, 1, 0),
    ]


async def test_another_trainers_session_looks_as_if_it_did_not_exist(
    books: Register, evening: Evening
) -> None:
    stranger = trainer_actor(make_person())

    with pytest.raises(NotFound):
        await books.mark(stranger, session_id=evening.meeting.id, marks=[])
    with pytest.raises(NotFound):
        await books.mark(learner(make_person()), session_id=evening.meeting.id, marks=[])


async def test_nobody_is_marked_before_the_session_or_without_a_place(
    books: Register, evening: Evening, clock: FixedClock
) -> None:
    with pytest.raises(NotInThisRun):
        await books.mark(
            evening.trainer, session_id=evening.meeting.id, marks=[Mark(uuid4(), Presence.PRESENT)]
        )

    clock.forward(hours=-4)

    with pytest.raises(TooEarly):
        await books.mark(
            evening.trainer,
            session_id=evening.meeting.id,
            marks=[Mark(evening.places[0].id, Presence.PRESENT)],
        )


async def test_a_locked_register_is_corrected_by_staff_with_a_reason_only(
    books: Register, evening: Evening, begin: Begin
) -> None:
    first, second = evening.places
    with pytest.raises(NothingMarked):
        await books.lock(OFFICE, run_id=evening.run.id)
    await books.mark(
        evening.trainer,
        session_id=evening.meeting.id,
        marks=[Mark(first.id, Presence.PRESENT), Mark(second.id, Presence.ABSENT)],
    )

    await books.lock(OFFICE, run_id=evening.run.id)
    await books.lock(OFFICE, run_id=evening.run.id)

    correction = [Mark(second.id, Presence.EXCUSED)]
    with pytest.raises(RegisterLocked):
        await books.mark(evening.trainer, session_id=evening.meeting.id, marks=correction)
    with pytest.raises(ReasonNeeded):
        await books.mark(OFFICE, session_id=evening.meeting.id, marks=correction)
    await books.mark(OFFICE, session_id=evening.meeting.id, marks=correction, reason="Attest nachgereicht")
    assert await presences(begin, evening.meeting) == [Presence.PRESENT, Presence.EXCUSED]
