"""A course with a run that Jonas teaches and a learner in it; what the stories of this folder begin with."""

import io
from uuid import UUID, uuid4

from PIL import Image

from lms.kernel.actor import Actor
from lms.learning.contents.service import Contents, LessonWording
from lms.learning.models import Chapter, Lesson, LessonKind
from tests.teaching.scene import Class, make_class

__all__ = ["Class", "make_class"]
HELLO = "Guten Tag.\n\n## Ein Anfang\n\nText."


async def chapter(contents: Contents, actor: Actor, course_id: UUID, title: str = "Kapitel 1") -> Chapter:
    return await contents.add_chapter(actor, course_id=course_id, title=title, key=uuid4())


async def lesson(
    contents: Contents,
    actor: Actor,
    course_id: UUID,
    of: Chapter,
    title: str = "Lektion 1",
    *,
    kind: LessonKind = LessonKind.TEXT,
    text: str = HELLO,
) -> Lesson:
    """A lesson with a text in it."""
    made = await contents.add_lesson(
        actor, course_id=course_id, chapter_id=of.id, kind=kind, title=title, key=uuid4()
    )
    return await contents.save_lesson(
        actor, course_id=course_id, lesson_id=made.id, version=made.version,
        wording=LessonWording(title=title, text=text, is_practice=kind is LessonKind.PRACTICE),
    )  # fmt: skip


def picture(colour: str = "green") -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(written, "PNG")
    return written.getvalue()
