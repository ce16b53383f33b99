"""Who may enter themselves where, and who did; in a session somebody else opened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.attendance.checkin.models import CheckIn, CheckInOpening
from lms.attendance.guests import guests_come
from lms.attendance.models import MakeUp
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.enrolment.queries import coming_alone
from lms.people.models import Person
from lms.people.rules import matching
from lms.scheduling.models import Session

AROUND = timedelta(days=1)
"""Codes of sessions further away are not looked at: whoever types one is told that it is wrong."""


@dataclass(frozen=True, slots=True)
class Expected:
    """Somebody who comes to a session."""

    enrolment: Enrolment
    person: Person


async def open_sessions(session: AsyncSession, now: datetime) -> Sequence[UUID]:
    """Sessions of these days in which people may, or might, enter themselves."""
    rows = await session.scalars(
        select(CheckInOpening.session_id)
        .join(Session, Session.id == CheckInOpening.session_id)
        .where(CheckInOpening.closed_at.is_(None), Session.starts_at.between(now - AROUND, now + AROUND))
    )
    return rows.all()


async def expected(session: AsyncSession, meeting: Session) -> Sequence[Expected]:
    """Everybody who comes, guests included."""
    guests = select(MakeUp.enrolment_id).where(MakeUp.session_id == meeting.id, guests_come())
    of_run = (
        Enrolment.run_id == meeting.run_id,
        or_(Enrolment.is_drop_in.is_(False), Enrolment.id.in_(coming_alone(meeting.id))),
    )
    rows = await session.execute(
        select(Enrolment, Person)
        .join(Person, Person.id == Enrolment.person_id)
        .where(
            Enrolment.state == EnrolmentState.CONFIRMED,
            or_(Enrolment.id.in_(guests), (of_run[0]) & (of_run[1])),
        )
        .order_by(Person.family_name, Person.given_name, Enrolment.id)
    )
    return [Expected(*row) for row in rows.all()]


def by_name(people: Sequence[Expected], family_name: str, day: int, month: int) -> Sequence[Expected]:
    """Those of this family name, however it is spelt, who were born on this day of the year."""
    wanted = matching(family_name, "")
    return [
        one
        for one in people
        if wanted
        and one.person.birth_date is not None
        and (one.person.birth_date.day, one.person.birth_date.month) == (day, month)
        and matching(one.person.family_name, "") == wanted
    ]


def by_reference(people: Sequence[Expected], reference: str) -> Sequence[Expected]:
    """Whose enrolment has this number, with or without its dashes."""
    wanted = _plain(reference)
    return [one for one in people if wanted and _plain(one.enrolment.reference) == wanted]


def _plain(text: str) -> str:
    return "".join(sign for sign in text.casefold() if sign.isalnum())


async def opening_of(session: AsyncSession, session_id: UUID) -> CheckInOpening | None:
    """Whether people may enter themselves here."""
    return await session.get(CheckInOpening, session_id)


async def check_ins_of(session: AsyncSession, session_id: UUID) -> Mapping[UUID, CheckIn]:
    """Who entered themselves, by enrolment."""
    rows = await session.scalars(select(CheckIn).where(CheckIn.session_id == session_id))
    return {row.enrolment_id: row for row in rows}


async def check_in_count(session: AsyncSession, session_id: UUID) -> int:
    """How many did."""
    wanted = select(func.count()).select_from(CheckIn).where(CheckIn.session_id == session_id)
    return await session.scalar(wanted) or 0
