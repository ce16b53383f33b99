"""Going through an exercise: where somebody is, a step on, a step back."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from lms.db import retried
from lms.kernel.actor import Actor
from lms.learning.lessons.showing import ending_of
from lms.learning.models import EditionFile, EditionLesson
from lms.learning.progress import write_progress
from lms.learning.queries import Place, files_of, lesson_for
from lms.practice import policy
from lms.practice.calls.queries import latest_answer, own_call
from lms.practice.calls.service import PRACTISED, went_on
from lms.practice.errors import NoSuchStep
from lms.practice.models import HelpCall
from lms.practice.steps import Address, Exercise, Step, read_exercise
from lms.web.formats import file_size
from lms.web.module import Around


@dataclass(frozen=True, slots=True)
class Practising:
    """One learner in one exercise."""

    place: Place
    lesson: EditionLesson
    exercise: Exercise
    call: HelpCall | None
    may_ask: bool
    answer: HelpCall | None = None

    @property
    def is_done(self) -> bool:
        """Whether all steps have been done before."""
        return self.place.is_done(self.lesson.lesson_id)

    @property
    def now_at(self) -> int:
        """The number of the step where one left."""
        found = self.place.progress.get(self.lesson.lesson_id)
        return self.exercise.at(found.place if found else "")

    def step(self, number: int) -> Step:
        """A step by its number. Raises NoSuchStep."""
        if not 1 <= number <= len(self.exercise.steps):
            raise NoSuchStep
        return self.exercise.steps[number - 1]


class PracticeLessons:
    """The way through an exercise; every public method is one transaction."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    async def look(
        self, actor: Actor, *, enrolment_id: UUID, lesson_id: UUID, number: int | None = None
    ) -> Practising:
        """The exercise, with one's own open call and the answer about step `number`. Raises NotFound, NotYetOpen, NoSuchStep."""
        now = self.clock()
        async with self.begin.reading() as session:
            place, lesson = await lesson_for(session, actor, enrolment_id, lesson_id, now, kinds=PRACTISED)
            found = await _practising(session, actor, place, lesson)
            call = await own_call(session, enrolment_id, now)
            step = number or found.now_at
            answer = await latest_answer(session, enrolment_id, lesson_id, step)
        found.step(step)
        return Practising(place, lesson, found.exercise, call, found.may_ask, answer)

    @retried
    async def got_done(self, actor: Actor, *, enrolment_id: UUID, lesson_id: UUID, number: int) -> int | None:
        """This step worked: the number of the next one, or None when it was the last and the lesson is done.

        Whoever had called for help at it needs none any more. Raises NotFound, NotYetOpen, NoSuchStep.
        """
        now = self.clock()
        async with self.begin() as session:
            place, lesson = await lesson_for(session, actor, enrolment_id, lesson_id, now, kinds=PRACTISED)
            found = await _practising(session, actor, place, lesson)
            found.step(number)
            following = number + 1 if number < len(found.exercise.steps) else None
            await write_progress(
                session,
                enrolment_id=enrolment_id,
                lesson_id=lesson_id,
                now=now,
                place=str(following or ""),
                done=True if following is None else None,
            )
            await went_on(session, enrolment_id, lesson_id, number, now)
        return following

    @retried
    async def stay_at(self, actor: Actor, *, enrolment_id: UUID, lesson_id: UUID, number: int) -> None:
        """Remember this step as the place to go on. Raises NotFound, NotYetOpen, NoSuchStep."""
        now = self.clock()
        async with self.begin() as session:
            place, lesson = await lesson_for(session, actor, enrolment_id, lesson_id, now, kinds=PRACTISED)
            (await _practising(session, actor, place, lesson)).step(number)
            await write_progress(
                session, enrolment_id=enrolment_id, lesson_id=lesson_id, now=now, place=str(number)
            )


async def _practising(session: AsyncSession, actor: Actor, place: Place, lesson: EditionLesson) -> Practising:
    files = await files_of(session, lesson.edition_id)
    exercise = read_exercise(
        lesson.text,
        title=lesson.title,
        address=address_of(f"/meine-kurse/{place.enrolment.id}/dateien", files),
        about=lambda name: f"{ending_of(name)}, {file_size(files[name].size)}" if name in files else "",
    )
    return Practising(place, lesson, exercise, None, policy.may_ask(actor, place.enrolment))


def address_of(path: str, files: Mapping[str, EditionFile]) -> Address:
    """Where the files of an edition lie below a path; None for a name that the edition does not know."""

    def found(name: str) -> str | None:
        return f"{path}/{quote(name, safe='')}" if name in files else None

    return found
