"""A learner in a run whose course has a text and a quiz."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import select

from content.quiz.answers import Answer, Chosen, Written
from content.quiz.drawing import Drawn
from content.quiz.marking import right_answer
from content.quiz.questions import Pool, Question, Quiz
from lms.catalogue.models import Course, Run
from lms.db import Begin
from lms.enrolment.models import Enrolment, EnrolmentState, EntryWay, Party
from lms.kernel.actor import Actor
from lms.learning.models import Edition, EditionFile, EditionLesson, LessonKind, Progress, RunEdition
from lms.people.models import Person
from lms.quizzes.models import Attempt
from lms.quizzes.reading import Taken, taken
from lms.quizzes.taking import Attempts
from lms.web.module import Around
from tests.content.quiz.questions import ONE_OF_EACH, SINGLE
from tests.making import MOMENT, learner, make_course, make_person, make_run

TEN = tuple(msgspec.structs.replace(SINGLE, key=f"q{number}") for number in range(10))


def quiz_of(*questions: Question, **given: object) -> Quiz:
    return Quiz(pools=(Pool(key="1", questions=questions or ONE_OF_EACH),), **given)  # type: ignore[arg-type]


@dataclass
class Quizzing:
    """Somebody with a place, and the quiz they take. `text_id` is the lesson that explains it."""

    house: Around
    course: Course
    run: Run
    person: Person
    place: Enrolment
    lesson_id: UUID
    text_id: UUID

    @property
    def actor(self) -> Actor:
        return learner(self.person)

    @property
    def path(self) -> str:
        return f"/meine-kurse/{self.place.id}/quiz/{self.lesson_id}"

    async def start(self) -> Attempt:
        return await Attempts(self.house).start(
            self.actor, enrolment_id=self.place.id, lesson_id=self.lesson_id
        )

    async def save(self, attempt: Attempt, question: str, answer: Answer | None) -> None:
        await Attempts(self.house).save(
            self.actor,
            enrolment_id=self.place.id,
            lesson_id=self.lesson_id,
            attempt_id=attempt.id,
            question=question,
            answer=answer,
        )

    async def hand_in(self, attempt: Attempt) -> Attempt:
        return await Attempts(self.house).hand_in(
            self.actor, enrolment_id=self.place.id, lesson_id=self.lesson_id, attempt_id=attempt.id
        )

    async def took(self, answers: Mapping[str, Answer]) -> Attempt:
        """A whole attempt with these answers."""
        attempt = await self.start()
        for question, answer in answers.items():
            await self.save(attempt, question, answer)
        return await self.hand_in(attempt)

    async def seen(self, attempt: Attempt) -> Taken:
        async with self.house.begin.reading() as session:
            return await taken(session, await session.get_one(Attempt, attempt.id))

    async def progress(self) -> Progress | None:
        async with self.house.begin.reading() as session:
            found: Progress | None = await session.scalar(
                select(Progress).where(Progress.lesson_id == self.lesson_id)
            )
            return found

    async def publish(self, quiz: Quiz, *, number: int = 1) -> Edition:
        """A further edition with this quiz, to which the run is moved."""
        edition = Edition(course_id=self.course.id, number=number, published_at=MOMENT - timedelta(days=9))
        async with self.house.begin() as session:
            session.add(edition)
            await session.flush()
            session.add_all(
                [
                    EditionLesson(
                        edition_id=edition.id, lesson_id=self.text_id, position=1, chapter="Anfang",
                        kind=LessonKind.TEXT, title="Die Adresszeile", text="# Die Adresszeile\n\n## Das Schloss",
                    ),
                    EditionLesson(
                        edition_id=edition.id, lesson_id=self.lesson_id, position=2, chapter="Anfang",
                        kind=LessonKind.QUIZ, title="Was wissen Sie schon?", body={"quiz": msgspec.to_builtins(quiz)},
                    ),
                    EditionFile(
                        edition_id=edition.id, name="zeile.png", stored=uuid4().hex, media_type="image/png", size=1
                    ),
                ]
            )  # fmt: skip
            await session.flush()
            moved = await session.get(RunEdition, self.run.id)
            if moved is None:
                session.add(RunEdition(run_id=self.run.id, edition_id=edition.id, chosen_at=MOMENT))
            else:
                moved.edition_id = edition.id
        return edition


async def open_quiz(house: Around, quiz: Quiz) -> Quizzing:
    """Write it all into the database."""
    course, person = make_course(), make_person("Ada", "Arndt")
    run = make_run(course, starts_at=MOMENT - timedelta(days=1))
    begin: Begin = house.begin
    async with begin() as session:
        session.add_all([course, person])
        await session.flush()
        session.add(run)
        await session.flush()
        party = Party(run_id=run.id, position=1, size=1, joined_at=MOMENT)
        session.add(party)
        await session.flush()
        place = Enrolment(
            run_id=run.id,
            party_id=party.id,
            reference=f"{run.number}-1",
            state=EnrolmentState.CONFIRMED,
            created_at=MOMENT,
            changed_at=MOMENT,
            way=EntryWay.WEB,
            person_id=person.id,
        )
        session.add(place)
    world = Quizzing(house, course, run, person, place, uuid4(), uuid4())
    await world.publish(quiz)
    return world


def right(drawn: Drawn) -> Answer:
    return right_answer(drawn.question) or Written("Sehr viel.")


RIGHT = Chosen(("right",))
WRONG = Chosen(("cat",))
