"""The table of contents of `reports`, for app.py."""

from datetime import timedelta

from lms.jobs.worker import Periodic
from lms.reports.evidence.pages import AttendanceEvidencePages
from lms.reports.exporting.events import ExportMade
from lms.reports.exporting.letters import send_export
from lms.reports.exporting.pages import ExportPages
from lms.reports.exporting.service import Exports
from lms.reports.freezing.pages import ReportPages
from lms.reports.freezing.service import Reports
from lms.reports.funding.assigning import Assigning
from lms.reports.funding.keeping import FundingLines
from lms.reports.funding.pages import FundingPages
from lms.reports.pages import FigurePages
from lms.reports.statistics.pages import StatisticsPages
from lms.reports.statistics.service import Statistics
from lms.reports.trainer_pages import TrainerFigurePages
from lms.web.module import Around, Module

EXPORTING = timedelta(hours=1)


def _export(around: Around) -> Periodic:
    return Periodic("make-exports", EXPORTING, Exports(around).make_due)


MODULE = Module(
    name="reports",
    controllers=[
        AttendanceEvidencePages, FigurePages, ReportPages, FundingPages, TrainerFigurePages, StatisticsPages, ExportPages,
    ],
    services={
        "funder_reports": Reports, "funding_lines": FundingLines, "funding_hours": Assigning, "statistics": Statistics,
        "exports": Exports,
    },
    listeners={ExportMade: [send_export]},
    periodic=[_export],
)  # fmt: skip
