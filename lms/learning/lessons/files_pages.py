"""The files of lessons, and the lessons as a book, for who has a place."""

from typing import Any
from urllib.parse import quote
from uuid import UUID

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Stream

from content.epub import MEDIA_TYPE
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.learning.lessons.book import book_of, content_to_read, pieces
from lms.learning.lessons.reading import file_named, open_lessons
from lms.learning.places import lesson_files
from lms.learning.queries import files_of, place_of
from lms.web.access import may
from lms.web.centre import the_centre
from lms.web.files.serving import handed_out
from lms.web.module import Around


class LessonFileDoor(Controller):
    """Files that an open lesson of one's own course names; the right is looked at anew with each request (S-04)."""

    path = "/meine-kurse/{enrolment_id:uuid}"
    opt = may("R", "progress")
    include_in_schema = False

    @get("/dateien/{name:str}")
    async def file(
        self,
        request: Request[Any, Any, Any],
        enrolment_id: FromPath[UUID],
        name: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Response[Any]:
        """The file itself, or a part of it, as players of videos ask."""
        async with around.begin.reading() as session:
            place = await place_of(session, actor, enrolment_id, around.clock())
            if place.edition is None:
                raise NotFound
            file = await file_named(session, place.edition.id, name, open_lessons(place))
        return await handed_out(
            request,
            lesson_files(around.settings.files),
            stored=file.stored,
            name=file.name,
            media_type=file.media_type,
        )

    @get("/lernen/buch.epub")
    async def book(
        self, enrolment_id: FromPath[UUID], actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Stream:
        """What is open by now, to be read without a network. Raises NotFound where nothing is."""
        async with around.begin.reading() as session:
            place = await place_of(session, actor, enrolment_id, around.clock())
            files = await files_of(session, place.edition.id) if place.edition else {}
        if place.edition is None or not open_lessons(place):
            raise NotFound
        content = content_to_read(place, files, lesson_files(around.settings.files))
        file = await book_of(
            place,
            place.edition,
            content,
            public_url=around.settings.public_url,
            centre=the_centre().name,
        )
        name = f"{place.title}.epub"
        return Stream(
            pieces(file),
            media_type=MEDIA_TYPE,
            headers={
                "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
                "Cache-Control": "private, no-store",
            },
        )
