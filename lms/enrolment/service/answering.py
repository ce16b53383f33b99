"""What participants answer to a run's own questions, until it begins, and forgetting it in time (F-E12)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.catalogue.models import Run
from lms.db import retried
from lms.enrolment import policy
from lms.enrolment.conditions import rules, words
from lms.enrolment.conditions.errors import AnswersClosed
from lms.enrolment.conditions.models import QuestionAnswer, RunQuestion
from lms.enrolment.conditions.queries import asks_of
from lms.enrolment.conditions.values import Answers
from lms.enrolment.models import LIVE, Enrolment
from lms.enrolment.queries import claim
from lms.enrolment.service.transactions import Transactions
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound

PURPOSE = "enrolment"


class Answering(Transactions):
    """Answers, changed and forgotten."""

    @retried
    async def answer(self, actor: Actor, *, enrolment_id: UUID, answers: Answers, token: str = "") -> None:
        """Answer a run's questions, all of them anew, until the run begins; the team also later.

        `token` is the one of the letters about the enrolment. Raises NotFound, AnswersClosed, AnswerMissing, AnswerRefused.
        """
        at = self.clock()
        async with self.begin() as session:
            found = await claim(session, enrolment_id)
            enrolment, run = found.enrolment, found.run
            by_staff = policy.is_enrolment_staff(actor)
            by_link = self.signer.matches(token, PURPOSE, enrolment.id, enrolment.link_version)
            if not (by_link or policy.reaches(actor, enrolment, "U")):
                raise NotFound
            await session.get(Enrolment, enrolment_id, with_for_update=True)  # two forms at once queue here
            if not by_staff and (enrolment.state not in LIVE or (run.starts_at and at >= run.starts_at)):
                raise AnswersClosed
            questions = (await asks_of(session, run)).questions
            kept = rules.checked_answers(
                questions,
                answers,
                name=found.person.name if found.person else "",
                words={one.id: words.wording(one) for one in questions},
            )
            await _write_answers(session, enrolment, questions, kept, at)
            record(
                session, actor, "enrolment.answered", at=at, kind="enrolment", object_id=enrolment.id,
                person_id=enrolment.person_id, after={"answers": len(kept)},
            )  # fmt: skip

    async def forget_answers(self) -> int:
        """Delete what was answered to questions whose time is over (F-E12); says how many answers."""
        at = self.clock()
        async with self.begin() as session:
            rows = await session.execute(
                select(RunQuestion.id, RunQuestion.kept_days, Run.ends_at)
                .join(Run, Run.id == RunQuestion.run_id)
                .where(
                    Run.ends_at <= at,
                    select(QuestionAnswer.id).where(QuestionAnswer.question_id == RunQuestion.id).exists(),
                )
            )
            due = [one for one, days, ends_at in rows if rules.is_to_be_deleted(ends_at, days, at)]
            if not due:
                return 0
            gone = await session.execute(
                delete(QuestionAnswer).where(QuestionAnswer.question_id.in_(due)).returning(QuestionAnswer.id)
            )
            return len(gone.all())


async def _write_answers(
    session: AsyncSession,
    enrolment: Enrolment,
    questions: Sequence[RunQuestion],
    kept: dict[UUID, list[str]],
    at: datetime,
) -> None:
    rows = await session.scalars(
        select(QuestionAnswer)
        .where(QuestionAnswer.enrolment_id == enrolment.id)
        .execution_options(populate_existing=True)
    )
    there = {one.question_id: one for one in rows}
    for question in questions:
        known, values = there.get(question.id), kept.get(question.id)
        if values is None:
            if known is not None:
                await session.delete(known)
        elif known is None:
            session.add(
                QuestionAnswer(
                    enrolment_id=enrolment.id,
                    question_id=question.id,
                    values=values,
                    wording=words.wording(question),
                    answered_at=at,
                )
            )
        elif known.values != values:
            known.values, known.wording, known.answered_at = values, words.wording(question), at
