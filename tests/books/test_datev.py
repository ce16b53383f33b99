"""The booking batch for DATEV, read back field by field by the rules that DATEV publishes for its format."""

import csv
import io
import re
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from lms.billing.models import EntryKind, Means
from lms.books.booking import Booking, Fact, bookings_of
from lms.books.chart import USUAL_CHART, Account, Chart, Role
from lms.books.datev import COLUMNS, Batch, batch_file, fiscal_year
from lms.books.errors import NumbersMissing, TooManyBookings

CHART = replace(USUAL_CHART, consultant=29098, client=55003)
MADE = datetime(2026, 12, 1, 8, 30, 5, 123000, tzinfo=UTC)
HEADER = {
    1: r'"EXTF"', 2: "700", 3: "21", 4: '"Buchungsstapel"', 5: "13", 6: r"20\d{2}(0[1-9]|1[0-2])\d{2}[0-2]\d[0-5]\d[0-5]\d\d{3}",
    7: "", 8: r'"[A-Z]{2}"', 9: r'"\w{0,25}"', 10: r'"\w{0,25}"', 11: r"\d{4,7}", 12: r"\d{1,5}", 13: r"20\d{6}",
    14: "[4-8]", 15: r"20\d{6}", 16: r"20\d{6}", 17: r'"[\w.\-/ ]{0,30}"', 18: r'"([A-Z]{2}){0,2}"', 19: "[12]", 20: r"0|30|40|50|64",
    21: "[01]", 22: r'"[A-Z]{3}"', 23: "", 24: '""', 25: "", 26: "", 27: r'"(\d{2})?"', 28: r"\d{0,4}", 29: "", 30: '""', 31: r'".{0,16}"',
}  # fmt: skip
FIELDS = {
    "Umsatz (ohne Soll/Haben-Kz)": r"(?!0{1,10},00)\d{1,10},\d{2}", "Soll/Haben-Kennzeichen": r'"[SH]"', "WKZ Umsatz": r'"[A-Z]{3}"',
    "Konto": r"(?!0{1,9}$)\d{1,9}", "Gegenkonto (ohne BU-Schlüssel)": r"(?!0{1,9}$)\d{1,9}", "BU-Schlüssel": r'"(\d{4}|\d{0,2})"',
    "Belegdatum": r"(0[1-9]|[12]\d|3[01])(0[1-9]|1[0-2])", "Belegfeld 1": r'"[\w$%&*+\-/]{0,36}"', "Belegfeld 2": r'"[\w$%&*+\-/]{0,12}"',
    "Buchungstext": r'".{0,60}"', "KOST1 - Kostenstelle": r'"[\w ]{0,36}"', "Festschreibung": "[01]",
    "Fälligkeit": r"((0[1-9]|[12]\d|3[01])(0[1-9]|1[0-2])20\d{2})?",
}  # fmt: skip


def booked(**given: object) -> Booking:
    facts: dict[str, object] = {
        "entry_id": "key",
        "day": date(2026, 11, 3),
        "kind": EntryKind.CHARGE,
        "cents": 4500,
    }
    (booking,) = bookings_of(Fact(**facts | given), CHART)  # type: ignore[arg-type]
    return booking


def batch(chart: Chart = CHART, **given: object) -> Batch:
    facts: dict[str, object] = {
        "first": date(2026, 11, 1), "last": date(2026, 11, 30), "made_at": MADE, "chart": chart, "is_final": True, "name": "Lernzentrum 11/2026",
    }  # fmt: skip
    return Batch(**facts | given)  # type: ignore[arg-type]


def raw_fields(line: str) -> list[str]:
    """The fields of a line with their quotes, split only at semicolons outside of them."""
    return re.findall(r'(?:^|;)("(?:[^"]|"")*"|[^;]*)', line)


ODD = booked(
    document="RE-2026-00017 „x“;ß", receipt="KQ-2026-00001", payer='Müller "Söhne";\n& Co. 日本', text="K" * 90, cost_centre="4711-a;b",
    due_on=date(2026, 12, 3),
)  # fmt: skip
PLAIN = booked(
    kind=EntryKind.PAYMENT,
    cents=-123456789,
    provider=Means.TRANSFER,
    document="RE-2026-00017",
    receipt="KQ-2026-00001",
)


