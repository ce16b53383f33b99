"""A report that was handed in as PDF and as a table, drawn from its frozen numbers alone; small numbers are hidden, it leaves the house."""

import json
from datetime import date
from pathlib import Path

from lms.kernel.errors import NotFound
from lms.reports.figures.spans import Span
from lms.reports.figures.whole import Data
from lms.reports.freezing.models import DocumentForm, Report, ReportKind
from lms.reports.statistics import telling as statistics
from lms.reports.statistics.whole import KIND
from lms.reports.telling import Section, flat, money, sections, sight_of
from lms.web.centre import the_centre
from lms.web.csv import Cell
from lms.web.formats import date_plain
from lms.web.language import gettext, use_locale
from lms.web.paper import Stationery
from lms.web.xlsx import book_bytes, xlsx_bytes

FOLDER = Path(__file__).parents[1]
PAPER = Stationery(FOLDER / "templates", FOLDER / "paper.css")


def title_of(report: Report, line_name: str = "") -> str:
    """How a report is called, in the reader's language."""
    if report.line_id is not None:
        return gettext("Report for the funder: %(line)s", line=line_name)
    if report.kind is ReportKind.VHS:
        return gettext("National statistics for %(year)s", year=report.first_day.year)
    return gettext("Report on the year") if _is_year(report) else gettext("Report on a time")


def _is_year(report: Report) -> bool:
    first, last = report.first_day, report.last_day
    return first == date(first.year, 1, 1) and last == date(first.year, 12, 31)


def told_outside(data: Data) -> list[Section]:
    """What leaves the house."""
    if data["kind"] == KIND:
        return statistics.sections(data, sees_all=False)
    is_part = data.get("line") is not None
    told = sections(data, sight_of(span_in(data), is_part=is_part))
    return [*told, money(data)] if is_part else told


def span_in(data: Data) -> Span:
    """The days that these numbers are about."""
    return Span(date.fromisoformat(data["first"]), date.fromisoformat(data["last"]))


def drawn(report: Report, form: DocumentForm) -> bytes:
    """The bytes. German always: it is read by offices. Heavy: never with a transaction open."""
    if report.handed_in_at is None:
        raise NotFound
    data = json.loads(report.data)
    with use_locale("de"):
        line_name = data["line"]["name"] if data["line"] else ""
        title = title_of(report, line_name)
        told = told_outside(data)
        if form is DocumentForm.XLSX:
            rows = _rows(report, title, told, data)
            if data["kind"] == KIND:
                return book_bytes(
                    [
                        ("Zusammenfassung", rows),
                        ("Veranstaltungen", statistics.event_rows(data, sees_all=False)),
                    ]
                )
            return xlsx_bytes(rows, sheet="Bericht")
    page = PAPER.words(
        "reports/paper.html",
        "de",
        report=report,
        title=title,
        told=told,
        data=data,
        centre_name=the_centre().name,
    )
    return PAPER.pdf(page, title=title, language="de", created=report.handed_in_at)


def _rows(report: Report, title: str, told: list[Section], data: Data) -> list[list[Cell]]:
    rows: list[list[Cell]] = [
        [title],
        [gettext("From and until"), date_plain(report.first_day), date_plain(report.last_day)],
        [gettext("Version"), report.version],
        [gettext("Checksum (SHA-256)"), report.sha256],
        [],
        *flat(told),
        [gettext("Evidence: runs")],
        [gettext("Course number"), gettext("Course"), gettext("Sessions held"), gettext("Minutes")],
        *(list(row) for row in data["runs"]),
    ]
    if data["meetings"]:
        rows += [
            [],
            [gettext("Evidence: sessions")],
            [gettext("Begins"), gettext("Course number"), gettext("Minutes")],
        ]
        rows += [list(row) for row in data["meetings"]]
    return rows
