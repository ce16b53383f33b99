"""Withdrawing from a contract by law: who may, until when, and what it comes to (L-14 to L-16)."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from lms.billing.cashier import Cashier
from lms.billing.models import Settlement, SettlementState
from lms.billing.queries import balance_of
from lms.catalogue.models import PaymentMethod, Run
from lms.db import Begin
from lms.enrolment.errors import AlreadyDecided
from lms.enrolment.models import Enrolment, EnrolmentState, EntryWay, Withdrawal, WithdrawalState
from lms.enrolment.service import Enrolments
from lms.enrolment.service.withdrawing import Declaration
from lms.enrolment.values import NewCompany, Placement
from lms.jobs.worker import Worker
from lms.kernel.errors import Forbidden, SignInNeeded
from lms.kernel.rights import Identity
from lms.messaging.models import Letter
from lms.scheduling.models import Session
from lms.web.module import Around
from tests.enrolment.places import VISITOR, named, offered_run, states
from tests.making import BOTH, MOMENT, FixedClock, staff

pytestmark = BOTH
TEAM = staff(Identity.ENROLMENT)
ANYBODY = staff()
CONFIRMED, WAITING, OFFERED, CANCELLED = (
    EnrolmentState.CONFIRMED,
    EnrolmentState.WAITING,
    EnrolmentState.OFFERED,
    EnrolmentState.CANCELLED,
)


async def booked(
    enrolments: Enrolments, begin: Begin, *, course: dict[str, Any] | None = None, **given: Any
) -> tuple[Run, Placement]:
    """A paid run, and Ada in it."""
    run = await offered_run(begin, course=course, **{"price_cents": 4500} | given)
    placed = await enrolments.enrol(
        VISITOR, run_id=run.id, persons=[named()], payment_method=PaymentMethod.INVOICE
    )
    return run, placed


async def declared(
    enrolments: Enrolments, begin: Begin, placed: Placement, **other: Any
) -> tuple[Withdrawal, list[Settlement]]:
    """Somebody declares, the worker looks at it."""
    facts: dict[str, Any] = {
        "name": "Ada Lehmann",
        "reference": placed.enrolments[0].reference.lower().replace("-", " "),
        "email": "Ada.Lehmann@example.com",
    }
    key = uuid4()
    for _ in range(2):  # sent twice it is one
        await enrolments.declare_withdrawal(
            VISITOR, withdrawal_id=key, declaration=Declaration(**facts | other)
        )
    for _ in range(2):
        await enrolments.settle_withdrawal(withdrawal_id=key)
    async with begin.reading() as session:
        found = (await session.scalars(select(Settlement))).all()
        return await session.get_one(Withdrawal, key), list(found)


async def test_a_withdrawal_ends_the_contract_pays_everything_back_and_asks_the_next_in_line(
    enrolments: Enrolments, begin: Begin, house: Around, jobs: Worker, clock: FixedClock
) -> None:
    run, placed = await booked(enrolments, begin, capacity=1)
    await enrolments.enrol(
        VISITOR, run_id=run.id, persons=[named("Ben Krug")], payment_method=PaymentMethod.CASH
    )
    await Cashier(house).take_cash(
        ANYBODY, enrolment_id=placed.enrolments[0].id, amount_cents=4500, form_key="till"
    )
    clock.forward(days=3)

    withdrawal, settlements = await declared(enrolments, begin, placed)

    assert withdrawal.state is WithdrawalState.ACCEPTED
    assert await states(begin, run) == [CANCELLED, OFFERED]
    (wanted,) = settlements
    assert (wanted.cause, wanted.amount_cents, wanted.state) == ("withdrawn", -4500, SettlementState.OPEN)
    assert sum(line["amount_cents"] for line in wanted.lines) == -4500
    assert wanted.due_on == date(2026, 12, 21)  # 14 days after Monday the 7th
    await jobs.drain()
    async with begin.reading() as session:
        letters = {one.kind: one for one in (await session.scalars(select(Letter))).all()}
    receipt = letters["withdrawal_receipt"]
    assert (receipt.to_address, receipt.to_name) == ("Ada.Lehmann@example.com", "Ada Lehmann")
    assert "Montag, 7. Dezember 2026" in receipt.text
    assert "9 Uhr" in receipt.text or "9:00 Uhr" in receipt.text
    assert "45,00" not in receipt.text
    assert "Wir zahlen Ihnen 45,00 Euro innerhalb von 14 Tagen zurück." in letters["enrolment_withdrawn"].text
    assert "place_confirmed" in letters


async def test_what_was_taught_at_express_request_is_paid_by_units(
    enrolments: Enrolments, begin: Begin, clock: FixedClock
) -> None:
    starts = MOMENT + timedelta(days=2)
    run = await offered_run(begin, price_cents=4500, starts_at=starts, ends_at=starts + timedelta(days=21))
    async with begin() as session:
        session.add_all(
            Session(run_id=run.id, starts_at=at, ends_at=at + timedelta(minutes=90), changed_at=MOMENT)
            for at in (starts + timedelta(days=7 * week) for week in range(4))
        )
    asked, unasked = [
        await enrolments.enrol(
            VISITOR, run_id=run.id, persons=[named(name)], payment_method=PaymentMethod.INVOICE,
            early_start_wording=wording,
        )
        for name, wording in (("Ada Lehmann", "Ich verlange ausdrücklich …"), ("Ben Krug", ""))
    ]  # fmt: skip
    clock.forward(days=4)

    _, first = await declared(enrolments, begin, asked)
    _, both = await declared(enrolments, begin, unasked, name="Ben Krug", email="ben.krug@example.com")

    (owed,) = first
    assert owed.amount_cents == 1125
    assert owed.lines[0]["params"] == {"held": 2.0, "all": 8.0}
    assert len(both) == 1  # who did not ask owes nothing
    async with begin.reading() as session:
        kept = await session.get_one(Enrolment, asked.enrolments[0].id)
    assert (kept.early_start_at, kept.early_start_wording) == (MOMENT, "Ich verlange ausdrücklich …")


@pytest.mark.parametrize(
    ("other", "cause"),
    [
        ({"reference": "AAAA-AAAA"}, "unknown"),
        ({"email": "somebody@example.com"}, "other_person"),
        ({"name": "Eva Braun"}, "other_person"),
        ({"part": "Gisela"}, "part_unclear"),
    ],
)
async def test_what_does_not_fit_is_put_before_the_team_which_may_match_it_by_hand(
    enrolments: Enrolments, begin: Begin, other: dict[str, str], cause: str, clock: FixedClock
) -> None:
    run, placed = await booked(enrolments, begin)

    withdrawal, settlements = await declared(enrolments, begin, placed, **other)

    assert (withdrawal.state, withdrawal.cause, settlements) == (WithdrawalState.OPEN, cause, [])
    assert await states(begin, run) == [CONFIRMED]
    with pytest.raises(SignInNeeded):
        await enrolments.accept_withdrawal(VISITOR, withdrawal_id=withdrawal.id)
    with pytest.raises(Forbidden):
        await enrolments.accept_withdrawal(staff(Identity.PROGRAMME), withdrawal_id=withdrawal.id)
    clock.forward(days=40)
    await enrolments.accept_withdrawal(
        TEAM, withdrawal_id=withdrawal.id, reference=placed.enrolments[0].reference
    )
    with pytest.raises(AlreadyDecided):
        await enrolments.accept_withdrawal(
            TEAM, withdrawal_id=withdrawal.id, reference=placed.enrolments[0].reference
        )
    assert await states(begin, run) == [CANCELLED]


async def test_a_part_of_the_order_is_withdrawn_from_for_the_persons_named(
    enrolments: Enrolments, begin: Begin
) -> None:
    run = await offered_run(begin, price_cents=4500)
    placed = await enrolments.enrol(
        VISITOR, run_id=run.id, persons=[named(), named("Ben Lehmann"), named("Cem Lehmann")],
        contact=named(), payment_method=PaymentMethod.INVOICE,
    )  # fmt: skip

    withdrawal, _ = await declared(enrolments, begin, placed, part="Ben Lehmann und Cem Lehmann")
    after_part = sorted(await states(begin, run))
    rest, _ = await declared(enrolments, begin, placed)

    assert (len(withdrawal.enrolment_ids), after_part) == (2, ["cancelled", "cancelled", "confirmed"])
    assert len(rest.enrolment_ids) == 1
    assert await states(begin, run) == [CANCELLED] * 3


@pytest.mark.parametrize("why", ["excluded", "over", "company", "in_person"])
async def test_without_the_right_it_says_so_and_by_telephone_the_team_decides(
    enrolments: Enrolments, begin: Begin, jobs: Worker, clock: FixedClock, why: str
) -> None:
    excluded = {"has_withdrawal_right": False, "withdrawal_reason_de": "Freizeitkurs mit festem Datum."}
    run = await offered_run(begin, price_cents=4500, course=excluded if why == "excluded" else None)
    given: dict[str, Any] = {"company": NewCompany(name="Bäckerei Roth")} if why == "company" else {}
    placed = await enrolments.enrol(
        VISITOR if why != "in_person" else TEAM, run_id=run.id, persons=[named()],
        payment_method=PaymentMethod.INVOICE, way=EntryWay.PHONE if why == "in_person" else EntryWay.WEB, **given,
    )  # fmt: skip
    if why == "over":
        clock.forward(days=15)

    withdrawal, settlements = await declared(enrolments, begin, placed)
    await jobs.drain()

    async with begin.reading() as session:
        letters = {one.kind: one for one in (await session.scalars(select(Letter))).all()}
    assert (withdrawal.cause, settlements, await states(begin, run)) == (why, [], [CONFIRMED])
    if why == "in_person":
        assert withdrawal.state is WithdrawalState.OPEN
        assert "withdrawal_declined" not in letters
        await enrolments.decline_withdrawal(TEAM, withdrawal_id=withdrawal.id, reason="Am Schalter gebucht.")
        with pytest.raises(AlreadyDecided):
            await enrolments.decline_withdrawal(TEAM, withdrawal_id=withdrawal.id, reason="Noch einmal.")
    else:
        assert withdrawal.state is WithdrawalState.DECLINED
        assert letters["withdrawal_declined"].to_address == "ada.lehmann@example.com"
    if why == "excluded":
        assert "Freizeitkurs mit festem Datum." in letters["withdrawal_declined"].text
        await enrolments.accept_withdrawal(TEAM, withdrawal_id=withdrawal.id)  # the team may be generous
        assert await states(begin, run) == [CANCELLED]


async def test_whoever_waits_or_pays_nothing_may_go_like_that_too(
    enrolments: Enrolments, begin: Begin
) -> None:
    run, placed = await booked(enrolments, begin, price_cents=0, capacity=1)
    waits = await enrolments.enrol(VISITOR, run_id=run.id, persons=[named("Ben Krug")])

    await declared(enrolments, begin, waits, name="Ben Krug", email="ben.krug@example.com")
    await declared(enrolments, begin, placed)

    assert await states(begin, run) == [CANCELLED, CANCELLED]
    async with begin.reading() as session:
        account = await balance_of(session, [placed.enrolments[0].id])
    assert account[placed.enrolments[0].id].open_cents == 0
