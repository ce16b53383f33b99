"""What participants were asked: a survey after a first session, one that has ended with seven answers, one that is open."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import func, select

from lms.accounts.models import Account
from lms.catalogue.models import Run, RunState
from lms.demo.filling.ground import Ground
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.scheduling.models import RunTrainer
from lms.surveys.models import (
    FeedbackChange,
    Occasion,
    Questionnaire,
    Survey,
    SurveyBox,
    SurveyMark,
    SurveyTrainer,
)
from lms.surveys.questions import first_questions, usual_questions, write
from lms.surveys.rules import OPEN_FOR, OPEN_WHILE_IT_RUNS

ANSWERED = 7
ALREADY = 2
LATER, OPENED = timedelta(hours=16), timedelta(days=20)
COMMENT = (
    "Wir machen nach jeder Stunde zehn Minuten Pause, und die Handzettel gibt es künftig in großer Schrift."
)
SAID, CHANGED = (
    "Die Schrift auf den Zetteln ist zu klein, und wir brauchen mehr Pausen.",
    "Alle Handzettel gibt es in großer Schrift. Nach jeder Stunde ist zehn Minuten Pause.",
)
SAID_EN, CHANGED_EN = (
    "The print on the handouts is too small, and we need more breaks.",
    "All handouts come in large print. There are ten minutes of break after each hour.",
)
GIVEN = {
    "overall": "5545354", "explained": "5554544", "pace": "1112011", "place": "434533", "again": "yyyyyyn",
}  # fmt: skip
TEXTS = {
    "liked": [
        "Viel Zeit zum Üben.",
        "Die Ruhe bei den Erklärungen.",
        "Dass man alles fragen darf.",
        "Nette Gruppe",
    ],
    "change": ["Größere Schrift auf den Zetteln", "Mehr Pausen", "Nichts."],
}
AT_FIRST = {"expected": "yyyyyyyn", "pace": "10110111", "follow": "yyynyyyy"}
AT_FIRST_TEXTS = {"wish": ["Bitte etwas lauter sprechen.", "Mehr selbst ausprobieren", "So weitermachen"]}
WORDS = {"y": "yes", "n": "no"}


async def fill_surveys(ground: Ground) -> None:
    """The questionnaire for all courses, used for runs that end from today on; two runs before were asked as well."""
    row = Questionnaire(
        title="Nach dem Kurs", changed_at=ground.now, used_since=ground.now, questions=write(usual_questions()),
        for_all=True,
    )  # fmt: skip
    row.id = ground.key()
    first = Questionnaire(
        title="Nach dem ersten Termin", changed_at=ground.now, used_since=ground.now,
        questions=write(first_questions()), occasion=Occasion.FIRST_SESSION, for_all=True,
    )  # fmt: skip
    first.id = ground.key()
    await ground.put([row, first])
    await _after_the_first(ground, first)
    opened = await _run(ground, ground.now - LATER, places=ALREADY + 1, with_figure=True)
    month = OPEN_FOR + timedelta(days=2)
    ended = await _run(ground, ground.now - month, places=ANSWERED, besides=opened)
    if ended is not None:
        survey = await _survey(ground, row, ended, opened_at=ended.ends_at)
        survey.closed_at = survey.closes_at
        survey.unit_id = survey.id
        survey.comment, survey.commented_at = COMMENT, ground.now - timedelta(days=1)
        box = SurveyBox(survey_id=survey.id, sheets=ANSWERED)
        box.tallies = _tallies(GIVEN)
        box.texts = TEXTS
        change = FeedbackChange(
            course_id=ended.course_id, said_de=SAID, changed_de=CHANGED, said_en=SAID_EN, changed_en=CHANGED_EN,
            published_at=ground.now - timedelta(days=1), survey_id=survey.id,
        )  # fmt: skip
        change.id = ground.key()
        await ground.put([box, change])
    if opened is not None:
        survey = await _survey(ground, row, opened, opened_at=ground.now - OPENED)
        survey.reminded_at = ground.now  # nobody is reminded of a survey about which nobody was written to
        await _answered(ground, survey)


def _tallies(given: Mapping[str, str]) -> dict[str, dict[str, int]]:
    return {key: dict(Counter(WORDS.get(one, one) for one in answers)) for key, answers in given.items()}


async def _after_the_first(ground: Ground, row: Questionnaire) -> None:
    """A run that goes on was asked about its first session, while something could still be changed."""
    over = ground.now - OPEN_WHILE_IT_RUNS - timedelta(days=1)
    run: Run | None = await ground.session.scalar(
        select(Run)
        .join(Enrolment, Enrolment.run_id == Run.id)
        .where(
            Run.state.in_((RunState.CONFIRMED, RunState.PUBLISHED)),
            Run.is_open_ended.is_(False),
            Run.starts_at < over,
            Run.ends_at > ground.now,
            Enrolment.state == EnrolmentState.CONFIRMED,
        )
        .group_by(Run.id)
        .having(func.count() >= len(AT_FIRST["expected"]))
        .order_by(Run.starts_at.desc(), Run.id)
        .limit(1)
    )
    if run is None or run.starts_at is None:
        return
    survey = await _survey(ground, row, run, opened_at=run.starts_at + LATER)
    survey.occasion, survey.closes_at = Occasion.FIRST_SESSION, survey.opened_at + OPEN_WHILE_IT_RUNS
    survey.closed_at, survey.unit_id = survey.closes_at, survey.id
    box = SurveyBox(survey_id=survey.id, sheets=len(AT_FIRST["expected"]))
    box.tallies, box.texts = _tallies(AT_FIRST), AT_FIRST_TEXTS
    await ground.put([box])


async def _run(
    ground: Ground, before: datetime, *, places: int, with_figure: bool = False, besides: Run | None = None
) -> Run | None:
    """The last run that ended before this with so many places; `with_figure`: one with somebody whom visitors can be."""
    confirmed = Enrolment.state == EnrolmentState.CONFIRMED
    wanted = (
        select(Run)
        .join(Enrolment, Enrolment.run_id == Run.id)
        .where(
            Run.state.in_((RunState.CONFIRMED, RunState.COMPLETED, RunState.PUBLISHED)),
            Run.ends_at < before,
            confirmed,
        )
        .group_by(Run.id)
        .having(func.count() >= places)
        .order_by(Run.ends_at.desc(), Run.id)
        .limit(1)
    )
    if with_figure:
        emails = [one.email for one in ground.demo.people.figure if one.email]
        own = (
            select(Enrolment.run_id)
            .join(Account, Account.person_id == Enrolment.person_id)
            .where(confirmed, Account.email.in_(emails))
        )
        wanted = wanted.where(Run.id.in_(own))
    if besides is not None:
        wanted = wanted.where(Run.id != besides.id)
    found: Run | None = await ground.session.scalar(wanted)
    return found


async def _survey(ground: Ground, row: Questionnaire, run: Run, *, opened_at: datetime | None) -> Survey:
    session = ground.session
    places = await session.scalar(
        select(func.count()).where(Enrolment.run_id == run.id, Enrolment.state == EnrolmentState.CONFIRMED)
    )
    opened = opened_at or ground.now
    survey = Survey(
        run_id=run.id, course_id=run.course_id, questionnaire_id=row.id, questionnaire_version=1,
        questions=row.questions, opened_at=opened, closes_at=opened + OPEN_FOR, places=places or 0,
    )  # fmt: skip
    survey.id = ground.key()
    await ground.put([survey])
    trainers = await session.scalars(select(RunTrainer.person_id).where(RunTrainer.run_id == run.id))
    await ground.put([SurveyTrainer(survey_id=survey.id, person_id=one) for one in trainers])
    return survey


async def _answered(ground: Ground, survey: Survey) -> None:
    """Two have answered by now, both without an account."""
    known = select(Account.person_id)
    places = await ground.session.scalars(
        select(Enrolment.id)
        .where(
            Enrolment.run_id == survey.run_id,
            Enrolment.state == EnrolmentState.CONFIRMED,
            Enrolment.person_id.not_in(known),
        )
        .order_by(Enrolment.created_at, Enrolment.id)
        .limit(ALREADY)
    )
    marked = places.all()
    box = SurveyBox(survey_id=survey.id, sheets=len(marked))
    box.tallies = {"overall": {"5": len(marked)}} if marked else {}
    await ground.put([box, *(SurveyMark(enrolment_id=one, survey_id=survey.id) for one in marked)])
