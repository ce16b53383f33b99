"""A bank line pays whatever it is for: another payer's part, an invoice by hand, a gift voucher, a reminder; and what we collected."""

from datetime import date
from uuid import UUID, uuid4

import pytest

from lms.banking.debts import debts_by_account
from lms.banking.errors import AlreadyPaidBack, VoucherIsOut
from lms.banking.gathering import debts_like
from lms.banking.matching.references import invoices_in, reminders_in
from lms.banking.models import AsideReason, LineState
from lms.billing.by_hand import HandInvoice, HandWritten
from lms.billing.models import Invoice, LedgerEntry, Refund, RefundMeans, RefundState
from lms.billing.refunds.booking import ask_refund, paid_out
from lms.billing.shares import PayerShare, ShareKind
from lms.billing.standing import accounts
from lms.debits.collecting import DebitFiles
from lms.debits.models import DebitFile, DebitFileState, DebitState
from lms.dunning.models import Reminder
from lms.dunning.service import Dunning
from lms.enrolment.service import Enrolments
from lms.jobs.worker import Worker
from lms.people.models import Company
from lms.portal.finance.debtor_reading import debtor_of
from lms.vouchers.errors import OrderEnded, OtherAmount
from lms.vouchers.models import OrderState, Voucher, VoucherOrder
from lms.vouchers.selling import VoucherShop
from lms.web.module import Around
from tests.banking.ground import FINANCE, Desk
from tests.banking.test_clearing import kept, key_of, seen
from tests.banking.writing import Paid, camt
from tests.billing.documents import known_company
from tests.billing.test_by_hand import ADVICE, HALL
from tests.debits.paying import debits, filed, owed
from tests.enrolment.places import VISITOR
from tests.making import BOTH, FixedClock
from tests.vouchers.selling import wish

ADA = "DE89370400440532013000"
OFFICE = "Jobcenter Börde"


async def takes_half(desk: Desk, name: str = "Ada Lehmann") -> tuple[PayerShare, str]:
    """A jobcentre takes half of 45 euros; gives the share and the number of its invoice."""
    company = Company(name=OFFICE, invoice_email="rechnung@jobcenter.example")
    async with desk.house.begin() as session:
        session.add(company)
    share = await Enrolments(desk.house).share_price(
        FINANCE, enrolment_id=desk.owing[name].id, share_id=uuid4(), company_id=company.id, kind=ShareKind.JOBCENTRE,
        cents=2000, reference="BG 04711",
    )  # fmt: skip
    (invoice,) = [one for one in await kept(desk.house, Invoice) if one.share_id == share.id]
    return share, invoice.number


async def open_on(house: Around, *account_ids: UUID) -> list[int]:
    async with house.begin.reading() as session:
        found = {one.account_id: one.open_cents for one in await accounts(session, only_open=False)}
    return [found[one] for one in account_ids]


async def book_all(desk: Desk) -> int:
    return (await desk.clearing.book_matched(FINANCE, seen=(await seen(desk.house)).mark)).lines


@BOTH
@pytest.mark.parametrize(
    ("text", "name"), [("{number}", OFFICE), ("BG 04711 Lehmann, Ada", "Bundesagentur fuer Arbeit")]
)
async def test_what_a_jobcentre_pays_lands_on_its_own_account(house: Around, text: str, name: str) -> None:
    desk = Desk(house)
    await desk.owes("Ada Lehmann")
    share, number = await takes_half(desk)
    await desk.bring(camt([Paid(2000, text.format(number=number), name)]))

    booked = await book_all(desk)

    assert booked == 1
    assert await open_on(house, share.id, desk.owing["Ada Lehmann"].id) == [0, 2500]
    (entry,) = [one for one in await kept(house, LedgerEntry) if one.provider == "bank"]
    assert (entry.share_id, entry.enrolment_id, entry.company_id) == (
        share.id, share.enrolment_id, share.company_id,
    )  # fmt: skip
    async with house.begin.reading() as session:
        page = await debtor_of(session, share.company_id, date(2026, 12, 4))
    assert [(one.entry.amount_cents, one.after_cents) for one in page.movements] == [(-2000, 0), (2000, 2000)]


