"""Reading printed lists and what was sent of them, in a session somebody else opened."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from lms.attendance.meetings import TAKES_PLACE, taught_by
from lms.attendance.sheets.lists import Known
from lms.attendance.sheets.models import (
    AttendanceSheet,
    AttendanceSheetRow,
    Evidence,
    EvidenceKind,
    EvidenceState,
    MarkSource,
)
from lms.attendance.sheets.proposing import Proposal
from lms.catalogue.models import Course, Run
from lms.enrolment.models import Enrolment
from lms.people.models import Person
from lms.scheduling.models import Session


async def sheets_of(session: AsyncSession, session_id: UUID) -> Sequence[AttendanceSheet]:
    """What was printed for a session, the latest first."""
    rows = await session.scalars(
        select(AttendanceSheet)
        .where(AttendanceSheet.session_id == session_id)
        .order_by(AttendanceSheet.printed_at.desc())
    )
    return rows.all()


async def sheet_by_code(session: AsyncSession, code: str) -> AttendanceSheet | None:
    """The list with this code on it."""
    found: AttendanceSheet | None = await session.scalar(
        select(AttendanceSheet).where(AttendanceSheet.code == code)
    )
    return found


async def people_on(session: AsyncSession, sheet_id: UUID) -> Mapping[int, Mapping[int, UUID]]:
    """Who stands where on a list: by page (from 1) and row (from 0)."""
    rows = await session.scalars(select(AttendanceSheetRow).where(AttendanceSheetRow.sheet_id == sheet_id))
    by_page: dict[int, dict[int, UUID]] = defaultdict(dict)
    for row in rows:
        by_page[row.page][row.place] = row.enrolment_id
    return by_page


async def names_of(session: AsyncSession, enrolment_ids: Iterable[UUID]) -> Mapping[UUID, Person]:
    """The persons of these enrolments, whatever became of them since."""
    rows = await session.execute(
        select(Enrolment.id, Person)
        .join(Person, Person.id == Enrolment.person_id)
        .where(Enrolment.id.in_(list(enrolment_ids)))
    )
    return {row[0]: row[1] for row in rows}


async def known_of(session: AsyncSession, enrolment_ids: Iterable[UUID]) -> Sequence[Known]:
    """The same as they are looked for in a file, in the order in which they are asked for."""
    wanted = list(enrolment_ids)
    found = await names_of(session, wanted)
    people = [(key, found[key]) for key in wanted if key in found]
    return [Known(key, one.given_name, one.family_name, one.email or "") for key, one in people]


async def evidence_of(session: AsyncSession, session_id: UUID) -> Sequence[Evidence]:
    """Photos and files of a session without their contents, the latest first."""
    rows = await session.scalars(
        select(Evidence)
        .where(Evidence.session_id == session_id)
        .order_by(Evidence.sent_at.desc(), Evidence.id)
    )
    return rows.all()


async def evidence_with_content(
    session: AsyncSession, session_id: UUID, evidence_id: UUID
) -> Evidence | None:
    """One of them with its contents; None where this session has none such."""
    found: Evidence | None = await session.scalar(
        select(Evidence)
        .where(Evidence.id == evidence_id, Evidence.session_id == session_id)
        .options(undefer(Evidence.content), undefer(Evidence.straight))
    )
    return found


async def waiting_from_meeting(session: AsyncSession, meeting: Session) -> int | None:
    """How many people our own video conference has reported, while nobody has decided about that; None without a report.

    Of a session that does not meet online nothing is asked.
    """
    if not meeting.online_url:
        return None
    found = await session.scalars(
        select(Evidence.proposals).where(
            Evidence.session_id == meeting.id,
            Evidence.kind == EvidenceKind.MEETING,
            Evidence.state == EvidenceState.READ,
        )
    )
    reports = [[Proposal.from_json(one) for one in kept] for kept in found]
    return sum(bool(one.minutes_there) for one in reports[-1]) if reports else None


async def sessions_to_confirm(
    session: AsyncSession, person_id: UUID
) -> Sequence[tuple[Session, Course, int]]:
    """Open registers of sessions this person teaches with what was read and waits for them: how many photos and files."""
    number = func.count(Evidence.id)
    waiting = (
        select(Evidence.session_id, number.label("number"))
        .where(Evidence.state == EvidenceState.READ)
        .group_by(Evidence.session_id)
        .subquery()
    )
    rows = await session.execute(
        select(Session, Course, waiting.c.number)
        .join(waiting, waiting.c.session_id == Session.id)
        .join(Run, Run.id == Session.run_id)
        .join(Course, Course.id == Run.course_id)
        .where(taught_by(person_id), TAKES_PLACE, Session.locked_at.is_(None))
        .order_by(Session.starts_at, Session.id)
    )
    return [(meeting, course, waits) for meeting, course, waits in rows]


async def sources_of(session: AsyncSession, session_id: UUID) -> Mapping[UUID, MarkSource]:
    """Whose marks came from a photo or a file, by enrolment."""
    rows = await session.scalars(select(MarkSource).where(MarkSource.session_id == session_id))
    return {row.enrolment_id: row for row in rows}
