"""Cash receipts: numbered without a gap, once for each form, never changed, reversed by a receipt of their own (domain rule 6)."""

import asyncio
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from pypdf import PdfReader
from sqlalchemy import Insert, delete, func, insert, select, update
from sqlalchemy.exc import DBAPIError

from lms.billing.errors import AlreadyReversed, LessGiven, MoreThanOwed, NothingToReverse
from lms.billing.models import CashReceipt, LedgerEntry, NumberSeries
from lms.billing.receipt_paper import rendered
from lms.billing.receipts import Receipts, till_of
from lms.billing.service import Debtor, balance_of, charge
from lms.db import Begin
from lms.kernel.actor import SYSTEM
from lms.kernel.errors import Forbidden
from lms.kernel.rights import Identity
from lms.web.module import Around
from tests.making import BOTH, MOMENT, FixedClock, staff
from tests.verapdf import check_all

pytestmark = BOTH
COUNTER, FINANCE = staff(Identity.ENROLMENT), staff(Identity.FINANCE)


async def owed(begin: Begin, cents: int = 4500) -> UUID:
    enrolment_id = uuid4()
    async with begin() as session:
        charge(
            session, SYSTEM, enrolment_id=enrolment_id, debtor=Debtor(facts={}), amount_cents=cents, cause="price", at=MOMENT,
        )  # fmt: skip
    return enrolment_id


async def numbers(begin: Begin) -> list[tuple[str, int]]:
    async with begin.reading() as session:
        rows = await session.scalars(select(CashReceipt).order_by(CashReceipt.counter))
        return [(one.number, one.amount_cents) for one in rows]


async def test_cash_is_booked_and_receipted_in_one_step_and_once_for_each_form(
    house: Around, begin: Begin
) -> None:
    receipts, enrolment_id = Receipts(house), await owed(begin)

    twice = [
        await receipts.receive(
            COUNTER, enrolment_id=enrolment_id, amount_cents=4500, given_cents=5000, form_key="a form",
            facts={"payer": "Käthe Schröder"},
        )
        for _ in range(2)
    ]  # fmt: skip

    assert [one.id for one in twice] == [twice[0].id] * 2
    assert (twice[0].number, twice[0].change_cents, twice[0].cashier_name) == ("KQ-2026-00001", 500, "Team")
    async with begin.reading() as session:
        assert (await balance_of(session, [enrolment_id]))[enrolment_id].open_cents == 0
    text = PdfReader(BytesIO(rendered(twice[0]))).pages[0].extract_text()
    assert all(words in text for words in ("KQ-2026-00001", "Käthe Schröder", "45,00", "Rückgeld"))


async def test_a_refusal_uses_no_number(house: Around, begin: Begin) -> None:
    receipts, enrolment_id = Receipts(house), await owed(begin)
    take: dict[str, Any] = {"enrolment_id": enrolment_id, "amount_cents": 4501, "form_key": "x"}

    with pytest.raises(MoreThanOwed):
        await receipts.receive(COUNTER, **take)
    with pytest.raises(LessGiven):
        await receipts.receive(COUNTER, **take | {"amount_cents": 4500, "given_cents": 4000})
    with pytest.raises(Forbidden):
        await receipts.receive(staff(Identity.PROGRAMME), **take | {"amount_cents": 4500})

    kept = await receipts.receive(COUNTER, **take | {"amount_cents": 4500})
    assert kept.number == "KQ-2026-00001"


async def test_many_tills_and_double_clicks_at_once_leave_no_gap_and_book_nothing_twice(
    house: Around, begin: Begin
) -> None:
    receipts = Receipts(house)
    places = [await owed(begin, 1000) for _ in range(6)]

    async def pay(place: UUID, key: str) -> str:
        try:
            return (
                await receipts.receive(COUNTER, enrolment_id=place, amount_cents=1000, form_key=key)
            ).number
        except MoreThanOwed:
            return "refused"

    # every form is sent twice, and every place is paid at two tills at once
    answers = await asyncio.gather(
        *(pay(place, f"{place}:{till}") for place in places for till in (1, 2) for _ in range(2))
    )

    given = sorted({one for one in answers if one != "refused"})
    assert given == [f"KQ-2026-{number:05}" for number in range(1, 7)]
    assert await numbers(begin) == [(number, 1000) for number in given]
    async with begin.reading() as session:
        assert await session.scalar(select(NumberSeries.last).where(NumberSeries.name == "KQ")) == 6
        assert await session.scalar(select(func.count()).where(LedgerEntry.cause == "cash")) == 6


