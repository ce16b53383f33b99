"""What certificates of all kinds are made of: a run that is over with its marks, and certificates that somebody holds."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from certificates.code import new_code
from certificates.document import Kind
from lms.attendance.models import Attendance, Presence
from lms.catalogue.models import Course, Run
from lms.certification.eligibility.models import CourseRule
from lms.certification.models import BatchItem, Certificate
from lms.certification.rules import kept_until
from lms.certification.subjects import taking_part
from lms.enrolment.models import Enrolment, EnrolmentState, EntryWay, Party
from lms.kernel.clock import local
from lms.people.models import Person
from lms.scheduling.models import RunTrainer, Session, SessionState
from tests.making import MOMENT, make_run

NUMBERS = count(1)
WEEK = timedelta(weeks=1)


def an_item(kind: Kind, **given: Any) -> BatchItem:
    """One document of a batch, not in any database: readers want no more."""
    return BatchItem(id=uuid4(), batch_id=uuid4(), kind=kind.value, subject=f"test/{next(NUMBERS)}", **given)


async def a_run_that_is_over(
    session: AsyncSession, course: Course, *, sessions: int = 4, ended: datetime = MOMENT, **given: Any
) -> tuple[Run, Sequence[Session]]:
    """So many weekly sessions of 90 minutes, the last of them a week ago."""
    first = ended - WEEK * sessions
    run = make_run(
        course,
        **{
            "starts_at": first,
            "ends_at": first + WEEK * (sessions - 1) + timedelta(minutes=90),
            "attendance_locked_at": ended,
        }
        | given,
    )
    session.add(run)
    await session.flush()
    meetings = [
        Session(
            run_id=run.id,
            starts_at=first + WEEK * number,
            ends_at=first + WEEK * number + timedelta(minutes=90),
            changed_at=MOMENT,
            topic=f"Thema {number + 1}",
        )
        for number in range(sessions)
    ]
    session.add_all(meetings)
    await session.flush()
    return run, meetings


async def a_place(session: AsyncSession, run: Run, person: Person, **given: Any) -> Enrolment:
    """A confirmed place in the run."""
    number = next(NUMBERS)
    party = Party(run_id=run.id, position=number, size=1, joined_at=MOMENT)
    session.add(party)
    await session.flush()
    enrolment = Enrolment(
        run_id=run.id,
        party_id=party.id,
        reference=f"{run.number}-{number}",
        state=EnrolmentState.CONFIRMED,
        created_at=MOMENT,
        changed_at=MOMENT,
        way=EntryWay.WEB,
        person_id=person.id,
        **given,
    )
    session.add(enrolment)
    await session.flush()
    return enrolment


async def mark(
    session: AsyncSession, enrolment: Enrolment, meetings: Sequence[Session], *marks: Presence, late: int = 0
) -> None:
    """One mark for each session, in order; whoever is late is so by `late` minutes."""
    session.add_all(
        Attendance(
            session_id=meeting.id,
            enrolment_id=enrolment.id,
            presence=presence,
            minutes_late=late if presence is Presence.LATE else 0,
            marked_at=MOMENT,
            marked_by=None,
        )
        for meeting, presence in zip(meetings, marks, strict=False)
    )
    await session.flush()


async def teach(session: AsyncSession, run: Run, person: Person, **given: Any) -> None:
    """Let somebody teach the run."""
    session.add(RunTrainer(run_id=run.id, person_id=person.id, **given))
    await session.flush()


def cancel(meeting: Session) -> None:
    """Let a session not have taken place."""
    meeting.state = SessionState.CANCELLED


def a_certificate(
    person: Person, run: Run, *, course: str = "Das Tablet kennenlernen", **given: Any
) -> Certificate:
    """The certificate of taking part that somebody holds since the end of the run, or since `issued_at`."""
    number, enrolment_id = next(NUMBERS), uuid4()
    assert run.starts_at is not None
    assert run.ends_at is not None
    issued_at: datetime = given.pop("issued_at", run.ends_at)
    facts = {
        "version": 2,
        "kind": "attendance",
        "number": f"TB-2026-{number:05}",
        "holder": {"name": person.name, "born": None},
        "code": "",
        "issued_on": local(issued_at).date().isoformat(),
        "issuer": "Zentrum",
        "course": course,
        "course_en": "",
        "run": run.number,
        "hours": None,
        "days": [],
        "employer": "",
        "place": "",
        "trainers": [],
        "contents": [],
        "outcomes": [],
        "result": None,
        "valid_until": None,
        "replaces": "",
        "first_day": local(run.starts_at).date().isoformat(),
        "last_day": local(run.ends_at).date().isoformat(),
        "units_attended": 8,
        "units_planned": 8,
        "modules": [],
    } | given.pop("facts", {})
    defaults: dict[str, Any] = {
        "year": 2026,
        "counter": number,
        "number": f"TB-2026-{number:05}",
        "code": new_code(),
        "kind": Kind.ATTENDANCE.value,
        "subject": taking_part(enrolment_id),
        "facts": facts,
        "language": "de",
        "document": b"%PDF",
        "sha256": f"{number:064}",
        "signature": "",
        "key_id": "test",
        "issued_at": issued_at,
        "issued_by": None,
        "kept_until": kept_until(issued_at),
        "enrolment_id": enrolment_id,
        "person_id": person.id,
        "run_id": run.id,
    }
    return Certificate(**defaults | given)


def a_recognition(course: Course, **given: Any) -> CourseRule:
    """The rule of a course for which employers give paid leave."""
    kinds = [Kind.ATTENDANCE.value, Kind.EDUCATION_LEAVE.value]
    return CourseRule(course_id=course.id, **{"kinds": kinds, "leave_number": "504-12/26"} | given)


def days(*texts: str) -> tuple[date, ...]:
    """Days as they stand on paper: "2026-11-27"."""
    return tuple(date.fromisoformat(text) for text in texts)
