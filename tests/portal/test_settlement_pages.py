"""The team's pages for people who change their mind: moving, substitutes, goodwill, withdrawals, and what the cashiers do."""

from typing import Any
from uuid import uuid4

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from sqlalchemy import select

from lms.billing.cashier import Cashier
from lms.billing.errors import OtherRequestOpen, OwnRefund
from lms.billing.models import Settlement, SettlementState
from lms.billing.settlements import Settlements
from lms.catalogue.models import PaymentMethod
from lms.db import Begin
from lms.enrolment.models import Enrolment, EnrolmentState, Withdrawal, WithdrawalState
from lms.enrolment.service import Enrolments
from lms.enrolment.service.withdrawing import Declaration
from lms.enrolment.values import Placement
from lms.kernel.actor import Actor
from lms.kernel.errors import Forbidden
from lms.kernel.rights import Identity
from lms.portal.desk.tasks import tasks
from lms.web.module import Around
from tests.enrolment.places import VISITOR, named, offered_run, states
from tests.making import FixedClock, staff
from tests.office import counted, words_of
from tests.visiting import send, sign_in

Browser = AsyncTestClient[Litestar]
TEAM = staff(Identity.ENROLMENT)
FINANCE = staff(Identity.FINANCE)
LIST = "/verwaltung/finanzen/erstattungen"
CONFIRMED, CANCELLED = EnrolmentState.CONFIRMED, EnrolmentState.CANCELLED


@pytest.fixture
def enrolments(house: Around) -> Enrolments:
    return Enrolments(house)


async def paid(enrolments: Enrolments, house: Around, name: str = "Ada Lehmann") -> Placement:
    run = await offered_run(house.begin, price_cents=4500)
    placed = await enrolments.enrol(
        VISITOR, run_id=run.id, persons=[named(name)], payment_method=PaymentMethod.CASH
    )
    first = placed.enrolments[0].id
    await Cashier(house).take_cash(staff(), enrolment_id=first, amount_cents=4500, form_key=str(first))
    return placed


async def newest(begin: Begin) -> Settlement:
    async with begin.reading() as session:
        wanted = select(Settlement).order_by(Settlement.requested_at.desc()).limit(1)
        return (await session.scalars(wanted)).one()


async def test_the_cashiers_see_what_is_to_be_paid_back_and_tick_it_off(
    client: Browser, house: Around, begin: Begin, enrolments: Enrolments, clock: FixedClock
) -> None:
    for number in range(3):
        placed = await paid(enrolments, house, f"Ada{number} Lehmann")
        await enrolments.cancel(TEAM, enrolment_id=placed.enrolments[0].id, reason="=2+5 krank")
    clock.forward(days=3)
    await sign_in(client, begin, Identity.FINANCE, at=clock())

    with counted() as few:
        page = await client.get(LIST)
    for number in range(3, 6):
        placed = await paid(enrolments, house, f"Ada{number} Lehmann")
        await enrolments.cancel(TEAM, enrolment_id=placed.enrolments[0].id)
    with counted() as many:
        await client.get(LIST)
    table = await client.get(f"{LIST}/vorgaenge/erstattungen.csv")
    one = await newest(begin)
    empty = await send(client, f"{LIST}/vorgaenge/{one.id}/erledigt", {"note": " "})
    ticked = await send(client, f"{LIST}/vorgaenge/{one.id}/erledigt", {"note": "überwiesen am 7.12."})
    done = await client.get(f"{LIST}?ansicht=vermerkt")
    again = await send(client, f"{LIST}/vorgaenge/{one.id}/offen")

    assert len(many) == len(few)
    words = words_of(page.text)
    assert "Bereits bezahlt: -45,00 Euro" in words or "-45,00" in words
    assert "3 Tage" in words
    assert "'=2+5 krank" in table.text  # no formula in anybody's spreadsheet
    assert (empty.status_code, ticked.status_code, again.status_code) == (422, 303, 303)
    assert "überwiesen am 7.12." in words_of(done.text)
    async with begin.reading() as session:
        to_do = [task.sentence for task in await tasks(session, FINANCE, clock())]
        others = [task.path for task in await tasks(session, TEAM, clock())]
    assert "6 Beträge sind zu erstatten oder nachzufordern" in to_do
    assert LIST not in others


async def test_who_may_see_the_list_may_not_all_settle_and_nobody_their_own(
    client: Browser, house: Around, begin: Begin, enrolments: Enrolments
) -> None:
    placed = await paid(enrolments, house)
    await enrolments.cancel(TEAM, enrolment_id=placed.enrolments[0].id)
    one, settlements = await newest(begin), Settlements(house)
    herself = Actor(
        identities=FINANCE.identities, account_id=uuid4(), person_id=placed.enrolments[0].contact_id
    )
    await sign_in(client, begin, Identity.ENROLMENT)

    seen = await client.get(LIST)
    refused = [
        await send(client, f"{LIST}/vorgaenge/{one.id}/erledigt", {"note": "x"}),
        await client.get(f"{LIST}/vorgaenge/erstattungen.csv"),
    ]

    assert seen.status_code == 200
    assert "Als erledigt vermerken" not in seen.text
    assert [answer.status_code for answer in refused] == [403, 403]
    with pytest.raises(Forbidden):
        await settlements.settle(TEAM, settlement_id=one.id, note="x")
    with pytest.raises(OwnRefund):
        await settlements.settle(herself, settlement_id=one.id, note="x")
    await settlements.settle(FINANCE, settlement_id=one.id, note="bar ausgezahlt")
    await enrolments.cancel(TEAM, enrolment_id=placed.enrolments[0].id)  # twice files nothing new
    assert (await newest(begin)).id == one.id


