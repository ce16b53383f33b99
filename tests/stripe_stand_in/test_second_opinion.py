"""What localstripe, somebody else's stand-in, makes of the same script: the same states, in the same shapes.

It knows customers, intents and refunds; of an order or a key that came twice it knows nothing. Where Stripe itself has
moved on since (localstripe speaks the version of 2017), the published examples decide.
"""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import stripe
from stripe import StripeClient

from tests.stripe_stand_in import shapes
from tests.stripe_stand_in.asking import client_of
from tests.stripe_stand_in.fixture import StandIn

PUBLISHED = Path(__file__).parents[3] / "shared" / "data" / "stripe-openapi" / "fixtures3.json"
PATIENCE_SECONDS = 30.0
SHOWN = {
    "customer": ("object", "name", "email", "metadata", "livemode"),
    "intent": ("object", "amount", "currency", "status", "metadata", "livemode"),
    "charge": ("object", "amount", "currency", "status", "paid", "captured", "amount_refunded", "refunded"),
    "refund": ("object", "amount", "currency", "status", "metadata"),
}
OF_OTHER_PRODUCTS = {
    "account": {"controller", "external_accounts", "future_requirements", "requirements", "tos_acceptance"},
    "checkout.session": {
        "customer_account",
        "integration_identifier",
        "managed_payments",
        "adaptive_pricing",
    },
    "payment_intent": {"customer_account", "managed_payments"},
    "refund": {"customer", "customer_account", "payment_method"},  # newer than the library's version
}


@pytest.fixture(scope="module")
def localstripe() -> Iterator[StripeClient]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "localstripe", "--port", str(port), "--from-scratch"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _await_answer(port, process)
        yield StripeClient("sk_test_12345", base_addresses={"api": f"http://127.0.0.1:{port}"})
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)


