"""What is handed out: noted, fetched for a day by whoever asked, and an archive that describes itself (GoBD)."""

import hashlib
import io
import zipfile
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from lms.audit.models import AuditEntry
from lms.banking.gathering import facts_of, matcher_for
from lms.banking.queries import open_lines, sort_lines
from lms.banking.service import LineClearing, StatementFiles
from lms.billing.einvoice.models import ElectronicOriginal, Flavour
from lms.billing.models import EntryKind, RefundMeans
from lms.billing.paper import invoice_pdf
from lms.billing.refunds.service import Refunds
from lms.billing.service import Debtor, charge, issue_invoice
from lms.billing.write_offs import WriteOffs
from lms.books.accounts import Accounts
from lms.books.archive import maker
from lms.books.archive_tables import TABLES, rows_of
from lms.books.chart import USUAL_CHART
from lms.books.closing import Closing
from lms.books.errors import NumbersMissing, PeriodUnfit
from lms.books.exporting import Exports, content_of, export_of, forget_files, may_fetch
from lms.books.journal import reach
from lms.books.models import BookExport, ExportPart, ExportState
from lms.db import Begin
from lms.jobs.worker import Worker
from lms.kernel.actor import SYSTEM
from lms.kernel.errors import Forbidden
from lms.kernel.rights import Identity
from lms.web.module import Around
from tests.banking.writing import Paid, camt
from tests.billing.refunding import proposed
from tests.books.booked import NOVEMBER, OCTOBER, a_sale, book, entry
from tests.making import BOTH, FixedClock, staff

pytestmark = BOTH
FINANCE, OTHER = staff(Identity.FINANCE), staff(Identity.FINANCE)
NOV = date(2026, 11, 1)
DEBTOR = dict.fromkeys(("contact", "street", "postal_code", "city", "order_number", "route_id", "email"), "")
ISSUER = {
    "name": "Zentrum",
    "address": "Hof 1",
    "phone": "+493904000100",
    "email": "",
    "tax_number": "",
    "iban": "",
}


async def invoiced(begin: Begin, name: str = "Ada =Müßig", **issuer: str) -> UUID:
    enrolment_id, debtor = uuid4(), Debtor(facts={"name": name} | DEBTOR)
    async with begin() as session:
        invoice = await issue_invoice(
            session, SYSTEM, enrolment_id=enrolment_id, debtor=debtor, tax_note="frei", at=NOVEMBER, due_on=date(2026, 12, 1),
            lines=[{"what": "participation", "amount_cents": 4500, "reference": "AAAA-BBBB", "run": "1001", "course_de": "Kurs", "starts_on": "", "person": "Ada"}],
            issuer=ISSUER | issuer,
        )  # fmt: skip
        charge(
            session, SYSTEM, enrolment_id=enrolment_id, debtor=debtor, amount_cents=4500, cause="price", at=NOVEMBER,
            invoice=invoice,
        )  # fmt: skip
    return invoice.id


async def fetched(begin: Begin, export_id: UUID) -> bytes:
    return b"".join([part async for part in content_of(begin, export_id)])


async def test_the_archive_holds_every_document_and_table_and_says_what_they_are(
    house: Around, begin: Begin, jobs: Worker
) -> None:
    first, second = await invoiced(begin), await invoiced(begin, "Zweite")
    await a_sale(begin, OCTOBER)
    await a_sale(begin, NOVEMBER)
    closing = Closing(house)
    for month in (date(2026, 10, 1), NOV):
        seen = (await closing.preview(FINANCE, month=month)).seen
        await closing.close(FINANCE, month=month, seen=seen)
    key = uuid4()

    for _ in range(2):  # sent twice
        await Exports(house).audit(FINANCE, export_id=key, first_day=NOV, last_day=date(2026, 11, 30))
    await jobs.drain()

    async with begin.reading() as session:
        export = await export_of(session, key)
        noted = await session.scalars(select(AuditEntry.action).where(AuditEntry.object_id == key))
        assert noted.all() == ["bulk-export"]
    content = await fetched(begin, key)
    assert (export.state, export.size) == (ExportState.READY, len(content))
    assert export.sha256 == hashlib.sha256(content).hexdigest()
    archive = zipfile.ZipFile(io.BytesIO(content))
    assert archive.testzip() is None
    assert set(archive.namelist()) == {
        "index.xml", "gdpdu-01-09-2004.dtd", "beschreibung.txt", "SHA256SUMS.txt", *(table.file for table in TABLES),
        "belege/RE-2026-00001.pdf", "belege/RE-2026-00002.pdf", "abschluesse/journal_2026-11.csv", "abschluesse/journal_2026-11.pdf",
    }  # fmt: skip
    assert archive.read("belege/RE-2026-00001.pdf") == await invoice_pdf(begin, first)
    assert archive.read("belege/RE-2026-00002.pdf") == await invoice_pdf(begin, second)
    for line in archive.read("SHA256SUMS.txt").decode().splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256(archive.read(name)).hexdigest() == digest
    lines = {table.file: archive.read(table.file).decode().splitlines() for table in TABLES}
    assert [len(lines[name]) - 1 for name in ("buchungen.csv", "rechnungen.csv", "rechnungszeilen.csv", "abschluesse.csv")] == [
        4, 2, 2, 1,
    ]  # fmt: skip
    assert export.rows == sum(len(found) - 1 for found in lines.values())


