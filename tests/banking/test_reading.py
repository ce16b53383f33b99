"""Files of banks: CAMT.053, MT940 and CSV say the same things in three ways."""

import re
import time
import zipfile
from collections.abc import Sequence
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest

from lms.banking.errors import (
    ColumnsUnknown,
    EmptyStatement,
    FileTooLarge,
    NotAStatement,
    OnlyPreliminary,
    TooManyRows,
    UnsafeArchive,
    WrongTable,
)
from lms.banking.reading import files
from lms.banking.reading.amounts import cents, day
from lms.banking.reading.columns import Column
from lms.banking.reading.values import Format, ReadLine, ReadStatement
from tests.banking.writing import IBAN, SPARKASSE, Paid, camt, mt940, sparkasse

SAMPLES = Path(__file__).parent / "samples"
ADA = "DE89370400440532013000"


def sample(name: str) -> ReadStatement:
    (statement,) = files.read((SAMPLES / name).read_bytes())
    return statement


def lines(statement: ReadStatement) -> Sequence[ReadLine]:
    return [line for entry in statement.entries for line in entry.lines]


def test_camt_02_tells_days_balances_parties_and_the_payments_of_a_batch() -> None:
    statement = sample("camt053-02.xml")

    assert (statement.iban, statement.sequence, statement.format) == (IBAN, 231, Format.CAMT)
    assert (statement.opening_cents, statement.closing_cents, statement.cents) == (100_000, 113_200, 13_200)
    assert statement.skipped == 1
    assert [(line.amount_cents, line.name, line.text, line.reference) for line in lines(statement)] == [
        (4500, "Lehmann, Ada", "RE-2026-00001 Kurs Tablet", ""),
        (3000, "Ben Ohlsen", "", "RF18RE202600002"),
        (6000, "Cem Yilmaz", "RE 2026 00003", ""),
        (-300, "", "", ""),
    ]
    first, _, batched, reversal = lines(statement)
    assert (first.iban, first.bic, first.code, first.end_to_end) == (ADA, "COBADEFFXXX", "166", "")
    assert batched.end_to_end == "A-2"
    assert (reversal.is_reversal, reversal.kind) == (True, "STORNO")
    assert [entry.bank_ref for entry in statement.entries] == ["2026120300000001", "2026120300000002", ""]


def test_camt_08_tells_why_a_debit_came_back_and_what_it_costs() -> None:
    (line,) = lines(sample("camt053-08.xml"))

    assert (line.amount_cents, line.original_cents, line.fee_cents, line.reason) == (-4800, 4500, 300, "AC04")
    assert (line.name, line.iban, line.end_to_end, line.mandate) == (
        "Dora Petersen", ADA, "DEBIT-2026-17", "M-0042",
    )  # fmt: skip


def test_mt940_tells_the_same_with_its_subfields() -> None:
    statement = sample("kontoauszug.sta")
    received, returned, reversal = lines(statement)

    assert (statement.iban, statement.sequence) == (IBAN, 231)
    assert (statement.opening_cents, statement.closing_cents, statement.cents) == (100_000, 99_400, -600)
    assert (received.amount_cents, received.name, received.iban, received.text) == (
        4500, "LEHMANN, ADA", ADA, "RE-2026-00001 Kurs Tablet für Oma",
    )  # fmt: skip
    assert (returned.amount_cents, returned.original_cents, returned.fee_cents, returned.reason) == (
        -4800, 4500, 300, "AC04",
    )  # fmt: skip
    assert (returned.end_to_end, returned.mandate) == ("DEBIT-2026-17", "M-0042")
    assert (reversal.amount_cents, reversal.is_reversal) == (-300, True)


@pytest.mark.parametrize("name", ["sparkasse-v2.csv", "volksbank.csv", "dkb.csv"])
def test_tables_of_three_banks_are_known_by_their_headings(name: str) -> None:
    statement = sample(name)
    (ada,) = [line for line in lines(statement) if line.amount_cents == 4500]

    assert statement.iban == IBAN
    assert (ada.booked_on, ada.iban, ada.name.upper().replace(",", "")) in {
        (date(2026, 12, 3), ADA, "ADA LEHMANN"),
        (date(2026, 12, 3), ADA, "LEHMANN ADA"),
    }
    assert ada.text.startswith("RE-2026-00001")


