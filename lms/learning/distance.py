"""What an edition means for the question whether a course is distance learning (`lms.catalogue.distance`)."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from content.lesson import has_recording
from lms.catalogue.distance_models import FactSource
from lms.catalogue.distance_reading import note_fact
from lms.learning.events import EditionPublished
from lms.learning.models import Edition, EditionLesson, LessonKind
from lms.learning.queries import lessons_of


@dataclass(frozen=True, slots=True)
class Apart:
    """What an edition asks of somebody alone, in minutes. `unknown` lessons have no duration and are in no sum."""

    recorded: int = 0
    self_study: int = 0
    unknown: int = 0
    is_checked: bool = False


def apart(lessons: Iterable[EditionLesson]) -> Apart:
    """A lesson with a video or a sound counts as recorded, all others as self-study; a quiz checks success."""
    recorded = alone = unknown = 0
    is_checked = False
    for one in lessons:
        is_checked |= one.kind is LessonKind.QUIZ
        if one.minutes is None:
            unknown += 1
        elif has_recording(one.text):
            recorded += one.minutes
        else:
            alone += one.minutes
    return Apart(recorded, alone, unknown, is_checked)


async def note_edition(session: AsyncSession, event: EditionPublished) -> None:
    """Tell the catalogue what the newest edition of the course means; an older one that comes late changes nothing."""
    course_id = await session.scalar(select(Edition.course_id).where(Edition.id == event.edition_id))
    newest = await session.scalar(
        select(Edition.id).where(Edition.course_id == course_id).order_by(Edition.number.desc()).limit(1)
    )
    if course_id is None or newest is None:
        return
    found = apart(await lessons_of(session, newest))
    await note_fact(
        session,
        course_id=course_id,
        source=FactSource.LESSONS,
        is_checked=found.is_checked,
        recorded_minutes=found.recorded,
        self_study_minutes=found.self_study,
        unknown=found.unknown,
    )