async def test_every_row_has_as_many_cells_as_columns_are_described(house: Around, begin: Begin) -> None:
    await invoiced(begin)
    await Accounts(house).change(FINANCE, chart=USUAL_CHART)
    when = reach(date(2026, 1, 1), date(2026, 12, 31))
    for table in TABLES:
        async with begin.reading() as session:
            rows = [row async for row in rows_of(session, table, when)]
        assert {len(row) for row in rows} <= {len(table.columns)}, table.file


async def test_cash_paid_out_is_no_reversal_and_who_gave_up_money_is_in_the_trail(
    house: Around, begin: Begin
) -> None:
    refund = await proposed(house, FINANCE, 4500, means=RefundMeans.CASH)
    await Refunds(house).hand_out(FINANCE, refund_id=refund.id)
    charged = uuid4()
    await book(begin, entry(EntryKind.CHARGE, 4500, enrolment_id=charged))
    await WriteOffs(house).write_off(
        FINANCE, proposal_id=uuid4(), enrolment_id=charged, amount_cents=4500, reason="verzogen"
    )
    when, rows = reach(date(2026, 1, 1), date(2026, 12, 31)), {}

    async with begin.reading() as session:
        for table in TABLES:
            rows[table.file] = [row async for row in rows_of(session, table, when)]

    assert [row[1] for row in rows["quittungen.csv"]] == ["Auszahlung"]
    actions = [row[3] for row in rows["protokoll.csv"]]
    assert [one for one in actions if one in {"cash.payout", "write_off.done"}] == [
        "cash.payout",
        "write_off.done",
    ]


async def test_killed_half_way_it_begins_anew_and_twice_is_as_good_as_once(
    house: Around, begin: Begin
) -> None:
    await invoiced(begin)
    key = uuid4()
    await Exports(house).audit(FINANCE, export_id=key, first_day=NOV, last_day=date(2026, 11, 30))
    async with begin() as session:  # what an attempt had stored before the power went
        session.add_all(ExportPart(export_id=key, number=number, content=b"half") for number in range(3))

    for _ in range(2):
        await maker(house)({"export_id": str(key)})

    assert zipfile.ZipFile(io.BytesIO(await fetched(begin, key))).testzip() is None


async def test_only_whoever_asked_fetches_it_and_only_for_a_day(
    house: Around, begin: Begin, clock: FixedClock
) -> None:
    await invoiced(begin)
    key = uuid4()
    await Exports(house).audit(FINANCE, export_id=key, first_day=NOV, last_day=date(2026, 11, 30))
    await maker(house)({"export_id": str(key)})
    async with begin.reading() as session:
        export = await export_of(session, key)

    assert (may_fetch(FINANCE, export, clock()), may_fetch(OTHER, export, clock())) == (True, False)
    clock.forward(hours=24)
    assert not may_fetch(FINANCE, export, clock())
    clock.forward(seconds=1)
    await forget_files(begin, clock)

    async with begin.reading() as session:
        assert await session.scalar(select(func.count()).select_from(ExportPart)) == 0
        assert (await export_of(session, key)).state is ExportState.GONE


async def test_a_batch_for_datev_is_final_once_the_month_is_closed(house: Around, begin: Begin) -> None:

    await invoiced(begin)
    exports, key = Exports(house), uuid4()
    with pytest.raises(NumbersMissing):
        await exports.datev(FINANCE, export_id=key, month=NOV)
    await Accounts(house).change(FINANCE, chart=replace(USUAL_CHART, consultant=1001, client=1))

    made = [await exports.datev(FINANCE, export_id=key, month=NOV) for _ in range(2)]
    closing = Closing(house)
    await closing.close(FINANCE, month=NOV, seen=(await closing.preview(FINANCE, month=NOV)).seen)
    final = await exports.datev(FINANCE, export_id=uuid4(), month=NOV)

    assert [one.id for one in made] == [key, key]
    assert [(one.is_final, one.rows) for one in (made[0], final)] == [(False, 1), (True, 1)]
    assert b'"RE-2026-00001"' in await fetched(begin, final.id)
    async with begin.reading() as session:
        assert await session.scalar(select(func.count()).select_from(BookExport)) == 2


