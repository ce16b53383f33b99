"""Paying on the hosted page, as Stripe's own library sees it."""

import time

import httpx
import pytest
from stripe import StripeClient

from tests.stripe_stand_in.asking import CANCEL, SUCCESS, address, client_of, opened
from tests.stripe_stand_in.fixture import (
    ASKS_BANK,
    DECLINED,
    DISPUTED,
    IBAN_THAT_FAILS,
    NO_FUNDS,
    StandIn,
    stripe_stand_in,
)

__all__ = ["stripe_stand_in"]

CARD = [
    "payment_intent.created",
    "charge.succeeded",
    "payment_intent.succeeded",
    "checkout.session.completed",
]


@pytest.fixture
def client(stripe_stand_in: StandIn) -> StripeClient:
    return client_of(stripe_stand_in)


def types(stand_in: StandIn) -> list[str]:
    return [event["type"] for event in stand_in.events()]


def test_a_new_session_is_open_and_has_no_intent_yet(client: StripeClient, stripe_stand_in: StandIn) -> None:
    session = opened(client)

    assert session.id.startswith("cs_test_")
    assert session.url == f"{stripe_stand_in.url}/c/pay/{session.id}"
    assert (session.status, session.payment_status, session.payment_intent) == ("open", "unpaid", None)
    assert (session.amount_total, session.currency, session.livemode) == (12_000, "eur", False)
    assert session.to_dict()["metadata"] == {"enrolment": "4711"}


def test_a_good_card_completes_the_session_and_leads_back_to_the_shop(
    client: StripeClient, stripe_stand_in: StandIn
) -> None:
    session = opened(client)

    led_to = stripe_stand_in.pay(address(session))

    assert led_to == SUCCESS.replace("{CHECKOUT_SESSION_ID}", session.id)
    after = client.v1.checkout.sessions.retrieve(
        session.id, {"expand": ["payment_intent.latest_charge.balance_transaction", "line_items"]}
    ).to_dict()
    intent = after["payment_intent"]
    charge = intent["latest_charge"]
    assert (after["status"], after["payment_status"], after["url"]) == ("complete", "paid", None)
    assert (intent["status"], intent["amount_received"], intent["metadata"]) == (
        "succeeded", 12_000, {"enrolment": "4711"},
    )  # fmt: skip
    assert (charge["status"], charge["paid"], charge["amount_captured"]) == ("succeeded", True, 12_000)
    assert (charge["balance_transaction"]["amount"], charge["balance_transaction"]["fee"]) == (12_000, 205)
    assert [item["amount_total"] for item in after["line_items"]["data"]] == [12_000]
    assert [each[:3] for each in (intent["id"], charge["id"])] == ["pi_", "ch_"]
    assert types(stripe_stand_in) == CARD


@pytest.mark.parametrize(
    ("card", "code", "decline_code"),
    [
        (DECLINED, "card_declined", "generic_decline"),
        (NO_FUNDS, "card_declined", "insufficient_funds"),
        ("4000 0000 0000 0069", "expired_card", None),
        ("4111 1111 1111 1111", "card_declined", "test_mode_live_card"),
    ],
)
def test_a_declined_card_leaves_the_session_open_for_another(
    client: StripeClient, stripe_stand_in: StandIn, card: str, code: str, decline_code: str | None
) -> None:
    session = opened(client)

    led_to = stripe_stand_in.pay(address(session), card=card)

    assert led_to == session.url
    after = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]}).to_dict()
    error = after["payment_intent"]["last_payment_error"]
    assert (after["status"], after["payment_intent"]["status"]) == ("open", "requires_payment_method")
    assert (error["code"], error.get("decline_code")) == (code, decline_code)
    assert types(stripe_stand_in) == [
        "payment_intent.created",
        "charge.failed",
        "payment_intent.payment_failed",
    ]
    stripe_stand_in.pay(address(session))
    charges = client.v1.charges.list({"payment_intent": after["payment_intent"]["id"]}).data
    assert [charge.status for charge in charges] == ["succeeded", "failed"]


@pytest.mark.parametrize(
    ("agrees", "state", "last"),
    [(True, "complete", "checkout.session.completed"), (False, "open", "payment_intent.payment_failed")],
)
def test_a_bank_that_asks_back_gets_an_answer(
    client: StripeClient, stripe_stand_in: StandIn, *, agrees: bool, state: str, last: str
) -> None:
    session = opened(client)

    stripe_stand_in.pay(address(session), card=ASKS_BANK, agrees=agrees)

    assert client.v1.checkout.sessions.retrieve(session.id).status == state
    assert types(stripe_stand_in)[1] == "payment_intent.requires_action"
    assert types(stripe_stand_in)[-1] == last


