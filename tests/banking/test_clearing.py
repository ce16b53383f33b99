"""Nothing is booked before somebody says so; then once, with a way back, and every cent ends somewhere."""

import asyncio
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from lms.audit.models import AuditEntry
from lms.banking.errors import (
    AlreadyDecided,
    AlreadyPaidBack,
    NotToUndo,
    OwnMatter,
    PartsDiffer,
    ReasonNeeded,
    UnknownDebt,
)
from lms.banking.gathering import debts_like, facts_of, matcher_for
from lms.banking.models import AsideReason, BankLine, Clearing, KnownAccount, LineState
from lms.banking.queries import Sorted, open_lines, sort_lines
from lms.billing.models import (
    Refund,
    RefundMeans,
    RefundState,
    Settlement,
    SettlementCause,
    SettlementState,
)
from lms.billing.refunds.booking import ask_refund
from lms.catalogue.models import PaymentMethod
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.enrolment.service import Enrolments
from lms.kernel.actor import Actor
from lms.kernel.errors import Forbidden, Stale
from lms.kernel.rights import Identity
from lms.web.module import Around
from tests.banking.ground import FINANCE, Desk
from tests.banking.writing import Paid, camt
from tests.enrolment.places import VISITOR, named, offered_run
from tests.making import BOTH, staff
from tests.office import counted

pytestmark = BOTH
ADA = "DE89370400440532013000"


async def seen(house: Around) -> Sorted:
    async with house.begin.reading() as session:
        lines = await open_lines(session)
        return sort_lines(await matcher_for(session, [facts_of(line) for line, _ in lines]), lines)


async def key_of(house: Around, line: BankLine) -> str:
    async with house.begin.reading() as session:
        verdict = (await matcher_for(session, [facts_of(line)])).verdict(facts_of(line))
    assert verdict.best is not None
    return verdict.best.key


async def kept(house: Around, model: Any) -> list[Any]:
    async with house.begin.reading() as session:
        return list(await session.scalars(select(model)))


async def test_three_groups_and_the_matched_ones_are_booked_by_one_button_once(house: Around) -> None:
    desk = Desk(house)
    ada, _ = await desk.owes("Ada Lehmann"), await desk.owes("Ben Ohlsen", 3000)
    await desk.bring(
        camt([Paid(4500, ada, "Ada Lehmann"), Paid(3000, "Kurs", "Ben Ohlsen"), Paid(7777, "Miete", "Greta")])
    )

    groups = await seen(house)
    before = await desk.entries()
    booked = await desk.clearing.book_matched(FINANCE, seen=groups.mark)
    again = await desk.clearing.book_matched(FINANCE, seen=groups.mark)

    assert [len(one) for one in (groups.matched, groups.unsure, groups.unknown)] == [1, 1, 1]
    assert before == []
    assert (booked.lines, booked.cents, again.lines) == (1, 4500, 0)
    assert await desk.entries() == [("payment", -4500)]
    assert await desk.open_cents("Ada Lehmann") == 0
    assert sorted((await desk.states()).values()) == ["booked", "open", "open"]


async def test_the_button_books_nothing_else_than_its_preview_showed(house: Around) -> None:
    desk = Desk(house)
    ada = await desk.owes("Ada Lehmann")
    await desk.bring(camt([Paid(4500, ada, "Ada Lehmann")]))
    mark = (await seen(house)).mark
    ben = await desk.owes("Ben Ohlsen", 3000)
    await desk.bring(camt([Paid(3000, ben, "Ben Ohlsen")], sequence=2))

    with pytest.raises(Stale):
        await desk.clearing.book_matched(FINANCE, seen=mark)

    assert await desk.entries() == []


async def test_two_of_the_team_at_once_book_a_line_once(house: Around) -> None:
    desk = Desk(house)
    number = await desk.owes("Ada Lehmann")
    await desk.bring(camt([Paid(4500, number, "Ada Lehmann")]))
    line, clearing = await desk.line(4500)
    mark, key = (await seen(house)).mark, await key_of(house, line)

    outcomes = await asyncio.gather(
        *(desk.clearing.book_matched(staff(Identity.FINANCE), seen=mark) for _ in range(3)),
        *(
            desk.clearing.choose(staff(Identity.FINANCE), line_id=line.id, version=clearing.version, key=key)
            for _ in range(3)
        ),
        return_exceptions=True,
    )

    assert await desk.entries() == [("payment", -4500)]
    assert {type(one) for one in outcomes if isinstance(one, Exception)} <= {AlreadyDecided, Stale}


