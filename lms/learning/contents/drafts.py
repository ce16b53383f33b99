"""A secret link to lessons that are not published yet, for a colleague without an account."""

from datetime import date, timedelta
from uuid import UUID

from lms.catalogue.models import Course
from lms.db import retried
from lms.kernel.actor import Actor
from lms.kernel.clock import today
from lms.kernel.errors import NotFound
from lms.kernel.links import Links
from lms.learning.contents.desk import Desk
from lms.learning.contents.reading import Written, written
from lms.learning.models import Outline
from lms.learning.places import lesson_files
from lms.web.module import Around

PURPOSE = "draft"
HOLDS = timedelta(days=14)


class Drafts(Desk):
    """Making such links, taking them back, opening them. The token holds the last day on which it opens (S-20).

    Nothing is stored of a link; taking back counts `Outline.link_number` on, and with it all links are worthless.
    """

    def __init__(self, around: Around) -> None:
        super().__init__(around)
        self.signer = around.signer
        self.links = Links(around.settings.public_url, around.signer)
        self.store = lesson_files(around.settings.files)

    async def link(self, actor: Actor, *, course_id: UUID) -> tuple[str, date]:
        """An own path that opens the draft to whoever has it, and the last day on which it does."""
        last = today(self.clock) + HOLDS
        async with self.begin() as session:
            outline = await self.open(session, actor, course_id)
            self.record(session, actor, outline, "outline.shown", {}, {"until": last.isoformat()})
            token = self.signer.token(_purpose(outline), outline.id, last.toordinal())
        return f"/inhalte/einblick/{outline.id}/{last.isoformat()}/{token}", last

    @retried
    async def take_back(self, actor: Actor, *, course_id: UUID) -> None:
        """No link that was made until now opens anything any more."""
        async with self.begin() as session:
            outline = await self.open(session, actor, course_id)
            outline.link_number += 1
            self.record(session, actor, outline, "outline.hidden", {}, {})

    def absolute(self, path: str) -> str:
        """The whole address of an own path, to be sent to somebody."""
        return self.links.absolute(path)

    async def opened(self, outline_id: UUID, last: str, token: str) -> Written:
        """What is being written. Raises NotFound for a wrong link, one taken back, and after its last day."""
        try:
            day = date.fromisoformat(last)
        except ValueError as error:
            raise NotFound from error
        if day < today(self.clock):
            raise NotFound
        async with self.begin.reading() as session:
            outline = await session.get(Outline, outline_id)
            if outline is None or not self.signer.matches(
                token, _purpose(outline), outline.id, day.toordinal()
            ):
                raise NotFound
            return await written(session, await session.get_one(Course, outline.course_id))


def _purpose(outline: Outline) -> str:
    return f"{PURPOSE}-{outline.link_number}"
