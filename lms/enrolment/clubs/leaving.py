"""Leaving a club: at once, as any place is given back, or at the end of the month."""

from calendar import monthrange
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.db import retried
from lms.enrolment import policy
from lms.enrolment.clubs.models import AbsenceWord, PlannedLeaving
from lms.enrolment.models import LIVE, Enrolment, EnrolmentState
from lms.enrolment.service.cancelling import PURPOSE, cancel_place
from lms.enrolment.service.transactions import Transactions
from lms.kernel.actor import SYSTEM, Actor, ensure
from lms.kernel.clock import local
from lms.kernel.errors import NotFound


def last_of_month(day: date) -> date:
    """The last day of its month."""
    return day.replace(day=monthrange(day.year, day.month)[1])


class Leaving(Transactions):
    """What members of a club can say about leaving it, and their parents about being told."""

    @retried
    async def leave_at_months_end(self, actor: Actor, *, enrolment_id: UUID, token: str = "") -> date:
        """Keep the place until the last day of this month and give it back then; costs nothing. Gives the day.

        Raises NotFound for whoever may not, and where it is no place in a club.
        """
        at = self.clock()
        day = last_of_month(local(at).date())
        async with self.transaction() as session:
            locked, enrolment = await self.lock_for(session, enrolment_id, at=at)
            self._refuse_other_members(actor, enrolment, token)
            if not locked.run.is_open_ended or enrolment.state is not EnrolmentState.CONFIRMED:
                raise NotFound
            if await session.get(PlannedLeaving, enrolment_id) is None:
                session.add(PlannedLeaving(enrolment_id=enrolment_id, leaves_on=day, asked_at=at))
                record(
                    session, actor, "enrolment.leaving_planned", at=at, kind="enrolment", object_id=enrolment_id,
                    person_id=enrolment.person_id, after={"leaves_on": day.isoformat()},
                )  # fmt: skip
        return day

    @retried
    async def stay_after_all(self, actor: Actor, *, enrolment_id: UUID, token: str = "") -> None:
        """Forget that somebody wanted to leave. Raises NotFound for whoever may not."""
        at = self.clock()
        async with self.transaction() as session:
            _, enrolment = await self.lock_for(session, enrolment_id, at=at)
            self._refuse_other_members(actor, enrolment, token)
            await session.execute(delete(PlannedLeaving).where(PlannedLeaving.enrolment_id == enrolment_id))
            record(
                session, actor, "enrolment.leaving_withdrawn", at=at, kind="enrolment", object_id=enrolment_id,
                person_id=enrolment.person_id,
            )  # fmt: skip

    async def leave_due(self) -> int:
        """Give back the places whose last day is over; says how many."""
        today = local(self.clock()).date()
        async with self.begin.reading() as session:
            due = (
                await session.scalars(
                    select(PlannedLeaving.enrolment_id).where(PlannedLeaving.leaves_on < today)
                )
            ).all()
        return sum([await self._leave(one) for one in due])

    @retried
    async def _leave(self, enrolment_id: UUID) -> bool:
        async with self.transaction() as session:
            locked, enrolment = await self.lock_for(session, enrolment_id, at=self.clock())
            gone = await session.execute(
                delete(PlannedLeaving)
                .where(PlannedLeaving.enrolment_id == enrolment_id)
                .returning(PlannedLeaving.enrolment_id)
            )
            is_over = locked.run.ends_at is not None and locked.run.ends_at <= locked.at
            if gone.first() is None or enrolment.state is not EnrolmentState.CONFIRMED or is_over:
                return False
            await cancel_place(locked, SYSTEM, enrolment, reason="")
            return True

    @retried
    async def tell_when_missed(self, actor: Actor, *, enrolment_id: UUID, is_wanted: bool) -> None:
        """Whether the guardian who asks is told when their child did not come. Raises NotFound, Forbidden."""
        at = self.clock()
        async with self.begin() as session:
            enrolment = await session.get(Enrolment, enrolment_id, with_for_update=True)
            if enrolment is None or enrolment.state not in LIVE or actor.person_id is None:
                raise NotFound
            ensure(enrolment.person_id in actor.acts_for and enrolment.person_id != actor.person_id, actor)
            await _set_word(session, enrolment_id, actor.person_id, is_wanted=is_wanted, at=at)

    def _refuse_other_members(self, actor: Actor, enrolment: Enrolment, token: str) -> None:
        if self.signer.matches(token, PURPOSE, enrolment.id, enrolment.link_version):
            return
        if not policy.reaches(actor, enrolment, "D"):
            raise NotFound


async def _set_word(
    session: AsyncSession, enrolment_id: UUID, guardian_id: UUID, *, is_wanted: bool, at: datetime
) -> None:
    known = await session.get(AbsenceWord, (enrolment_id, guardian_id))
    if is_wanted and known is None:
        session.add(AbsenceWord(enrolment_id=enrolment_id, guardian_id=guardian_id, asked_at=at))
    elif known is not None and not is_wanted:
        await session.delete(known)


async def planned_day(session: AsyncSession, enrolment_id: UUID) -> date | None:
    """On which day somebody leaves, if they said so."""
    found = await session.get(PlannedLeaving, enrolment_id)
    return found.leaves_on if found else None
