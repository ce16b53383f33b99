"""Moving to another run, handing a place over, and goodwill: places, books and reasons (F-E14, F-E20, U13)."""

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import select

from lms.billing.cashier import Cashier
from lms.billing.models import EntryKind, LedgerEntry, Settlement, SettlementState
from lms.billing.queries import balance_of, valid_invoice_of
from lms.catalogue.models import PaymentMethod
from lms.db import Begin
from lms.enrolment.errors import (
    AlreadyEnrolled,
    CannotMove,
    GuardianMustAgree,
    NothingToLetOff,
    OwnMatter,
    ReasonNeeded,
    RunFull,
    SumChanged,
    TooLateToMove,
    TooYoung,
)
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.enrolment.service import Enrolments
from lms.enrolment.values import Placement
from lms.jobs.worker import Worker
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound, SignInNeeded
from lms.kernel.rights import Identity
from lms.messaging.models import Enclosure, Letter
from lms.web.module import Around
from tests.enrolment.places import CHILD, VISITOR, look, named, offered_run, states
from tests.making import BOTH, FixedClock, learner, make_person, staff

pytestmark = BOTH
TEAM = staff(Identity.ENROLMENT)
ANYBODY = staff()
CONFIRMED, WAITING, OFFERED, CANCELLED = (
    EnrolmentState.CONFIRMED,
    EnrolmentState.WAITING,
    EnrolmentState.OFFERED,
    EnrolmentState.CANCELLED,
)
INVOICE, CASH = PaymentMethod.INVOICE, PaymentMethod.CASH
WRONG = "a" * 32


def link(enrolments: Enrolments, placed: Placement) -> dict[str, Any]:
    first = placed.enrolments[0]
    return {"enrolment_id": first.id, "token": enrolments.signer.token("enrolment", first.id)}


async def pay(house: Around, placed: Placement, cents: int = 4500) -> None:
    await Cashier(house).take_cash(
        ANYBODY, enrolment_id=placed.enrolments[0].id, amount_cents=cents, form_key="till"
    )


async def open_settlements(begin: Begin) -> Sequence[Settlement]:
    async with begin.reading() as session:
        wanted = select(Settlement).where(Settlement.state == SettlementState.OPEN)
        return (await session.scalars(wanted)).all()


async def balances(begin: Begin, *enrolments: Enrolment) -> list[int]:
    async with begin.reading() as session:
        found = await balance_of(session, [one.id for one in enrolments])
    return [found[one.id].open_cents for one in enrolments]


async def letters(begin: Begin) -> dict[str, Letter]:
    async with begin.reading() as session:
        return {one.kind: one for one in (await session.scalars(select(Letter))).all()}


async def test_cancelling_asks_the_cashiers_with_lines_that_add_up(
    enrolments: Enrolments, begin: Begin, house: Around, clock: FixedClock
) -> None:
    run = await offered_run(begin, price_cents=4500)
    placed = await enrolments.enrol(VISITOR, run_id=run.id, persons=[named()], payment_method=CASH)
    await pay(house, placed)
    clock.forward(days=25)

    await enrolments.cancel(VISITOR, **link(enrolments, placed), reason="krank")

    (wanted,) = await open_settlements(begin)
    assert (wanted.cause, wanted.amount_cents, wanted.reason) == ("cancelled", -2250, "krank")
    assert [line["amount_cents"] for line in wanted.lines] == [2250, -4500]


