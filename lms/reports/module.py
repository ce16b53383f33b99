"""The table of contents of `reports`, for app.py."""

from datetime import timedelta

from lms.jobs.worker import Periodic
from lms.privacy.contract import PersonalData
from lms.reports.evidence.pages import AttendanceEvidencePages
from lms.reports.fairness.pages import FairnessPages, PublicDistrictPages
from lms.reports.freezing.pages import ReportPages
from lms.reports.freezing.service import Reports
from lms.reports.funding.assigning import Assigning
from lms.reports.funding.keeping import FundingLines
from lms.reports.funding.pages import FundingPages
from lms.reports.pages import FigurePages
from lms.reports.participants.answer_pages import FunderQuestionPages, OwnFunderQuestionPages
from lms.reports.participants.answering import FunderAnswers
from lms.reports.participants.asking import FunderRhythm
from lms.reports.participants.desk_pages import ParticipantDeskPages
from lms.reports.participants.events import FunderAsks
from lms.reports.participants.keeping import FunderSurveys
from lms.reports.participants.letters import ask
from lms.reports.participants.question_pages import FunderSurveyPages
from lms.reports.trainer_pages import TrainerFigurePages
from lms.web.module import Around, Module

BEAT = timedelta(hours=1)


def _ask(around: Around) -> Periodic:
    return Periodic("ask-for-funders", BEAT, FunderRhythm(around).act)


MODULE = Module(
    name="reports",
    controllers=[
        AttendanceEvidencePages,
        FairnessPages,
        FigurePages,
        PublicDistrictPages,
        ReportPages,
        FundingPages,
        FunderQuestionPages,
        OwnFunderQuestionPages,
        ParticipantDeskPages,
        FunderSurveyPages,
        TrainerFigurePages,
    ],
    services={
        "funder_reports": Reports,
        "funding_lines": FundingLines,
        "funding_hours": Assigning,
        "funder_answers": FunderAnswers,
        "funder_surveys": FunderSurveys,
    },
    listeners={FunderAsks: [ask]},
    periodic=[_ask],
    personal_data=[
        PersonalData(
            table="funder_asking",
            column="person_id",
            purpose="to ask each participant once for a funder; the answers are kept apart without a name",
            kept="1 to 30 years after the funding line has ended, as the funder demands",
        )
    ],
)
