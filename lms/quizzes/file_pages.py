"""The pictures of a quiz that somebody has begun, as they were then, whatever edition their run has now."""

from collections.abc import Collection
from typing import Any
from urllib.parse import quote
from uuid import UUID

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from lms.kernel.actor import Actor
from lms.learning.addresses import lesson_path
from lms.learning.lessons.reading import file_named
from lms.learning.models import EditionLesson, LessonKind
from lms.learning.places import lesson_files
from lms.quizzes.models import Attempt
from lms.quizzes.reading import Standing, attempt_in, standing_of
from lms.quizzes.words import Address
from lms.web.access import may
from lms.web.files.serving import handed_out
from lms.web.module import Around


class AttemptFileDoor(Controller):
    """For whoever may see the attempt; the right is looked at anew with each request (S-04)."""

    path = "/meine-kurse/{enrolment_id:uuid}/quiz/{lesson_id:uuid}/versuch/{attempt_id:uuid}/dateien"
    opt = may("R", "progress")
    include_in_schema = False

    @get("/{name:str}")
    async def file(
        self,
        request: Request[Any, Any, Any],
        enrolment_id: FromPath[UUID],
        lesson_id: FromPath[UUID],
        attempt_id: FromPath[UUID],
        name: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Response[Any]:
        """A file that the quiz names. Raises NotFound."""
        async with around.begin.reading() as session:
            standing = await standing_of(session, actor, enrolment_id, lesson_id, around.clock())
            attempt = attempt_in(standing, attempt_id)
            lesson = await session.get_one(EditionLesson, attempt.edition_lesson_id)
            file = await file_named(session, lesson.edition_id, name, [lesson])
        return await handed_out(
            request,
            lesson_files(around.settings.files),
            stored=file.stored,
            name=file.name,
            media_type=file.media_type,
        )


def addresses(
    standing: Standing, attempt: Attempt | None, lesson: EditionLesson, names: Collection[str]
) -> Address:
    """Where files of a quiz are fetched: below the attempt while the run has another edition than it was begun with."""
    place = standing.place
    base = f"/meine-kurse/{place.enrolment.id}"
    if attempt is not None and (place.edition is None or place.edition.id != lesson.edition_id):
        base = f"{lesson_path(place.enrolment.id, attempt.lesson_id, LessonKind.QUIZ)}/versuch/{attempt.id}"
    return lambda name: f"{base}/dateien/{quote(name, safe='')}" if name in names else None
