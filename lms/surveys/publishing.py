"""What was changed because of what people said, for everybody to read beside the course."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.catalogue.freshness import programme_changed
from lms.catalogue.models import Course
from lms.db import retried
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound, Stale
from lms.surveys import policy
from lms.surveys.models import FeedbackChange, Survey
from lms.web.module import Around

BESIDE_A_COURSE = 3
SHOWN_FOR = timedelta(days=2 * 365)
"""What was changed longer ago tells nobody anything about the course of today."""


class FeedbackChanges:
    """What the programme team publishes; the course page shows it with the next request."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    @retried
    async def publish(
        self,
        actor: Actor,
        *,
        change_id: UUID,
        course_id: UUID,
        said: tuple[str, str],
        changed: tuple[str, str],
        survey_id: UUID | None = None,
    ) -> None:
        """Show it beside the course; texts are German and English, the English ones may be empty. Sent twice it is one.

        `survey_id` names the survey it came of, where it is one of this course. Raises NotFound for an unknown course.
        """
        ensure(policy.may_keep(actor), actor)
        async with self.begin() as session:
            if await session.get(FeedbackChange, change_id) is not None:
                return
            if await session.get(Course, course_id) is None:
                raise NotFound
            survey = await session.get(Survey, survey_id) if survey_id else None
            row = FeedbackChange(
                id=change_id, course_id=course_id, said_de=said[0], said_en=said[1], changed_de=changed[0],
                changed_en=changed[1], published_at=self.clock(),
                survey_id=survey.id if survey and survey.course_id == course_id else None,
            )  # fmt: skip
            session.add(row)
            await self._note(session, actor, row, "feedback.published")

    @retried
    async def rewrite(
        self, actor: Actor, *, change_id: UUID, said: tuple[str, str], changed: tuple[str, str], version: int
    ) -> None:
        """Say it in other words. Raises NotFound, Stale."""
        ensure(policy.may_keep(actor), actor)
        async with self.begin() as session:
            row = await _locked(session, change_id, version)
            row.said_de, row.said_en = said
            row.changed_de, row.changed_en = changed
            row.version += 1
            await self._note(session, actor, row, "feedback.rewritten")

    @retried
    async def withdraw(self, actor: Actor, *, change_id: UUID, is_shown: bool) -> None:
        """Take it from the page, or show it again; twice is as good as once. Raises NotFound."""
        ensure(policy.may_keep(actor), actor)
        async with self.begin() as session:
            row = await _locked(session, change_id, None)
            if (row.withdrawn_at is None) == is_shown:
                return
            row.withdrawn_at = None if is_shown else self.clock()
            row.version += 1
            await self._note(session, actor, row, "feedback.shown" if is_shown else "feedback.withdrawn")

    async def _note(self, session: AsyncSession, actor: Actor, row: FeedbackChange, action: str) -> None:
        await programme_changed(session)
        record(
            session, actor, action, at=self.clock(), kind="feedback_change", object_id=row.id,
            after={"said": row.said_de, "changed": row.changed_de},
        )  # fmt: skip


async def changes_beside(session: AsyncSession, course_id: UUID, now: datetime) -> Sequence[FeedbackChange]:
    """What the page of a course shows, the latest first; one statement."""
    found = await session.scalars(
        select(FeedbackChange)
        .where(
            FeedbackChange.course_id == course_id,
            FeedbackChange.withdrawn_at.is_(None),
            FeedbackChange.published_at > now - SHOWN_FOR,
        )
        .order_by(FeedbackChange.published_at.desc(), FeedbackChange.id)
        .limit(BESIDE_A_COURSE)
    )
    return found.all()


async def all_changes(session: AsyncSession) -> Sequence[tuple[FeedbackChange, str]]:
    """Every one with the title of its course, the latest first; one statement."""
    rows = await session.execute(
        select(FeedbackChange, Course.title_de)
        .join(Course, Course.id == FeedbackChange.course_id)
        .order_by(FeedbackChange.published_at.desc(), FeedbackChange.id)
    )
    return [(change, title) for change, title in rows]


async def _locked(session: AsyncSession, change_id: UUID, version: int | None) -> FeedbackChange:
    row = await session.get(FeedbackChange, change_id, with_for_update=True)
    if row is None:
        raise NotFound
    if version is not None and row.version != version:
        raise Stale
    return row
