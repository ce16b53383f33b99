"""Closing a month: once, in order, sealed; nothing is booked into it afterwards, and whoever tampers is found out (L-66)."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError

from lms.audit.models import AuditEntry
from lms.banking.service import StatementFiles
from lms.billing.models import EntryKind, Means
from lms.books.accounts import Accounts
from lms.books.chart import USUAL_CHART, Account, Role
from lms.books.closing import Closing, months, printed
from lms.books.errors import BookedMeanwhile, MonthNotOver, OtherMonthFirst
from lms.books.models import ClosePaper, MonthClose, PaperKind
from lms.books.sealing import GENESIS, faults
from lms.db import Begin
from lms.jobs.worker import Worker
from lms.kernel.errors import Forbidden, NotFound
from lms.kernel.rights import Identity
from lms.web.module import Around
from tests.banking.writing import Paid, camt
from tests.books.booked import NOVEMBER, OCTOBER, a_sale, book, entry
from tests.making import BOTH, FixedClock, staff

pytestmark = BOTH
FINANCE = staff(Identity.FINANCE)
OCT, NOV, DEC = date(2026, 10, 1), date(2026, 11, 1), date(2026, 12, 1)


@pytest.fixture
def closing(house: Around) -> Closing:
    return Closing(house)


async def closed(closing: Closing, month: date) -> MonthClose:
    seen = (await closing.preview(FINANCE, month=month)).seen
    return await closing.close(FINANCE, month=month, seen=seen)


async def all_faults(begin: Begin) -> list[str]:
    async with begin.reading() as session:
        return list(await faults(session))


async def test_a_month_is_looked_at_and_then_sealed(closing: Closing, begin: Begin, jobs: Worker) -> None:
    await a_sale(begin, OCTOBER)
    await book(begin, entry(EntryKind.CHARGE, 12000, OCTOBER, cause="price"))

    preview = await closing.preview(FINANCE, month=OCT)
    close = await closing.close(FINANCE, month=OCT, seen=preview.seen, note="geprüft")
    await jobs.drain()

    assert (preview.entry_count, preview.sum_cents, preview.difference_cents) == (3, 12000, 0)
    assert (preview.open_accounts, preview.owed_cents, preview.owing_cents) == (1, 12000, 0)
    assert [(one.account, one.debit_cents, one.credit_cents) for one in preview.sums] == [
        ("1200", 16500, 4500), ("1800", 4500, 0), ("4100", 0, 16500),
    ]  # fmt: skip
    assert (close.number, close.previous, close.sum_cents, close.note) == (1, GENESIS, 12000, "geprüft")
    async with begin.reading() as session:
        papers = {one.kind: one.content for one in await session.scalars(select(ClosePaper))}
        trail = (
            await session.scalars(select(AuditEntry.action).where(AuditEntry.object_id == close.id))
        ).all()
    written = [line.split(";")[1:5] for line in papers[PaperKind.CSV].decode("utf-8-sig").splitlines()[1:]]
    assert sorted(written) == [
        ["15.10.2026", "1200", "4100", "120,00"], ["15.10.2026", "1200", "4100", "45,00"],
        ["15.10.2026", "1800", "1200", "45,00"],
    ]  # fmt: skip
    assert papers[PaperKind.PDF].startswith(b"%PDF")
    assert trail == ["month.closed"]
    assert await all_faults(begin) == []


async def test_months_follow_one_another_and_only_when_they_are_over(
    closing: Closing, begin: Begin, clock: FixedClock
) -> None:
    await a_sale(begin, OCTOBER)
    await a_sale(begin, NOVEMBER)
    with pytest.raises(OtherMonthFirst):
        await closed(closing, NOV)
    with pytest.raises(NotFound):
        await closing.preview(FINANCE, month=date(2026, 11, 2))
    with pytest.raises(Forbidden):
        await closing.preview(staff(Identity.ENROLMENT), month=OCT)

    first, second = await closed(closing, OCT), await closed(closing, NOV)
    with pytest.raises(MonthNotOver):
        await closed(closing, DEC)
    # midnight at the venues, plus what is granted to those who began before it
    clock.moment = datetime(2026, 12, 31, 23, 9, 59, tzinfo=UTC)
    with pytest.raises(MonthNotOver):
        await closed(closing, DEC)
    clock.forward(seconds=1)
    third = await closed(closing, DEC)

    assert [one.number for one in (first, second, third)] == [1, 2, 3]
    assert (second.previous, third.previous) == (first.hash, second.hash)
    assert (third.entry_count, third.sum_cents) == (
        0,
        0,
    )  # a month in which nothing happened is closed like any other
    async with begin.reading() as session:
        listed = await months(session, clock())
    assert [(one.month, one.close is not None, one.is_next) for one in listed] == [
        (date(2027, 1, 1), False, False), (DEC, True, False), (NOV, True, False), (OCT, True, False),
    ]  # fmt: skip


async def test_closing_twice_at_once_is_one_close(closing: Closing, begin: Begin) -> None:
    await a_sale(begin, OCTOBER)
    seen = (await closing.preview(FINANCE, month=OCT)).seen

    made = await asyncio.gather(*(closing.close(FINANCE, month=OCT, seen=seen) for _ in range(4)))

    assert {one.id for one in made} == {made[0].id}
    async with begin.reading() as session:
        assert len((await session.scalars(select(MonthClose))).all()) == 1


async def test_what_was_booked_while_somebody_looked_is_shown_before_it_is_closed(
    closing: Closing, begin: Begin
) -> None:
    await a_sale(begin, OCTOBER)
    seen = (await closing.preview(FINANCE, month=OCT)).seen
    await a_sale(begin, OCTOBER + timedelta(days=1))

    with pytest.raises(BookedMeanwhile):
        await closing.close(FINANCE, month=OCT, seen=seen)

    assert (await closed(closing, OCT)).entry_count == 4


async def test_nothing_is_booked_into_a_closed_month_and_all_goes_on_in_the_next(
    closing: Closing, begin: Begin
) -> None:
    await a_sale(begin, OCTOBER)
    close = await closed(closing, OCT)

    for at in (OCTOBER, datetime(2025, 1, 1, tzinfo=UTC), close.until - timedelta(microseconds=1)):
        with pytest.raises(DBAPIError, match="month_is_closed"):
            await book(begin, entry(EntryKind.CHARGE, 100, at))
    await book(begin, entry(EntryKind.CHARGE, 100, close.until))

    assert (await closing.preview(FINANCE, month=NOV)).entry_count == 1
    assert await all_faults(begin) == []


async def test_an_entry_on_its_way_while_a_month_is_closed_is_in_it_or_refused(
    closing: Closing, begin: Begin
) -> None:
    """On PostgreSQL the close waits for whoever has booked and not committed yet; on SQLite one writes at a time."""
    await a_sale(begin, OCTOBER)
    seen = (await closing.preview(FINANCE, month=OCT)).seen
    booked, may_end = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        async with begin() as session:
            session.add(entry(EntryKind.CHARGE, 700, OCTOBER + timedelta(days=2)))
            await session.flush()
            booked.set()
            await may_end.wait()

    writing = asyncio.create_task(slow())
    await booked.wait()
    ending = asyncio.ensure_future(closing.close(FINANCE, month=OCT, seen=seen))
    await asyncio.sleep(0.2)
    may_end.set()
    await writing

    with pytest.raises(BookedMeanwhile):
        await ending
    assert (await closed(closing, OCT)).entry_count == 3
    assert await all_faults(begin) == []


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        (update(MonthClose).values(sum_cents=1), "close_is_final"),
        (delete(MonthClose), "close_is_final"),
        (update(ClosePaper).values(sha256="x"), "close_is_final"),
        (delete(ClosePaper), "close_is_final"),
    ],
)
async def test_a_close_is_never_changed(closing: Closing, begin: Begin, statement: object, name: str) -> None:
    await a_sale(begin, OCTOBER)
    await closed(closing, OCT)

    with pytest.raises(DBAPIError, match=name):
        async with begin() as session:
            await session.execute(statement)  # type: ignore[call-overload]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("UPDATE ledger_entry SET amount_cents = amount_cents + 1 WHERE kind = 'charge'", "2026-10: the entries of the ledger"),
        ("UPDATE ledger_entry SET cause = 'gift' WHERE kind = 'charge'", "2026-10: the entries of the ledger"),
        ("DELETE FROM ledger_entry WHERE kind = 'payment'", "2026-10: the sum of the ledger"),
        ("UPDATE month_close SET closed_by = NULL WHERE number = 1", "2026-10: the close itself"),
        ("UPDATE month_close SET sum_cents = 5 WHERE number = 1", "2026-10: the close itself"),
        ("UPDATE close_paper SET content = sha256", "2026-10: the journal"),
        ("DELETE FROM close_paper WHERE close_id IN (SELECT id FROM month_close WHERE number = 1)", "2026-10: the journal"),
    ],
)  # fmt: skip
async def test_whoever_takes_the_guards_away_and_changes_something_is_found_out(
    closing: Closing, begin: Begin, change: str, found: str
) -> None:
    await a_sale(begin, OCTOBER)
    await a_sale(begin, NOVEMBER)
    await closed(closing, OCT)
    await closed(closing, NOV)
    assert await all_faults(begin) == []

    await without_guards(begin, change)

    assert any(one.startswith(found) for one in await all_faults(begin))


async def test_a_close_that_was_cut_out_is_missed(closing: Closing, begin: Begin) -> None:
    await a_sale(begin, OCTOBER)
    await closed(closing, OCT)
    await closed(closing, NOV)

    await without_guards(begin, "DELETE FROM close_paper", "DELETE FROM month_close WHERE number = 1")

    assert "2026-11: a close before this one is missing" in await all_faults(begin)


async def test_the_journal_is_printed_with_the_chart_of_its_time(
    closing: Closing, begin: Begin, house: Around, jobs: Worker
) -> None:
    await a_sale(begin, OCTOBER)
    close = await closed(closing, OCT)
    changed = {**USUAL_CHART.accounts, Role.BANK: Account("1810")}
    await Accounts(house).change(FINANCE, chart=replace(USUAL_CHART, accounts=changed))

    content, again = await printed(house, close.id), await printed(house, close.id)

    assert content == again
    assert [one["account"] for one in close.sums] == ["1200", "1800", "4100"]
    assert [one.account for one in (await closing.preview(FINANCE, month=OCT)).sums] == [
        "1200",
        "1810",
        "4100",
    ]


async def test_what_is_open_is_named_and_kept_with_the_close(
    house: Around, closing: Closing, begin: Begin
) -> None:
    await book(
        begin,
        entry(EntryKind.PAYMENT, -2000, OCTOBER, provider=Means.CASH, provider_event="a"),
        entry(EntryKind.PAYMENT, -300, OCTOBER, provider=Means.MOVED, provider_event="b"),
        entry(EntryKind.PAYMENT, -50, OCTOBER, provider="pigeon", provider_event="c"),
    )
    lines = [Paid(cents, "?", "Wer", day=date(2026, 10, 31)) for cents in (700, 800)]
    lines += [Paid(900, "?", "Wer", day=date(2026, 11, 1))]
    await StatementFiles(house).bring(FINANCE, file_name="x.xml", content=camt(lines))

    close = await closed(closing, OCT)

    assert [(one["words"].split()[0], one["cents"]) for one in close.warnings] == [
        ("Bank", 1500), ("What", 300), ("%(amount)s", 50), ("The", 2000),
    ]  # fmt: skip


async def without_guards(begin: Begin, *statements: str) -> None:
    """What somebody with the keys to the database could do."""
    tables = ("ledger_entry", "month_close", "close_paper")
    async with begin() as session:
        if begin.is_sqlite:
            names = await session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
            for name in names.all():
                await session.execute(text(f"DROP TRIGGER {name}"))
        else:
            for table in tables:
                await session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        for statement in statements:
            as_bytes = "CAST(sha256 AS BLOB)" if begin.is_sqlite else "convert_to(sha256, 'UTF8')"
            await session.execute(text(statement.replace("= sha256", f"= {as_bytes}")))
