"""What waits for a trainer, as lines for the page of the day; each function asks one statement."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.attendance.meetings import TAKES_PLACE, taught_by
from lms.catalogue.models import Run
from lms.scheduling.models import Session
from lms.teaching.messages.reading import waiting_for
from lms.teaching.models import CourseProposal, Material, ProposalState
from lms.web.language import gettext, ngettext
from lms.web.matters import OpenMatter

AHEAD = timedelta(days=7)


async def due_for(session: AsyncSession, person_id: UUID, now: datetime) -> Sequence[OpenMatter]:
    """Everything of this module that waits for somebody who teaches; nothing for anybody else. Three statements."""
    found = [
        await unanswered(session, person_id),
        await without_materials(session, person_id, now),
        await asked_back(session, person_id),
    ]
    return [one for one in found if one is not None]


async def unanswered(session: AsyncSession, person_id: UUID) -> OpenMatter | None:
    """Messages that nobody has answered."""
    waiting = await waiting_for(session, person_id)
    if not waiting:
        return None
    sentence = ngettext(
        "%(num)s person waits for an answer", "%(num)s people wait for an answer", len(waiting)
    )
    only = {one.run.id for one in waiting}
    path = f"/kursleitung/kurse/{only.pop()}/nachrichten" if len(only) == 1 else "/kursleitung/nachrichten"
    return OpenMatter(sentence, path, len(waiting), names_count=True)


async def without_materials(session: AsyncSession, person_id: UUID, now: datetime) -> OpenMatter | None:
    """The next session of the coming week for which nothing is handed out: neither for it nor for the whole run."""
    of_session = (Material.session_id == Session.id) | Material.session_id.is_(None)
    has_some = exists().where(Material.run_id == Session.run_id, of_session, Material.deleted_at.is_(None))
    row = (
        await session.execute(
            select(Session.id, Session.run_id)
            .join(Run, Run.id == Session.run_id)
            .where(
                taught_by(person_id), TAKES_PLACE, Session.starts_at > now, Session.starts_at < now + AHEAD,
                ~has_some.correlate(Session),
            )
            .order_by(Session.starts_at)
            .limit(1)
        )
    ).first()  # fmt: skip
    if row is None:
        return None
    sentence = gettext("No materials are there yet for your next session")
    return OpenMatter(sentence, f"/kursleitung/kurse/{row.run_id}/unterlagen")


async def asked_back(session: AsyncSession, person_id: UUID) -> OpenMatter | None:
    """Proposals about which the team has a question."""
    ids = (
        await session.scalars(
            select(CourseProposal.id).where(
                CourseProposal.person_id == person_id, CourseProposal.state == ProposalState.QUESTION
            )
        )
    ).all()
    if not ids:
        return None
    sentence = ngettext(
        "The team has a question about %(num)s proposal",
        "The team has a question about %(num)s proposals",
        len(ids),
    )
    path = f"/kursleitung/vorschlaege/{ids[0]}" if len(ids) == 1 else "/kursleitung/vorschlaege"
    return OpenMatter(sentence, path, len(ids), names_count=True)
