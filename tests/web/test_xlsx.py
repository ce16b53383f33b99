"""Tables as Excel files, read back with another library: typed, without formulas, with a head that stays and filters (S-63)."""

from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import openpyxl
import pytest

from lms.web.csv import Cell
from lms.web.xlsx import xlsx_bytes


def sheet(rows: list[list[Cell]]) -> Any:
    return openpyxl.load_workbook(BytesIO(xlsx_bytes(rows))).active


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@x", "{=SUM(A1)}", "https://example.org", "007", "\t=1"]
)
def test_a_text_stays_a_text_whatever_it_looks_like(text: str) -> None:
    cell = sheet([["Head"], [text]])["A2"]

    assert (cell.data_type, cell.value, cell.hyperlink) == ("s", text, None)


def test_numbers_days_and_moments_keep_their_type() -> None:
    row: list[Cell] = [
        -3,
        Decimal("12.50"),
        date(2026, 12, 1),
        datetime(2026, 12, 1, 17, tzinfo=UTC),
        True,
        None,
    ]
    page = sheet([["a", "b", "c", "d", "e", "f"], row])

    assert [cell.value for cell in page[2]] == [
        -3,
        12.5,
        datetime(2026, 12, 1),  # noqa: DTZ001 - Excel knows no zones
        datetime(2026, 12, 1, 18),  # noqa: DTZ001
        True,
        None,
    ]
    assert [cell.data_type for cell in page[2]][:5] == ["n", "n", "d", "d", "b"]
    assert page["C2"].number_format == "dd.mm.yyyy"


def test_the_head_stays_in_sight_and_filters() -> None:
    page = sheet([["Name", "A very long heading that wants room"], ["x" * 500, 1]])

    assert (page.freeze_panes, page.auto_filter.ref) == ("A2", "A1:B2")
    assert page.column_dimensions["A"].width > 50
    assert page.column_dimensions["A"].width < 70


def test_an_empty_list_and_a_text_longer_than_a_cell_are_no_trouble() -> None:
    assert sheet([]).max_row == 1
    assert len(sheet([["x"], ["y" * 40_000]])["A2"].value) == 32_767
