"""A run that is over, of any size."""

from datetime import timedelta
from uuid import uuid4

from sqlalchemy import insert

from lms.attendance.models import Attendance, Presence
from lms.db import Begin
from lms.enrolment.models import Enrolment, EnrolmentState, EntryWay, Party
from lms.kernel.clock import system_clock
from lms.scheduling.models import Session
from tests.making import make_course, make_person, make_run


async def a_run_of(begin: Begin, entitled: int, others: int) -> Session:
    """A run that is over: the first so many were there, the others were not."""
    now = system_clock()
    course = make_course()
    run = make_run(
        course, capacity=entitled + others, starts_at=now - timedelta(days=9), ends_at=now - timedelta(days=9, hours=-2),
        attendance_locked_at=now,
    )  # fmt: skip
    meeting = Session(
        run_id=run.id, starts_at=now - timedelta(days=9), ends_at=now - timedelta(days=9, hours=-2), changed_at=now
    )  # fmt: skip
    people = [make_person(f"Person{number}", "Meier") for number in range(entitled + others)]
    parties = [
        Party(run_id=run.id, position=place, size=1, joined_at=now) for place in range(1, len(people) + 1)
    ]
    enrolments = [
        Enrolment(
            run_id=run.id, party_id=party.id, reference=f"{run.number}-{party.position}", state=EnrolmentState.CONFIRMED, created_at=now,
            changed_at=now, way=EntryWay.WEB, person_id=person.id,
        )
        for party, person in zip(parties, people, strict=True)
    ]  # fmt: skip
    async with begin() as session:
        for rows in ([course, *people], [run], [meeting, *parties], enrolments):
            session.add_all(rows)
            await session.flush()
        await session.execute(
            insert(Attendance),
            [
                {
                    "id": uuid4(), "session_id": meeting.id, "enrolment_id": enrolment.id, "marked_at": now, "marked_by": None,
                    "presence": Presence.PRESENT if place < entitled else Presence.ABSENT,
                }
                for place, enrolment in enumerate(enrolments)
            ],
        )  # fmt: skip
    return meeting
