"""Every booking is kept once, whichever files show it, and equal ones both stay."""

from datetime import timedelta
from itertools import permutations

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import DBAPIError

from lms.banking.errors import ColumnsUnknown, NotAStatement
from lms.banking.models import BankLine, BankStatement, ColumnProfile, Sighting, StatementDraft
from lms.banking.queries import statements_page
from lms.banking.reading.columns import Column
from lms.kernel.errors import Forbidden
from lms.kernel.rights import Identity
from lms.web.module import Around
from tests.banking.ground import FINANCE, Desk
from tests.banking.test_reading import SAMPLES
from tests.banking.writing import DAY, Paid, camt, mt940, sparkasse
from tests.making import BOTH, FixedClock, staff
from tests.office import counted

pytestmark = BOTH
ADA, BEN = "DE89370400440532013000", "DE75512108001245126199"
ONE = Paid(4500, "RE-2026-00001", "Ada Lehmann", ADA)


async def lines(house: Around) -> list[int]:
    async with house.begin.reading() as session:
        return sorted(await session.scalars(select(BankLine.amount_cents)))


async def test_the_same_file_twice_changes_nothing(house: Around) -> None:
    desk, file = Desk(house), camt([ONE, ONE, Paid(-500)])

    first, second = await desk.bring(file), await desk.bring(file)

    assert (first, second) == ((3, 0), (0, 3))
    assert await lines(house) == [-500, 4500, 4500]


async def test_an_overlapping_statement_brings_only_what_is_new(house: Around) -> None:
    desk = Desk(house)
    next_day = [
        Paid(1000 + number, f"Nr. {number}", "Ben", BEN, DAY + timedelta(days=1)) for number in range(12)
    ]
    before = [Paid(100 + number, f"alt {number}", "Cem", ADA) for number in range(8)]
    await desk.bring(camt(before))

    assert await desk.bring(camt([*before, *next_day], sequence=9)) == (12, 8)


async def test_the_formats_of_one_day_are_one_day(house: Around) -> None:
    desk = Desk(house)
    paid = [ONE, Paid(4500, "RE-2026-00002", "Ben Ohlsen", BEN), Paid(-990, "Papier", "Laden", BEN), ONE]

    brought = [
        await desk.bring(content)
        for content in (sparkasse(paid), camt(paid), mt940(paid), camt(paid, version="02"))
    ]

    assert brought == [(4, 0), (0, 4), (0, 4), (0, 4)]


async def test_the_number_of_the_bank_keeps_equal_bookings_apart_in_two_statements(house: Around) -> None:
    desk = Desk(house)

    noon = await desk.bring(camt([Paid(4500, "Kurs", "Ada", ADA, ref="A1")]))
    table = await desk.bring(sparkasse([Paid(4500, "Kurs", "Ada", ADA)]))
    night = await desk.bring(camt([Paid(4500, "Kurs", "Ada", ADA, ref="A2")], sequence=7))

    assert (noon, table, night) == ((1, 0), (0, 1), (1, 0))


async def test_without_numbers_the_balances_tell_that_a_statement_goes_on(house: Around) -> None:
    desk = Desk(house)

    first = await desk.bring(camt([ONE], opening=1000, sequence=1))
    goes_on = await desk.bring(camt([ONE], opening=5500, sequence=2))
    again = await desk.bring(camt([ONE], opening=1000, sequence=1, version="02"))

    assert (first, goes_on, again) == ((1, 0), (1, 0), (0, 1))


async def test_a_batch_with_details_and_its_sum_in_a_table_are_the_same(house: Around) -> None:
    desk = Desk(house)

    with_details = await desk.bring((SAMPLES / "camt053-02.xml").read_bytes())
    table = await desk.bring(sparkasse([Paid(9000, "SAMMLER", "", "")]))

    assert (with_details, table) == ((3, 0), (0, 1))
    assert await lines(house) == [-300, 3000, 4500, 6000]


