"""What a secret link opens: lessons that are not published yet, to be read and nothing else."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from lms.db import Begin
from lms.kernel.errors import NotFound
from lms.learning.contents.drafts import Drafts
from lms.learning.contents.forms import KINDS
from lms.learning.contents.reading import files_of
from lms.learning.contents.rendering import addresses, shown, steps_shown
from lms.learning.contents.service import WRITTEN_HERE
from lms.learning.models import LessonKind
from lms.web.access import PUBLIC
from lms.web.files.serving import handed_out

UNLISTED = {
    "x-robots-tag": "noindex, nofollow",
    "referrer-policy": "no-referrer",
    "cache-control": "private, no-store",
}
"""The address is the key: it goes into no search engine, no referrer and no cache."""


class DraftPages(Controller):
    """For whoever has the link."""

    path = "/inhalte/einblick/{outline_id:uuid}/{last:str}/{token:str}"
    opt = PUBLIC
    include_in_schema = False

    @get()
    async def index(
        self,
        outline_id: FromPath[UUID],
        last: FromPath[str],
        token: FromPath[str],
        drafts: NamedDependency[Drafts],
    ) -> Template:
        """The outline."""
        what = await drafts.opened(outline_id, last, token)
        return Template(
            "learning/contents/draft.html",
            context={
                "what": what,
                "last": last,
                "kinds": {kind: words for kind, (words, _) in KINDS.items()},
                "here": f"/inhalte/einblick/{outline_id}/{last}/{token}",
            },
            headers=UNLISTED,
        )

    @get("/{lesson_id:uuid}")
    async def lesson(
        self,
        outline_id: FromPath[UUID],
        last: FromPath[str],
        token: FromPath[str],
        lesson_id: FromPath[UUID],
        begin: NamedDependency[Begin],
        drafts: NamedDependency[Drafts],
    ) -> Template:
        """One lesson."""
        what = await drafts.opened(outline_id, last, token)
        lesson = next((one for one in what.lessons if one.id == lesson_id), None)
        if lesson is None:
            raise NotFound
        here = f"/inhalte/einblick/{outline_id}/{last}/{token}"
        async with begin.reading() as session:
            files = await files_of(session, what.outline)
        text = lesson.text if lesson.kind in WRITTEN_HERE else ""
        address = addresses(f"{here}/dateien", files)
        return Template(
            "learning/contents/as_guest.html",
            context={
                "what": what, "lesson": lesson, "back": here, "base": here, "ending": "",
                "html": shown(text, address=address), "tries": {},
                "steps": steps_shown(text, address=address) if lesson.kind is LessonKind.PRACTICE else (),
            },
            headers=UNLISTED,
        )  # fmt: skip

    @get("/dateien/{name:str}")
    async def file(
        self,
        request: Request[Any, Any, Any],
        outline_id: FromPath[UUID],
        last: FromPath[str],
        token: FromPath[str],
        name: FromPath[str],
        begin: NamedDependency[Begin],
        drafts: NamedDependency[Drafts],
    ) -> Response[Any]:
        """A file that the lessons show."""
        what = await drafts.opened(outline_id, last, token)
        async with begin.reading() as session:
            file = (await files_of(session, what.outline)).get(name)
        if file is None:
            raise NotFound
        return await handed_out(
            request, drafts.store, stored=file.stored, name=file.name, media_type=file.media_type
        )