async def test_a_crash_before_the_end_leaves_neither_money_nor_number(
    house: Around, begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    receipts, enrolment_id = Receipts(house), await owed(begin)
    take: dict[str, Any] = {"enrolment_id": enrolment_id, "amount_cents": 4500, "form_key": "x"}
    monkeypatch.setattr("lms.billing.receipts.write_receipt", _dies)
    with pytest.raises(RuntimeError):
        await receipts.receive(COUNTER, **take)
    monkeypatch.undo()

    assert (await receipts.receive(COUNTER, **take)).number == "KQ-2026-00001"
    assert await numbers(begin) == [("KQ-2026-00001", 4500)]


def _dies(*_args: object, **_more: object) -> None:
    raise RuntimeError("the power is gone")


async def test_a_receipt_is_reversed_by_another_one_and_never_touched(
    house: Around, begin: Begin, clock: FixedClock
) -> None:
    receipts, enrolment_id = Receipts(house), await owed(begin)
    paid = await receipts.receive(COUNTER, enrolment_id=enrolment_id, amount_cents=4500, form_key="x")

    both = await asyncio.gather(
        *(receipts.reverse(COUNTER, receipt_id=paid.id, reason="vertippt") for _ in range(2))
    )

    assert {one.number for one in both} == {"KQ-2026-00002"}
    assert (both[0].amount_cents, both[0].reverses_id) == (-4500, paid.id)
    assert await numbers(begin) == [("KQ-2026-00001", 4500), ("KQ-2026-00002", -4500)]
    with pytest.raises(AlreadyReversed):
        await receipts.reverse(COUNTER, receipt_id=paid.id, reason="doch anders")
    with pytest.raises(NothingToReverse):
        await receipts.reverse(COUNTER, receipt_id=both[0].id, reason="zurück")
    async with begin.reading() as session:
        assert (await balance_of(session, [enrolment_id]))[enrolment_id].open_cents == 4500
    for statement in (update(CashReceipt).values(amount_cents=1), delete(CashReceipt)):
        with pytest.raises(DBAPIError, match="receipt_is_issued"):
            async with begin() as session:
                await session.execute(statement)
    with pytest.raises(DBAPIError, match="receipts_are_gapless"):
        async with begin() as session:
            await session.execute(_copy_of(paid, counter=9))
    another = await receipts.receive(COUNTER, enrolment_id=enrolment_id, amount_cents=4500, form_key="y")
    clock.forward(days=1)
    with pytest.raises(Forbidden):
        await receipts.reverse(COUNTER, receipt_id=another.id, reason="am nächsten Tag")
    assert (await receipts.reverse(FINANCE, receipt_id=another.id, reason="am nächsten Tag")).counter == 4


def _copy_of(receipt: CashReceipt, *, counter: int) -> Insert:
    columns = {column.key: getattr(receipt, column.key) for column in CashReceipt.__table__.columns}
    fresh = {"id": uuid4(), "counter": counter, "number": f"KQ-2026-{counter:05}"}
    return insert(CashReceipt).values(columns | fresh)


async def test_the_till_of_a_day_sums_up_and_the_count_is_kept_beside_it(
    house: Around, begin: Begin, clock: FixedClock
) -> None:
    receipts = Receipts(house)
    first, second = await owed(begin), await owed(begin)
    await receipts.receive(COUNTER, enrolment_id=first, amount_cents=4500, form_key="a")
    wrong = await receipts.receive(FINANCE, enrolment_id=second, amount_cents=3000, form_key="b")
    await receipts.reverse(FINANCE, receipt_id=wrong.id, reason="falsche Person")
    count_id = uuid4()

    for _ in range(2):
        await receipts.count(COUNTER, count_id=count_id, counted_cents=4450, note="50 Cent fehlen")

    async with begin.reading() as session:
        till = await till_of(session, (MOMENT + timedelta(hours=1)).date())
    assert (till.total_cents, till.by_cashier, till.reversed_ids) == (4500, [("Team", 3, 4500)], {wrong.id})
    assert [(one.booked_cents, one.difference_cents) for one in till.counts] == [(4500, -50)]
    clock.forward(days=1)
    async with begin.reading() as session:
        assert (await till_of(session, clock().date())).receipts == []


async def test_a_receipt_says_how_it_is_taxed_and_is_archivable_and_accessible(
    house: Around, begin: Begin, tmp_path: Path
) -> None:
    receipts = Receipts(house)
    tax = {"tax_category": "S", "tax_rate_bp": 1900, "tax_note_de": "", "tax_note_en": ""}
    exempt = {"tax_category": "E", "tax_rate_bp": 0, "tax_note_de": "Umsatzsteuerfrei nach § 4 Nr. 21 UStG."}
    files = []
    for number, facts in enumerate((tax, exempt)):
        taken = await receipts.receive(
            COUNTER,
            enrolment_id=await owed(begin, 11_900),
            amount_cents=11_900,
            form_key=str(number),
            facts=facts,
        )
        files.append(tmp_path / f"{number}.pdf")
        files[-1].write_bytes(rendered(taken))

    words = [" ".join(PdfReader(file).pages[0].extract_text().split()) for file in files]
    assert "Darin enthalten 19 Prozent Umsatzsteuer: 19,00 Euro." in words[0]
    assert "Umsatzsteuerfrei nach § 4 Nr. 21 UStG." in words[1]
    assert check_all(files) == {file: [] for file in files}
