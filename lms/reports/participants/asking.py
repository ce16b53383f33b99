"""What the worker does by itself: asks who is due, once for each person and line, and forgets in time."""

from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.db import retried
from lms.jobs.queue import announce
from lms.kernel.actor import SYSTEM
from lms.kernel.clock import local
from lms.reports.funding.models import FundingLine
from lms.reports.participants.events import FunderAsks
from lms.reports.participants.models import AskState, FunderAnswer, FunderAsking, FunderSurvey, Stage
from lms.reports.participants.queries import (
    EXIT_FOR,
    attending,
    is_due,
    latest_questions,
    survey_of,
    surveys,
)
from lms.reports.participants.questions import of_stage, read
from lms.web.module import Around

DAYS_A_YEAR = 366


class FunderRhythm:
    """Each line in a transaction of its own."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    async def act(self) -> None:
        """Whatever is due now."""
        async with self.begin.reading() as session:
            found = [(one.line_id, one.is_on) for one, _ in await surveys(session)]
        for line_id, is_on in found:
            if is_on:
                await self.ask(line_id)
            await self.forget(line_id)

    @retried
    async def ask(self, line_id: UUID) -> None:
        """Ask everybody who is due at the beginning, and after leaving those who have answered at the beginning."""
        now = self.clock()
        today = local(now).date()
        async with self.begin() as session:
            survey = await survey_of(session, line_id, lock=True)
            kept = await latest_questions(session, line_id)
            if survey is None or kept is None or not survey.is_on:
                return
            known = {
                one.person_id: one
                for one in await session.scalars(select(FunderAsking).where(FunderAsking.line_id == line_id))
            }
            asks_at_the_end = bool(of_stage(read(kept.questions), Stage.EXIT))
            for person_id, one in (await attending(session, line_id)).items():
                asking = known.get(person_id)
                if asking is None:
                    if is_due(one, survey, now):
                        asking = FunderAsking(line_id=line_id, person_id=person_id, asked_at=now)
                        asking.id = uuid4()
                        session.add(asking)
                        _tell(session, asking, Stage.ENTRY, self.clock())
                elif (
                    asks_at_the_end and asking.entry is AskState.ANSWERED and asking.exit is None
                    and one.left_at <= now < one.left_at + EXIT_FOR
                ):  # fmt: skip
                    asking.exit, asking.exit_until = (
                        AskState.ASKED,
                        max(today, local(one.left_at + EXIT_FOR).date()),
                    )
                    _tell(session, asking, Stage.EXIT, self.clock())

    @retried
    async def forget(self, line_id: UUID) -> None:
        """Delete answers, and who was asked, so many years after the line has ended as the team has said."""
        async with self.begin() as session:
            line = await session.get_one(FundingLine, line_id)
            survey = await survey_of(session, line_id, lock=True)
            ends = last_day_kept(line, survey) if survey else None
            if ends is None or ends >= local(self.clock()).date():
                return
            gone = (
                await session.scalars(
                    delete(FunderAnswer).where(FunderAnswer.line_id == line_id).returning(FunderAnswer.number)
                )
            ).all()
            await session.execute(delete(FunderAsking).where(FunderAsking.line_id == line_id))
            if gone:
                record(
                    session, SYSTEM, "funder_answers.deleted", at=self.clock(), kind="funding_line", object_id=line_id,
                    after={"answers": len(gone)},
                )  # fmt: skip


def last_day_kept(line: FundingLine, survey: FunderSurvey) -> date | None:
    """Until when answers are kept; None as long as the end of the line is not known."""
    ended = line.ends_on or (local(line.ended_at).date() if line.ended_at else None)
    return None if ended is None else ended + timedelta(days=DAYS_A_YEAR * survey.kept_years)


def _tell(session: AsyncSession, asking: FunderAsking, stage: Stage, at: datetime) -> None:
    announce(session, FunderAsks(asking_id=asking.id, stage=stage.value, at=at), at=at)
