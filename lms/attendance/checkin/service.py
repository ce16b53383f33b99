"""Letting people enter themselves, and entering them; every public method is one transaction."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.attendance.checkin import rules
from lms.attendance.checkin.errors import NotExpected
from lms.attendance.checkin.models import CheckIn, CheckInOpening, CheckInWay
from lms.attendance.checkin.queries import check_ins_of, expected, opening_of
from lms.attendance.guests import guests_of
from lms.attendance.keeping import own_session
from lms.attendance.models import Attendance, Presence
from lms.audit.trail import record
from lms.db import retried
from lms.kernel.actor import Actor
from lms.scheduling.models import Session
from lms.scheduling.queries import run_of, session_of
from lms.web.module import Around


class CheckIns:
    """People who enter themselves."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock
        self.settings = around.settings

    @retried
    async def open(self, actor: Actor, *, session_id: UUID) -> None:
        """Let people enter themselves in this session. Twice is as good as once. Raises NotFound."""
        now = self.clock()
        async with self.begin() as session:
            meeting = await own_session(session, actor, session_id)
            await run_of(session, meeting.run_id, lock=True)
            opening = await opening_of(session, session_id)
            if opening is not None and opening.closed_at is None:
                return
            if opening is None:
                session.add(CheckInOpening(session_id=session_id, opened_at=now, opened_by=actor.account_id))
            else:
                opening.opened_at, opening.opened_by, opening.closed_at = now, actor.account_id, None
            record(session, actor, "check-in.opened", at=now, kind="session", object_id=session_id)

    @retried
    async def close(self, actor: Actor, *, session_id: UUID) -> None:
        """Nobody enters themselves any more; who has stays. Twice is as good as once. Raises NotFound."""
        now = self.clock()
        async with self.begin() as session:
            meeting = await own_session(session, actor, session_id)
            await run_of(session, meeting.run_id, lock=True)
            opening = await opening_of(session, session_id)
            if opening is None or opening.closed_at is not None:
                return
            opening.closed_at = now
            record(session, actor, "check-in.closed", at=now, kind="session", object_id=session_id)

    @retried
    async def enter(
        self, actor: Actor, *, session_id: UUID, enrolment_ids: Collection[UUID], way: CheckInWay
    ) -> Sequence[CheckIn]:
        """Enter these people as here now; who has entered already keeps the first time.

        Whoever calls has made sure that the actor stands in front of the wall and speaks for them. A mark that the trainer has
        made stays as it is. Raises NotFound, NotExpected, CheckInClosed, CheckInTooEarly, CheckInTooLate.
        """
        now = self.clock()
        async with self.begin() as session:
            meeting = await session_of(session, session_id)
            await run_of(session, meeting.run_id, lock=True)  # as whoever marks does
            await session.refresh(meeting)
            rules.ensure_open(meeting, await opening_of(session, session_id), now)
            people = {one.enrolment.id: one.person.id for one in await expected(session, meeting)}
            if not enrolment_ids or any(one not in people for one in enrolment_ids):
                raise NotExpected
            known = await check_ins_of(session, session_id)
            presence, late = rules.presence_at(meeting, now, grace=self.settings.check_in_grace_minutes)
            entered = []
            for enrolment_id in enrolment_ids:
                if enrolment_id in known:
                    entered.append(known[enrolment_id])
                    continue
                one = CheckIn(
                    session_id=session_id,
                    enrolment_id=enrolment_id,
                    entered_at=now,
                    way=way,
                    minutes_late=late,
                    entered_by=actor.account_id,
                )
                session.add(one)
                entered.append(one)
                is_marked = await _mark_unless_marked(session, meeting, enrolment_id, presence, late, now)
                record(
                    session, actor, "check-in.entered", at=now, kind="session", object_id=session_id,
                    person_id=people[enrolment_id],
                    after={"way": way.value, "minutes_late": late, "is_marked": is_marked},
                )  # fmt: skip
        return entered


async def _mark_unless_marked(
    session: AsyncSession, meeting: Session, enrolment_id: UUID, presence: Presence, late: int, now: datetime
) -> bool:
    """Write the mark where there is none; whoever keeps the register has the last word, whenever they say it."""
    guest = (await guests_of(session, meeting.id)).get(enrolment_id)
    if guest is not None:
        row = guest[0]
        if row.presence is not None:
            return False
        row.presence, row.minutes_late, row.marked_at, row.marked_by = presence, late, now, None
        row.version += 1
        return True
    known = await session.scalar(
        select(Attendance.id).where(
            Attendance.session_id == meeting.id, Attendance.enrolment_id == enrolment_id
        )
    )
    if known is not None:
        return False
    session.add(
        Attendance(
            id=uuid4(),
            session_id=meeting.id,
            enrolment_id=enrolment_id,
            presence=presence,
            marked_at=now,
            marked_by=None,
            minutes_late=late,
        )
    )
    return True