@pytest.mark.parametrize("fails", [False, True])
def test_a_debit_is_on_its_way_until_the_bank_has_answered(
    client: StripeClient, stripe_stand_in: StandIn, *, fails: bool
) -> None:
    session = opened(client)

    stripe_stand_in.pay_by_debit(address(session))

    on_its_way = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]}).to_dict()
    assert (on_its_way["status"], on_its_way["payment_status"]) == ("complete", "unpaid")
    assert on_its_way["payment_intent"]["status"] == "processing"
    assert on_its_way["payment_intent"]["latest_charge"].startswith("py_")
    assert types(stripe_stand_in)[-1] == "checkout.session.completed"
    stripe_stand_in.settle(session.id, fails=fails)
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == ("unpaid" if fails else "paid")
    word = "failed" if fails else "succeeded"
    assert types(stripe_stand_in)[-1] == f"checkout.session.async_payment_{word}"


def test_debits_settle_by_themselves_where_that_is_wanted_each_as_its_account_does() -> None:
    with StandIn(settle_seconds=60) as stand_in:
        client = client_of(stand_in)
        good, bad = opened(client), opened(client)
        stand_in.pay_by_debit(address(good))
        stand_in.pay_by_debit(address(bad), iban=IBAN_THAT_FAILS)

        stand_in.forward(seconds=61)

        assert client.v1.checkout.sessions.retrieve(good.id).payment_status == "paid"
        assert client.v1.checkout.sessions.retrieve(bad.id).payment_status == "unpaid"
        assert len(stand_in.events("checkout.session.async_payment_failed")) == 1


def test_a_session_expires_when_its_time_is_up_and_cannot_be_paid_any_more(
    client: StripeClient, stripe_stand_in: StandIn
) -> None:
    session = opened(client)
    stripe_stand_in.pay(address(session), card=DECLINED)

    stripe_stand_in.forward(minutes=46)
    led_to = stripe_stand_in.pay(address(session))

    assert led_to == session.url
    after = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]}).to_dict()
    assert (after["status"], after["payment_status"]) == ("expired", "unpaid")
    assert after["payment_intent"]["status"] == "canceled"
    assert types(stripe_stand_in)[-2:] == ["payment_intent.canceled", "checkout.session.expired"]


def test_a_session_can_be_closed_once_and_a_paid_one_cannot(
    client: StripeClient, stripe_stand_in: StandIn
) -> None:
    closed, paid = opened(client), opened(client)
    stripe_stand_in.pay(address(paid))

    assert client.v1.checkout.sessions.expire(closed.id).status == "expired"
    for each in (closed, paid):
        with pytest.raises(Exception, match="can be expired"):
            client.v1.checkout.sessions.expire(each.id)


@pytest.mark.parametrize(
    ("minutes", "is_taken"), [(29 - 1, False), (30, True), (24 * 60, True), (24 * 60 + 2, False)]
)
def test_a_session_lives_between_half_an_hour_and_a_day(
    client: StripeClient, *, minutes: int, is_taken: bool
) -> None:
    expires_at = int(time.time()) + minutes * 60

    if is_taken:
        assert opened(client, expires_at=expires_at).expires_at == expires_at
    else:
        with pytest.raises(Exception, match="at least 30 minutes and at most 24 hours"):
            opened(client, expires_at=expires_at)


def test_sessions_are_listed_by_state_and_by_intent(client: StripeClient, stripe_stand_in: StandIn) -> None:
    paid, left = opened(client), opened(client)
    stripe_stand_in.pay(address(paid))
    intent = client.v1.checkout.sessions.retrieve(paid.id).payment_intent
    assert isinstance(intent, str)

    listed = client.v1.checkout.sessions.list
    assert [each.id for each in listed({"status": "open"}).data] == [left.id]
    assert [each.id for each in listed({"payment_intent": intent}).data] == [paid.id]
    assert [each.id for each in listed({"limit": 1}).auto_paging_iter()] == [left.id, paid.id]


def test_a_disputed_payment_is_taken_away_and_given_back_when_we_win(
    client: StripeClient, stripe_stand_in: StandIn
) -> None:
    session = opened(client)
    stripe_stand_in.pay(address(session), card=DISPUTED)
    (dispute,) = client.v1.disputes.list().data

    stripe_stand_in.close_dispute(dispute.id, won=True)

    after = client.v1.disputes.retrieve(dispute.id)
    assert (after.status, [moved.amount for moved in after.balance_transactions]) == (
        "won",
        [-12_000, 12_000],
    )
    assert [each for each in types(stripe_stand_in) if "dispute" in each] == [
        "charge.dispute.created",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.funds_reinstated",
        "charge.dispute.closed",
    ]


def test_the_page_says_in_german_that_it_is_a_test_and_what_is_bought(
    client: StripeClient, stripe_stand_in: StandIn
) -> None:
    session = opened(client)

    page = httpx.get(address(session))
    english = httpx.get(address(opened(client, locale="en")))
    gone = httpx.get(f"{stripe_stand_in.url}/c/pay/cs_test_unknown")

    for words in (
        "Testzahlung – es fließt kein Geld",
        "Excel für den Verein",
        "120,00\N{NO-BREAK SPACE}€",
        CANCEL,
    ):
        assert words in page.text
    assert "Test payment – no money moves" in english.text
    assert gone.status_code == 404
    assert "<script" not in page.text
