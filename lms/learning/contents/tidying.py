"""Taking away what nobody can restore any more, and files that no row names."""

import asyncio

from sqlalchemy import delete, select, union

from lms.db import retried
from lms.learning.contents.rules import RESTORABLE
from lms.learning.models import Chapter, EditionFile, Lesson, LessonFile
from lms.learning.places import lesson_files
from lms.web.module import Around

AT_ONCE = 1_000


class ContentsTidying:
    """What the worker calls again and again."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock
        self.store = lesson_files(around.settings.files)

    async def forget(self) -> None:
        """Rows that were deleted more than thirty days ago go for good, then files that no row names."""
        await self._forget_rows()
        async with self.begin.reading() as session:
            named = set(await session.scalars(union(select(LessonFile.stored), select(EditionFile.stored))))
        await asyncio.to_thread(self.store.sweep, named, self.clock())

    @retried
    async def _forget_rows(self) -> None:
        before = self.clock() - RESTORABLE
        async with self.begin() as session:
            for kind in (Lesson, Chapter, LessonFile):
                old = select(kind.id).where(kind.deleted_at < before).limit(AT_ONCE)
                # asked again in the row itself: an old edition may have brought a lesson back at this moment
                await session.execute(delete(kind).where(kind.id.in_(old), kind.deleted_at < before))
