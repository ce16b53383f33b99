"""The bytes of an export. It leaves the house: small numbers of people are hidden, whoever reads it (decision 0062).

A table about a month or a quarter tells the sum of the people alone: with the year beside them they would fill its gaps (0069).
"""

from lms.reports.exporting.models import ExportFormat
from lms.reports.figures.whole import Data
from lms.reports.freezing.paper import span_in
from lms.reports.statistics import telling as statistics
from lms.reports.statistics.whole import KIND
from lms.reports.telling import flat, sections, sight_of
from lms.web.csv import csv_text
from lms.web.language import use_locale
from lms.web.xlsx import book_bytes


def drawn(data: Data, form: ExportFormat) -> bytes:
    """The table in German, for offices."""
    with use_locale("de"):
        is_vhs = data["kind"] == KIND
        sight = sight_of(span_in(data))
        told = flat(statistics.sections(data, sees_all=False) if is_vhs else sections(data, sight))
        if form is ExportFormat.CSV:
            return csv_text(told).encode("utf-8-sig")
        sheets = [("Zusammenfassung", told)]
        if is_vhs:
            sheets.append(("Veranstaltungen", statistics.event_rows(data, sees_all=False)))
        return book_bytes(sheets)