@BOTH
async def test_a_part_is_found_by_hand_and_a_booking_on_it_can_be_taken_back(house: Around) -> None:
    desk = Desk(house)
    await desk.owes("Ada Lehmann")
    share, number = await takes_half(desk)
    await desk.bring(camt([Paid(4500, "Sammelzahlung", "Stadt")]))
    line, clearing = await desk.line(4500)
    own = desk.owing["Ada Lehmann"].id
    async with house.begin.reading() as session:
        by_name, by_number = await debts_like(session, "Jobcenter"), await debts_like(session, number)

    await desk.clearing.split(
        FINANCE, line_id=line.id, version=clearing.version, parts=[(share.id, 2000), (own, 2500)]
    )
    paid = await open_on(house, share.id, own)
    async with house.begin.reading() as session:
        told = await debts_by_account(session, [share.id, own])
    await desk.clearing.undo(FINANCE, line_id=line.id, version=clearing.version + 1, reason="falsch")

    assert share.id in {one.account_id for one in by_name} & {one.account_id for one in by_number}
    assert paid == [0, 0]
    assert told[share.id].payer_name == OFFICE
    assert await open_on(house, share.id, own) == [2000, 2500]


@BOTH
async def test_an_invoice_written_by_hand_is_matched_booked_and_taken_back(house: Around) -> None:
    desk = Desk(house)
    company, _ = await known_company(house)
    invoice = await HandWritten(house).issue(
        FINANCE, key=uuid4(), draft=HandInvoice(lines=[HALL, ADVICE], company_id=company)
    )
    await desk.bring(camt([Paid(22_700, f"Rechnung {invoice.number}", "Holz GmbH")]))

    booked = await book_all(desk)
    paid = await open_on(house, invoice.id)
    line, clearing = await desk.line(22_700)
    await desk.clearing.undo(FINANCE, line_id=line.id, version=clearing.version, reason="falsch")

    assert (booked, paid) == (1, [0])
    assert await open_on(house, invoice.id) == [22_700]
    async with house.begin.reading() as session:
        (found,) = await debts_like(session, invoice.number)
    assert (found.payer_name, found.open_cents) == ("Holz GmbH", 22_700)


@BOTH
async def test_what_was_paid_back_by_hand_cannot_be_taken_back_from_a_part(house: Around) -> None:
    desk = Desk(house)
    await desk.owes("Ada Lehmann")
    share, number = await takes_half(desk)
    await desk.bring(camt([Paid(2000, number, OFFICE)]))
    await book_all(desk)
    line, clearing = await desk.line(2000)
    async with house.begin() as session:
        session.add(
            LedgerEntry(
                booked_at=house.clock(), kind="refund", amount_cents=500, cause="refund",  # type: ignore[arg-type]
                enrolment_id=share.enrolment_id, share_id=share.id,
            )
        )  # fmt: skip

    with pytest.raises(AlreadyPaidBack):
        await desk.clearing.undo(FINANCE, line_id=line.id, version=clearing.version, reason="falsch")


@BOTH
async def test_an_ordered_gift_voucher_is_paid_by_its_reference_and_goes_out(house: Around) -> None:
    desk = Desk(house)
    order = await VoucherShop(house).order(VISITOR, form_key=uuid4(), wish=wish(amount_cents=5000))
    await desk.bring(
        camt([Paid(4000, order.reference, "Ben Berger"), Paid(5000, f"Gutschein {order.reference}", "Oma")])
    )
    short, clearing = await desk.line(4000)

    with pytest.raises(OtherAmount):
        await desk.clearing.split(
            FINANCE, line_id=short.id, version=clearing.version, parts=[(order.id, 4000)]
        )
    booked = await book_all(desk)
    line, clearing = await desk.line(5000)
    with pytest.raises(VoucherIsOut):
        await desk.clearing.undo(FINANCE, line_id=line.id, version=clearing.version, reason="falsch")

    (paid,) = await kept(house, VoucherOrder)
    (voucher,) = await kept(house, Voucher)
    assert (booked, paid.state, voucher.order_id, voucher.balance_cents) == (
        1,
        OrderState.PAID,
        order.id,
        5000,
    )
    assert await desk.entries() == [("payment", -5000)]


