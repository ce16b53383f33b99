"""A course with one lesson that is a package of two parts, somebody who learns it, and who teaches it."""

from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest

from content.packages.playing import read_manifest
from lms.catalogue.models import Course, Run
from lms.db import Begin
from lms.enrolment.models import Enrolment, EnrolmentState, EntryWay, Party
from lms.kernel.actor import Actor
from lms.learning.models import Chapter, Edition, EditionLesson, Lesson, LessonKind, Outline, Package
from lms.learning.places import PackageFolders
from lms.people.models import Person
from lms.players.service import Playing, Report
from lms.scheduling.models import RunTrainer
from lms.web.module import Around
from tests.making import MOMENT, learner, make_course, make_person, make_run
from tests.players.packing import GOOD_PAGE, scorm_12


@dataclass
class Room:
    """Where the package is played."""

    course: Course
    run: Run
    person: Person
    teacher: Person
    enrolment: Enrolment
    lesson_id: UUID
    package: Package
    folder: Path

    @property
    def ada(self) -> Actor:
        return learner(self.person)

    @property
    def path(self) -> str:
        return f"/meine-kurse/{self.enrolment.id}/pakete/{self.lesson_id}"

    def report(self, part: str = "a", *, based_on: int = 0, key: str = "key-0001", **cmi: str) -> Report:
        """What a part says: `lesson_status="passed"` is cmi.core.lesson_status."""
        data = {f"cmi.core.{name.replace('__', '.')}": value for name, value in cmi.items()}
        return Report(self.package.id, part, based_on, key, data)


@pytest.fixture
async def room(begin: Begin, house: Around, tmp_path: Path) -> Room:
    unpacked = scorm_12(tmp_path / "unpacked", {"a": GOOD_PAGE, "b": GOOD_PAGE}, title="Sicher surfen")
    manifest = read_manifest(unpacked)
    folders = PackageFolders(house.settings.files)
    stored, size = folders.keep(unpacked)
    course, person, teacher = make_course(), make_person("Ada", "Arndt"), make_person("Jonas", "Krüger")
    run = make_run(course)
    package = Package(
        course_id=course.id,
        kind=manifest.kind.value,
        title=manifest.title,
        stored=stored,
        entry=manifest.entry,
        size=size,
        added_at=MOMENT,
        facts=dict(manifest.facts),
    )
    body = {"package_id": str(package.id)}
    async with begin() as session:
        session.add_all([course, person, teacher])
        await session.flush()
        outline = Outline(course_id=course.id, changed_at=MOMENT)
        edition = Edition(course_id=course.id, number=1, published_at=MOMENT)
        session.add_all([run, package, outline, edition])
        await session.flush()
        party = Party(run_id=run.id, position=1, size=1, joined_at=MOMENT)
        chapter = Chapter(outline_id=outline.id, title="Kapitel", position=1)
        session.add_all([party, chapter, RunTrainer(run_id=run.id, person_id=teacher.id)])
        await session.flush()
        lesson = Lesson(
            chapter_id=chapter.id,
            kind=LessonKind.PACKAGE,
            title="Sicher surfen",
            position=1,
            changed_at=MOMENT,
            body=body,
        )
        enrolment = Enrolment(
            run_id=run.id,
            party_id=party.id,
            reference=f"{run.number}-1",
            state=EnrolmentState.CONFIRMED,
            created_at=MOMENT,
            changed_at=MOMENT,
            way=EntryWay.WEB,
            person_id=person.id,
        )
        published = EditionLesson(
            edition_id=edition.id,
            lesson_id=lesson.id,
            position=1,
            chapter="Kapitel",
            kind=LessonKind.PACKAGE,
            title="Sicher surfen",
            text="Erst *lesen*.",
            body=body,
        )
        session.add_all([lesson, enrolment, published])
    return Room(course, run, person, teacher, enrolment, lesson.id, package, folders.path_of(stored))


@pytest.fixture
def playing(house: Around) -> Playing:
    return Playing(house)
