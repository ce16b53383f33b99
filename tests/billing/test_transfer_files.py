"""Transfer files (pain.001): numbered, handed out once, and no refund is ever in two of them."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4
from xml.etree import ElementTree as ET

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.exc import DBAPIError

from lms.billing.errors import (
    DayAhead,
    FileGone,
    HandedOutBefore,
    NothingToTransfer,
    NotOver,
    RefundElsewhere,
)
from lms.billing.models import Means, Refund, RefundMeans, RefundState
from lms.billing.refunds.booking import did_not_get_through
from lms.billing.refunds.models import TransferFile, TransferFileDocument
from lms.billing.refunds.pain import SCHEMA, end_to_end, refund_named
from lms.billing.refunds.service import Refunds
from lms.billing.refunds.transfers import executed
from lms.billing.service import record_refund
from lms.db import Begin
from lms.kernel.actor import SYSTEM
from lms.kernel.clock import local
from lms.kernel.errors import Stale
from lms.kernel.rights import Identity
from lms.web.module import Around
from tests.billing.refunding import ACCOUNT, IBAN, booked, proposed, refund_now, states, wish
from tests.making import BOTH, MOMENT, FixedClock, staff

pytestmark = BOTH
RALF, SEVDA = staff(Identity.FINANCE), staff(Identity.FINANCE)
READY, SENT, PAID, FAILED = RefundState.READY, RefundState.SENT, RefundState.PAID, RefundState.FAILED
NAMES = {"p": f"urn:iso:std:iso:20022:tech:xsd:{SCHEMA}"}


def transfers_in(content: bytes) -> list[tuple[str, str, str, str]]:
    """Reference, amount, IBAN and purpose of each transfer."""
    root = ET.fromstring(content)
    return sorted(
        tuple(  # type: ignore[misc]
            one.findtext(path, namespaces=NAMES) or ""
            for path in (
                "p:PmtId/p:EndToEndId",
                "p:Amt/p:InstdAmt",
                "p:CdtrAcct/p:Id/p:IBAN",
                "p:RmtInf/p:Ustrd",
            )
        )
        for one in root.iterfind(".//p:CdtTrfTxInf", NAMES)
    )


async def count(begin: Begin, what: Any) -> int:
    async with begin.reading() as session:
        return await session.scalar(select(func.count()).select_from(what)) or 0


async def test_every_ready_transfer_is_in_one_file_whoever_makes_it_at_once(
    house: Around, begin: Begin
) -> None:
    refunds = Refunds(house)
    asked = [await proposed(house, RALF, cents) for cents in (4500, 1999)]
    waiting = await proposed(house, RALF, 30_000)
    await proposed(house, RALF, 700, means=RefundMeans.CASH)
    await proposed(house, RALF, 800, account=None)
    form = uuid4()

    async def make(file_id: UUID) -> str:
        try:
            return (await refunds.make_file(RALF, file_id=file_id)).number
        except (NothingToTransfer, Stale):
            return "nothing"

    numbers = await asyncio.gather(make(form), make(form), make(uuid4()))
    assert {one for one in numbers if one != "nothing"} == {"UW-2026-00001"}
    async with begin.reading() as session:
        file = (await session.scalars(select(TransferFile))).one()
    _, content = await refunds.download(RALF, file_id=file.id)

    assert transfers_in(content) == sorted(
        (end_to_end(one.id), f"{one.amount_cents / 100:.2f}", IBAN, "Erstattung A7") for one in asked
    )
    root = ET.fromstring(content)
    header = [
        root.findtext(f".//p:GrpHdr/p:{name}", namespaces=NAMES) for name in ("MsgId", "NbOfTxs", "CtrlSum")
    ]
    assert header == [file.id.hex, "2", "64.99"]
    assert refund_named(end_to_end(asked[0].id)) == asked[0].id
    assert (await refund_now(begin, waiting.id)).transfer_file_id is None
    with pytest.raises(NothingToTransfer):
        await refunds.make_file(RALF, file_id=uuid4())


async def test_a_file_is_handed_out_once(house: Around, begin: Begin) -> None:
    refunds = Refunds(house)
    await proposed(house, RALF)
    file = await refunds.make_file(RALF, file_id=uuid4())

    async def download() -> str:
        try:
            return (await refunds.download(RALF, file_id=file.id))[0].number
        except HandedOutBefore:
            return "before"

    assert sorted(await asyncio.gather(download(), download())) == ["UW-2026-00001", "before"]
    with pytest.raises(DBAPIError, match="transfer_file_is_kept"):
        async with begin() as session:
            await session.execute(delete(TransferFileDocument))


async def test_a_lost_file_is_withdrawn_and_its_refunds_go_into_the_next(house: Around, begin: Begin) -> None:
    refunds, asked = Refunds(house), await proposed(house, RALF)
    first = await refunds.make_file(RALF, file_id=uuid4())
    with pytest.raises(NotOver):
        await refunds.transferred(RALF, refund_id=asked.id, on=local(MOMENT).date())
    for _ in range(2):
        await refunds.withdraw_file(RALF, file_id=first.id)
    with pytest.raises(FileGone):
        await refunds.download(RALF, file_id=first.id)
    with pytest.raises(FileGone):
        await refunds.give_to_bank(RALF, file_id=first.id)
    second = await refunds.make_file(RALF, file_id=uuid4())

    assert second.number == "UW-2026-00002"
    assert (await refund_now(begin, asked.id)).transfer_file_id == second.id


async def test_what_the_bank_has_is_sent_and_what_it_has_carried_out_is_booked_once(
    house: Around, begin: Begin
) -> None:
    refunds = Refunds(house)
    one, other = await proposed(house, RALF, 1000), await proposed(house, RALF, 2000)
    file = await refunds.make_file(RALF, file_id=uuid4())
    with pytest.raises(FileGone):  # nobody has downloaded it yet
        await refunds.give_to_bank(RALF, file_id=file.id)
    await refunds.download(RALF, file_id=file.id)
    for _ in range(2):
        await refunds.give_to_bank(RALF, file_id=file.id)
    on_the_way = await states(begin)
    with pytest.raises(FileGone):
        await refunds.withdraw_file(RALF, file_id=file.id)

    async def import_statement() -> bool:
        async with begin() as session:
            return await executed(session, SYSTEM, one.id, at=MOMENT)

    news = await asyncio.gather(import_statement(), import_statement())
    paid = [await refunds.file_executed(RALF, file_id=file.id) for _ in range(2)]

    assert on_the_way == [(1000, SENT), (2000, SENT)]
    assert sorted(news) == [False, True]
    assert paid == [1, 0]
    assert await states(begin) == [(1000, PAID), (2000, PAID)]
    assert await booked(begin, other.enrolment_id) == [("payment", -2000), ("refund", 2000)]


async def test_killed_while_a_file_is_written_leaves_neither_file_nor_mark(
    house: Around, begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    refunds, asked = Refunds(house), await proposed(house, RALF)
    for step in (
        "transfers.end_to_end",
        "files.note_file",
    ):  # before the refunds are marked, and as the last thing of all
        keeping = "lms.billing.refunds." + step
        calls: list[int] = []

        def dies(*given: Any, calls: list[int] = calls, step: str = step) -> str:
            calls.append(1)
            if step == "transfers.end_to_end" and len(calls) == 1:  # the first call is for the bytes
                return end_to_end(*given)
            raise RuntimeError("the power is gone")

        monkeypatch.setattr(keeping, dies)
        with pytest.raises(RuntimeError):
            await refunds.make_file(RALF, file_id=uuid4())
        monkeypatch.undo()
        kept = await refund_now(begin, asked.id)
        assert (kept.state, kept.transfer_file_id) == (READY, None)
        assert [await count(begin, one) for one in (TransferFile, TransferFileDocument)] == [0, 0]

    assert (await refunds.make_file(RALF, file_id=uuid4())).number == "UW-2026-00001"


async def test_a_returned_transfer_fails_and_its_payer_is_asked_for_another_account(
    house: Around, begin: Begin
) -> None:
    refunds, asked = Refunds(house), await proposed(house, RALF, 30_000)
    await refunds.approve(SEVDA, refund_id=asked.id, version=asked.version)
    with pytest.raises(RefundElsewhere):
        await refunds.returned(RALF, refund_id=asked.id, reason="Konto erloschen")
    file = await refunds.make_file(RALF, file_id=uuid4())
    await refunds.download(RALF, file_id=file.id)
    await refunds.give_to_bank(RALF, file_id=file.id)

    async def report() -> str:
        try:
            return (await refunds.returned(RALF, refund_id=asked.id, reason="Konto erloschen")).state
        except RefundElsewhere:
            return "before"

    answers = sorted(await asyncio.gather(report(), report()))

    assert answers == ["asked", "before"]
    async with begin.reading() as session:
        failed, new = (await session.scalars(select(Refund).order_by(Refund.state.desc()))).all()
    assert (failed.state, failed.failure) == (FAILED, "Konto erloschen")
    assert (new.follows_id, new.iban, new.approved_by) == (failed.id, "", SEVDA.account_id)
    assert await booked(begin, asked.enrolment_id) == [("payment", -30_000)]
    with pytest.raises(RefundElsewhere):  # that one is on its way already
        await refunds.replace(RALF, refund_id=failed.id, new_id=uuid4())


async def test_what_failed_is_replaced_once_by_whatever_way(house: Around, begin: Begin) -> None:
    refunds, asked = Refunds(house), await proposed(house, RALF)
    async with begin() as session:
        did_not_get_through(
            session, SYSTEM, await session.get_one(Refund, asked.id), "Konto erloschen", at=MOMENT
        )

    given = {"means": RefundMeans.CASH, "follows_id": asked.id}
    first = await refunds.propose(RALF, refund_id=uuid4(), wish=wish(asked.enrolment_id, 2000, **given))
    second = await refunds.propose(RALF, refund_id=uuid4(), wish=wish(asked.enrolment_id, 2500, **given))

    assert (first.follows_id, second.follows_id) == (asked.id, None)
    assert await states(begin) == [(2000, READY), (2500, READY), (4500, FAILED)]


async def test_what_was_transferred_by_hand_is_booked_with_its_day(
    house: Around, begin: Begin, clock: FixedClock
) -> None:
    refunds, asked, day = Refunds(house), await proposed(house, RALF), local(clock()).date()
    with pytest.raises(DayAhead):
        await refunds.transferred(RALF, refund_id=asked.id, on=day + timedelta(days=1))

    await asyncio.gather(*(refunds.transferred(RALF, refund_id=asked.id, on=day) for _ in range(2)))

    assert await booked(begin, asked.enrolment_id) == [("payment", -4500), ("refund", 4500)]


async def test_a_refund_whose_payment_was_taken_back_is_not_transferred(house: Around, begin: Begin) -> None:
    refunds, gone, good = Refunds(house), await proposed(house, RALF), await proposed(house, RALF, 1000)
    async with begin() as session:  # the debit was returned after the refund was asked for
        await record_refund(
            session, SYSTEM, enrolment_id=gone.enrolment_id, amount_cents=4500, cause="returned", at=MOMENT,
            provider=Means.DIRECT_DEBIT, provider_event="back",
        )  # fmt: skip

    file = await refunds.make_file(RALF, file_id=uuid4())

    assert (file.count, file.total_cents) == (1, 1000)
    assert (await refund_now(begin, gone.id)).state is FAILED
    assert (await refund_now(begin, good.id)).transfer_file_id == file.id
    assert ACCOUNT.iban == IBAN
