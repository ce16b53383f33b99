"""The file for the cash office: columns chosen and ordered, written as that office reads them (F-G13)."""

import csv
import io
from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from lms.billing.models import EntryKind, Means
from lms.books.booking import Booking, Fact, bookings_of
from lms.books.cash_file import COLUMNS, ENCODINGS, SEPARATORS, amount_as, cash_file, file_name_of
from lms.books.chart import USUAL_CHART
from lms.books.errors import ColumnsMissing, NameTaken
from lms.books.models import CashProfile, CashRows
from lms.books.profiles import Profiles, Wanted, profiles
from lms.db import Begin
from lms.kernel.errors import Forbidden, Stale
from lms.kernel.rights import Identity
from lms.web.module import Around
from tests.making import MOMENT, staff

FINANCE = staff(Identity.FINANCE)


def profile(*columns: str, **given: Any) -> CashProfile:
    usual: dict[str, Any] = {
        "name": "Stadtkasse", "rows": CashRows.ALL, "separator": "semicolon", "date_format": "plain", "amount_format": "comma",
        "encoding": "windows", "has_header": False, "file_name": "kasse_{jahr}-{monat}.csv", "changed_at": MOMENT,
    }  # fmt: skip
    return CashProfile(columns=list(columns), **usual | given)


def booked(kind: EntryKind, cents: int, **given: Any) -> Booking:
    facts: dict[str, Any] = {"payer": "Ada Müßig", "document": "RE-2026-00017", "cost_centre": "4711"} | given
    return bookings_of(Fact("key", date(2026, 11, 3), kind, cents, **facts), USUAL_CHART)[0]


CLAIM = booked(EntryKind.CHARGE, 123450, due_on=date(2026, 12, 1))
MONEY = booked(EntryKind.PAYMENT, -123450, provider=Means.CASH, receipt="KQ-2026-00001")


def test_columns_come_in_the_order_that_was_chosen() -> None:
    content, rows = cash_file(
        profile("claim", "signed", "day", "due_on", "means", has_header=True), [CLAIM, MONEY]
    )

    assert rows == 2
    assert content.decode("cp1252").split("\r\n") == [
        "Kassenzeichen;Betrag mit Vorzeichen;Buchungsdatum;Fälligkeit;Zahlweg",
        "RE-2026-00017;1234,50;20261103;20261201;",
        "RE-2026-00017;-1234,50;20261103;;Bar",
        "",
    ]


def test_claims_and_money_may_go_in_files_of_their_own() -> None:
    claims, money = (
        profile("sign", "amount", rows=CashRows.CLAIMS),
        profile("sign", "amount", rows=CashRows.MONEY),
    )

    assert cash_file(claims, [CLAIM, MONEY])[0] == b"S;1234,50\r\n"
    assert cash_file(money, [CLAIM, MONEY])[0] == b"H;1234,50\r\n"


@pytest.mark.parametrize(
    ("name", "cents", "written"),
    [
        ("comma", 123450, "1234,50"), ("point", -5, "-0.05"), ("grouped", 123456789, "1.234.567,89"), ("cents", -123450, "-123450"),
        ("comma", 0, "0,00"),
    ],
)  # fmt: skip
def test_amounts_are_written_as_the_office_reads_them(name: str, cents: int, written: str) -> None:
    assert amount_as(name, cents) == written


@pytest.mark.parametrize("separator", SEPARATORS)
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_way_of_writing_is_read_back(separator: str, encoding: str) -> None:
    odd = booked(EntryKind.CHARGE, 100, payer='Müller; "Söhne", | & Co.\nHof')
    content, _ = cash_file(profile(*COLUMNS, separator=separator, encoding=encoding), [odd])

    text = content.decode(ENCODINGS[encoding][1])
    (row,) = csv.reader(io.StringIO(text, newline=""), delimiter=SEPARATORS[separator][1])
    assert dict(zip(COLUMNS, row, strict=True))["payer"] == 'Müller; "Söhne", | & Co.\nHof'


def test_no_cell_becomes_a_formula_and_no_name_of_a_file_leads_elsewhere() -> None:
    content, _ = cash_file(profile("payer"), [booked(EntryKind.CHARGE, 100, payer="=1+1")])

    assert content == b"'=1+1\r\n"
    assert (
        file_name_of(profile("day", file_name="../../etc/{jahr}\r\nx:{monat}"), date(2026, 3, 1))
        == "etc_2026__x_03.csv"
    )


@pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
async def test_a_profile_is_kept_changed_and_deleted_and_nobody_overwrites_what_they_have_not_seen(
    house: Around, begin: Begin
) -> None:
    kept, one, other = Profiles(house), uuid4(), uuid4()
    wanted = Wanted("Stadtkasse", ("day", "claim", "nonsense"))

    for _ in range(2):  # sent twice
        made = await kept.keep(FINANCE, profile_id=one, wanted=wanted, version=0)
    changed = await kept.keep(
        FINANCE, profile_id=one, wanted=Wanted("Stadtkasse", ("claim", "day")), version=1
    )

    assert (made.columns, changed.columns, changed.version) == (["day", "claim"], ["claim", "day"], 2)
    with pytest.raises(Stale):
        await kept.keep(FINANCE, profile_id=one, wanted=wanted, version=1)
    with pytest.raises(NameTaken):
        await kept.keep(FINANCE, profile_id=other, wanted=wanted, version=0)
    with pytest.raises(ColumnsMissing):
        await kept.keep(FINANCE, profile_id=other, wanted=Wanted("Andere", ("nonsense",)), version=0)
    with pytest.raises(Forbidden):
        await kept.keep(staff(Identity.ENROLMENT), profile_id=other, wanted=wanted, version=0)
    for _ in range(2):
        await kept.delete(FINANCE, profile_id=one)
    async with begin.reading() as session:
        assert await profiles(session) == []