@BOTH
async def test_a_gift_voucher_that_is_paid_twice_is_booked_once_and_the_other_line_waits(
    house: Around,
) -> None:
    desk = Desk(house)
    order = await VoucherShop(house).order(VISITOR, form_key=uuid4(), wish=wish(amount_cents=5000))
    await desk.bring(
        camt([Paid(5000, order.reference, "Oma"), Paid(5000, f"Gutschein {order.reference}", "Opa")])
    )

    booked = await book_all(desk)

    (left,) = [line_id for line_id, state in (await desk.states()).items() if state == LineState.OPEN]
    with pytest.raises(OrderEnded):
        await desk.clearing.split(FINANCE, line_id=left, version=1, parts=[(order.id, 5000)])
    assert (booked, await desk.entries()) == (1, [("payment", -5000)])


@BOTH
async def test_the_number_of_a_reminder_names_everything_it_asked_for_with_its_fee(
    house: Around, clock: FixedClock, jobs: Worker
) -> None:
    desk = Desk(house)
    await desk.owes("Ada Lehmann")
    for days in (22, 15):
        clock.forward(days=days)
        await Dunning(house).start(FINANCE, run_id=uuid4())
        await jobs.drain()
    reminder = (await kept(house, Reminder))[-1]
    await desk.bring(camt([Paid(5000, reminder.number, "Ada Lehmann")]))

    booked = await book_all(desk)

    assert (reminder.fee_cents, booked) == (500, 1)
    assert await desk.open_cents("Ada Lehmann") == 0


@pytest.mark.parametrize(
    ("text", "invoices", "reminders"),
    [
        ("MA-2026-00001", [], ["MA-2026-00001"]),
        ("Mahnung 2026 00002 vom 1.2.", [], ["MA-2026-00002"]),
        ("MA-2026-00001 RE-2026-00003, RE-2026-00004", ["202600003", "202600004"], ["MA-2026-00001"]),
        ("Mahnung zu RE-2026-00003", ["202600003"], []),
        ("Storno ST-2026-00007", [], []),
        ("KQ-2026-00007", [], []),
    ],
)
def test_numbers_of_other_papers_are_not_read_as_invoices(
    text: str, invoices: list[str], reminders: list[str]
) -> None:
    assert (invoices_in(text), reminders_in(text)) == (invoices, reminders)


@BOTH
async def test_a_credited_file_is_recognised_by_its_sum_and_booked_with_direct_debits(
    house: Around, clock: FixedClock
) -> None:
    file, ids = await filed(house, clock, "Ada Lehmann", "Ben Ohlsen")
    await DebitFiles(house).submit(FINANCE, file_id=file.id)
    desk = Desk(house)
    await desk.bring(
        camt([Paid(9000, "SEPA-LASTSCHRIFT SAMMLER"), Paid(9000, f"PII {file.number}-1", ref="1")])
    )

    groups = await seen(house)
    booked = await book_all(desk)
    (left,) = (await seen(house)).unsure

    assert [len(one) for one in (groups.matched, groups.unsure, groups.unknown)] == [1, 1, 0]
    assert booked == 1
    assert [one.state for one in await debits(house.begin)] == [DebitState.COLLECTED] * 2
    assert [(await kept(house, DebitFile))[0].state] == [DebitFileState.CREDITED]
    assert [await owed(house.begin, one) for one in ids] == [0, 0]
    assert await desk.entries("debit") == [("payment", -4500)] * 2
    assert await desk.entries() == []
    assert left[1].state is LineState.OPEN


@BOTH
async def test_collections_that_are_credited_one_by_one_end_the_file_with_the_last(
    house: Around, clock: FixedClock
) -> None:
    file, ids = await filed(house, clock, "Ada Lehmann", "Ben Ohlsen")
    await DebitFiles(house).submit(FINANCE, file_id=file.id)
    first, second = await debits(house.begin)
    desk = Desk(house)

    states = []
    for number, one in enumerate((first, second), start=1):
        await desk.bring(camt([Paid(4500, "Kurs", "Ada", end_to_end=one.end_to_end_id)], sequence=number))
        await book_all(desk)
        states.append((await kept(house, DebitFile))[0].state)

    assert states == [DebitFileState.SUBMITTED, DebitFileState.CREDITED]
    assert [await owed(house.begin, one) for one in ids] == [0, 0]