async def test_moving_takes_the_payment_along_and_gives_the_old_place_to_the_next(
    enrolments: Enrolments, begin: Begin, house: Around, jobs: Worker
) -> None:
    old = await offered_run(begin, price_cents=4500, capacity=1)
    new = await offered_run(begin, price_cents=6000, capacity=1)
    placed = await enrolments.enrol(VISITOR, run_id=old.id, persons=[named()], payment_method=INVOICE)
    await enrolments.enrol(VISITOR, run_id=old.id, persons=[named("Ben Krug")], payment_method=CASH)
    await pay(house, placed)
    way = link(enrolments, placed) | {"run_id": new.id}

    before = await enrolments.preview_move(VISITOR, **way)
    untouched = await states(begin, old), await states(begin, new)
    with pytest.raises(SumChanged):
        await enrolments.move(VISITOR, **way, expected_cents=0)
    moved = await enrolments.move(VISITOR, **way, expected_cents=1500)
    again = await enrolments.move(VISITOR, **way, expected_cents=1500)

    assert (before.balance_cents, untouched) == (1500, ([CONFIRMED, WAITING], []))
    assert (await states(begin, old), await states(begin, new)) == ([CANCELLED, OFFERED], [CONFIRMED])
    assert moved.enrolment.follows_id == placed.enrolments[0].id
    assert again.enrolment.id == moved.enrolment.id
    assert await balances(begin, placed.enrolments[0], moved.enrolment) == [0, 1500]
    (wanted,) = await open_settlements(begin)
    assert (wanted.enrolment_id, wanted.cause, wanted.amount_cents) == (
        moved.enrolment.id, "transferred", 1500,
    )  # fmt: skip
    assert [line["amount_cents"] for line in wanted.lines] == [6000, -4500]
    async with begin.reading() as session:
        invoice = await valid_invoice_of(session, moved.enrolment.id)
        assert await valid_invoice_of(session, placed.enrolments[0].id) is None
        entries = (await session.scalars(select(LedgerEntry).where(LedgerEntry.provider == "moved"))).all()
    assert invoice is not None
    assert invoice.total_cents == 6000
    assert sorted((one.kind, one.amount_cents) for one in entries) == [
        (EntryKind.PAYMENT, -4500),
        (EntryKind.REFUND, 4500),
    ]
    await jobs.drain()
    found = await letters(begin)
    assert "enrolment_cancelled" not in found
    assert {"enrolment_moved", "place_offered"} <= set(found)
    assert "15,00 Euro" in found["enrolment_moved"].text
    async with begin.reading() as session:
        papers = await session.scalars(
            select(Enclosure.media_type).where(Enclosure.letter_id == found["enrolment_moved"].id)
        )
        assert "application/pdf" in papers.all()


async def test_moving_is_refused_in_words_and_then_nothing_has_changed(
    enrolments: Enrolments, begin: Begin, clock: FixedClock
) -> None:
    old, full = await offered_run(begin), await offered_run(begin, capacity=1)
    for_grown_ups = await offered_run(begin, course={"min_age": 60})
    empty = await offered_run(begin)
    placed = await enrolments.enrol(
        VISITOR, run_id=old.id, persons=[named(birth_date=CHILD.replace(year=1990))]
    )
    await enrolments.enrol(VISITOR, run_id=full.id, persons=[named("Ben Krug")])
    doubled = await offered_run(begin)
    await enrolments.enrol(VISITOR, run_id=doubled.id, persons=[named()])
    way = link(enrolments, placed)

    for run, refusal in (
        (full, RunFull),
        (for_grown_ups, TooYoung),
        (doubled, AlreadyEnrolled),
        (old, CannotMove),
    ):
        with pytest.raises(refusal):
            await enrolments.move(VISITOR, **way, run_id=run.id)
    stranger = learner(make_person("Eva", "Fremd"))
    for actor, token in ((VISITOR, WRONG), (stranger, ""), (stranger, WRONG)):
        with pytest.raises(NotFound):
            await enrolments.move(actor, **way | {"token": token}, run_id=empty.id)
    clock.forward(days=22)
    with pytest.raises(TooLateToMove):
        await enrolments.move(VISITOR, **way, run_id=empty.id)
    assert await states(begin, old) == [CONFIRMED]
    assert await states(begin, full) == [CONFIRMED]

    await enrolments.move(TEAM, enrolment_id=placed.enrolments[0].id, run_id=empty.id)  # the team may
    assert (await states(begin, old), await states(begin, empty)) == ([CANCELLED], [CONFIRMED])


