"""What places cost, what cancelling costs, and what stands in the books then."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from lms.billing.cashier import Cashier
from lms.billing.errors import MoreThanOwed
from lms.billing.models import Invoice, LedgerEntry
from lms.billing.queries import balance_of
from lms.catalogue.models import PaymentMethod, Run
from lms.db import Begin
from lms.enrolment.errors import NoConcession, PaymentMethodRefused, RunIsOver
from lms.enrolment.models import EnrolmentState
from lms.enrolment.service import Enrolments
from lms.enrolment.service.offering import open_offer
from lms.enrolment.values import NewCompany, Placement, Wants
from lms.kernel.errors import Forbidden, SignInNeeded
from lms.kernel.rights import Identity
from lms.web.module import Around
from tests.enrolment.places import CHILD, VISITOR, named, offered_run, people, told
from tests.making import BOTH, FixedClock, staff

pytestmark = BOTH
TEAM = staff(Identity.ENROLMENT)
INVOICE, CASH = PaymentMethod.INVOICE, PaymentMethod.CASH


async def paid_run(begin: Begin, **given: Any) -> Run:
    usual: dict[str, Any] = {"price_cents": 4500, "concession_cents": 3000}
    return await offered_run(begin, **usual | given)


async def books(begin: Begin) -> list[tuple[str, int]]:
    async with begin.reading() as session:
        rows = await session.scalars(select(LedgerEntry).order_by(LedgerEntry.booked_at, LedgerEntry.kind))
        return [(row.kind.value, row.amount_cents) for row in rows]


async def documents(begin: Begin) -> list[tuple[str, int]]:
    async with begin.reading() as session:
        rows = await session.scalars(select(Invoice).order_by(Invoice.series, Invoice.counter))
        return [(row.number, row.total_cents) for row in rows]


def link(enrolments: Enrolments, placement: Placement) -> str:
    return enrolments.signer.token("enrolment", placement.enrolments[0].id)


async def test_a_price_on_invoice_is_charged_and_invoiced_in_the_transaction_that_confirms(
    enrolments: Enrolments, begin: Begin
) -> None:
    run = await paid_run(begin)

    placement = await enrolments.enrol(
        VISITOR, run_id=run.id, persons=[named(city="Wedringen")], payment_method=INVOICE
    )

    assert placement.state is EnrolmentState.CONFIRMED
    assert await books(begin) == [("charge", 4500)]
    async with begin.reading() as session:
        invoice = (await session.scalars(select(Invoice))).one()
    assert (invoice.number, invoice.total_cents, invoice.debtor["name"]) == (
        "RE-2026-00001",
        4500,
        "Ada Lehmann",
    )
    assert (invoice.lines[0]["what"], invoice.lines[0]["run"]) == ("participation", run.number)
    assert "§ 4 Nr. 22" in invoice.tax_note
    assert invoice.due_on.isoformat() == "2026-12-18"


async def test_cash_is_owed_without_an_invoice_until_the_counter_takes_it(
    enrolments: Enrolments, begin: Begin, house: Around
) -> None:
    run = await paid_run(begin)
    placement = await enrolments.enrol(VISITOR, run_id=run.id, persons=[named()], payment_method=CASH)
    paid, cashier = placement.enrolments[0].id, Cashier(house)

    for _ in range(2):
        balance = await cashier.take_cash(TEAM, enrolment_id=paid, amount_cents=4500, form_key="one-form")

    assert (balance.charged_cents, balance.paid_cents, balance.open_cents) == (4500, 4500, 0)
    assert await documents(begin) == []
    with pytest.raises(MoreThanOwed):
        await cashier.take_cash(TEAM, enrolment_id=paid, amount_cents=1, form_key="another-form")
    with pytest.raises(SignInNeeded):
        await cashier.take_cash(VISITOR, enrolment_id=paid, amount_cents=1, form_key="x")
    assert await books(begin) == [("charge", 4500), ("payment", -4500)]


async def test_the_price_is_never_taken_from_outside_and_the_reduction_is_the_runs(
    enrolments: Enrolments, begin: Begin
) -> None:
    run, plain = await paid_run(begin), await paid_run(begin, concession_cents=None)

    reduced = await enrolments.enrol(
        VISITOR, run_id=run.id, persons=[named()], payment_method=CASH, concession=True
    )

    assert (reduced.enrolments[0].price_cents, reduced.enrolments[0].has_concession) == (3000, True)
    with pytest.raises(NoConcession):
        await enrolments.enrol(
            VISITOR, run_id=plain.id, persons=[named()], payment_method=CASH, concession=True
        )


async def test_a_way_of_paying_that_the_run_does_not_know_is_refused(
    enrolments: Enrolments, begin: Begin
) -> None:
    run = await paid_run(begin, payment_methods=["invoice"])

    with pytest.raises(PaymentMethodRefused):
        await enrolments.enrol(VISITOR, run_id=run.id, persons=[named()], payment_method=CASH)
    with pytest.raises(PaymentMethodRefused):
        await enrolments.enrol(VISITOR, run_id=run.id, persons=[named()], wants=Wants.PLACE)


async def test_who_has_not_said_how_it_is_paid_gets_an_offer_and_no_order_at_a_price(
    enrolments: Enrolments, begin: Begin
) -> None:
    run = await paid_run(begin)

    placement = await enrolments.enrol(VISITOR, run_id=run.id, persons=[named()])

    async with begin.reading() as session:
        offer = await open_offer(session, placement.enrolments[0].party_id)
    assert offer is not None
    assert (placement.state, await books(begin)) == (EnrolmentState.OFFERED, [])
    token = enrolments.signer.token("offer", offer.id)
    with pytest.raises(PaymentMethodRefused):
        await enrolments.accept(VISITOR, offer_id=offer.id, token=token)
    accepted = await enrolments.accept(VISITOR, offer_id=offer.id, token=token, payment_method=INVOICE)
    assert accepted.state is EnrolmentState.CONFIRMED
    assert await documents(begin) == [("RE-2026-00001", 4500)]


async def test_a_company_owes_for_its_employees_and_gets_one_invoice(
    enrolments: Enrolments, begin: Begin
) -> None:
    run = await paid_run(begin)

    placement = await enrolments.enrol(
        VISITOR,
        run_id=run.id,
        persons=people(2),
        contact=named("Chris Chef"),
        company=NewCompany(name="Holz GmbH", city="Haldensleben", invoice_email="rechnung@example.com"),
        payment_method=INVOICE,
        order_number="B-77",
    )

    async with begin.reading() as session:
        invoices = (await session.scalars(select(Invoice).order_by(Invoice.counter))).all()
    assert [(one.number, one.debtor["name"], one.debtor["order_number"]) for one in invoices] == [
        ("RE-2026-00001", "Holz GmbH", "B-77")
    ]
    assert [(line["person"], line["amount_cents"]) for line in invoices[0].lines] == [
        ("Person0 Muster", 4500),
        ("Person1 Muster", 4500),
    ]
    assert {one.company_id for one in placement.enrolments} == {invoices[0].company_id}


async def test_the_guardian_owes_for_a_child(enrolments: Enrolments, begin: Begin) -> None:
    run = await paid_run(begin)
    placement = await enrolments.enrol(
        VISITOR,
        run_id=run.id,
        persons=[named("Lena Kind", email=None, birth_date=CHILD)],
        contact=named("Maria Kind"),
        payment_method=INVOICE,
    )
    assert await books(begin) == []

    await enrolments.consent(TEAM, enrolment_id=placement.enrolments[0].id, wording="Papier")

    async with begin.reading() as session:
        invoice = (await session.scalars(select(Invoice))).one()
    assert invoice.debtor["name"] == "Maria Kind"


async def test_cancelling_in_time_takes_everything_back(enrolments: Enrolments, begin: Begin) -> None:
    run = await paid_run(begin)
    placement = await enrolments.enrol(VISITOR, run_id=run.id, persons=[named()], payment_method=INVOICE)
    enrolled = placement.enrolments[0].id

    preview = await enrolments.preview_cancellation(
        VISITOR, enrolment_id=enrolled, token=link(enrolments, placement)
    )
    outcome = await enrolments.cancel(VISITOR, enrolment_id=enrolled, token=link(enrolments, placement))

    assert preview == outcome
    assert (outcome.fee_cents, outcome.refund_cents, outcome.owed_cents) == (0, 0, 0)
    assert await documents(begin) == [("RE-2026-00001", 4500), ("ST-2026-00001", -4500)]
    assert await books(begin) == [("charge", 4500), ("credit", -4500)]


async def test_cancelling_late_costs_a_share_with_an_invoice_of_its_own(
    enrolments: Enrolments, begin: Begin, clock: FixedClock, house: Around
) -> None:
    run = await paid_run(begin)
    placement = await enrolments.enrol(VISITOR, run_id=run.id, persons=[named()], payment_method=INVOICE)
    enrolled = placement.enrolments[0].id
    await Cashier(house).take_cash(TEAM, enrolment_id=enrolled, amount_cents=4500, form_key="f")
    clock.forward(days=22)

    outcomes = [
        await enrolments.cancel(VISITOR, enrolment_id=enrolled, token=link(enrolments, placement))
        for _ in range(2)
    ]

    assert [(one.fee_cents, one.refund_cents) for one in outcomes] == [(2250, 2250)] * 2
    assert [(line.amount_cents, line.params) for line in outcomes[0].lines] == [
        (2250, {"percent": 50}),
        (-4500, {}),
    ]
    assert await documents(begin) == [
        ("RE-2026-00001", 4500),
        ("RE-2026-00002", 2250),
        ("ST-2026-00001", -4500),
    ]
    async with begin.reading() as session:
        balance = (await balance_of(session, [enrolled]))[enrolled]
    assert balance.open_cents == -2250
    assert (await told(begin)).count("EnrolmentCancelled") == 1


async def test_the_team_waives_a_fee_with_a_reason_and_nobody_else(
    enrolments: Enrolments, begin: Begin, clock: FixedClock
) -> None:
    run = await paid_run(begin)
    placement = await enrolments.enrol(VISITOR, run_id=run.id, persons=[named()], payment_method=INVOICE)
    enrolled = placement.enrolments[0].id
    clock.forward(days=27)

    with pytest.raises((Forbidden, SignInNeeded)):
        await enrolments.cancel(
            VISITOR, enrolment_id=enrolled, token=link(enrolments, placement), waive_reason="bitte"
        )
    outcome = await enrolments.cancel(TEAM, enrolment_id=enrolled, waive_reason="Krankheit, mit Attest")

    assert (outcome.fee_cents, outcome.is_waived) == (0, True)
    assert await books(begin) == [("charge", 4500), ("credit", -4500)]


async def test_a_cancelled_run_costs_nobody_anything(
    enrolments: Enrolments, begin: Begin, clock: FixedClock
) -> None:
    run = await paid_run(begin)
    for person in people(2):
        await enrolments.enrol(VISITOR, run_id=run.id, persons=[person], payment_method=INVOICE)
    clock.forward(days=27)

    await enrolments.cancel_run(staff(Identity.PROGRAMME), run_id=run.id, reason_de="Zu wenige")

    assert sum(cents for _, cents in await books(begin)) == 0
    assert [number for number, _ in await documents(begin)] == [
        "RE-2026-00001", "RE-2026-00002", "ST-2026-00001", "ST-2026-00002"
    ]  # fmt: skip


async def test_a_run_that_is_over_is_not_cancelled_any_more(
    enrolments: Enrolments, begin: Begin, clock: FixedClock
) -> None:
    run = await paid_run(begin)
    placement = await enrolments.enrol(VISITOR, run_id=run.id, persons=[named()], payment_method=CASH)
    clock.moment = (run.ends_at or clock.moment) + timedelta(hours=1)

    with pytest.raises(RunIsOver):
        await enrolments.cancel(TEAM, enrolment_id=placement.enrolments[0].id)
