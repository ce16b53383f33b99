"""The table of contents of `surveys`, for app.py."""

from datetime import timedelta

from lms.jobs.worker import Periodic
from lms.privacy.contract import PersonalData
from lms.surveys.answer_pages import AnswerPages, OwnSurveyPages
from lms.surveys.answering import Answers
from lms.surveys.change_pages import FeedbackChangePages
from lms.surveys.commenting import SurveyComments
from lms.surveys.desk_pages import SurveyDeskPages
from lms.surveys.events import SurveyOpened, SurveyReminded
from lms.surveys.keeping import Questionnaires
from lms.surveys.letters import ask, remind
from lms.surveys.publishing import FeedbackChanges
from lms.surveys.questionnaire_pages import QuestionnairePages
from lms.surveys.rhythm import SurveyRhythm
from lms.surveys.trainer_pages import SurveyTrainerPages
from lms.web.module import Around, Module

BEAT, FORGETTING = timedelta(minutes=30), timedelta(days=1)


def _act(around: Around) -> Periodic:
    return Periodic("surveys", BEAT, SurveyRhythm(around).act)


def _forget(around: Around) -> Periodic:
    return Periodic("forget-survey-texts", FORGETTING, SurveyRhythm(around).forget_due)


MODULE = Module(
    name="surveys",
    controllers=[
        AnswerPages,
        OwnSurveyPages,
        SurveyDeskPages,
        QuestionnairePages,
        FeedbackChangePages,
        SurveyTrainerPages,
    ],
    services={
        "survey_answers": Answers,
        "questionnaires": Questionnaires,
        "survey_comments": SurveyComments,
        "feedback_changes": FeedbackChanges,
    },
    listeners={SurveyOpened: [ask], SurveyReminded: [remind]},
    periodic=[_act, _forget],
    personal_data=[
        PersonalData(
            table="survey_trainer",
            column="person_id",
            purpose="to show trainers what the participants of their runs have said",
            kept="as long as the run is kept",
        )
    ],
)
