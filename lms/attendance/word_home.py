"""Telling parents who wished it that their child did not come: half an hour after the start, by what the register says then."""

from datetime import timedelta

from sqlalchemy import select

from lms.attendance.models import Attendance, Presence
from lms.db import retried
from lms.enrolment.clubs.models import AbsenceWord
from lms.enrolment.letters.facts import facts_of, said
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.kernel.clock import local
from lms.people.models import Guardianship, Person
from lms.people.rules import is_minor
from lms.scheduling.models import Session, SessionState
from lms.web.letters import write_letter
from lms.web.module import Around

AFTER = timedelta(minutes=30)
"""Late is not absent; and a slip of the finger in the register is mended by then."""
LOOKED_BACK = timedelta(hours=24)


class WordHome:
    """Letters about children who did not come; one transaction."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    @retried
    async def tell_missed(self) -> int:
        """Write to each guardian who wants it, once for each session; says how many letters there are to write."""
        now = self.clock()
        async with self.begin() as session:
            rows = (
                await session.execute(
                    select(Attendance.enrolment_id, Session, Person)
                    .join(Session, Session.id == Attendance.session_id)
                    .join(Enrolment, Enrolment.id == Attendance.enrolment_id)
                    .join(AbsenceWord, AbsenceWord.enrolment_id == Enrolment.id)
                    .join(Person, Person.id == AbsenceWord.guardian_id)
                    .join(
                        Guardianship,
                        (Guardianship.guardian_id == Person.id)
                        & (Guardianship.child_id == Enrolment.person_id)
                        & Guardianship.ended_at.is_(None),
                    )
                    .where(
                        Attendance.presence == Presence.ABSENT,
                        Enrolment.state == EnrolmentState.CONFIRMED,
                        Session.state == SessionState.PLANNED,
                        Session.starts_at <= now - AFTER,
                        Session.starts_at > now - LOOKED_BACK,
                    )
                    .order_by(Session.starts_at, Attendance.enrolment_id)
                )
            ).all()
            for enrolment_id, meeting, guardian in rows:
                facts = await facts_of(session, enrolment_id)
                if facts is None or not is_minor(facts.person.birth_date, local(now).date()):
                    continue
                await write_letter(
                    session,
                    key=f"club_missed:{enrolment_id}:{meeting.id}:{guardian.id}",
                    kind="club_missed",
                    to=guardian,
                    template="attendance/letters/club_missed.md",
                    context=said(facts, session) | {"meeting": meeting},
                    about=("enrolment", enrolment_id),
                    at=now,
                )
            return len(rows)
