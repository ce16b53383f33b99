"""Tables for a spreadsheet: no cell becomes a formula, and German spreadsheets read numbers and dates."""

from datetime import UTC, date, datetime

import pytest

from lms.web.csv import Cell, csv_file, csv_text


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\0"])
def test_a_text_that_looks_like_a_formula_stays_a_text(sign: str) -> None:
    assert csv_text([[f"{sign}1+1"]]).strip("\r\n").lstrip('"').startswith("'")


def test_numbers_and_days_are_written_as_german_spreadsheets_read_them() -> None:
    row: list[Cell] = ["Saal; groß", -3, 2.5, date(2026, 12, 1), datetime(2026, 12, 1, 17, tzinfo=UTC), None]

    assert csv_text([row]) == '"Saal; groß";-3;2,5;01.12.2026;01.12.2026 18:00;\r\n'


def test_the_file_says_that_it_is_utf_8_and_is_downloaded() -> None:
    answer = csv_file("auslastung.csv", [["Ä"]])

    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''auslastung.csv"