async def test_others_hand_nothing_out_and_no_time_reaches_into_the_future(
    house: Around, clock: FixedClock
) -> None:
    exports, today = Exports(house), clock().date()
    with pytest.raises(Forbidden):
        await exports.audit(staff(Identity.ENROLMENT), export_id=uuid4(), first_day=NOV, last_day=today)
    for first, last in (
        (today, today + timedelta(days=1)),
        (today, today - timedelta(days=1)),
        (date(1, 1, 1), today),
    ):
        with pytest.raises(PeriodUnfit):
            await exports.audit(FINANCE, export_id=uuid4(), first_day=first, last_day=last)


async def test_a_document_that_cannot_be_drawn_is_named_and_holds_nobody_up(
    house: Around, begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, _ = await invoiced(begin), await invoiced(begin)

    async def drawn(begin: Begin, invoice_id: UUID) -> bytes:
        if invoice_id == broken:
            raise ValueError
        return await invoice_pdf(begin, invoice_id)

    monkeypatch.setattr("lms.books.archive.invoice_pdf", drawn)
    key = uuid4()
    await Exports(house).audit(FINANCE, export_id=key, first_day=NOV, last_day=date(2026, 11, 30))

    await maker(house)({"export_id": str(key)})

    archive = zipfile.ZipFile(io.BytesIO(await fetched(begin, key)))
    assert [name for name in archive.namelist() if name.startswith("belege/")] == ["belege/RE-2026-00002.pdf"]
    assert archive.read("fehlende-belege.txt").decode().splitlines() == ["RE-2026-00001"]


async def test_an_export_that_nobody_could_make_says_so_after_a_day(
    house: Around, begin: Begin, clock: FixedClock
) -> None:
    key = uuid4()
    await Exports(house).audit(FINANCE, export_id=key, first_day=NOV, last_day=date(2026, 11, 30))
    clock.forward(hours=24, seconds=1)

    await forget_files(begin, clock)

    async with begin.reading() as session:
        assert (await export_of(session, key)).state is ExportState.FAILED


async def test_the_archive_holds_electronic_originals_and_what_the_bank_told(
    house: Around, begin: Begin
) -> None:
    invoice_id = await invoiced(begin)
    original = b"<Invoice/>"
    async with begin() as session:
        session.add(
            ElectronicOriginal(
                invoice_id=invoice_id, flavour=Flavour.XRECHNUNG, sha256=hashlib.sha256(original).hexdigest(),
                content=original, written_at=NOVEMBER,
            )
        )  # fmt: skip
    november = camt([Paid(4500, "RE-2026-00001", "Ada", day=date(2026, 11, 30))])
    await StatementFiles(house).bring(FINANCE, file_name="november.xml", content=november)
    december = camt([Paid(100, "Miete", "Ben", day=date(2026, 12, 1))], sequence=2)
    await StatementFiles(house).bring(FINANCE, file_name="dezember.xml", content=december)
    await LineClearing(house).book_matched(FINANCE, seen=await mark(house))
    key = uuid4()
    await Exports(house).audit(FINANCE, export_id=key, first_day=NOV, last_day=date(2026, 11, 30))

    await maker(house)({"export_id": str(key)})

    archive = zipfile.ZipFile(io.BytesIO(await fetched(begin, key)))
    assert archive.read("belege/RE-2026-00001.xml") == original
    rows = {
        name: archive.read(f"{name}.csv").decode("utf-8-sig").splitlines()[1:]
        for name in ("kontoauszuege", "bankumsaetze", "umsatzentscheidungen", "umsatzbuchungen")
    }
    assert [len(found) for found in rows.values()] == [1, 1, 1, 1]
    assert "RE-2026-00001" in rows["bankumsaetze"][0]
    assert "booked" in rows["umsatzentscheidungen"][0]


async def mark(house: Around) -> str:
    async with house.begin.reading() as session:
        lines = await open_lines(session)
        return sort_lines(await matcher_for(session, [facts_of(line) for line, _ in lines]), lines).mark
