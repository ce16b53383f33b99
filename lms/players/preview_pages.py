"""A package as its authors try it out: `/inhalte/<course>/pakete/<lesson>`. Nothing of what they do in it is kept."""

from uuid import UUID

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from content.course import PackageKind
from lms.catalogue.models import Course
from lms.kernel.actor import Actor
from lms.learning.addresses import writing_path
from lms.learning.lessons.showing import words_before
from lms.players.parts import parts_of
from lms.players.queries import package_in, written_lesson
from lms.players.showing import AnyRequest, frame_of, headers_for, told_to_script
from lms.web.access import may
from lms.web.language import current_language
from lms.web.module import Around


class PackagePreviewPages(Controller):
    """For whoever writes lessons of this course."""

    path = "/inhalte/{course_id:uuid}/pakete/{lesson_id:uuid}"
    opt = may("U", "lesson")
    include_in_schema = False

    @get()
    async def preview(
        self,
        request: AnyRequest,
        course_id: FromPath[UUID],
        lesson_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Template:
        """The package of the lesson as it is being written, as learners would see it."""
        now = around.clock()
        async with around.begin.reading() as session:
            lesson = await written_lesson(session, actor, course_id, lesson_id)
            course = await session.get_one(Course, course_id)
            package = await package_in(session, lesson.body)
        parts = parts_of(package) if package else ()
        frame = (
            frame_of(
                request,
                around,
                package,
                lesson_id=lesson_id,
                holder_id=actor.account_id or course_id,
                now=now,
            )
            if package
            else None
        )
        about = (
            told_to_script(request, package, parts, frame, first=parts[0].id, save="", learner="preview")
            if package and frame
            else None
        )
        return Template(
            "players/lesson.html",
            context={
                "lesson": lesson,
                "course": (current_language() == "en" and course.title_en) or course.title_de,
                "written_in": course.language,
                "words": words_before(lesson.text),
                "parts": parts,
                "statuses": {},
                "sentence": "",
                "is_preview": True,
                "has_package": package is not None,
                "is_launched": package is not None and package.kind == PackageKind.CMI5,
                "about": about,
                "back": writing_path(course_id),
                "replace": replace_path(course_id, lesson_id),
                "before": None,
                "after": None,
            },
            headers={"cache-control": "no-store"} | headers_for(around.settings, frame),
        )


def replace_path(course_id: UUID, lesson_id: UUID) -> str:
    """Where another package is sent for this lesson: the page of `interchange` that takes material in."""
    return f"{writing_path(course_id)}/mitbringen?lektion={lesson_id}"