async def test_a_settled_request_stays_settled_when_a_later_one_is_there(
    house: Around, begin: Begin, enrolments: Enrolments, clock: FixedClock
) -> None:
    placed, settlements = await paid(enrolments, house), Settlements(house)
    wish: dict[str, Any] = {"enrolment_id": placed.enrolments[0].id, "off_cents": 500, "reason": "Lärm"}
    await enrolments.let_off(TEAM, **wish, form_key="one")
    first = await newest(begin)
    await settlements.settle(FINANCE, settlement_id=first.id, note="bar ausgezahlt")
    clock.forward(hours=1)
    await enrolments.let_off(TEAM, **wish, form_key="two")

    with pytest.raises(OtherRequestOpen):
        await settlements.reopen(FINANCE, settlement_id=first.id)
    assert (await newest(begin)).state is SettlementState.OPEN


async def test_the_team_moves_hands_over_and_lets_off_from_the_page_of_an_enrolment(
    client: Browser, house: Around, begin: Begin, enrolments: Enrolments
) -> None:
    placed, other = await paid(enrolments, house), await offered_run(begin, price_cents=6000, number="M77")
    here = f"/verwaltung/anmeldungen/{placed.enrolments[0].id}"
    await sign_in(client, begin, Identity.ENROLMENT)

    page = await client.get(here)
    unknown = await send(
        client, f"{here}/umbuchen", {"run": "other", "number": "ZZZ", "payment": "", "reason": "krank"}
    )
    moved = await send(
        client, f"{here}/umbuchen", {"run": "other", "number": "m77", "payment": "", "reason": "krank"}
    )
    new = moved.headers["location"].partition("?")[0]
    handed = await send(
        client, f"{new}/ersatzperson", {"given_name": "Cem", "family_name": "Yilmaz", "reason": "Umzug"}
    )
    newest_page = handed.headers["location"].partition("?")[0]
    key = str(uuid4())
    too_much = await send(client, f"{newest_page}/kulanz", {"off": "99999", "reason": "Lärm", "key": key})
    let_off = await send(client, f"{newest_page}/kulanz", {"off": "10", "reason": "Lärm", "key": key})
    final = words_of((await client.get(newest_page)).text)

    assert "In eine andere Durchführung umbuchen" in page.text
    assert (unknown.status_code, moved.status_code, handed.status_code) == (422, 303, 303)
    assert (too_much.status_code, let_off.status_code) == (422, 303)
    assert "höchstens" in too_much.text
    assert "Cem Yilmaz" in final
    assert "Anstelle von" in final
    assert "5,00 Euro sind noch zu zahlen." in final  # 60 less 10 of goodwill, 45 paid
    assert sorted(await states(begin, other)) == [CANCELLED, CONFIRMED]


async def test_a_declaration_with_a_wrong_number_is_matched_by_hand(
    client: Browser, house: Around, begin: Begin, enrolments: Enrolments, clock: FixedClock
) -> None:
    placed = await paid(enrolments, house)
    reference, key = placed.enrolments[0].reference, uuid4()
    await enrolments.declare_withdrawal(
        VISITOR,
        withdrawal_id=key,
        declaration=Declaration(name="Ada Lehmann", reference="der Tabletkurs", email="ada@example.com"),
    )
    await enrolments.settle_withdrawal(withdrawal_id=key)
    await sign_in(client, begin, Identity.ENROLMENT)
    here = f"/verwaltung/widerrufe/{key}"

    index = await client.get("/verwaltung/widerrufe")
    async with begin.reading() as session:
        to_do = [task.path for task in await tasks(session, TEAM, clock())]
    missing = await client.get(f"/verwaltung/widerrufe/{uuid4()}")
    wrong = await send(client, f"{here}/annehmen", {"reference": "AAAA-AAAA"})
    unexplained = await send(client, f"{here}/ablehnen", {"reason": ""})
    accepted = await send(client, f"{here}/annehmen", {"reference": reference.lower()})
    late = await send(client, f"{here}/ablehnen", {"reason": "doch nicht"})
    page = await client.get(here)

    assert "der Tabletkurs" in index.text
    assert "/verwaltung/widerrufe" in to_do
    assert [one.status_code for one in (missing, wrong, unexplained, accepted, late)] == [
        404,
        422,
        422,
        303,
        409,
    ]
    assert "wirksam" in words_of(page.text)
    async with begin.reading() as session:
        declared = await session.get_one(Withdrawal, key)
        enrolment = await session.get_one(Enrolment, placed.enrolments[0].id)
    assert (declared.state, enrolment.state) == (WithdrawalState.ACCEPTED, CANCELLED)