async def test_a_substitute_takes_the_place_though_others_wait_and_the_payer_stays(
    enrolments: Enrolments, begin: Begin, house: Around, jobs: Worker
) -> None:
    run = await offered_run(begin, price_cents=4500, capacity=1)
    placed = await enrolments.enrol(VISITOR, run_id=run.id, persons=[named()], payment_method=INVOICE)
    await enrolments.enrol(VISITOR, run_id=run.id, persons=[named("Ben Krug")], payment_method=CASH)
    await pay(house, placed)
    way = link(enrolments, placed) | {"person": named("Cem Yilmaz")}

    foreseen = await enrolments.preview_hand_over(VISITOR, **way)
    done = await enrolments.hand_over(VISITOR, **way, new_person_pays=True)  # only the team may state that
    again = await enrolments.hand_over(VISITOR, **way)

    assert (foreseen.balance_cents, done.reckoning.balance_cents) == (0, 0)
    assert sorted(await states(begin, run)) == ["cancelled", "confirmed", "waiting"]
    assert again.enrolment.id == done.enrolment.id
    assert await balances(begin, placed.enrolments[0], done.enrolment) == [0, 0]
    assert done.enrolment.contact_id == placed.enrolments[0].contact_id
    assert await open_settlements(begin) == []
    async with begin.reading() as session:
        invoice = await valid_invoice_of(session, done.enrolment.id)
    assert invoice is not None
    assert (invoice.debtor["name"], invoice.lines[0]["person"]) == ("Ada Lehmann", "Cem Yilmaz")
    await jobs.drain()
    found = await letters(begin)
    assert "place_offered" not in found
    assert found["handed_over"].to_address == "ada.lehmann@example.com"
    assert found["place_taken_over"].to_address == "cem.yilmaz@example.com"
    assert "/anmeldung/" not in found["place_taken_over"].text  # it opens nothing of the payer's


async def test_the_team_may_let_the_new_person_pay_and_a_minor_needs_consent(
    enrolments: Enrolments, begin: Begin, house: Around, clock: FixedClock
) -> None:
    run = await offered_run(begin, price_cents=4500)
    placed = await enrolments.enrol(VISITOR, run_id=run.id, persons=[named()], payment_method=CASH)
    await pay(house, placed)
    child = named("Lena Yilmaz", birth_date=CHILD)

    with pytest.raises(GuardianMustAgree):
        await enrolments.hand_over(VISITOR, **link(enrolments, placed), person=child)
    with pytest.raises(AlreadyEnrolled):
        await enrolments.hand_over(VISITOR, **link(enrolments, placed), person=named())
    clock.forward(days=29)
    with pytest.raises(CannotMove):
        await enrolments.hand_over(VISITOR, **link(enrolments, placed), person=named("Cem Yilmaz"))
    done = await enrolments.hand_over(
        TEAM, enrolment_id=placed.enrolments[0].id, person=named("Cem Yilmaz"), new_person_pays=True
    )

    with pytest.raises(CannotMove):  # the former one's link would lead to the place of the new person
        await enrolments.hand_over(VISITOR, **link(enrolments, placed), person=named("Cem Yilmaz"))
    assert await balances(begin, placed.enrolments[0], done.enrolment) == [-4500, 4500]
    assert [one.amount_cents for one in await open_settlements(begin)] == [-4500]
    assert (await look(begin, run)).occupied == 1


async def test_goodwill_has_a_reason_a_limit_and_is_nobodys_own_matter(
    enrolments: Enrolments, begin: Begin, house: Around, jobs: Worker
) -> None:
    run = await offered_run(begin, price_cents=4500)
    placed = await enrolments.enrol(VISITOR, run_id=run.id, persons=[named()], payment_method=INVOICE)
    await pay(house, placed)
    enrolment = placed.enrolments[0]
    wish: dict[str, Any] = {"enrolment_id": enrolment.id, "off_cents": 1500, "reason": "Heizung fiel aus"}

    for _ in range(2):
        await enrolments.let_off(TEAM, **wish, form_key="one")

    assert await balances(begin, enrolment) == [-1500]
    (wanted,) = await open_settlements(begin)
    assert (wanted.cause, wanted.amount_cents, wanted.reason) == ("goodwill", -1500, "Heizung fiel aus")
    assert [line["amount_cents"] for line in wanted.lines] == [4500, -1500, -4500]
    herself = Actor(identities=TEAM.identities, account_id=TEAM.account_id, person_id=enrolment.person_id)
    for actor, other, refusal in (
        (TEAM, {"off_cents": 3001}, NothingToLetOff),
        (TEAM, {"off_cents": -1}, NothingToLetOff),
        (TEAM, {"reason": " "}, ReasonNeeded),
        (herself, {}, OwnMatter),
        (VISITOR, {}, SignInNeeded),
    ):
        with pytest.raises(refusal):
            await enrolments.let_off(actor, **wish | other, form_key="two")
    with pytest.raises(OwnMatter):
        await enrolments.cancel(herself, enrolment_id=enrolment.id, waive_reason="weil ich es bin")
    await jobs.drain()
    found = await letters(begin)
    assert "Heizung fiel aus" in found["goodwill"].text
    assert "15,00 Euro" in found["goodwill"].subject
