"""Questionnaires: writing them, and saying which courses they are for."""

from collections.abc import Callable, Collection, Sequence
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.catalogue.models import Course
from lms.db import retried
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound, Stale
from lms.surveys import policy
from lms.surveys.errors import HasAnother, NothingToAsk, TooManyQuestions
from lms.surveys.models import Occasion, Questionnaire, QuestionnaireCourse
from lms.surveys.questions import (
    MOST_QUESTIONS,
    Question,
    checked,
    first_questions,
    read,
    usual_questions,
    write,
)
from lms.web.module import Around

UP, DOWN = -1, 1
USUAL = {Occasion.FIRST_SESSION: first_questions, Occasion.LAST_SESSION: usual_questions}


class Questionnaires:
    """What the programme team does. Open surveys keep the words with which they began."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    @retried
    async def create(
        self,
        actor: Actor,
        *,
        questionnaire_id: UUID,
        title: str,
        occasion: Occasion = Occasion.LAST_SESSION,
    ) -> None:
        """A new one with the usual questions, used nowhere yet. Sent twice it is one."""
        ensure(policy.may_keep(actor), actor)
        async with self.begin() as session:
            if await session.get(Questionnaire, questionnaire_id) is not None:
                return
            now = self.clock()
            session.add(
                Questionnaire(
                    id=questionnaire_id, title=title, changed_at=now, used_since=now,
                    questions=write(USUAL[occasion]()), occasion=occasion,
                )
            )  # fmt: skip
            record(
                session, actor, "questionnaire.created", at=now, kind="questionnaire",
                object_id=questionnaire_id, after={"title": title, "occasion": occasion},
            )  # fmt: skip

    @retried
    async def use(
        self,
        actor: Actor,
        *,
        questionnaire_id: UUID,
        title: str,
        for_all: bool,
        course_ids: Collection[UUID],
        version: int,
    ) -> None:
        """Name it, and say where it is used. Raises Stale, HasAnother, NothingToAsk, NotFound.

        Who is asked for the first time begins with runs that end from now on.
        """
        ensure(policy.may_keep(actor), actor)
        async with self.begin() as session:
            row = await _locked(session, questionnaire_id, version)
            await _refuse_others(session, row, for_all=for_all, course_ids=course_ids)
            if (for_all or course_ids) and not row.questions:
                raise NothingToAsk
            before = set(await courses_of(session, row.id))
            if not row.for_all and not before:
                row.used_since = self.clock()
            row.title, row.for_all = title, for_all
            known = await session.scalars(select(Course.id).where(Course.id.in_(list(course_ids))))
            wanted = set(known)
            await session.execute(
                delete(QuestionnaireCourse).where(
                    QuestionnaireCourse.questionnaire_id == row.id,
                    QuestionnaireCourse.course_id.in_(list(before - wanted)),
                )
            )
            session.add_all(
                QuestionnaireCourse(course_id=one, questionnaire_id=row.id, occasion=row.occasion)
                for one in sorted(wanted - before, key=str)
            )
            self._note(
                session, actor, row, "questionnaire.used",
                {"title": title, "for_all": for_all, "courses": sorted(map(str, wanted))},
            )  # fmt: skip

    @retried
    async def put(self, actor: Actor, *, questionnaire_id: UUID, question: Question, version: int) -> None:
        """Write a question: in the place of the one with its key, else at the end. Raises what `checked` raises, and Stale."""
        good = checked(question)

        def change(questions: list[Question]) -> list[Question]:
            if any(one.key == good.key for one in questions):
                return [good if one.key == good.key else one for one in questions]
            if len(questions) >= MOST_QUESTIONS:
                raise TooManyQuestions
            return [*questions, good]

        await self._change(actor, questionnaire_id, version, "questionnaire.question_written", change)

    @retried
    async def move(self, actor: Actor, *, questionnaire_id: UUID, key: str, way: int, version: int) -> None:
        """One place up or down. Raises Stale."""

        def change(questions: list[Question]) -> list[Question]:
            index = next((i for i, one in enumerate(questions) if one.key == key), None)
            if index is None or not 0 <= index + way < len(questions):
                return questions
            questions[index], questions[index + way] = questions[index + way], questions[index]
            return questions

        await self._change(actor, questionnaire_id, version, "questionnaire.ordered", change)

    @retried
    async def drop(self, actor: Actor, *, questionnaire_id: UUID, key: str, version: int) -> None:
        """Ask it no more; what was answered stays. Raises Stale."""

        def change(questions: list[Question]) -> list[Question]:
            return [one for one in questions if one.key != key]

        await self._change(actor, questionnaire_id, version, "questionnaire.question_dropped", change)

    @retried
    async def end(self, actor: Actor, *, questionnaire_id: UUID, ended: bool, version: int) -> None:
        """Use it nowhere any more, or take it up again. Surveys under way go on. Raises Stale."""
        ensure(policy.may_keep(actor), actor)
        async with self.begin() as session:
            row = await _locked(session, questionnaire_id, version)
            row.ended_at = self.clock() if ended else None
            if ended:
                row.for_all = False
                await session.execute(
                    delete(QuestionnaireCourse).where(QuestionnaireCourse.questionnaire_id == row.id)
                )
            self._note(session, actor, row, "questionnaire.ended" if ended else "questionnaire.resumed", {})

    async def _change(
        self,
        actor: Actor,
        questionnaire_id: UUID,
        version: int,
        action: str,
        change: Callable[[list[Question]], list[Question]],
    ) -> None:
        ensure(policy.may_keep(actor), actor)
        async with self.begin() as session:
            row = await _locked(session, questionnaire_id, version)
            row.questions = write(change(read(row.questions)))
            self._note(session, actor, row, action, {"questions": [one["text_de"] for one in row.questions]})

    def _note(
        self, session: AsyncSession, actor: Actor, row: Questionnaire, action: str, after: dict[str, object]
    ) -> None:
        row.version += 1
        row.changed_at = self.clock()
        record(session, actor, action, at=row.changed_at, kind="questionnaire", object_id=row.id, after=after)


async def all_questionnaires(session: AsyncSession) -> Sequence[Questionnaire]:
    """Every one, those no longer used last."""
    found = await session.scalars(
        select(Questionnaire).order_by(
            Questionnaire.ended_at.is_not(None), Questionnaire.title, Questionnaire.id
        )
    )
    return found.all()


async def courses_of(session: AsyncSession, questionnaire_id: UUID) -> Sequence[UUID]:
    """The courses that it is used for besides all others."""
    found = await session.scalars(
        select(QuestionnaireCourse.course_id).where(QuestionnaireCourse.questionnaire_id == questionnaire_id)
    )
    return found.all()


async def _locked(session: AsyncSession, questionnaire_id: UUID, version: int) -> Questionnaire:
    row = await session.get(Questionnaire, questionnaire_id, with_for_update=True)
    if row is None:
        raise NotFound
    if row.version != version:
        raise Stale
    return row


async def _refuse_others(
    session: AsyncSession, row: Questionnaire, *, for_all: bool, course_ids: Collection[UUID]
) -> None:
    if for_all and await session.scalar(
        select(Questionnaire.id).where(
            Questionnaire.for_all,
            Questionnaire.occasion == row.occasion,
            Questionnaire.id != row.id,
        )
    ):
        raise HasAnother
    if await session.scalar(
        select(QuestionnaireCourse.course_id).where(
            QuestionnaireCourse.course_id.in_(list(course_ids)),
            QuestionnaireCourse.occasion == row.occasion,
            QuestionnaireCourse.questionnaire_id != row.id,
        )
    ):
        raise HasAnother
