"""Who comes to a session as a guest, to make up one of their own."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.attendance.models import MakeUp
from lms.enrolment.models import Enrolment, EnrolmentState


def guests_come() -> ColumnElement[bool]:
    """The filter for make-ups, joined with their enrolment: those that stand, of people who still have their place."""
    return and_(MakeUp.withdrawn_at.is_(None), Enrolment.state == EnrolmentState.CONFIRMED)


async def guests_of(session: AsyncSession, session_id: UUID) -> Mapping[UUID, tuple[MakeUp, UUID | None]]:
    """The make-ups in this session with their persons, by enrolment; one statement."""
    rows = await session.execute(
        select(MakeUp, Enrolment.person_id)
        .join(Enrolment, Enrolment.id == MakeUp.enrolment_id)
        .where(MakeUp.session_id == session_id, guests_come())
    )
    return {make_up.enrolment_id: (make_up, person_id) for make_up, person_id in rows}


async def unmarked_guest(session: AsyncSession, session_ids: Sequence[UUID]) -> bool:
    """Whether one of these sessions has a guest without a mark."""
    found = await session.scalar(
        select(MakeUp.id)
        .join(Enrolment, Enrolment.id == MakeUp.enrolment_id)
        .where(MakeUp.session_id.in_(session_ids), MakeUp.presence.is_(None), guests_come())
        .limit(1)
    )
    return found is not None
