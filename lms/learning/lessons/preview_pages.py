"""Lessons that everybody may read before they enrol."""

from typing import Any
from urllib.parse import quote
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from litestar.status_codes import HTTP_200_OK

from lms.learning.lessons.pages import sent_values, with_attempt
from lms.learning.lessons.reading import Preview, file_named, preview_for
from lms.learning.lessons.showing import Shown, shown
from lms.learning.places import lesson_files
from lms.learning.queries import files_of
from lms.web.access import PUBLIC
from lms.web.files.serving import handed_out
from lms.web.language import current_language
from lms.web.module import Around
from lms.web.templating import url

AnyRequest = Request[Any, Any, Any]
LONGEST_SLUG = 200


class PreviewPages(Controller):
    """A lesson as guests see it: nothing is kept of them."""

    path = "/kurse/{slug:str}/probe"
    opt = PUBLIC
    include_in_schema = False

    @get("/{lesson_id:uuid}")
    async def show(
        self, slug: FromPath[str], lesson_id: FromPath[UUID], around: NamedDependency[Around]
    ) -> Template:
        """The lesson. Raises NotFound for what is not shown to guests."""
        preview, text = await _read(around, slug, lesson_id)
        return _page(preview, text)

    @get("/{lesson_id:uuid}/fragen/{number:int}")
    async def back(self, slug: FromPath[str], lesson_id: FromPath[UUID]) -> Redirect:
        """Where one lands by changing the language or opening the address again: the lesson itself."""
        return Redirect(url(f"/kurse/{quote(slug, safe='')}/probe/{lesson_id}"), status_code=303)

    @post("/{lesson_id:uuid}/fragen/{number:int}", status_code=HTTP_200_OK)
    async def attempt(
        self,
        request: AnyRequest,
        slug: FromPath[str],
        lesson_id: FromPath[UUID],
        number: FromPath[int],
        around: NamedDependency[Around],
    ) -> Template:
        """The lesson again, with what the answer is worth."""
        sent = await sent_values(request)
        preview, text = await _read(around, slug, lesson_id)
        return _page(preview, with_attempt(text, number, sent))

    @get("/dateien/{name:str}")
    async def file(
        self,
        request: AnyRequest,
        slug: FromPath[str],
        name: FromPath[str],
        around: NamedDependency[Around],
    ) -> Response[Any]:
        """A file that one of these lessons names."""
        async with around.begin.reading() as session:
            preview = await preview_for(session, slug[:LONGEST_SLUG], None)
            lessons = [preview.lesson, *preview.others]
            file = await file_named(session, preview.lesson.edition_id, name, lessons)
        return await handed_out(
            request,
            lesson_files(around.settings.files),
            stored=file.stored,
            name=file.name,
            media_type=file.media_type,
        )


async def _read(around: Around, slug: str, lesson_id: UUID) -> tuple[Preview, Shown]:
    async with around.begin.reading() as session:
        preview = await preview_for(session, slug[:LONGEST_SLUG], lesson_id)
        files = await files_of(session, preview.lesson.edition_id)
    base = f"/kurse/{preview.course.slug}/probe"
    return preview, await shown(preview.lesson, files, base=base, language=preview.course.language or "de")


def _page(preview: Preview, text: Shown) -> Template:
    course = preview.course
    base = f"/kurse/{course.slug}/probe"
    return Template(
        "learning/lessons/preview.html",
        context={
            "lesson": preview.lesson,
            "others": [(one.title, f"{base}/{one.lesson_id}") for one in preview.others],
            "text": text,
            "here": f"{base}/{preview.lesson.lesson_id}",
            "course_title": (current_language() == "en" and course.title_en) or course.title_de,
            "course_path": f"/kurse/{course.slug}",
            "text_language": text.language if text.language != current_language() else "",
        },
        headers={"cache-control": "no-cache"},
    )
