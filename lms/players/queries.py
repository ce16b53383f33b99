"""Reading packages and what they have reported, in a session somebody else opened."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.accounts.models import Account
from lms.accounts.queries import roles_of
from lms.catalogue.models import Run
from lms.db import lessons_kept_days
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.learning import policy, rules
from lms.learning.models import Chapter, Lesson, LessonKind, Outline, Package
from lms.learning.queries import teaches_course
from lms.players.models import PackageState
from lms.players.tickets import Ticket

PACKAGE_LESSONS = frozenset({LessonKind.PACKAGE})


async def package_in(session: AsyncSession, body: Mapping[str, Any]) -> Package | None:
    """The package that a lesson names, None while it names none.

    It may have come with another course: a copy of a lesson plays the same package. Nobody types what a lesson names.
    """
    try:
        package_id = UUID(str(body.get("package_id")))
    except ValueError:
        return None
    return await session.get(Package, package_id)


async def ticket_is_open(session: AsyncSession, ticket: Ticket, now: datetime) -> bool:
    """Whether the holder of a ticket may still see what it opens (S-04).

    A learner has their place, and its lessons have not closed; an author's account is not locked and writes lessons of the
    course. A ticket knows no account of learners: who looks after one is asked anew by our own page. One statement for learners.
    """
    row = (
        await session.execute(
            select(Enrolment.state, Run.ends_at)
            .join(Run, Run.id == Enrolment.run_id)
            .where(Enrolment.id == ticket.holder_id)
        )
    ).one_or_none()
    if row is None:
        return await _still_writes(session, ticket.holder_id, ticket.lesson_id)
    until = rules.readable_until(row.ends_at, lessons_kept_days(session))
    return row.state is EnrolmentState.CONFIRMED and (until is None or now < until)


async def _still_writes(session: AsyncSession, account_id: UUID, lesson_id: UUID) -> bool:
    account = await session.get(Account, account_id)
    course_id = await session.scalar(
        select(Outline.course_id)
        .join(Chapter, Chapter.outline_id == Outline.id)
        .join(Lesson, Lesson.chapter_id == Chapter.id)
        .where(Lesson.id == lesson_id)
    )
    if account is None or account.locked_at is not None or course_id is None:
        return False
    author = Actor(
        identities=await roles_of(session, account_id), account_id=account_id, person_id=account.person_id
    )
    return policy.may_write(author, teaches=await teaches_course(session, author, course_id))


async def states_of(
    session: AsyncSession, enrolment_id: UUID, lesson_id: UUID, package_id: UUID
) -> dict[str, PackageState]:
    """What was saved, by part. One statement."""
    found = await session.scalars(
        select(PackageState)
        .where(
            PackageState.enrolment_id == enrolment_id,
            PackageState.lesson_id == lesson_id,
            PackageState.package_id == package_id,
        )
        .execution_options(populate_existing=True)
    )
    return {one.part: one for one in found}


async def written_lesson(session: AsyncSession, actor: Actor, course_id: UUID, lesson_id: UUID) -> Lesson:
    """A package lesson as it is being written, for its authors. Raises NotFound for everybody else."""
    if not policy.may_write(actor, teaches=await teaches_course(session, actor, course_id)):
        raise NotFound
    found = await session.scalar(
        select(Lesson)
        .join(Chapter, Chapter.id == Lesson.chapter_id)
        .join(Outline, Outline.id == Chapter.outline_id)
        .where(
            Lesson.id == lesson_id,
            Outline.course_id == course_id,
            Lesson.kind == LessonKind.PACKAGE,
            Lesson.deleted_at.is_(None),
            Chapter.deleted_at.is_(None),
        )
    )
    if found is None:
        raise NotFound
    return found
