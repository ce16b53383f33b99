"""Paying online as people see it, without JavaScript, and what the cashiers see of it."""

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from lms.app import move_in
from lms.catalogue.models import PaymentMethod
from lms.db import Begin
from lms.enrolment.models import EnrolmentState
from lms.enrolment.service import Enrolments
from lms.kernel.rights import Identity
from lms.payments.checkouts import PAGE, Checkouts
from lms.payments.hooks import Hooks
from lms.web.module import Around
from tests.enrolment.places import VISITOR
from tests.payments.buying import attempts, link_of, opened, ordered, paid_run, state_of, told
from tests.stripe_stand_in.fixture import StandIn
from tests.visiting import send, sign_in

Client = AsyncTestClient[Litestar]


@pytest.fixture
def app(app: Litestar, house: Around) -> Litestar:
    move_in(app, house)
    return app


async def test_the_page_says_how_much_and_until_when_and_leads_to_the_provider(
    client: Client, begin: Begin, house: Around, stripe: StandIn
) -> None:
    (claim,) = await ordered(house, await paid_run(begin))
    here = f"/zahlen/{claim.id}/{link_of(house, claim)}"

    page = await client.get(here)
    assert "Es fehlt nur noch die Zahlung." in page.text
    assert "45,00" in page.text
    answer = await send(client, here, {})

    assert answer.status_code == 303
    assert answer.headers["location"].startswith(f"{stripe.url}/c/pay/")


async def test_while_the_provider_is_away_one_click_books_the_place_to_be_paid_later(
    client: Client, begin: Begin, house: Around, stripe: StandIn
) -> None:
    (claim,) = await ordered(house, await paid_run(begin))
    here = f"/zahlen/{claim.id}/{link_of(house, claim)}"
    stripe.fail("POST /v1", times=-1)

    refused = await send(client, here, {})
    assert refused.status_code == 503
    assert "Der Bezahldienst antwortet gerade nicht." in refused.text
    assert "Ihr Platz bleibt bis" in refused.text
    booked = await send(client, f"{here}/anders", {"method": "invoice"})

    assert booked.status_code == 303
    assert await state_of(begin, claim) is EnrolmentState.CONFIRMED


async def test_coming_back_shows_that_it_is_checked_until_it_is_decided(
    client: Client, begin: Begin, house: Around, checkouts: Checkouts, hooks: Hooks, stripe: StandIn
) -> None:
    (claim,) = await ordered(house, await paid_run(begin))
    stripe.pay(await opened(checkouts, house, claim))
    (attempt,) = await attempts(begin)
    here = f"/zahlung/{attempt.id}/{house.signer.token(PAGE, attempt.id)}"

    waiting = await client.get(here)
    assert "Ihre Zahlung wird geprüft." in waiting.text
    assert f'data-renew="3" data-renew-from="{here}"' in waiting.text
    checked = await send(client, here, {})
    assert checked.status_code == 303
    done = await client.get(here)

    assert "Vielen Dank, Ihre Zahlung ist angekommen." in done.text
    assert "data-renew" not in done.text


async def test_that_the_payment_could_not_be_checked_stays_to_be_read(
    client: Client, begin: Begin, house: Around, checkouts: Checkouts, stripe: StandIn
) -> None:
    (claim,) = await ordered(house, await paid_run(begin))
    await opened(checkouts, house, claim)
    (attempt,) = await attempts(begin)
    here = f"/zahlung/{attempt.id}/{house.signer.token(PAGE, attempt.id)}"
    loads_itself = '<noscript><meta http-equiv="refresh"'
    stripe.fail("GET /v1", times=-1)

    waiting = await client.get(here)
    refused = await send(client, here, {})

    assert loads_itself in waiting.text
    assert refused.status_code == 503
    assert "Wir konnten die Zahlung nicht prüfen." in refused.text
    assert loads_itself not in refused.text


async def test_whoever_gives_up_reads_that_nothing_was_charged(
    client: Client, begin: Begin, house: Around, checkouts: Checkouts
) -> None:
    (claim,) = await ordered(house, await paid_run(begin))
    await opened(checkouts, house, claim)
    (attempt,) = await attempts(begin)

    page = await client.get(f"/zahlung/{attempt.id}/{house.signer.token(PAGE, attempt.id)}/abgebrochen")

    assert "Es wurde nichts abgebucht." in page.text
    assert f"/zahlen/{claim.id}/" in page.text


@pytest.mark.parametrize("token", ["x", "falsch", "a" * 32])
async def test_a_wrong_link_opens_nothing(client: Client, begin: Begin, house: Around, token: str) -> None:
    (claim,) = await ordered(house, await paid_run(begin))

    assert (await client.get(f"/zahlen/{claim.id}/{token}")).status_code == 404
    assert (await client.get(f"/zahlung/{claim.id}/{token}")).status_code == 404


async def test_what_was_changed_over_has_nothing_left_to_pay_once_it_is_paid(
    client: Client, begin: Begin, house: Around, checkouts: Checkouts, hooks: Hooks, stripe: StandIn
) -> None:
    (claim,) = await ordered(house, await paid_run(begin))
    link = link_of(house, claim)
    await Enrolments(house).pay_otherwise(
        VISITOR, enrolment_id=claim.id, method=PaymentMethod.INVOICE, token=link
    )
    stripe.pay(await opened(checkouts, house, claim))
    await told(hooks, stripe)

    assert "Hier ist nichts mehr zu bezahlen." in (await client.get(f"/zahlen/{claim.id}/{link}")).text


async def test_the_cashiers_see_what_does_not_fit_and_say_what_they_did(
    client: Client, begin: Begin, house: Around, checkouts: Checkouts, hooks: Hooks, stripe: StandIn
) -> None:
    (claim,) = await ordered(house, await paid_run(begin))
    stripe.pay(await opened(checkouts, house, claim))
    (paid,) = stripe.events("payment_intent.succeeded")
    stripe.alter(paid["data"]["object"]["id"], amount=100, amount_received=100)
    await told(hooks, stripe)
    (attempt,) = await attempts(begin)
    await sign_in(client, begin, Identity.FINANCE)

    listed = await client.get("/verwaltung/finanzen/onlinezahlungen")
    assert "Diese Zahlungen passen nicht" in listed.text
    step = f"/verwaltung/finanzen/onlinezahlungen/{attempt.id}/klaeren"
    assert "Was wurde getan?" in (await client.get(step)).text
    empty = await send(client, step, {"note": " "})
    assert empty.status_code == 422
    done = await send(client, step, {"note": "beim Bezahldienst erstattet"})

    assert done.status_code == 303
    assert (
        "Diese Zahlungen passen nicht" not in (await client.get("/verwaltung/finanzen/onlinezahlungen")).text
    )