def test_what_is_only_announced_is_left_out_and_the_balance_is_the_newest() -> None:
    assert [sample(name).skipped for name in ("sparkasse-v2.csv", "volksbank.csv", "dkb.csv")] == [1, 0, 1]
    assert sample("volksbank.csv").closing_cents == 881_044
    assert sample("dkb.csv").closing_cents == 103_950
    assert [line.name for line in lines(sample("dkb.csv"))] == ["Ada Lehmann", "Bürobedarf Müller"]


def test_a_returned_debit_in_a_table_keeps_what_was_collected_and_the_fee() -> None:
    returned = lines(sample("sparkasse-v2.csv"))[1]

    assert (returned.original_cents, returned.fee_cents, returned.reason, returned.end_to_end) == (
        4500, 300, "AC04", "DEBIT-2026-17",
    )  # fmt: skip


def test_columns_nobody_knows_are_asked_for_and_then_read() -> None:
    content = (SAMPLES / "unbekannt.csv").read_bytes()
    named = {Column.BOOKED: 0, Column.NAME: 1, Column.TEXT: 2, Column.AMOUNT: 3}

    with pytest.raises(ColumnsUnknown):
        files.read(content)
    (statement,) = files.read(content, columns=named, own_iban=IBAN)

    assert [(line.name, line.amount_cents) for line in lines(statement)] == [
        ("Ada Lehmann", 4500),
        ("Ben Ohlsen", 3000),
    ]
    assert statement.iban == IBAN


def test_the_same_bookings_are_read_alike_from_every_format() -> None:
    paid = [Paid(4500, "RE-2026-00001", "Ada Lehmann", ADA), Paid(-1250, "Papier & Stifte", "Laden", ADA)]

    told = [
        [
            (line.booked_on, line.amount_cents, line.name, line.iban, line.text)
            for line in lines(files.read(content)[0])
        ]
        for content in (camt(paid), camt(paid, version="02"), mt940(paid), sparkasse(paid))
    ]

    assert told[1:] == [told[0]] * 3


def test_a_zip_of_a_bank_is_unpacked_within_limits() -> None:
    def packed(*named: tuple[str, bytes]) -> bytes:
        stream = BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in named:
                archive.writestr(name, content)
        return stream.getvalue()

    two = packed(("1.xml", camt([Paid(100)])), ("2.xml", camt([Paid(200)], sequence=2)), ("lies.txt", b"x"))

    assert [one.cents for one in files.read(two)] == [100, 200]
    with pytest.raises(UnsafeArchive):
        files.read(packed(("bombe.xml", b" " * 60_000_000)))
    with pytest.raises(UnsafeArchive):
        files.read(packed(*((f"{number}.xml", b"<a/>") for number in range(101))))
    with pytest.raises(NotAStatement):
        files.read(packed(("[Content_Types].xml", b"<a/>"), ("xl/workbook.xml", b"<a/>")))
    with pytest.raises(NotAStatement):
        files.read(two[:60])
    damaged = bytearray(two)
    damaged[40:60] = b"\xff" * 20
    with pytest.raises(NotAStatement):
        files.read(bytes(damaged))


@pytest.mark.parametrize(
    ("written", "instead"),
    [
        (b"PK\x01\x02", b"PK\x01\x02"[::-1]),
        ("ä.xml".encode(), b"\xff\xff.xml"),  # no letters of UTF-8, which the archive says they are
        (b"PK\x05\x06" + b"\x00" * 4, b"PK\x05\x06" + b"\x00" * 4 + b"\x09\x09"),
    ],
)
def test_a_damaged_zip_is_refused_whatever_is_wrong_with_it(written: bytes, instead: bytes) -> None:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("ä.xml", camt([Paid(100)]))
    whole = stream.getvalue()
    damaged = whole.replace(written, instead)

    assert damaged != whole
    with pytest.raises(NotAStatement):
        files.read(damaged)
    with pytest.raises(NotAStatement):
        files.read(whole[:30] + whole[60:])


def test_what_no_column_holds_is_not_read() -> None:
    endless = camt([Paid(4500, iban="DE" + "1" * 4000)]).replace(
        b"<ElctrncSeqNb>1<", b"<ElctrncSeqNb>%s<" % (b"9" * 18)
    )
    returned = camt([Paid(-4800, reason="AC04", original_cents=4500, fee_cents=9 * 10**9)])
    table = sparkasse([Paid(4500, "x" * 1000)]).replace(b'"EUR"', b'"EUR\x00"')

    (statement,), (back,), (listed,) = files.read(endless), files.read(returned), files.read(table)

    assert (statement.sequence, lines(statement)[0].iban) == (None, "DE" + "1" * 32)
    assert (lines(back)[0].original_cents, lines(back)[0].fee_cents) == (4500, 0)
    assert lines(listed)[0].currency == "EUR"


