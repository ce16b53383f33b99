"""The table of contents of `reports`, for app.py."""

from lms.reports.evidence.pages import AttendanceEvidencePages
from lms.reports.fairness.pages import FairnessPages, PublicDistrictPages
from lms.reports.freezing.pages import ReportPages
from lms.reports.freezing.service import Reports
from lms.reports.funding.assigning import Assigning
from lms.reports.funding.keeping import FundingLines
from lms.reports.funding.pages import FundingPages
from lms.reports.pages import FigurePages
from lms.reports.trainer_pages import TrainerFigurePages
from lms.web.module import Module

MODULE = Module(
    name="reports",
    controllers=[
        AttendanceEvidencePages,
        FairnessPages,
        FigurePages,
        PublicDistrictPages,
        ReportPages,
        FundingPages,
        TrainerFigurePages,
    ],
    services={"funder_reports": Reports, "funding_lines": FundingLines, "funding_hours": Assigning},
)