async def test_two_files_of_the_same_lines_at_once_are_kept_once(house: Around) -> None:
    desk = Desk(house)
    lines = [Paid(100 + number, f"Nr {number}", "Ada", ADA) for number in range(20)]

    brought = await asyncio.gather(*(desk.bring(camt(lines)) for _ in range(4)))

    assert sorted(brought) == [(0, 20), (0, 20), (0, 20), (20, 0)]


async def test_more_than_owed_is_a_credit_and_a_task_and_goes_with_taking_back(house: Around) -> None:
    desk = Desk(house)
    number = await desk.owes("Ada Lehmann")
    await desk.bring(camt([Paid(5000, number, "Ada Lehmann")]))
    line, clearing = await desk.line(5000)

    await desk.clearing.choose(
        FINANCE, line_id=line.id, version=clearing.version, key=await key_of(house, line)
    )
    (asked,) = await kept(house, Settlement)
    open_then = await desk.open_cents("Ada Lehmann")
    await desk.clearing.undo(FINANCE, line_id=line.id, version=clearing.version + 1, reason="Tippfehler")
    (overtaken,) = await kept(house, Settlement)

    assert (open_then, asked.cause, asked.amount_cents) == (-500, SettlementCause.OVERPAID, -500)
    assert overtaken.state is SettlementState.OVERTAKEN
    assert await desk.open_cents("Ada Lehmann") == 4500


async def test_a_booking_is_taken_back_by_an_entry_and_can_be_made_again(house: Around) -> None:
    desk = Desk(house)
    number = await desk.owes("Ada Lehmann")
    await desk.bring(camt([Paid(4500, number, "Ada Lehmann")]))
    line, clearing = await desk.line(4500)
    key = await key_of(house, line)

    await desk.clearing.choose(FINANCE, line_id=line.id, version=clearing.version, key=key)
    with pytest.raises(ReasonNeeded):
        await desk.clearing.undo(FINANCE, line_id=line.id, version=clearing.version + 1, reason=" ")
    for _ in range(2):  # the second click finds it done
        await desk.clearing.undo(FINANCE, line_id=line.id, version=clearing.version + 1, reason="falsch")
    _, now = await desk.line(4500)
    await desk.clearing.choose(FINANCE, line_id=line.id, version=now.version, key=key)

    assert await desk.entries() == [("payment", -4500), ("payment", -4500), ("refund", 4500)]
    assert await desk.open_cents("Ada Lehmann") == 0
    actions = [one.action for one in await kept(house, AuditEntry) if one.object_kind == "bank_line"]
    assert sorted(actions) == ["bank_line.booked", "bank_line.booked", "bank_line.undone"]


async def test_what_was_paid_back_meanwhile_cannot_be_taken_back(house: Around) -> None:
    desk = Desk(house)
    number = await desk.owes("Ada Lehmann")
    await desk.bring(camt([Paid(4500, number, "Ada Lehmann")]))
    await desk.clearing.book_matched(FINANCE, seen=(await seen(house)).mark)
    line, clearing = await desk.line(4500)
    async with house.begin() as session:
        await ask_refund(
            session, FINANCE, enrolment_id=desk.owing["Ada Lehmann"].id, amount_cents=4500,
            means=RefundMeans.CASH, state=RefundState.READY, at=house.clock(),
        )  # fmt: skip

    with pytest.raises(AlreadyPaidBack):
        await desk.clearing.undo(FINANCE, line_id=line.id, version=clearing.version, reason="x")


