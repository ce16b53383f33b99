"""What the worker does by itself: opens surveys after the first and the last session, reminds once, closes, and forgets."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import cast
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Run, RunState
from lms.db import retried
from lms.jobs.queue import announce
from lms.kernel.clock import local
from lms.scheduling.models import RunTrainer, Session, SessionState, SessionTrainer
from lms.scheduling.queries import run_of
from lms.surveys import rules
from lms.surveys.answering import places_of
from lms.surveys.events import SurveyOpened, SurveyReminded
from lms.surveys.models import (
    Occasion,
    Questionnaire,
    QuestionnaireCourse,
    Survey,
    SurveyBox,
    SurveyMark,
    SurveyTrainer,
)
from lms.surveys.questions import read, wording_of
from lms.web.module import Around

OPENS, CLOSES = time(9), time(19)
"""Letters of ours begin in the daytime, at the venues."""
LOOKED_BACK = timedelta(days=14)
"""Runs that ended longer ago are not asked any more, for instance after the worker has stood still."""
AT_ONCE = 50
OPEN_FOR = {Occasion.FIRST_SESSION: rules.OPEN_WHILE_IT_RUNS, Occasion.LAST_SESSION: rules.OPEN_FOR}
ASKED = (RunState.PUBLISHED, RunState.CONFIRMED, RunState.COMPLETED)


class SurveyRhythm:
    """Each step in a transaction of its own, found again by what the rows say: killed anywhere, it goes on."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    async def act(self) -> None:
        """Whatever is due now."""
        await self.close_due()
        if OPENS <= local(self.clock()).time() < CLOSES:
            await self.open_due()
            await self.remind_due()

    async def open_due(self) -> None:
        """Ask about runs that have begun or are over, and for whose course there is a questionnaire."""
        now = self.clock()
        for occasion in Occasion:
            async with self.begin.reading() as session:
                run_ids = await _to_ask(session, occasion, now)
            for run_id in run_ids:
                await self.open(run_id, occasion)

    @retried
    async def open(self, run_id: UUID, occasion: Occasion = Occasion.LAST_SESSION) -> None:
        """Begin the survey of this run, once; nothing happens where nobody has a place or nothing is to be asked."""
        now = self.clock()
        async with self.begin() as session:
            run = await run_of(session, run_id, lock=True)
            known = await session.scalar(
                select(Survey.id).where(Survey.run_id == run_id, Survey.occasion == occasion)
            )
            questionnaire = await questionnaire_for(session, run, occasion)
            places = await places_of(session, run_id)
            if known or questionnaire is None or not questionnaire.questions or not places:
                return
            survey = Survey(
                run_id=run_id, course_id=run.course_id, questionnaire_id=questionnaire.id,
                questionnaire_version=questionnaire.version, questions=questionnaire.questions, opened_at=now,
                closes_at=now + OPEN_FOR[occasion], places=len(places), occasion=occasion,
            )  # fmt: skip
            session.add(survey)
            await session.flush()
            session.add(SurveyBox(survey_id=survey.id))
            session.add_all(
                SurveyTrainer(survey_id=survey.id, person_id=one) for one in await _taught_by(session, run_id)
            )
            announce(session, SurveyOpened(survey_id=survey.id, at=now), at=now)

    @retried
    async def remind_due(self) -> None:
        """A week after the first letter, once. After the first session nobody is reminded: one letter is enough for it."""
        now = self.clock()
        async with self.begin() as session:
            due = await session.scalars(
                select(Survey)
                .where(
                    Survey.occasion == Occasion.LAST_SESSION,
                    Survey.reminded_at.is_(None),
                    Survey.closed_at.is_(None),
                    Survey.opened_at <= now - rules.REMIND_AFTER,
                    Survey.closes_at > now,
                )
                .limit(AT_ONCE)
                .with_for_update()
            )
            for survey in due:
                survey.reminded_at = now
                announce(session, SurveyReminded(survey_id=survey.id, at=now), at=now)

    async def close_due(self) -> None:
        """Close what has been open for four weeks, the first opened first."""
        now = self.clock()
        async with self.begin.reading() as session:
            due = (
                await session.scalars(
                    select(Survey.id)
                    .where(Survey.closed_at.is_(None), Survey.closes_at <= now)
                    .order_by(Survey.closes_at, Survey.id)
                )
            ).all()
        for survey_id in due:
            await self.close(survey_id)

    @retried
    async def close(self, survey_id: UUID) -> None:
        """Take no more answers, forget who has answered, and settle for ever in which unit the answers are shown."""
        async with self.begin() as session:
            survey = await session.scalar(select(Survey).where(Survey.id == survey_id).with_for_update())
            if survey is None or survey.closed_at is not None or survey.closes_at > self.clock():
                return
            # one at a time for each course, so that no small survey is counted into two units
            await session.scalar(
                select(Survey.id).where(Survey.course_id == survey.course_id).limit(1)
                .order_by(Survey.id).with_for_update()
            )  # fmt: skip
            survey.closed_at = survey.closes_at
            survey.typed = []
            survey.paper_due = 0
            survey.version += 1
            await session.execute(delete(SurveyMark).where(SurveyMark.survey_id == survey_id))
            await session.flush()
            await _settle(session, survey)

    @retried
    async def forget_due(self) -> None:
        """Two years after closing, the words that people wrote; the counts stay."""
        async with self.begin() as session:
            boxes = await session.scalars(
                select(SurveyBox)
                .join(Survey, Survey.id == SurveyBox.survey_id)
                .where(
                    Survey.closed_at < self.clock() - rules.TEXTS_KEPT,
                    Survey.closed_at > self.clock() - 2 * rules.TEXTS_KEPT,
                )
            )
            for box in boxes:
                if box.texts:
                    box.texts = {}