def test_a_payment_in_foreign_money_counts_as_what_the_bank_booked() -> None:
    content = camt([Paid(4500, "RE-2026-00001", "Ada")]).replace(
        b"<RltdPties>", b'<Amt Ccy="USD">52.20</Amt><RltdPties>'
    )

    assert [(line.amount_cents, line.currency) for line in lines(files.read(content)[0])] == [(4500, "EUR")]


def test_a_table_with_balances_may_begin_with_what_is_only_announced() -> None:
    table = """Buchungstag;Status;Auftraggeber;Verwendungszweck;Betrag;Saldo
;Vorgemerkt;Stadt;kommt erst;3,00;
04.12.2026;Gebucht;Ada;RE-2026-00001;45,00;145,00
03.12.2026;Gebucht;Ben;RE-2026-00002;30,00;100,00
"""

    (statement,) = files.read(table.encode())

    assert (statement.closing_cents, statement.skipped, statement.cents) == (14_500, 1, 7500)


def test_a_field_of_endless_digits_takes_no_time() -> None:
    begun = time.process_time()

    with pytest.raises(ValueError, match="1x"):
        cents("1" * 100_000 + "x")

    assert time.process_time() - begun < 1


BOMB = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>'
THIEF = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", NotAStatement),
        (b"\x00\x01\x02", NotAStatement),
        (b"%PDF-1.7", NotAStatement),
        (b"Guten Tag, anbei der Auszug.", NotAStatement),
        (b"<html><body>Anmelden</body></html>", NotAStatement),
        (BOMB, NotAStatement),
        (THIEF, NotAStatement),
        (camt([Paid(1)])[:-40], NotAStatement),
        (camt([Paid(1)]).replace(b">0.01<", b">0.001<"), NotAStatement),
        (camt([Paid(1)]).replace(b">0.01<", b">1e99<"), NotAStatement),
        (camt([Paid(1)]).replace(b">0.01<", b">1e999999<"), NotAStatement),
        (camt([Paid(1)]).replace(b">0.01<", b">NaN<"), NotAStatement),
        (camt([Paid(1)]).replace(b"camt.053.001.08", b"camt.052.001.08"), OnlyPreliminary),
        (camt([Paid(1)]).replace(b"camt.053.001.08", b"pain.001.001.09"), NotAStatement),
        (b":20:X\n:25:1\n:60F:Unsinn\n", NotAStatement),
        ((SPARKASSE + "\n").encode(), EmptyStatement),
        (sparkasse([Paid(4500)]).replace(b'"45,00"', b'"fuenf"'), WrongTable),
        (sparkasse([Paid(4500)]).replace(b'"03.12.26"', b'"31.02.26"'), WrongTable),
        (b" " * 10_000_001, FileTooLarge),
        (b"Buchungstag;Betrag;Verwendungszweck\n" + b"01.01.2026;1,00;x\n" * 20_021, TooManyRows),
    ],
)  # fmt: skip
def test_a_wrong_file_is_refused_with_a_reason(content: bytes, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        files.read(content)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("45", 4500), ("45,00", 4500), ("-45,00", -4500), ("45,00-", -4500), ("1.234,56", 123_456), ("1,234.56", 123_456),
        ("1.234", 123_400), ("12.34", 1234), ("1.234.567", 123_456_700), ("+3,5", 350), ("45,00 €", 4500), ("EUR 45,00", 4500),
        ("−7,00", -700), ("0", 0),
    ],
)  # fmt: skip
def test_amounts_are_read_however_banks_write_them(written: str, meant: int) -> None:
    assert cents(written) == meant


@pytest.mark.parametrize("written", ["", "-", "abc", "1,234,5x", "12,34x"])
def test_what_is_no_amount_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=re.escape(written) or "^$"):
        cents(written)


def test_days_are_read_however_banks_write_them() -> None:
    assert {day(text) for text in ("03.12.2026", "03.12.26", "2026-12-03", "2026-12-03T10:00:00")} == {
        date(2026, 12, 3)
    }
