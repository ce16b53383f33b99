"""A course with an edition of four lessons, one of them not open yet: what the stories about learners begin with."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

from lms.db import Begin
from lms.learning.models import Edition, EditionFile, EditionLesson, LessonKind, Release
from lms.learning.places import lesson_files
from lms.web.files.store import Store
from tests.making import MOMENT
from tests.teaching.scene import Class, make_class

FILM = bytes(range(256)) * 40
VIDEO = """## Der Film

::: video film.mp4
Titel: Wischen & tippen
Untertitel: film.vtt

Anna sagt: Guten Tag.
:::

![Ein Finger](bild.png "So geht es")
"""
TEXT = f"# Titel\n\nWillkommen <b>hier</b>.\n\n{VIDEO}\n## Danach\n\n::: tipp\nRuhe bewahren.\n:::\n"
QUESTION = "Vorher.\n\n::: frage\nWas ist 1+1? {=zwei#Genau ~drei#Zu viel}\n:::\n\nNachher.\n"


@dataclass(frozen=True)
class Lessons:
    """Ada and Ben have a place; `ids` are the lessons: text, a question, a quiz, and a text that opens with the next session."""

    taught: Class
    edition: Edition
    ids: list[UUID]

    @property
    def ada(self) -> str:
        """Ada's page of the course."""
        return f"/meine-kurse/{self.taught.ada.id}"

    def lesson(self, index: int, part: str = "") -> str:
        """A text lesson of Ada's, or a page below it."""
        return f"{self.ada}/lektionen/{self.ids[index]}{part}"


async def make_lessons(begin: Begin, files: Path) -> Lessons:
    taught = await make_class(begin)
    edition = Edition(course_id=taught.course.id, number=1, published_at=MOMENT - timedelta(days=2))
    ids = [uuid4() for _ in range(4)]
    kinds = [LessonKind.TEXT, LessonKind.TEXT, LessonKind.QUIZ, LessonKind.TEXT]
    texts = [TEXT, QUESTION, "", "Später. ![Geheim](geheim.png)"]
    names = ["Wischen & tippen", "Rechnen", "Was wissen Sie?", "Später"]
    store = lesson_files(files)
    kept = {
        "film.mp4": ("video/mp4", stored(store, FILM)),
        "film.vtt": ("text/vtt", stored(store, b"WEBVTT\n\n00:00.000 --> 00:02.000\nGuten Tag\n")),
        "bild.png": ("image/png", stored(store, b"\x89PNG")),
        "geheim.png": ("image/png", stored(store, b"\x89PNG2")),
    }
    async with begin() as session:
        session.add(edition)
        await session.flush()
        session.add_all(
            EditionLesson(
                edition_id=edition.id, lesson_id=ids[i], position=i + 1, chapter="Anfang" if i < 3 else "Ende",
                kind=kinds[i], title=names[i], text=texts[i], is_preview=i == 0,
            )
            for i in range(4)
        )  # fmt: skip
        session.add_all(
            EditionFile(edition_id=edition.id, name=name, stored=place, media_type=kind, size=store.size_of(place) or 0)
            for name, (kind, place) in kept.items()
        )  # fmt: skip
        session.add(Release(run_id=taught.run.id, lesson_id=ids[3], session_id=taught.sessions[1].id))
    return Lessons(taught, edition, ids)


def stored(store: Store, content: bytes) -> str:
    """A file in the store, without a look into it; its name."""
    name = uuid4().hex
    path = store.path_of(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return name
