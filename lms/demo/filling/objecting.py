"""What waits in the registers: somebody who does not agree with a mark, and somebody who stood in the door."""

from datetime import timedelta

from sqlalchemy import select

from lms.attendance.models import Attendance, Objection, Presence, WalkIn
from lms.demo.filling.ground import Ground
from lms.enrolment.models import Enrolment
from lms.scheduling.models import Session

SAID = "Ich war da. Ich saß hinten am Fenster und bin erst nach der Pause gekommen."
AT_THE_DOOR = ("Waltraud Ebeling", "0152 01234567")
AFTER = timedelta(hours=3)


async def fill_open_registers(ground: Ground) -> None:
    """Both about the latest session at which somebody was marked absent, whose register is still open."""
    row = (
        await ground.session.execute(
            select(Session, Enrolment)
            .join(Attendance, Attendance.session_id == Session.id)
            .join(Enrolment, Enrolment.id == Attendance.enrolment_id)
            .where(
                Attendance.presence == Presence.ABSENT,
                Session.locked_at.is_(None),
                Session.ends_at <= ground.now - AFTER,
            )
            .order_by(Session.starts_at.desc(), Enrolment.reference)
            .limit(1)
        )
    ).one_or_none()
    if row is None:
        return
    meeting, enrolment = row
    name, phone = AT_THE_DOOR
    ground.session.add_all(
        [
            Objection(
                id=ground.key(),
                session_id=meeting.id,
                enrolment_id=enrolment.id,
                words=SAID,
                said_at=meeting.ends_at + AFTER,
                said_by=None,
            ),
            WalkIn(
                id=ground.key(),
                session_id=meeting.id,
                name=name,
                phone=phone,
                recorded_at=meeting.starts_at,
                recorded_by=None,
            ),
        ]
    )
    await ground.session.flush()
