"""A course with a lesson to read, a picture and a quiz, written by its trainer: what the tests of the trainer's side begin with."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import msgspec

from content.quiz.questions import Choice, Pool, Question, Quiz, SingleChoice
from lms.catalogue.models import Course, Run
from lms.kernel.actor import Actor
from lms.kernel.rights import Identity
from lms.learning.models import Chapter, Lesson, LessonFile, LessonKind, Outline
from lms.people.models import Person
from lms.scheduling.models import RunTrainer
from lms.trainers.models import Trainer
from lms.web.module import Around
from tests.making import MOMENT, make_course, make_person, make_run


def choice_question(key: str = "a", **given: Any) -> SingleChoice:
    """One answer of two is right."""
    defaults: dict[str, Any] = {
        "text": "Fragt die Bank nach der PIN?",
        "choices": (
            Choice(key="n", text="Nein", is_right=True),
            Choice(key="j", text="Ja", feedback="Nie. Das sind Betrüger."),
        ),
    }
    return SingleChoice(key=key, **defaults | given)


@dataclass(frozen=True)
class Desk:
    """What is there."""

    house: Around
    course: Course
    run: Run
    trainer: Person
    reading: Lesson
    lesson: Lesson

    @property
    def actor(self) -> Actor:
        """Who teaches the run."""
        return Actor(
            identities=frozenset({Identity.TRAINER}),
            account_id=uuid4(),
            person_id=self.trainer.id,
            name="Jonas",
        )

    @property
    def ids(self) -> dict[str, UUID]:
        """Where the quiz is."""
        return {"course_id": self.course.id, "lesson_id": self.lesson.id}

    @property
    def path(self) -> str:
        """Where it is written."""
        return f"/inhalte/{self.course.id}/quiz/{self.lesson.id}"

    async def stored(self) -> Lesson:
        """The lesson as it is now."""
        async with self.house.begin.reading() as session:
            return await session.get_one(Lesson, self.lesson.id)

    async def quiz(self) -> Quiz:
        """The quiz as it is now."""
        return msgspec.convert((await self.stored()).body["quiz"], Quiz, strict=False)


async def open_desk(house: Around, *questions: Question, **settings: Any) -> Desk:
    """Write the course, its run and its quiz with these questions."""
    course, trainer = make_course(), make_person("Jonas", "Krüger", email=f"{uuid4().hex}@example.com")
    run = make_run(course)
    quiz = Quiz(pools=(Pool(key="1", questions=questions),), **settings)
    outline = Outline(course_id=course.id, changed_at=MOMENT)
    chapter = Chapter(outline_id=outline.id, title="Sicher am Telefon", position=0)
    reading = Lesson(
        chapter_id=chapter.id, kind=LessonKind.TEXT, title="Die PIN", position=0, changed_at=MOMENT,
        text="## Wer fragt?\n\nNiemand.",
    )  # fmt: skip
    lesson = Lesson(
        chapter_id=chapter.id, kind=LessonKind.QUIZ, title="Was wissen Sie?", position=1, changed_at=MOMENT,
        body={"quiz": msgspec.json.decode(msgspec.json.encode(quiz))},
    )  # fmt: skip
    picture = LessonFile(
        outline_id=outline.id,
        name="post.png",
        stored="0" * 32,
        media_type="image/png",
        size=1,
        added_at=MOMENT,
    )
    async with house.begin() as session:
        session.add_all([course, trainer])
        await session.flush()
        session.add_all([run, Trainer(person_id=trainer.id), outline])
        await session.flush()
        session.add_all([RunTrainer(run_id=run.id, person_id=trainer.id), chapter, picture])
        await session.flush()
        session.add_all([reading, lesson])
    return Desk(house, course, run, trainer, reading, lesson)