@pytest.mark.parametrize("order", list(permutations(range(4)))[::5])
async def test_any_order_and_overlap_of_files_gives_the_same_lines(
    house: Around, order: tuple[int, ...]
) -> None:
    desk = Desk(house)
    day = [ONE, ONE, Paid(700, "x", "Ben", BEN), Paid(-300, "y", "Laden", BEN)]
    parts = [camt(day[:2], sequence=5), camt(day[1:], sequence=50), sparkasse(day), mt940(day[:3])]

    for number in order:
        await desk.bring(parts[number])

    assert await lines(house) == [-300, 700, 4500, 4500]


async def test_what_the_bank_told_cannot_be_changed(house: Around) -> None:
    await Desk(house).bring(camt([ONE]))

    for change in (
        update(BankLine).values(amount_cents=1),
        delete(BankLine),
        update(BankStatement).values(sum_cents=1),
        delete(Sighting),
    ):
        with pytest.raises(DBAPIError):
            async with house.begin() as session:
                await session.execute(change)


async def test_balances_are_checked_against_the_lines_and_the_statement_before(house: Around) -> None:
    desk = Desk(house)
    later = DAY + timedelta(days=7)
    await desk.bring(camt([ONE], opening=1000))
    await desk.bring(camt([Paid(100, day=later)], opening=6000, sequence=3))
    await desk.bring(camt([Paid(100, day=later + timedelta(days=1))], opening=6100, closing=7000, sequence=4))

    async with house.begin.reading() as session:
        rows, _ = await statements_page(session, limit=20, offset=0)

    assert sorted((one.statement.sequence, one.before_cents, one.statement.gap_cents) for one in rows) == [
        (1, 0, 0), (3, 500, 0), (4, 0, 800),
    ]  # fmt: skip


async def test_a_wrong_file_keeps_nothing(house: Around) -> None:
    with pytest.raises(NotAStatement):
        await Desk(house).bring(b"kein Auszug")

    async with house.begin.reading() as session:
        assert await session.scalar(select(func.count()).select_from(BankStatement)) == 0


async def test_columns_named_once_are_known_the_next_time(house: Around) -> None:
    desk, content = Desk(house), (SAMPLES / "unbekannt.csv").read_bytes()
    named = {Column.BOOKED: 0, Column.NAME: 1, Column.TEXT: 2, Column.AMOUNT: 3}

    waits = await desk.files.bring(FINANCE, file_name="a.csv", content=content)
    assert waits.draft_id is not None
    with pytest.raises(ColumnsUnknown):
        await desk.files.name_columns(
            FINANCE, draft_id=waits.draft_id, columns={Column.BOOKED: 0}, profile_name="x"
        )
    imported = await desk.files.name_columns(
        FINANCE, draft_id=waits.draft_id, columns=named, profile_name="Hausbank"
    )
    again = await desk.bring(content)

    assert (imported.new, again) == (2, (0, 2))
    async with house.begin.reading() as session:
        assert (await session.scalars(select(ColumnProfile.name))).all() == ["Hausbank"]
        assert (await session.scalars(select(StatementDraft.id))).all() == []


async def test_a_file_nobody_comes_back_to_is_forgotten(house: Around, clock: FixedClock) -> None:
    desk = Desk(house)
    await desk.files.bring(FINANCE, file_name="a.csv", content=(SAMPLES / "unbekannt.csv").read_bytes())

    clock.forward(hours=25)
    await desk.files.tidy()

    async with house.begin.reading() as session:
        assert (await session.scalars(select(StatementDraft.id))).all() == []


async def test_only_finance_brings_statements(house: Around) -> None:
    for others in (Identity.ENROLMENT, Identity.PROGRAMME, Identity.ADMINISTRATOR):
        with pytest.raises(Forbidden):
            await Desk(house).files.bring(staff(others), file_name="a", content=camt([ONE]))


async def test_many_lines_cost_no_more_statements_than_few(house: Around) -> None:
    desk = Desk(house)
    many = [Paid(1000 + number, f"Nr {number}", "Ada", ADA) for number in range(400)]

    with counted() as few:
        await desk.bring(camt([ONE]))
    with counted() as lots:
        await desk.bring(camt(many, sequence=2))

    assert len(lots) <= len(few) + 3  # the driver of PostgreSQL sends large inserts in parcels
