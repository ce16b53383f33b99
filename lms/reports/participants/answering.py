"""Answering and declining, by the link of a letter or on paper. Answers go where no name leads (decision 0064)."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.db import retried
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import local
from lms.kernel.errors import NotFound
from lms.kernel.tokens import Signer
from lms.people.models import Person
from lms.people.queries import have_conflict
from lms.people.rules import is_minor
from lms.reports.participants import policy
from lms.reports.participants.errors import AnswersIncomplete, ConsentMissing, GuardianNeeded, NotAsked
from lms.reports.participants.models import AskState, FunderAnswer, FunderAsking, Stage
from lms.reports.participants.numbers import LINK, likenesses_of, numbers_of
from lms.reports.participants.queries import latest_questions, open_stage, survey_of
from lms.reports.participants.questions import of_stage, read
from lms.web.module import Around


class FunderAnswers:
    """The state of the asking and the answer in one transaction, or neither; both behind a lock on the line's survey."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock
        self.signer = around.signer

    @retried
    async def answer(
        self, *, asking_id: UUID, token: str, stage: Stage, given: Mapping[str, str], consents: bool
    ) -> AskState:
        """Keep the answers of one stage; what was said before stands. DOUBLE: somebody of this name and postcode has answered.

        Raises NotFound for a wrong link, NotAsked, ConsentMissing, AnswersIncomplete, GuardianNeeded.
        """
        async with self.begin() as session:
            asking = await _asking(session, asking_id)
            _refuse_forged(self.signer, asking, token)
            if not consents:
                raise ConsentMissing
            return await self._keep(session, asking, stage, given)

    @retried
    async def type_sheet(
        self,
        actor: Actor,
        *,
        asking_id: UUID,
        stage: Stage,
        given: Mapping[str, str],
        is_somebody_else: bool = False,
    ) -> AskState:
        """The same from a signed sheet of paper. `is_somebody_else`: of the same name and postcode, and yet another person."""
        ensure(policy.may_type(actor), actor)
        async with self.begin() as session:
            asking = await _asking(session, asking_id)
            state = await self._keep(session, asking, stage, given, is_paper=True, twins=is_somebody_else)
            record(
                session, actor, "funder_answers.sheet_typed", at=self.clock(), kind="funding_line",
                object_id=asking.line_id,
            )  # fmt: skip
            return state

    @retried
    async def decline(self, *, asking_id: UUID, token: str) -> None:
        """Somebody does not want to answer: it is counted, and they are never asked again for this line."""
        async with self.begin() as session:
            asking = await _asking(session, asking_id)
            _refuse_forged(self.signer, asking, token)
            self._decline(asking)

    @retried
    async def decline_for(self, actor: Actor, *, asking_id: UUID) -> None:
        """The same, said at the counter or on the telephone."""
        ensure(policy.may_type(actor), actor)
        async with self.begin() as session:
            asking = await _asking(session, asking_id)
            self._decline(asking)
            record(
                session, actor, "funder_answers.declined", at=self.clock(), kind="funding_line", object_id=asking.line_id
            )  # fmt: skip

    def _decline(self, asking: FunderAsking) -> None:
        stage = open_stage(asking, local(self.clock()).date())
        if stage is Stage.ENTRY:
            asking.entry = AskState.DECLINED
        elif stage is Stage.EXIT:
            asking.exit = AskState.DECLINED

    async def _keep(
        self,
        session: AsyncSession,
        asking: FunderAsking,
        stage: Stage,
        given: Mapping[str, str],
        *,
        is_paper: bool = False,
        twins: bool = False,
    ) -> AskState:
        today = local(self.clock()).date()
        said = asking.entry if stage is Stage.ENTRY else asking.exit
        if said is not None and said is not AskState.ASKED and not (twins and said is AskState.DOUBLE):
            return said  # sent twice, or by two at once: the first one stands
        if not twins and open_stage(asking, today) is not stage:
            raise NotAsked
        person = await session.get_one(Person, asking.person_id)
        if not is_paper and is_minor(person.birth_date, today) and await have_conflict(session, person.id):
            raise GuardianNeeded
        kept = await latest_questions(session, asking.line_id)
        if kept is None:
            raise NotFound
        answers = {}
        for question in of_stage(read(kept.questions), stage):
            answers[question.key] = given.get(question.key, "")
            if answers[question.key] not in question.keys:
                raise AnswersIncomplete
        numbers = numbers_of(self.signer, asking.line_id, person.id)
        alike = likenesses_of(self.signer, asking.line_id, person)
        own = await session.scalar(select(FunderAnswer).where(FunderAnswer.number.in_(numbers)).limit(1))
        others = 0
        if own is None:  # whoever has answered at the beginning is known not to be a double
            others = (
                await session.scalar(
                    select(func.count())
                    .select_from(FunderAnswer)
                    .where(
                        FunderAnswer.line_id == asking.line_id,
                        FunderAnswer.stage == stage,
                        FunderAnswer.likeness.in_(alike),
                    )
                )
                or 0
            )
        state = AskState.DOUBLE if others and not twins else AskState.ANSWERED
        if state is AskState.ANSWERED:
            session.add(
                FunderAnswer(
                    number=own.number if own else numbers[0], stage=stage, line_id=asking.line_id,
                    likeness=own.likeness if own else alike[0], namesake=own.namesake if own else others,
                    questions_version=kept.version, answers=answers,
                )
            )  # fmt: skip
        if stage is Stage.ENTRY:
            asking.entry = state
        else:
            asking.exit = state
        await session.flush()
        return state


async def _asking(session: AsyncSession, asking_id: UUID) -> FunderAsking:
    """Behind the lock of the line: of two at once the second sees what the first has said."""
    line_id = await session.scalar(select(FunderAsking.line_id).where(FunderAsking.id == asking_id))
    if line_id is None:
        raise NotFound
    survey = await survey_of(session, line_id, lock=True)
    if survey is None or not survey.is_on:
        raise NotAsked
    asking: FunderAsking | None = await session.scalar(
        select(FunderAsking).where(FunderAsking.id == asking_id).with_for_update()
    )
    if asking is None:
        raise NotFound
    return asking


def _refuse_forged(signer: Signer, asking: FunderAsking, token: str) -> None:
    if not signer.matches(token, LINK, asking.id, asking.link_version):
        raise NotFound