async def test_a_line_is_split_over_several_debts_to_the_cent(house: Around) -> None:
    desk = Desk(house)
    await desk.owes("Ada Lehmann")
    await desk.owes("Ben Ohlsen", 3000)
    await desk.bring(camt([Paid(7000, "Kinder", "Oma Krause")]))
    line, clearing = await desk.line(7000)
    ada, ben = desk.owing["Ada Lehmann"].id, desk.owing["Ben Ohlsen"].id

    for wrong, refusal in (
        ([(ada, 4500), (ben, 2400)], PartsDiffer),
        ([(ada, 7100), (ben, -100)], PartsDiffer),
        ([(ada, 3500), (ada, 3500)], UnknownDebt),
        ([(uuid4(), 7000)], UnknownDebt),
    ):
        with pytest.raises(refusal):
            await desk.clearing.split(FINANCE, line_id=line.id, version=clearing.version, parts=wrong)
    await desk.clearing.split(
        FINANCE,
        line_id=line.id,
        version=clearing.version,
        parts=[(ada, 4500), (ben, 2500)],
        note="telefonisch",
    )

    assert [await desk.open_cents(name) for name in ("Ada Lehmann", "Ben Ohlsen")] == [0, 500]


async def test_what_is_no_payment_is_set_aside_or_sent_back_with_a_reason(house: Around) -> None:
    desk, clearing = Desk(house), Desk(house).clearing
    await desk.bring(camt([Paid(100, "Miete", "Verein"), Paid(200, "???", "Irrtum")]))
    (rent, _), (lost, _) = await desk.line(100), await desk.line(200)

    with pytest.raises(ReasonNeeded):
        await clearing.set_aside(FINANCE, line_id=rent.id, version=1, aside=AsideReason.OTHER)
    await clearing.set_aside(FINANCE, line_id=rent.id, version=1, aside=AsideReason.OTHER, note="Miete Saal")
    await clearing.send_back(FINANCE, line_id=lost.id, version=1, note="niemand kennt das")
    await clearing.sent_back(FINANCE, line_id=lost.id, version=2)
    await clearing.sent_back(FINANCE, line_id=lost.id, version=2)
    await clearing.undo(FINANCE, line_id=rent.id, version=2, reason="doch ein Kurs")

    assert [(await desk.line(cents))[1].state for cents in (100, 200)] == [LineState.OPEN, LineState.RETURNED]
    assert await desk.entries() == []


async def test_nobody_books_their_own_and_only_finance_books(house: Around) -> None:
    desk = Desk(house)
    number = await desk.owes("Ada Lehmann")
    await desk.bring(camt([Paid(4500, number, "Ada Lehmann")]))
    line, clearing = await desk.line(4500)
    herself = Actor(
        identities=FINANCE.identities, account_id=uuid4(), person_id=desk.owing["Ada Lehmann"].contact_id
    )
    mark, key = (await seen(house)).mark, await key_of(house, line)

    skipped = await desk.clearing.book_matched(herself, seen=mark)
    with pytest.raises(OwnMatter):
        await desk.clearing.choose(herself, line_id=line.id, version=clearing.version, key=key)
    with pytest.raises(Forbidden):
        await desk.clearing.book_matched(staff(Identity.ENROLMENT), seen=mark)

    assert (skipped.lines, skipped.own) == (0, 1)
    assert await desk.entries() == []
    assert (await desk.line(4500))[1].state is LineState.OPEN


async def test_an_account_is_learnt_only_when_it_is_said_and_forgotten_again(house: Around) -> None:
    desk = Desk(house)
    number = await desk.owes("Ada Lehmann")
    await desk.owes("Cem Yilmaz", 3000)
    await desk.bring(camt([Paid(4500, number, "G. Sommer", ADA)]))
    await desk.clearing.book_matched(FINANCE, seen=(await seen(house)).mark)
    line, _ = await desk.line(4500)
    cem = desk.owing["Cem Yilmaz"].contact_id

    assert await kept(house, KnownAccount) == []
    for _ in range(2):
        await desk.clearing.confirm_account(FINANCE, line_id=line.id, person_id=cem)
    await desk.bring(camt([Paid(3000, "Kurs", "G. Sommer", ADA)], sequence=2))
    proposed = await seen(house)
    (known,) = await kept(house, KnownAccount)
    await desk.clearing.forget_account(FINANCE, known_id=known.id)

    assert [len(one) for one in (proposed.matched, proposed.unsure)] == [0, 1]
    assert [len(one) for one in ((await seen(house)).unsure, (await seen(house)).unknown)] == [0, 1]


