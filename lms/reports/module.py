"""The table of contents of `reports`, for app.py."""

from datetime import timedelta

from lms.jobs.worker import Periodic
from lms.privacy.contract import PersonalData
from lms.reports.evidence.pages import AttendanceEvidencePages
from lms.reports.exporting.events import ExportMade
from lms.reports.exporting.letters import send_export
from lms.reports.exporting.pages import ExportPages
from lms.reports.exporting.service import Exports
from lms.reports.fairness.pages import FairnessPages, PublicDistrictPages
from lms.reports.freezing.making_pages import ReportMakingPages
from lms.reports.freezing.pages import ReportPages
from lms.reports.freezing.service import Reports
from lms.reports.freezing.version_pages import ReportVersionPages
from lms.reports.funding.assigning import Assigning
from lms.reports.funding.hours_pages import FundingHoursPages
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
from lms.reports.statistics.course_pages import CourseAreaPages
from lms.reports.statistics.pages import StatisticsPages
from lms.reports.statistics.service import Statistics
from lms.reports.trainer_pages import TrainerFigurePages
from lms.web.module import Around, Module

EACH_HOUR = timedelta(hours=1)


def _export(around: Around) -> Periodic:
    return Periodic("make-exports", EACH_HOUR, Exports(around).make_due)


def _ask(around: Around) -> Periodic:
    return Periodic("ask-for-funders", EACH_HOUR, FunderRhythm(around).act)


MODULE = Module(
    name="reports",
    controllers=[
        AttendanceEvidencePages,
        CourseAreaPages,
        ExportPages,
        FairnessPages,
        FigurePages,
        FunderQuestionPages,
        FunderSurveyPages,
        FundingHoursPages,
        FundingPages,
        OwnFunderQuestionPages,
        ParticipantDeskPages,
        PublicDistrictPages,
        ReportMakingPages,
        ReportPages,
        ReportVersionPages,
        StatisticsPages,
        TrainerFigurePages,
    ],
    services={
        "exports": Exports,
        "funder_answers": FunderAnswers,
        "funder_reports": Reports,
        "funder_surveys": FunderSurveys,
        "funding_hours": Assigning,
        "funding_lines": FundingLines,
        "statistics": Statistics,
    },
    listeners={ExportMade: [send_export], FunderAsks: [ask]},
    periodic=[_export, _ask],
    personal_data=[
        PersonalData(
            table="funder_asking",
            column="person_id",
            purpose="to ask each participant once for a funder; the answers are kept apart without a name",
            kept="1 to 30 years after the funding line has ended, as the funder demands",
        )
    ],
)