async def questionnaire_for(session: AsyncSession, run: Run, occasion: Occasion) -> Questionnaire | None:
    """What is asked about a run: the questionnaire of its course, else the one for all; none for older runs."""
    ended_at = await session.scalar(select(_ended_at(occasion)).where(Run.id == run.id))
    found = await session.scalars(
        select(Questionnaire)
        .outerjoin(QuestionnaireCourse, QuestionnaireCourse.questionnaire_id == Questionnaire.id)
        .where(
            Questionnaire.occasion == occasion,
            Questionnaire.ended_at.is_(None),
            Questionnaire.used_since <= ended_at,
            or_(QuestionnaireCourse.course_id == run.course_id, Questionnaire.for_all),
        )
        .order_by(Questionnaire.for_all)
        .limit(1)
    )
    return found.first()


async def _to_ask(session: AsyncSession, occasion: Occasion, now: datetime) -> Sequence[UUID]:
    ended_at = _ended_at(occasion)
    used = (
        select(Questionnaire.id)
        .outerjoin(QuestionnaireCourse, QuestionnaireCourse.questionnaire_id == Questionnaire.id)
        .where(
            Questionnaire.occasion == occasion,
            Questionnaire.ended_at.is_(None),
            Questionnaire.used_since <= ended_at,
            or_(QuestionnaireCourse.course_id == Run.course_id, Questionnaire.for_all),
        )
    )
    asked = select(Survey.id).where(Survey.run_id == Run.id, Survey.occasion == occasion)
    wanted = select(Run.id).where(
        Run.state.in_(ASKED), ended_at <= now, ended_at > now - LOOKED_BACK, used.exists(), ~asked.exists(),
        # a club has neither a first session that all share nor a last one, until the team has ended it
        Run.is_open_ended.is_(False),
    )  # fmt: skip
    if occasion is Occasion.FIRST_SESSION:
        # with a single session, or when the last one is over too, the questions after the last one are enough
        wanted = wanted.where(Run.session_count > 1, Run.starts_at <= now, Run.ends_at > now)
    found = await session.scalars(wanted.order_by(Run.ends_at, Run.id).limit(AT_ONCE))
    return found.all()


def _ended_at(occasion: Occasion) -> ColumnElement[datetime]:
    """When the session after which people are asked was over: a column of `Run`, or the end of its first session."""
    if occasion is Occasion.LAST_SESSION:
        return cast(ColumnElement[datetime], Run.ends_at)
    return (
        select(func.min(Session.ends_at))
        .where(Session.run_id == Run.id, Session.state == SessionState.PLANNED)
        .correlate(Run)
        .scalar_subquery()
    )


async def _taught_by(session: AsyncSession, run_id: UUID) -> Sequence[UUID]:
    """The trainers of the run; where it has none, those of its sessions."""
    of_run = (await session.scalars(select(RunTrainer.person_id).where(RunTrainer.run_id == run_id))).all()
    if of_run:
        return of_run
    found = await session.scalars(
        select(SessionTrainer.person_id)
        .join(Session, Session.id == SessionTrainer.session_id)
        .where(Session.run_id == run_id)
        .distinct()
    )
    return found.all()


async def _settle(session: AsyncSession, survey: Survey) -> None:
    """Give it a unit: its own, or one together with small ones that wait; none as long as they are fewer than five."""
    sheets = await session.scalar(select(SurveyBox.sheets).where(SurveyBox.survey_id == survey.id)) or 0
    if sheets >= rules.FEWEST:
        survey.unit_id = survey.id
        return
    rows = await session.execute(
        select(Survey, SurveyBox.sheets)
        .join(SurveyBox, SurveyBox.survey_id == Survey.id)
        .where(
            Survey.course_id == survey.course_id,
            Survey.occasion == survey.occasion,
            Survey.closed_at.is_not(None),
            Survey.unit_id.is_(None),
        )
        .order_by(Survey.closes_at, Survey.id)
    )
    found = [(one, count) for one, count in rows]
    taught = await trainers_by_survey(session, [one.id for one, _ in found])
    alike = [
        (one, count)
        for one, count in found
        if taught[one.id] == taught[survey.id]
        and wording_of(read(one.questions)) == wording_of(read(survey.questions))
    ]
    unit_id = uuid4()
    for one in rules.together(alike):
        one.unit_id = unit_id


async def trainers_by_survey(
    session: AsyncSession, survey_ids: Sequence[UUID]
) -> dict[UUID, frozenset[UUID]]:
    """Who taught what was asked about; one statement."""
    rows = await session.execute(
        select(SurveyTrainer.survey_id, SurveyTrainer.person_id).where(
            SurveyTrainer.survey_id.in_(survey_ids)
        )
    )
    found: dict[UUID, set[UUID]] = {one: set() for one in survey_ids}
    for survey_id, person_id in rows:
        found[survey_id].add(person_id)
    return {survey_id: frozenset(people) for survey_id, people in found.items()}