async def test_a_refund_by_transfer_is_booked_when_it_has_left_and_comes_back_as_a_credit(
    house: Around,
) -> None:
    desk = Desk(house)
    number = await desk.owes("Ada Lehmann")
    await desk.bring(camt([Paid(4500, number, "Ada Lehmann")]))
    await desk.clearing.book_matched(FINANCE, seen=(await seen(house)).mark)
    async with house.begin() as session:
        refund = await ask_refund(
            session, FINANCE, enrolment_id=desk.owing["Ada Lehmann"].id, amount_cents=4500, holder="Ada Lehmann",
            means=RefundMeans.TRANSFER, state=RefundState.READY, at=house.clock(), iban=ADA,
        )  # fmt: skip
        refund.state, refund.provider_ref = RefundState.SENT, "RUECK-1"
    await desk.bring(
        camt(
            [Paid(-4500, "Erstattung", "Ada Lehmann", ADA, end_to_end="RUECK-1", day=date(2026, 12, 4))],
            sequence=2,
        )
    )
    await desk.clearing.book_matched(FINANCE, seen=(await seen(house)).mark)
    (paid,) = await kept(house, Refund)
    line, clearing = await desk.line(-4500)
    with pytest.raises(NotToUndo):
        await desk.clearing.undo(FINANCE, line_id=line.id, version=clearing.version, reason="x")

    back = Paid(
        4500,
        "RETOURE",
        "Ada Lehmann",
        ADA,
        end_to_end="RUECK-1",
        code="159",
        reason="AC04",
        day=date(2026, 12, 7),
    )
    await desk.bring(camt([back], sequence=3))
    await desk.clearing.book_matched(FINANCE, seen=(await seen(house)).mark)

    assert paid.state is RefundState.PAID
    assert await desk.entries() == [("payment", -4500), ("payment", -4500), ("refund", 4500)]
    assert [one.cause for one in await kept(house, Settlement)] == []


async def test_a_returned_debit_that_nobody_collected_stays_open(house: Around) -> None:
    desk = Desk(house)
    line = Paid(
        -4800,
        "Kurs",
        "Dora",
        ADA,
        end_to_end="D-17",
        code="109",
        reason="MD06",
        original_cents=4500,
        fee_cents=300,
    )
    await desk.bring(camt([line]))

    await desk.clearing.book_matched(FINANCE, seen=(await seen(house)).mark)

    assert [one.state for one in await kept(house, Clearing)] == [LineState.OPEN]


async def test_matching_many_lines_costs_no_more_statements_than_few(house: Around) -> None:
    desk = Desk(house)
    numbers = [await desk.owes(f"Person{number} Muster{number}") for number in range(3)]
    await desk.bring(camt([Paid(4500, numbers[0], "Person0 Muster0", ADA)]))
    with counted() as few:
        await seen(house)
    await desk.bring(
        camt(
            [Paid(4500, one, "Wer") for one in numbers[1:]] + [Paid(1 + n, f"x{n}", "y") for n in range(50)],
            sequence=2,
        )
    )
    with counted() as many:
        await seen(house)

    assert len(many) == len(few)


async def test_debts_are_found_by_hand_by_number_and_by_name(house: Around) -> None:
    desk = Desk(house)
    number = await desk.owes("Ada Lehmann")
    await desk.owes("Ben Ohlsen")

    async with house.begin.reading() as session:
        found = [
            await debts_like(session, typed)
            for typed in (number, "lehmann", desk.owing["Ada Lehmann"].reference, "Zzz")
        ]

    assert [[one.document for one in debts] for debts in found] == [[number], [number], [number], []]


async def test_a_held_place_may_be_paid_by_transfer_under_its_reference(house: Around) -> None:
    with_online = house.settings.model_copy(update={"stripe_key": SecretStr("sk_test_1")})
    there, desk = replace(house, settings=with_online), Desk(house)
    run = await offered_run(house.begin, price_cents=4500, payment_methods=["online"])
    placed = await Enrolments(there).enrol(
        VISITOR, run_id=run.id, persons=[named("Ada Lehmann")], payment_method=PaymentMethod.ONLINE
    )
    held = placed.enrolments[0]
    await desk.bring(camt([Paid(4500, f"Kurs {held.reference}", "Ada Lehmann")]))

    booked = await desk.clearing.book_matched(FINANCE, seen=(await seen(house)).mark)

    async with house.begin.reading() as session:
        now = await session.get_one(Enrolment, held.id)
    assert (held.state, booked.lines, now.state) == (EnrolmentState.HELD, 1, EnrolmentState.CONFIRMED)
