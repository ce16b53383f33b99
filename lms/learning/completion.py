"""What of the lessons counts for completing a course, for many runs and people at once, in a session somebody else opened."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Run
from lms.enrolment.models import Enrolment
from lms.learning.models import Edition, EditionLesson, LessonKind, Progress, Release, RunEdition
from lms.learning.rules import edition_at, is_open
from lms.scheduling.models import Session

FAR = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Part:
    """One lesson of a run, without its text."""

    lesson_id: UUID
    title: str
    kind: LessonKind
    position: int
    chapter: str
    needed: bool
    minutes: int | None = None


async def editions_of(session: AsyncSession, run_ids: Collection[UUID]) -> Mapping[UUID, UUID]:
    """The edition of each of these runs; a run that has none is left out. Three statements.

    No clock is needed: all editions of today were published before a run that is still to begin.
    """
    runs = (await session.scalars(select(Run).where(Run.id.in_(run_ids)))).all()
    rows = await session.execute(
        select(RunEdition.run_id, RunEdition.edition_id).where(RunEdition.run_id.in_(run_ids))
    )
    chosen = {row[0]: row[1] for row in rows}
    editions: dict[UUID, list[Edition]] = defaultdict(list)
    for one in await session.scalars(
        select(Edition).where(Edition.course_id.in_({run.course_id for run in runs}))
    ):
        editions[one.course_id].append(one)
    found = {}
    for run in runs:
        own = edition_at(editions[run.course_id], run.starts_at, run.starts_at or FAR)
        if run.id in chosen:
            found[run.id] = chosen[run.id]
        elif own is not None:
            found[run.id] = own.id
    return found


async def parts_of(session: AsyncSession, edition_ids: Collection[UUID]) -> Mapping[UUID, Sequence[Part]]:
    """The lessons of these editions in order, without their texts; one statement."""
    found: dict[UUID, list[Part]] = defaultdict(list)
    rows = await session.execute(
        select(
            EditionLesson.edition_id,
            EditionLesson.lesson_id,
            EditionLesson.title,
            EditionLesson.kind,
            EditionLesson.position,
            EditionLesson.chapter,
            EditionLesson.needed,
            EditionLesson.minutes,
        )
        .where(EditionLesson.edition_id.in_(set(edition_ids)))
        .order_by(EditionLesson.edition_id, EditionLesson.position)
    )
    for row in rows:
        found[row.edition_id].append(
            Part(row.lesson_id, row.title, row.kind, row.position, row.chapter, row.needed, row.minutes)
        )
    return found


async def lessons_of_runs(session: AsyncSession, run_ids: Collection[UUID]) -> Mapping[UUID, Sequence[Part]]:
    """The lessons of these runs, in order; four statements. A run without lessons is left out."""
    if not run_ids:
        return {}
    editions = await editions_of(session, run_ids)
    parts = await parts_of(session, editions.values())
    return {run_id: parts[edition_id] for run_id, edition_id in editions.items() if parts.get(edition_id)}


async def done_lessons(
    session: AsyncSession, *conditions: ColumnElement[bool]
) -> Mapping[UUID, frozenset[UUID]]:
    """The lessons that these enrolments have done, by enrolment; one statement."""
    found: dict[UUID, set[UUID]] = defaultdict(set)
    rows = await session.execute(
        select(Progress.enrolment_id, Progress.lesson_id)
        .join(Enrolment, Enrolment.id == Progress.enrolment_id)
        .where(Progress.done_at.is_not(None), *conditions)
    )
    for enrolment_id, lesson_id in rows:
        found[enrolment_id].add(lesson_id)
    return {enrolment_id: frozenset(lessons) for enrolment_id, lessons in found.items()}


@dataclass(frozen=True, slots=True)
class Opening:
    """A lesson of a run and whether its learners may read it by now; `opens_at` is when, where that is known."""

    part: Part
    is_open: bool
    opens_at: datetime | None = None


async def openings_of_runs(
    session: AsyncSession, run_ids: Collection[UUID], now: datetime
) -> Mapping[UUID, Sequence[Opening]]:
    """The lessons of these runs in order, each with whether it is open; five statements. A run without lessons is left out."""
    lessons = await lessons_of_runs(session, run_ids)
    rows = await session.execute(
        select(Release, Session.starts_at)
        .outerjoin(Session, Session.id == Release.session_id)
        .where(Release.run_id.in_(list(lessons)))
    )
    releases = {(release.run_id, release.lesson_id): (release, starts_at) for release, starts_at in rows}
    found = {}
    for run_id, parts in lessons.items():
        openings = []
        for part in parts:
            release, starts_at = releases.get((run_id, part.lesson_id), (None, None))
            from_at = release.from_at if release else None
            waits = release is not None
            openings.append(
                Opening(part, is_open(from_at, starts_at, now, waits=waits), from_at or starts_at)
            )
        found[run_id] = openings
    return found
