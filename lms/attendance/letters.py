"""What people are told: what came of an objection, that they can make a session up elsewhere, and what becomes of that."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.attendance.events import MakeUpAgreed, MakeUpWithdrawn, ObjectionAnswered
from lms.attendance.guests import guests_come
from lms.attendance.marking import kept_marks
from lms.attendance.models import MakeUp, Objection, ObjectionState
from lms.attendance.words import facts_in_words
from lms.catalogue.models import Run
from lms.enrolment.letters.endings import out_of_calendar
from lms.enrolment.letters.facts import Facts, facts_of, send
from lms.enrolment.models import Enrolment
from lms.scheduling.calendar import Entry
from lms.scheduling.entries import entries
from lms.scheduling.events import ChangeKind, SessionsChanged
from lms.scheduling.models import Session
from lms.scheduling.telling import told_of
from lms.web.language import use_locale

FOLDER = "attendance/letters/"
OF_A_GUEST = frozenset({ChangeKind.CANCELLED, ChangeKind.MOVED, ChangeKind.ROOM, ChangeKind.TRAINER})
"""What can become of a session that somebody visits; a new one in its place is nothing that they have agreed to."""


async def tell_of_answer(session: AsyncSession, event: ObjectionAnswered) -> None:
    """Whether the mark was corrected or stays, and why; to whoever reads letters about the place."""
    objection = await session.get_one(Objection, event.objection_id)
    facts = await facts_of(session, objection.enrolment_id)
    if facts is None or objection.answered_at is None:
        return
    meeting = await session.get_one(Session, objection.session_id)
    kept = (await kept_marks(session, meeting)).get(objection.enrolment_id)
    with use_locale(facts.language):
        now_words = facts_in_words(kept.facts if kept else {})
    await send(
        session,
        facts,
        "objection_answered",
        folder=FOLDER,
        at=objection.answered_at,
        version=str(objection.id),
        meeting=meeting,
        now_words=now_words,
        answer=objection.answer,
        is_corrected=objection.state is ObjectionState.CORRECTED,
    )


async def tell_of_make_up(session: AsyncSession, event: MakeUpAgreed) -> None:
    """When and where they come as a guest, unless it was taken back meanwhile."""
    make_up = await session.get_one(MakeUp, event.make_up_id)
    facts = await facts_of(session, make_up.enrolment_id)
    if facts is None or make_up.withdrawn_at is not None:
        return
    entry = await _visited(session, make_up, facts)
    await send(
        session,
        facts,
        "make_up_agreed",
        folder=FOLDER,
        at=make_up.agreed_at,
        version=str(make_up.id),
        dates=[entry],
        visited=entry,
        visited_number=await _run_number(session, make_up.session_id),
        missed=await session.get_one(Session, make_up.missed_session_id),
    )


async def tell_of_withdrawn_make_up(session: AsyncSession, event: MakeUpWithdrawn) -> None:
    """That they are not expected there any more; the calendar file takes the date out."""
    make_up = await session.get_one(MakeUp, event.make_up_id)
    facts = await facts_of(session, make_up.enrolment_id)
    if facts is None or make_up.withdrawn_at is None:
        return
    entry = await _visited(session, make_up, facts)
    await send(
        session,
        facts,
        "make_up_withdrawn",
        folder=FOLDER,
        at=make_up.withdrawn_at,
        version=str(make_up.id),
        dates=out_of_calendar(facts, [entry]),
        visited=entry,
        missed=await session.get_one(Session, make_up.missed_session_id),
    )


async def tell_guests_of_changes(session: AsyncSession, event: SessionsChanged) -> None:
    """What has become of the session that somebody comes to as a guest: a letter for each such session."""
    changes = [change for change in event.changes if change.kind in OF_A_GUEST]
    guests = (
        await session.scalars(
            select(MakeUp)
            .join(Enrolment, Enrolment.id == MakeUp.enrolment_id)
            .where(MakeUp.session_id.in_([change.session_id for change in changes]), guests_come())
            .order_by(MakeUp.agreed_at, MakeUp.id)
        )
    ).all()
    for make_up in guests:
        await _tell_guest(session, make_up, _alone(event, make_up.session_id))


def _alone(event: SessionsChanged, session_id: UUID) -> SessionsChanged:
    """The same event, about this session alone."""
    changes = [change for change in event.changes if change.session_id == session_id]
    return SessionsChanged(
        change_id=event.change_id, at=event.at, changes=changes, is_substitution=event.is_substitution
    )


async def _tell_guest(session: AsyncSession, make_up: MakeUp, event: SessionsChanged) -> None:
    facts = await facts_of(session, make_up.enrolment_id)
    if facts is None:
        return
    with use_locale(facts.language):
        told = await told_of(session, event)
    if not told:
        return
    await send(
        session,
        facts,
        "guest_dates_changed",
        folder=FOLDER,
        at=event.at,
        version=f"{event.change_id}:{make_up.id}",
        dates=[told[0].entry],
        one=told[0],
        reason=told[0].change.reason,
        is_substitution=event.is_substitution,
        missed=await session.get_one(Session, make_up.missed_session_id),
    )


async def _visited(session: AsyncSession, make_up: MakeUp, facts: Facts) -> Entry:
    with use_locale(facts.language):
        [entry] = await entries(session, Session.id == make_up.session_id)
    return entry


async def _run_number(session: AsyncSession, session_id: UUID) -> str:
    found = await session.scalar(
        select(Run.number).join(Session, Session.run_id == Run.id).where(Session.id == session_id)
    )
    return found or ""