def test_the_file_has_the_header_of_version_700_and_125_columns_in_each_line() -> None:
    text = batch_file(batch(), [ODD, PLAIN]).decode("cp1252")
    lines = text.split("\r\n")

    assert (len(COLUMNS), lines[-1], len(lines)) == (125, "", 5)
    header = raw_fields(lines[0])
    assert len(header) == 31
    for number, pattern in HEADER.items():
        assert re.fullmatch(pattern, header[number - 1]), (number, header[number - 1])
    assert header[5] == "20261201093005123"  # on the clock of the venues
    assert header[10:16] == ["29098", "55003", "20260101", "4", "20261101", "20261130"]
    assert [len(raw_fields(line)) for line in lines[1:4]] == [125, 125, 125]


@pytest.mark.parametrize("booking", [ODD, PLAIN])
def test_every_field_keeps_to_its_form(booking: Booking) -> None:
    line = batch_file(batch(), [booking]).decode("cp1252").split("\r\n")[2]
    fields = dict(zip(COLUMNS, raw_fields(line), strict=True))

    for name, pattern in FIELDS.items():
        assert re.fullmatch(pattern, fields[name]), (name, fields[name])
    assert {name for name, value in fields.items() if value} <= set(FIELDS)


def test_what_is_read_back_is_what_was_booked() -> None:
    text = batch_file(
        batch(), [booked(document="RE-2026-00017", payer="Ada Müßig", cost_centre="4711"), PLAIN]
    ).decode("cp1252")
    rows = list(csv.DictReader(io.StringIO(text.split("\r\n", 1)[1]), delimiter=";"))

    assert [
        (
            row["Umsatz (ohne Soll/Haben-Kz)"],
            row["Soll/Haben-Kennzeichen"],
            row["Konto"],
            row["Gegenkonto (ohne BU-Schlüssel)"],
        )
        for row in rows
    ] == [("45,00", "S", "1200", "4100"), ("1234567,89", "H", "1200", "1800")]
    assert [row["Belegdatum"] for row in rows] == ["0311", "0311"]
    assert [row["Belegfeld 1"] for row in rows] == ["RE-2026-00017", "RE-2026-00017"]
    assert (rows[1]["Belegfeld 2"], rows[0]["Buchungstext"]) == ("KQ202600001", "Forderung Ada Müßig")
    assert (rows[0]["KOST1 - Kostenstelle"], rows[0]["Festschreibung"]) == ("4711", "1")


def test_the_key_is_that_of_the_contra_account() -> None:
    keyed = replace(CHART, accounts={**CHART.accounts, Role.REVENUE_STANDARD: Account("8400", "3")})
    (booking,) = bookings_of(
        Fact("key", date(2026, 11, 3), EntryKind.CHARGE, 11900, rates=((19, 11900),)), keyed
    )

    row = dict(
        zip(
            COLUMNS,
            raw_fields(batch_file(batch(keyed), [booking]).decode("cp1252").split("\r\n")[2]),
            strict=True,
        )
    )

    assert (row["Gegenkonto (ohne BU-Schlüssel)"], row["BU-Schlüssel"]) == ("8400", '"3"')


@pytest.mark.parametrize(
    ("consultant", "client"), [(0, 0), (1000, 1), (1001, 0), (10_000_000, 1), (1001, 100_000)]
)
def test_without_the_numbers_of_the_tax_adviser_there_is_no_file(consultant: int, client: int) -> None:
    with pytest.raises(NumbersMissing):
        batch_file(batch(replace(CHART, consultant=consultant, client=client)), [])


def test_a_batch_holds_at_most_what_datev_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lms.books.datev.MOST", 1)
    with pytest.raises(TooManyBookings):
        batch_file(batch(), [PLAIN, PLAIN])


@pytest.mark.parametrize(
    ("day", "first_month", "began"),
    [
        (date(2026, 11, 1), 1, date(2026, 1, 1)), (date(2026, 7, 1), 8, date(2025, 8, 1)),
        (date(2026, 8, 1), 8, date(2026, 8, 1)),
    ],
)  # fmt: skip
def test_the_fiscal_year_may_begin_in_any_month(day: date, first_month: int, began: date) -> None:
    assert fiscal_year(day, first_month) == began
