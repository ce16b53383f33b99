"""What learners are told: that a person has marked what they wrote."""

from sqlalchemy.ext.asyncio import AsyncSession

from lms.enrolment.letters.facts import facts_of, send
from lms.learning.addresses import lesson_path
from lms.learning.models import EditionLesson, LessonKind
from lms.quizzes.events import AttemptMarked
from lms.quizzes.explaining import sentence
from lms.quizzes.models import Attempt
from lms.quizzes.reading import taken
from lms.web.language import use_locale

FOLDER = "quizzes/letters/"


async def tell_of_marks(session: AsyncSession, event: AttemptMarked) -> None:
    """The result is there, and where the words about it are; once for each time it was marked."""
    attempt = await session.get(Attempt, event.attempt_id)
    if attempt is None or attempt.is_open:
        return
    facts = await facts_of(session, attempt.enrolment_id)
    if facts is None:
        return
    found = await taken(session, attempt)
    lesson = await session.get_one(EditionLesson, attempt.edition_lesson_id)
    path = lesson_path(attempt.enrolment_id, attempt.lesson_id, LessonKind.QUIZ)
    with use_locale(facts.language):
        words = sentence(found)
    await send(
        session,
        facts,
        "quiz_marked",
        folder=FOLDER,
        at=event.at,
        version=f"{attempt.id}:{event.at.isoformat()}",
        quiz=lesson.title,
        words=words,
        has_passed=bool(attempt.passed),
        result_path=f"{path}/versuch/{attempt.id}",
    )
