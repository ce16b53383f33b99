"""What the team sets for a run: its conditions and its questions (F-E10, F-E12)."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID, uuid4

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.accounts.limits import within
from lms.audit.trail import record
from lms.catalogue.models import Course, Run, RunState
from lms.db import retried
from lms.enrolment import policy
from lms.enrolment.conditions import rules
from lms.enrolment.conditions.errors import AgesCrossed, CodeWordWrong, QuestionUnfit
from lms.enrolment.conditions.models import QuestionAnswer, QuestionKind, RunCondition, RunQuestion
from lms.enrolment.conditions.queries import asks_of, questions_of
from lms.enrolment.conditions.values import (
    LONGEST_CODE_WORD,
    MOST_CHOICES,
    MOST_QUESTIONS,
    ConditionFacts,
    QuestionFacts,
)
from lms.enrolment.service.entering import is_code_word, purpose_of
from lms.enrolment.service.transactions import Transactions
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound, Stale


class Conditioning(Transactions):
    """What a run asks for."""

    async def try_code_word(self, actor: Actor, *, run_id: UUID, word: str) -> str:
        """A mark that this run's code word was given, to be kept with the form. Raises CodeWordWrong, TooMany, NotFound.

        Each try counts for the address it comes from.
        """
        await within(self.begin, self.clock, "code-word", address=actor.address)
        async with self.begin.reading() as session:
            condition = await session.get(RunCondition, run_id)
        if condition is None:
            raise NotFound
        if not is_code_word(self.signer, condition, word[:LONGEST_CODE_WORD]):
            raise CodeWordWrong
        return condition.code_seal

    @retried
    async def set_conditions(
        self, actor: Actor, *, run_id: UUID, facts: ConditionFacts, version: int
    ) -> RunCondition:
        """State the conditions of a run anew; whoever is enrolled stays. `version` is 0 where there were none.

        Raises NotFound, Stale, AgesCrossed.
        """
        ensure(policy.may_plan(actor), actor)
        if facts.min_age is not None and facts.max_age is not None and facts.min_age > facts.max_age:
            raise AgesCrossed
        async with self.begin() as session:
            run = await _run(session, run_id)
            known = await session.get(RunCondition, run_id, populate_existing=True)
            if (known.version if known else 0) != version:
                raise Stale
            if facts.course_id is not None and await session.get(Course, facts.course_id) is None:
                raise NotFound
            condition = known or RunCondition(run_id=run_id, version=0)
            condition.version += 1
            condition.min_age, condition.max_age = facts.min_age, facts.max_age
            condition.residence = list(facts.residence)
            condition.declaration_de, condition.declaration_en = facts.declaration_de, facts.declaration_en
            condition.course_id, condition.approval = facts.course_id, facts.approval
            if facts.code_word is not None:
                self._seal(condition, facts.code_word)
            if known is None:
                session.add(condition)
            run.has_conditions = True
            record(
                session, actor, "run.conditions_changed", at=self.clock(), kind="run", object_id=run_id,
                after={
                    "min_age": facts.min_age, "max_age": facts.max_age, "residence": list(facts.residence),
                    "approval": facts.approval.value, "has_code_word": bool(condition.code_seal),
                },
            )  # fmt: skip
            return condition

    def _seal(self, condition: RunCondition, word: str) -> None:
        """Keep what proves the word, not the word."""
        condition.code_salt, condition.code_seal = None, ""
        if rules.folded(word):
            condition.code_salt = uuid4()
            condition.code_seal = self.signer.token(purpose_of(word), condition.code_salt)

    @retried
    async def add_question(
        self, actor: Actor, *, run_id: UUID, question_id: UUID, facts: QuestionFacts
    ) -> RunQuestion:
        """One more question; under one id it is added once. Raises NotFound, QuestionUnfit."""
        ensure(policy.may_plan(actor), actor)
        async with self.begin() as session:
            run = await _run(session, run_id)
            known = await session.get(RunQuestion, question_id)
            if known is not None:
                if known.run_id != run_id:
                    raise NotFound
                return known
            others = await questions_of(session, run_id)
            _refuse_unfit(facts, others, None)
            last = max((one.position for one in others), default=0)
            question = RunQuestion(
                id=question_id, run_id=run_id, position=last + 1, kind=facts.kind, wording_de=facts.wording_de
            )
            _state(question, facts)
            session.add(question)
            run.has_conditions = True
            self._note(session, actor, "run.question_added", question)
            return question

    @retried
    async def change_question(
        self, actor: Actor, *, question_id: UUID, facts: QuestionFacts, version: int
    ) -> RunQuestion:
        """Other words, other answers. What was answered keeps the words that were read. Raises NotFound, Stale, QuestionUnfit.

        Once somebody has answered, the kind stays, and answers that could be chosen may be added but not taken away.
        """
        ensure(policy.may_plan(actor), actor)
        async with self.begin() as session:
            question = await _question(session, question_id)
            if question.version != version:
                raise Stale
            _refuse_unfit(facts, await questions_of(session, question.run_id), question)
            if await answer_count(session, question.id) and (
                facts.kind is not question.kind or len(facts.choices) < len(question.choices)
            ):
                raise QuestionUnfit
            _state(question, facts)
            question.version += 1
            self._note(session, actor, "run.question_changed", question)
            return question

    @retried
    async def remove_question(self, actor: Actor, *, question_id: UUID) -> UUID:
        """Ask it no more; what was answered to it is deleted. Gives the run. Raises NotFound."""
        ensure(policy.may_plan(actor), actor)
        async with self.begin() as session:
            question = await _question(session, question_id)
            for other in await questions_of(session, question.run_id):
                if other.depends_on_id == question.id:
                    other.depends_on_id, other.depends_on = None, ""
            await session.execute(delete(QuestionAnswer).where(QuestionAnswer.question_id == question.id))
            await session.delete(question)
            self._note(session, actor, "run.question_removed", question)
            return question.run_id

    def _note(self, session: AsyncSession, actor: Actor, action: str, question: RunQuestion) -> None:
        record(
            session, actor, action, at=self.clock(), kind="run", object_id=question.run_id,
            after={"question": question.wording_de},
        )  # fmt: skip


async def copy_conditions(session: AsyncSession, source_id: UUID, copy_id: UUID) -> None:
    """Let a copied run ask for what its original asks for; nothing where somebody has set its conditions already."""
    run = await session.get(Run, copy_id, with_for_update=True)
    source = await session.get(Run, source_id)
    if run is None or source is None or run.has_conditions or not source.has_conditions:
        return
    asks = await asks_of(session, source)
    if asks.condition is not None:
        old = asks.condition
        session.add(
            RunCondition(
                run_id=copy_id,
                min_age=old.min_age,
                max_age=old.max_age,
                residence=list(old.residence),
                declaration_de=old.declaration_de,
                declaration_en=old.declaration_en,
                course_id=old.course_id,
                code_seal=old.code_seal,
                code_salt=old.code_salt,
                approval=old.approval,
            )
        )
    ids: dict[UUID, UUID] = {}
    for one in asks.questions:  # a question comes after the one it depends on
        copy = RunQuestion(
            run_id=copy_id,
            position=one.position,
            kind=one.kind,
            wording_de=one.wording_de,
            wording_en=one.wording_en,
            choices=[dict(choice) for choice in one.choices],
            is_required=one.is_required,
            depends_on_id=ids.get(one.depends_on_id) if one.depends_on_id else None,
            depends_on=one.depends_on,
            for_trainers=one.for_trainers,
            kept_days=one.kept_days,
        )
        ids[one.id] = copy.id
        session.add(copy)
        await session.flush()
    run.has_conditions = True


async def answer_count(session: AsyncSession, question_id: UUID) -> int:
    """How many people have answered a question."""
    wanted = select(func.count()).select_from(QuestionAnswer).where(QuestionAnswer.question_id == question_id)
    return await session.scalar(wanted) or 0


async def _run(session: AsyncSession, run_id: UUID) -> Run:
    """A run that can still be changed, under its lock: whoever enrols meanwhile waits."""
    run = await session.get(Run, run_id, with_for_update=True, populate_existing=True)
    if run is None or run.state in {RunState.COMPLETED, RunState.CANCELLED}:
        raise NotFound
    return run


async def _question(session: AsyncSession, question_id: UUID) -> RunQuestion:
    """A question under the lock of its run."""
    found = await session.get(RunQuestion, question_id)
    if found is None:
        raise NotFound
    await _run(session, found.run_id)
    await session.refresh(found)
    return found


def _refuse_unfit(facts: QuestionFacts, others: Sequence[RunQuestion], me: RunQuestion | None) -> None:
    """A question has words, choices where it needs them, and depends at most on an answer that another one can have."""
    chooses = facts.kind in {QuestionKind.ONE, QuestionKind.SEVERAL}
    has_choices = 2 <= len(facts.choices) <= MOST_CHOICES
    if not facts.wording_de.strip() or (chooses and not has_choices) or (not chooses and facts.choices):
        raise QuestionUnfit
    if me is None and len(others) >= MOST_QUESTIONS:
        raise QuestionUnfit
    if facts.depends_on_id is None:
        return
    parent = next((one for one in others if one.id == facts.depends_on_id), None)
    if parent is None or (me is not None and parent.id in _below(me.id, others)):
        raise QuestionUnfit
    if parent.kind is QuestionKind.TEXT or not rules.fits(parent, [facts.depends_on]):
        raise QuestionUnfit


def _below(question_id: UUID, questions: Sequence[RunQuestion]) -> set[UUID]:
    """A question and all that depend on it."""
    children: dict[UUID | None, list[UUID]] = defaultdict(list)
    for one in questions:
        children[one.depends_on_id].append(one.id)
    found, look = set[UUID](), [question_id]
    while look:
        one_id = look.pop()
        if one_id not in found:
            found.add(one_id)
            look += children[one_id]
    return found


def _state(question: RunQuestion, facts: QuestionFacts) -> None:
    question.kind = facts.kind
    question.wording_de, question.wording_en = facts.wording_de.strip(), facts.wording_en.strip()
    question.choices = [{"de": german, "en": english} for german, english in facts.choices]
    question.is_required = facts.is_required
    question.depends_on_id, question.depends_on = facts.depends_on_id, facts.depends_on
    question.for_trainers, question.kept_days = facts.for_trainers, facts.kept_days
    if facts.position is not None:
        question.position = facts.position