def _await_answer(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("localstripe does not answer")


@pytest.fixture
def ours() -> Iterator[StripeClient]:
    with StandIn() as running:
        yield client_of(running)


def shown(kind: str, thing: Any) -> dict[str, Any]:
    """The fields that both know, as plain values."""
    plain = thing.to_dict()
    return {name: plain[name] for name in SHOWN[kind]}


def customers(client: StripeClient) -> list[Any]:
    made = client.v1.customers.create(
        {"name": "Ada", "email": "ada@example.com", "metadata": {"person": "7"}}
    )
    changed = client.v1.customers.update(made.id, {"name": "Ada Lovelace", "metadata": {"household": "3"}})
    found = client.v1.customers.retrieve(made.id)
    return [made.id[:4], *(shown("customer", each) for each in (made, changed, found))]


def payments(client: StripeClient) -> list[Any]:
    customer = client.v1.customers.create({"email": "ada@example.com"})
    card = client.v1.payment_methods.attach("pm_card_visa", {"customer": customer.id})
    waiting = client.v1.payment_intents.create({"amount": 500, "currency": "eur", "customer": customer.id})
    ended = client.v1.payment_intents.cancel(waiting.id)
    paid = client.v1.payment_intents.create(
        {
            "amount": 1_200,
            "currency": "eur",
            "customer": customer.id,
            "payment_method": card.id,
            "metadata": {"order": "1"},
        }
    )
    states = [waiting.status, ended.status, paid.status]
    paid = client.v1.payment_intents.confirm(paid.id)
    charge = client.v1.charges.retrieve(_id(paid.latest_charge))
    return [states, shown("intent", paid), shown("charge", charge), card.type, _card(card)]


def _id(charge: Any) -> str:
    """localstripe opens up every charge, whether `expand` asks for it or not."""
    return charge if isinstance(charge, str) else str(charge.id)


def _card(method: Any) -> tuple[str, str]:
    return method.card.brand, method.card.last4


def declines(client: StripeClient) -> list[Any]:
    customer = client.v1.customers.create({"email": "ada@example.com"})
    with pytest.raises(stripe.CardError) as on_attaching:
        client.v1.payment_methods.attach("pm_card_visa_chargeDeclined", {"customer": customer.id})
    card = client.v1.payment_methods.attach("pm_card_chargeCustomerFail", {"customer": customer.id})
    with pytest.raises(stripe.CardError) as on_paying:
        client.v1.payment_intents.create(
            {
                "amount": 777,
                "currency": "eur",
                "customer": customer.id,
                "payment_method": card.id,
                "confirm": True,
            }
        )
    (intent,) = (each for each in client.v1.payment_intents.list().data if each.amount == 777)
    said = [(error.value.http_status, error.value.code) for error in (on_attaching, on_paying)]
    assert intent.last_payment_error is not None
    return [*said, intent.last_payment_error.code]


def refunds(client: StripeClient) -> list[Any]:
    card = client.v1.payment_methods.create(
        {
            "type": "card",
            "card": {"number": "4242424242424242", "exp_month": 12, "exp_year": 2034, "cvc": "123"},
        }
    )
    paid = client.v1.payment_intents.create(
        {"amount": 1_200, "currency": "eur", "payment_method": card.id, "confirm": True}
    )
    refund = client.v1.refunds.create({"payment_intent": paid.id, "amount": 200, "metadata": {"refund": "9"}})
    rest = client.v1.refunds.create({"charge": _id(paid.latest_charge), "amount": 1_000})
    listed = client.v1.refunds.list({"payment_intent": paid.id}).data
    charge = client.v1.charges.retrieve(_id(paid.latest_charge))
    return [
        shown("refund", refund),
        shown("refund", rest),
        sorted(each.amount for each in listed),
        shown("charge", charge),
        {each.id[:3] for each in listed},
    ]


def strangers(client: StripeClient) -> list[Any]:
    said = []
    for ask in (
        lambda: client.v1.customers.retrieve("cus_nobody"),
        lambda: client.v1.payment_intents.retrieve("pi_nobody"),
        lambda: client.v1.charges.retrieve("ch_nobody"),
        lambda: client.v1.refunds.retrieve("re_nobody"),
    ):
        with pytest.raises(stripe.InvalidRequestError) as error:
            ask()
        said.append(error.value.http_status)
    return said


@pytest.mark.parametrize(
    "script", [customers, payments, declines, refunds, strangers], ids=lambda each: each.__name__
)
def test_the_same_script_comes_to_the_same(
    localstripe: StripeClient, ours: StripeClient, script: Any
) -> None:
    assert script(ours) == script(localstripe)


def _made() -> dict[str, dict[str, Any]]:
    intent = shapes.intent(1, amount=500)
    card = shapes.payment_method(1, kind="card", details=shapes.card_details("4242424242424242", "visa"))
    charge = shapes.charge(1, of=intent, method=card)
    return {
        "account": shapes.account(1),
        "balance_transaction": shapes.balance_transaction(
            1, source=charge["id"], amount=500, fee=33, kind="charge", description=None
        ),
        "charge": charge,
        "checkout.session": shapes.session(1, amount=500, items={}),
        "customer": shapes.customer(1),
        "dispute": shapes.dispute(1, of=charge, amount=500, reason="fraudulent"),
        "event": shapes.event(1, kind="charge.succeeded", about=charge, request=None, key=None),
        "payment_intent": intent,
        "refund": shapes.refund(1, of=charge, amount=500),
    }


@pytest.mark.skipif(
    not PUBLISHED.exists(), reason="Stripe's published examples are not part of this repository"
)
@pytest.mark.parametrize("kind", sorted(_made()))
def test_every_object_has_the_fields_of_the_published_example(kind: str) -> None:
    example = json.loads(PUBLISHED.read_text())["resources"][kind]

    missing = set(example) - set(_made()[kind]) - OF_OTHER_PRODUCTS.get(kind, set())

    assert missing == set()
