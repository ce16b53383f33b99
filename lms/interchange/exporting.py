"""Writing a course's lessons into a file that other systems read."""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote
from uuid import UUID

from litestar.response import Stream

from content.course import CourseContent
from content.packages.writing import write_common_cartridge, write_gift, write_markdown_folder, write_qti
from lms.accounts.limits import within
from lms.audit.trail import record
from lms.interchange.depot import Depot
from lms.interchange.errors import NothingToTake
from lms.kernel.actor import Actor
from lms.kernel.marking import N_
from lms.learning.bringing_in import content_of
from lms.learning.contents.reading import course_to_write
from lms.learning.places import PackageFolders, lesson_files
from lms.web.files.store import CHUNK
from lms.web.module import Around


@dataclass(frozen=True, slots=True)
class Format:
    """A format that a course can be written in. `ending` is that of the file's name."""

    key: str
    label: str
    hint: str
    ending: str
    media_type: str
    write: Callable[[CourseContent, Path], object]


FORMATS = {
    one.key: one
    for one in (
        Format(
            "common-cartridge",
            N_("Common Cartridge"),
            N_("for Moodle, OpenOlat, ILIAS, Canvas and most other systems: lessons, files, quizzes and links"),
            "imscc",
            "application/zip",
            write_common_cartridge,
        ),
        Format(
            "ordner",
            N_("Folder of text files"),
            N_("for reading and writing with any text editor, and for keeping; everything comes back from it"),
            "zip",
            "application/zip",
            write_markdown_folder,
        ),
        Format(
            "qti",
            N_("Questions as QTI 3"),
            N_("the quizzes alone, for other exam systems"),
            "qti.zip",
            "application/zip",
            write_qti,
        ),
        Format(
            "gift",
            N_("Questions as GIFT"),
            N_("the quizzes alone as text, for Moodle"),
            "gift.txt",
            "text/plain",
            write_gift,
        ),
    )
}  # fmt: skip


class Export:
    """Makes the file, hands it out and forgets it."""

    def __init__(self, around: Around) -> None:
        self.around = around
        self.store = lesson_files(around.settings.files)
        self.folders = PackageFolders(around.settings.files)
        self.depot = Depot(around.settings.files)

    async def file(self, actor: Actor, *, course_id: UUID, target: Format) -> Stream:
        """The course in this format. Raises NotFound, TooMany, NothingToTake."""
        around, now = self.around, self.around.clock()
        await within(around.begin, around.clock, "export", account=actor.account_id or "")
        async with around.begin() as session:
            course = await course_to_write(session, actor, course_id)
            content = await content_of(session, course, self.store, self.folders)
            if not any(chapter.lessons for chapter in content.chapters):
                raise NothingToTake
            record(
                session, actor, "material.taken_along", at=now, kind="course", object_id=course_id,
                after={"format": target.key},
            )  # fmt: skip
        file = await asyncio.to_thread(self._written, content, target)
        name = quote(f"{course.slug}.{target.ending}", safe="")
        return Stream(
            _pieces(file),
            media_type=target.media_type,
            headers={
                "Content-Disposition": f"attachment; filename*=UTF-8''{name}",
                "Content-Length": str(os.fstat(file.fileno()).st_size),
                "Cache-Control": "private, no-store",
            },
        )

    def _written(self, content: CourseContent, target: Format) -> BinaryIO:
        """The whole file, open and without a name by now. What a killed process leaves is swept with the intakes."""
        self.depot.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryDirectory(dir=self.depot.folder, ignore_cleanup_errors=True) as folder:
            path = Path(folder) / "course"
            target.write(content, path)
            return path.open("rb")


async def _pieces(file: BinaryIO) -> AsyncIterator[bytes]:
    """The file piece by piece; afterwards, or when nobody listens any more, it is gone."""
    with file:
        while piece := await asyncio.to_thread(file.read, CHUNK):
            yield piece
