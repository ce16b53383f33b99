"""What authors do to a quiz; every public method is one transaction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from msgspec.structs import replace
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from content.quiz.questions import Pool, Question, Quiz, Reveal
from lms.audit.trail import record
from lms.db import retried
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound, Stale
from lms.learning.models import Outline
from lms.quizzes.editing import changes
from lms.quizzes.editing.changes import Body
from lms.quizzes.editing.errors import OnlyGroup, QuizIsFull
from lms.quizzes.editing.reading import Writing, writing
from lms.web.module import Around

MOST_QUESTIONS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How a quiz is taken: everything but its questions."""

    introduction: str
    pass_percent: int
    attempts: int | None
    minutes: int | None
    shuffle: bool
    reveal: Reveal
    is_exam: bool


class QuizWriting:
    """Adding, changing, ordering, deleting questions and groups, and saying how the quiz is taken.

    Every method raises NotFound for who may not write the course's lessons, and for what is not there.
    """

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    @retried
    async def put(
        self, actor: Actor, *, course_id: UUID, lesson_id: UUID, question: Question, pool: str, seen: str
    ) -> None:
        """Save a question, new or known by its key, in a group. Raises Stale when it is not the one that was `seen`.

        A new one is sent with the mark of what is absent; sent twice it is one question.
        """
        async with self.begin() as session:
            here = await self._locked(session, actor, course_id, lesson_id)
            quiz = changes.with_group(here.quiz)
            stored = next((one for one in quiz.questions if one.key == question.key), None)
            if changes.is_alike(stored, question) and changes.pool_of(quiz, question.key).key == pool:
                return
            if changes.mark_of(stored) != seen:
                raise Stale
            gone = tuple(one for one in here.body.deleted if one.question.key != question.key)
            body = Body(changes.put(quiz, question, pool), gone)
            self._write(session, actor, here, body, "quiz.question", question.key)

    @retried
    async def change_settings(
        self, actor: Actor, *, course_id: UUID, lesson_id: UUID, settings: Settings, seen: str
    ) -> None:
        """Say how the quiz is taken. Raises Stale."""
        async with self.begin() as session:
            here = await self._locked(session, actor, course_id, lesson_id)
            changed = replace(here.quiz, **{name: getattr(settings, name) for name in Settings.__slots__})
            if changed == here.quiz:
                return
            if settings_mark(here.quiz) != seen:
                raise Stale
            self._write(session, actor, here, replace(here.body, quiz=changed), "quiz.settings")

    @retried
    async def delete(self, actor: Actor, *, course_id: UUID, lesson_id: UUID, key: str) -> None:
        """Take a question out; for thirty days it can be restored. Twice is as good as once."""
        async with self.begin() as session:
            here = await self._locked(session, actor, course_id, lesson_id)
            if any(one.question.key == key for one in here.body.deleted) and not _has(here.quiz, key):
                return
            body = changes.delete(here.body, key, self.clock())
            self._write(session, actor, here, body, "quiz.question-deleted", key)

    @retried
    async def restore(self, actor: Actor, *, course_id: UUID, lesson_id: UUID, key: str) -> None:
        """Put a deleted question back. Twice is as good as once."""
        async with self.begin() as session:
            here = await self._locked(session, actor, course_id, lesson_id)
            if _has(here.quiz, key) and not any(one.question.key == key for one in here.body.deleted):
                return
            body = changes.restore(here.body, key)
            self._write(session, actor, here, body, "quiz.question-restored", key)

    async def move(self, actor: Actor, *, course_id: UUID, lesson_id: UUID, key: str, steps: int) -> None:
        """One place up (-1) or down (1), into the next group at the edge of its own."""
        await self._change(
            actor, course_id, lesson_id, "quiz.ordered", lambda quiz: changes.move(quiz, key, steps)
        )

    async def place(
        self, actor: Actor, *, course_id: UUID, lesson_id: UUID, key: str, pool: str, at: int
    ) -> None:
        """Put it at this place of a group, as after dragging."""
        await self._change(
            actor, course_id, lesson_id, "quiz.ordered", lambda quiz: changes.place_at(quiz, key, pool, at)
        )

    async def duplicate(self, actor: Actor, *, course_id: UUID, lesson_id: UUID, key: str) -> None:
        """The same question once more, right behind it. Raises QuizIsFull."""
        await self._change(
            actor, course_id, lesson_id, "quiz.question", lambda quiz: changes.duplicate(quiz, key)
        )

    async def take_over(
        self,
        actor: Actor,
        *,
        course_id: UUID,
        lesson_id: UUID,
        source: tuple[UUID, UUID],
        keys: Sequence[str],
        pool: str,
    ) -> int:
        """Copy questions of another quiz, by its course and lesson; gives how many. Raises QuizIsFull.

        What stands here already, word for word, is not copied again. Pointers to lessons stay within the same course.
        """
        taken = 0

        async def chosen(session: AsyncSession) -> Callable[[Quiz], Quiz]:
            other = await writing(session, actor, *source)
            wanted = [one for one in other.quiz.questions if one.key in keys]

            def add(quiz: Quiz) -> Quiz:
                nonlocal taken
                known = {_likeness(one) for one in quiz.questions}
                new = [one for one in wanted if _likeness(one) not in known]
                taken = len(new)
                return changes.take_over(quiz, new, pool, with_pointers=source[0] == course_id)

            return add

        await self._change(actor, course_id, lesson_id, "quiz.taken-over", None, chosen)
        return taken

    async def add_group(
        self, actor: Actor, *, course_id: UUID, lesson_id: UUID, key: str, title: str, draw: int | None
    ) -> None:
        """A further group of questions. Sent twice it is one."""

        def add(quiz: Quiz) -> Quiz:
            if any(one.key == key for one in quiz.pools):
                return quiz
            return changes.add_group(quiz, Pool(key=key, questions=(), title=title, draw=draw))

        await self._change(actor, course_id, lesson_id, "quiz.group", add)

    @retried
    async def change_group(
        self,
        actor: Actor,
        *,
        course_id: UUID,
        lesson_id: UUID,
        key: str,
        title: str,
        draw: int | None,
        seen: str,
    ) -> None:
        """Another title, or another number to be drawn. Raises Stale."""
        async with self.begin() as session:
            here = await self._locked(session, actor, course_id, lesson_id)
            quiz = changes.with_group(here.quiz)
            pool = changes.pool_in(quiz, key)
            if (pool.title, pool.draw) == (title, draw):
                return
            if group_mark(pool) != seen:
                raise Stale
            changed = changes.change_group(quiz, key, title=title, draw=draw)
            self._write(session, actor, here, replace(here.body, quiz=changed), "quiz.group")

    async def dissolve_group(self, actor: Actor, *, course_id: UUID, lesson_id: UUID, key: str) -> None:
        """The group goes, its questions stay in the neighbouring one. Raises OnlyGroup."""

        def dissolve(quiz: Quiz) -> Quiz:
            if len(quiz.pools) == 1 and quiz.pools[0].key == key:
                raise OnlyGroup
            return changes.dissolve_group(quiz, key)

        await self._change(actor, course_id, lesson_id, "quiz.group", dissolve)

    @retried
    async def _change(
        self,
        actor: Actor,
        course_id: UUID,
        lesson_id: UUID,
        action: str,
        change: Callable[[Quiz], Quiz] | None,
        prepare: Any = None,
    ) -> None:
        async with self.begin() as session:
            here = await self._locked(session, actor, course_id, lesson_id)
            act = change or await prepare(session)
            quiz = act(changes.with_group(here.quiz))
            if quiz != here.quiz:
                self._write(session, actor, here, replace(here.body, quiz=quiz), action)

    async def _locked(self, session: AsyncSession, actor: Actor, course_id: UUID, lesson_id: UUID) -> Writing:
        """The outline to oneself, then the quiz read anew."""
        ensure(actor.may("U", "lesson"), actor)
        if (
            await session.scalar(select(Outline.id).where(Outline.course_id == course_id).with_for_update())
            is None
        ):
            raise NotFound
        return await writing(session, actor, course_id, lesson_id)

    def _write(
        self, session: AsyncSession, actor: Actor, here: Writing, body: Body, action: str, key: str = ""
    ) -> None:
        if len(body.quiz.questions) > max(MOST_QUESTIONS, len(here.quiz.questions)):
            raise QuizIsFull(most=MOST_QUESTIONS)
        now = self.clock()
        here.lesson.body = changes.written_body(body)
        for row in (here.lesson, here.outline):
            row.version += 1
            row.changed_at, row.changed_by = now, actor.account_id
        record(
            session, actor, action, at=now, kind="course", object_id=here.course.id,
            after={"lesson": str(here.lesson.id), "questions": len(body.quiz.questions), "question": key},
        )  # fmt: skip


def settings_mark(quiz: Quiz) -> str:
    """By this a form knows whether the settings are still those it shows."""
    return changes.mark_of(replace(quiz, pools=()))


def group_mark(pool: Pool) -> str:
    """By this a form knows whether title and number of a group are still those it shows."""
    return changes.mark_of(replace(pool, questions=()))


def _has(quiz: Quiz, key: str) -> bool:
    return any(one.key == key for one in quiz.questions)


def _likeness(question: Question) -> str:
    return changes.mark_of(replace(question, key="", lesson="", place=""))
