"""A run that is over, and who has earned what in it."""

from datetime import timedelta
from uuid import UUID

import pytest

from lms.attendance.models import Attendance, Presence
from lms.catalogue.models import Outcome
from lms.certification.life.service import Certification
from lms.db import Begin
from lms.enrolment.models import Enrolment, EnrolmentState, EntryWay, Party
from lms.scheduling.models import Session
from lms.web.module import Around
from tests.making import MOMENT, make_course, make_person, make_run


class Finished:
    """A run of five sessions of 90 minutes that is over: Ada came to all, Ben to four, Cem to two; Dana has no mark."""

    def __init__(self, run_id: UUID, enrolments: list[Enrolment]) -> None:
        self.run_id, self.enrolments = run_id, enrolments


ATTENDED = {"Ada": 5, "Ben": 4, "Cem": 2, "Dana": None}


@pytest.fixture
async def finished(begin: Begin) -> Finished:
    course = make_course()
    people = [make_person(name, f"{name}sen") for name in ATTENDED]
    first = MOMENT - timedelta(weeks=6)
    run = make_run(
        course, starts_at=first, ends_at=first + timedelta(weeks=4, minutes=90), attendance_locked_at=MOMENT
    )
    meetings = [
        Session(
            run_id=run.id,
            starts_at=first + timedelta(weeks=week),
            ends_at=first + timedelta(weeks=week, minutes=90),
            changed_at=MOMENT,
        )
        for week in range(5)
    ]
    enrolments = []
    async with begin() as session:
        session.add_all([course, *people])
        await session.flush()
        session.add(run)
        session.add(
            Outcome(
                course_id=course.id,
                position=1,
                sentence_de="Sie können ein Foto aufnehmen und verschicken.",
                sentence_en="You can take a photo and send it.",
                competence="2.2",
                proficiency=2,
            )
        )
        await session.flush()
        session.add_all(meetings)
        await session.flush()
        for position, (person, times) in enumerate(zip(people, ATTENDED.values(), strict=True), 1):
            party = Party(run_id=run.id, position=position, size=1, joined_at=MOMENT)
            session.add(party)
            await session.flush()
            enrolment = Enrolment(
                run_id=run.id,
                party_id=party.id,
                reference=f"{run.number}-{position}",
                state=EnrolmentState.CONFIRMED,
                created_at=MOMENT,
                changed_at=MOMENT,
                way=EntryWay.WEB,
                person_id=person.id,
            )
            session.add(enrolment)
            await session.flush()
            enrolments.append(enrolment)
            if times is None:
                continue
            session.add_all(
                Attendance(
                    session_id=meeting.id,
                    enrolment_id=enrolment.id,
                    presence=Presence.PRESENT if index < times else Presence.ABSENT,
                    marked_at=MOMENT,
                    marked_by=None,
                )
                for index, meeting in enumerate(meetings)
            )
    return Finished(run.id, enrolments)


@pytest.fixture
def certification(house: Around) -> Certification:
    return Certification(house)