@BOTH
async def test_what_the_cashiers_entered_before_the_statement_is_only_ticked_off(
    house: Around, clock: FixedClock
) -> None:
    file, _ = await filed(house, clock, "Ada Lehmann")
    await DebitFiles(house).submit(FINANCE, file_id=file.id)
    await DebitFiles(house).credited(FINANCE, file_id=file.id)
    desk = Desk(house)
    await desk.bring(camt([Paid(4500, file.number)]))
    booked = await book_all(desk)
    _, clearing = await desk.line(4500)

    assert (booked, clearing.state, clearing.aside) == (1, LineState.ASIDE, AsideReason.COLLECTION)
    assert await desk.entries("debit") == [("payment", -4500)]


async def a_refund(desk: Desk, state: RefundState) -> Refund:
    """45 euros are paid and go back by transfer under the reference ER-1."""
    number = await desk.owes("Ada Lehmann")
    await desk.bring(camt([Paid(4500, number, "Ada Lehmann")]))
    await book_all(desk)
    async with desk.house.begin() as session:
        refund = await ask_refund(
            session, FINANCE, enrolment_id=desk.owing["Ada Lehmann"].id, amount_cents=4500, holder="Ada Lehmann",
            means=RefundMeans.TRANSFER, state=RefundState.READY, at=desk.house.clock(), iban=ADA,
        )  # fmt: skip
        refund.provider_ref, refund.transfer_file_id = "ER-1", uuid4()
        refund.state = RefundState.SENT if state is not RefundState.READY else state
        if state is RefundState.PAID:
            await paid_out(session, FINANCE, refund, at=desk.house.clock())
    return refund


@BOTH
@pytest.mark.parametrize("state", [RefundState.READY, RefundState.SENT, RefundState.PAID])
async def test_a_refund_on_the_statement_is_booked_once_whoever_saw_it_first(
    house: Around, state: RefundState
) -> None:
    desk = Desk(house)
    await a_refund(desk, state)
    await desk.bring(
        camt([Paid(-4500, "Erstattung", "Ada Lehmann", ADA, end_to_end="ER-1", day=date(2026, 12, 4))], sequence=2)
    )  # fmt: skip

    booked = await book_all(desk)

    (refund,) = await kept(house, Refund)
    assert (booked, refund.state) == (1, RefundState.PAID)
    assert await desk.entries() == [("payment", -4500), ("refund", 4500)]


@BOTH
async def test_a_refund_that_bounced_asks_the_payer_for_another_account(house: Around) -> None:
    desk = Desk(house)
    await a_refund(desk, RefundState.SENT)
    back = Paid(4500, "RETOURE", "Ada Lehmann", ADA, end_to_end="ER-1", code="159", reason="AC04", day=date(2026, 12, 7))  # fmt: skip
    await desk.bring(camt([back], sequence=2))

    await book_all(desk)

    found = sorted(await kept(house, Refund), key=lambda one: one.follows_id is not None)
    assert [one.state for one in found] == [RefundState.FAILED, RefundState.ASKED]
    assert await desk.entries() == [("payment", -4500)]


@BOTH
async def test_a_line_of_another_sum_than_the_order_is_no_proposal_by_name(house: Around) -> None:
    desk = Desk(house)
    await VoucherShop(house).order(VISITOR, form_key=uuid4(), wish=wish(amount_cents=5000))
    await desk.bring(camt([Paid(4000, "fuer Ada", "Ben Berger"), Paid(5000, "fuer Ada", "Ben Berger")]))

    groups = await seen(house)
    line, _ = await desk.line(5000)

    assert [len(one) for one in (groups.matched, groups.unsure, groups.unknown)] == [0, 1, 1]
    assert await key_of(house, line)
