"""Events on their way to us: signed like the real ones, and as unreliable as a test wants them."""

import json
import time
from collections.abc import Iterator

import pytest
import stripe
from stripe import StripeClient

from tests.stripe_stand_in.asking import address, client_of, opened
from tests.stripe_stand_in.fixture import SECRET, StandIn
from tests.stripe_stand_in.hooks import Signed
from tests.stripe_stand_in.receiving import Receiver, receiver

QUICK = [0.05, 0.05]


@pytest.fixture
def centre() -> Iterator[Receiver]:
    with receiver() as running:
        yield running


@pytest.fixture
def stand_in(centre: Receiver) -> Iterator[StandIn]:
    with StandIn(webhook=centre.url) as running:
        yield running


@pytest.fixture
def client(stand_in: StandIn) -> StripeClient:
    return client_of(stand_in)


def type_of(client: StripeClient, signed: Signed, secret: str = SECRET) -> str:
    return client.construct_event(signed.payload, signed.headers["Stripe-Signature"], secret).type


def pay(client: StripeClient, stand_in: StandIn) -> None:
    stand_in.pay(address(opened(client)))


def ids(centre: Receiver) -> list[str]:
    return [json.loads(each.payload)["id"] for each in centre.received]


def test_what_happens_arrives_signed_and_in_order(
    client: StripeClient, stand_in: StandIn, centre: Receiver
) -> None:
    pay(client, stand_in)
    stand_in.wait_delivered()

    assert [type_of(client, each) for each in centre.received] == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.completed",
    ]
    assert {each["status"] for each in stand_in.delivered()} == {200}


def test_during_a_rotation_both_secrets_verify_and_a_foreign_one_does_not(
    client: StripeClient, stand_in: StandIn, centre: Receiver
) -> None:
    stand_in.hooks(secrets=["whsec_new", SECRET])
    pay(client, stand_in)
    stand_in.wait_delivered()

    signed = centre.received[0]
    assert {type_of(client, signed, secret) for secret in ("whsec_new", SECRET)} == {"payment_intent.created"}
    with pytest.raises(stripe.SignatureVerificationError):
        type_of(client, signed, "whsec_of_somebody_else")
    with pytest.raises(stripe.SignatureVerificationError):
        type_of(client, Signed(signed.payload + b" ", signed.headers))


def test_an_old_signature_can_be_had(client: StripeClient, stand_in: StandIn) -> None:
    pay(client, stand_in)

    old = stand_in.signed(stand_in.events()[0], at=int(time.time()) - 301)

    with pytest.raises(stripe.SignatureVerificationError, match="Timestamp outside the tolerance"):
        type_of(client, old)


def test_what_is_not_taken_comes_again_and_at_last_not_any_more(
    client: StripeClient, stand_in: StandIn, centre: Receiver
) -> None:
    stand_in.hooks(retry_seconds=QUICK)
    centre.statuses += [500, 400, 302]
    pay(client, stand_in)
    stand_in.wait_delivered()

    first = ids(centre)[0]
    said = [(each["attempt"], each["status"]) for each in stand_in.delivered() if each["event"] == first]
    assert said[0] == (0, 500)
    assert len(set(ids(centre))) == 4
    assert sorted(status for _, status in [(e["attempt"], e["status"]) for e in stand_in.delivered()])[
        -3:
    ] == [302, 400, 500]


def test_events_come_several_times_late_or_never(
    client: StripeClient, stand_in: StandIn, centre: Receiver
) -> None:
    stand_in.hooks(copies=3)
    pay(client, stand_in)
    stand_in.wait_delivered()
    assert len(centre.received) == 12

    stand_in.hooks(copies=1, delay_seconds=0.3)
    pay(client, stand_in)
    assert len(centre.received) == 12
    stand_in.wait_delivered()
    assert len(centre.received) == 16

    stand_in.hooks(delay_seconds=0)
    stand_in.drop(3)
    pay(client, stand_in)
    stand_in.wait_delivered()
    assert (len(centre.received), len(stand_in.events())) == (17, 12)


def test_events_are_held_and_let_go_in_another_order(
    client: StripeClient, stand_in: StandIn, centre: Receiver
) -> None:
    stand_in.hold()
    for _ in range(3):
        pay(client, stand_in)
    assert centre.received == []

    assert stand_in.flush(shuffle=True) == 12

    stand_in.wait_delivered()
    happened = [each["id"] for each in stand_in.events()]
    assert ids(centre) != happened
    assert sorted(ids(centre)) == sorted(happened)


def test_an_event_can_be_made_up_and_sent_again(
    client: StripeClient, stand_in: StandIn, centre: Receiver
) -> None:
    event = stand_in.emit(
        "charge.succeeded", {"id": "ch_of_somebody_else", "object": "charge"}, livemode=True
    )
    stand_in.wait_delivered()
    stand_in.resend(event)
    stand_in.wait_delivered()

    assert [(json.loads(each.payload)["livemode"], type_of(client, each)) for each in centre.received] == [
        (True, "charge.succeeded"),
        (True, "charge.succeeded"),
    ]
