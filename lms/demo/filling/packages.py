"""A package as others make them: two parts in SCORM 1.2, in the course about passwords, to be tried out by its learners."""

import shutil
from pathlib import Path

from sqlalchemy import select

from content.packages.playing import read_manifest
from lms.catalogue.models import Course
from lms.demo.filling.ground import Ground
from lms.learning.contents.writing import outline_for
from lms.learning.models import Chapter, Edition, EditionLesson, Lesson, LessonKind, Package
from lms.learning.places import PackageFolders
from lms.learning.queries import lessons_of

SLUG = "passwoerter-und-passkeys"
SOURCE = Path(__file__).parents[1] / "data" / "packages" / "starke-passwoerter"
TEXT = "Diese Übung hat ein Verlag gemacht. Sie läuft in einem Rahmen für sich; Ihr Stand wird gespeichert."


async def fill_packages(ground: Ground) -> None:
    """Written and published as a further chapter of what the course has."""
    session, now = ground.session, ground.now
    course = await session.scalar(select(Course).where(Course.slug == SLUG))
    if course is None:
        return
    manifest = read_manifest(SOURCE)
    stored = f"{ground.chance.getrandbits(128):032x}"
    folder = PackageFolders(ground.settings.files).path_of(stored)
    shutil.copytree(SOURCE, folder, dirs_exist_ok=True)
    package = Package(
        course_id=course.id,
        kind=manifest.kind.value,
        title=manifest.title,
        stored=stored,
        entry=manifest.entry,
        size=sum(path.stat().st_size for path in SOURCE.iterdir()),
        added_at=now,
        facts=dict(manifest.facts),
    )
    package.id = ground.key()
    outline = await outline_for(session, course.id, now)
    chapter = Chapter(outline_id=outline.id, title="Üben", position=90)
    chapter.id = ground.key()
    await ground.put([package, chapter])
    lesson = Lesson(
        chapter_id=chapter.id,
        kind=LessonKind.PACKAGE,
        title="Starke Passwörter üben",
        position=1,
        changed_at=now,
        text=TEXT,
        body={"package_id": str(package.id)},
        minutes=15,
    )
    lesson.id = ground.key()
    await ground.put([lesson])
    await _publish(ground, outline.next_number, course, chapter, lesson)
    outline.next_number += 1


async def _publish(ground: Ground, number: int, course: Course, chapter: Chapter, lesson: Lesson) -> None:
    """A further edition with all that the last one had."""
    session = ground.session
    last = await session.scalar(
        select(Edition).where(Edition.course_id == course.id).order_by(Edition.number.desc()).limit(1)
    )
    before = await lessons_of(session, last.id) if last else []
    edition = Edition(course_id=course.id, number=number, published_at=ground.now)
    edition.id = ground.key()
    await ground.put([edition])
    lessons = [(one.lesson_id, one.chapter, one) for one in before] + [(lesson.id, chapter.title, lesson)]
    rows = [
        EditionLesson(
            edition_id=edition.id,
            lesson_id=lesson_id,
            position=position,
            chapter=title,
            kind=one.kind,
            title=one.title,
            text=one.text,
            body=one.body,
            minutes=one.minutes,
            is_preview=one.is_preview,
            needed=one.needed,
        )
        for position, (lesson_id, title, one) in enumerate(lessons, start=1)
    ]
    for row in rows:
        row.id = ground.key()
    await ground.put(rows)
