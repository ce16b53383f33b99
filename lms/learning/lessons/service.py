"""What learners do with text lessons. Every public method is one transaction; twice is as good as once.

How far somebody is belongs to their enrolment and goes with it. The trail does not keep it: it is nobody's business but that of the
learner and of their trainers.
"""

import re
from uuid import UUID

from lms.db import retried
from lms.kernel.actor import Actor
from lms.learning.lessons.errors import NoSuchPlace
from lms.learning.lessons.reading import READABLE
from lms.learning.progress import write_progress
from lms.learning.queries import lesson_for
from lms.web.module import Around

_ANCHOR = re.compile(r"[a-z0-9-]{0,200}")


class OwnLessons:
    """Reading on where one was, and saying that a lesson is done."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    @retried
    async def keep_place(self, actor: Actor, *, enrolment_id: UUID, lesson_id: UUID, place: str) -> None:
        """Note where somebody is; `place` is the anchor of a heading, empty for the beginning.

        Raises NotFound, NotYetOpen, NoSuchPlace.
        """
        if not _ANCHOR.fullmatch(place):
            raise NoSuchPlace
        now = self.clock()
        async with self.begin() as session:
            await lesson_for(session, actor, enrolment_id, lesson_id, now, kinds=READABLE)
            await write_progress(
                session, enrolment_id=enrolment_id, lesson_id=lesson_id, now=now, place=place
            )

    @retried
    async def mark(
        self,
        actor: Actor,
        *,
        enrolment_id: UUID,
        lesson_id: UUID,
        done: bool,
    ) -> None:
        """Say that a lesson is done, or that it is not. Raises NotFound, NotYetOpen."""
        now = self.clock()
        async with self.begin() as session:
            await lesson_for(session, actor, enrolment_id, lesson_id, now, kinds=READABLE)
            await write_progress(session, enrolment_id=enrolment_id, lesson_id=lesson_id, now=now, done=done)
