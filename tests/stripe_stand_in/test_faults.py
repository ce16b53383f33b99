"""What goes wrong on the line and behind our backs when a test wants it to, and what a stand-in remembers."""

from pathlib import Path

import pytest
import stripe
from stripe import StripeClient

from tests.stripe_stand_in.asking import address, client_of, opened, order
from tests.stripe_stand_in.fixture import StandIn, stripe_stand_in
from tests.stripe_stand_in.keeping import restore, save

__all__ = ["stripe_stand_in"]


@pytest.fixture
def client(stripe_stand_in: StandIn) -> StripeClient:
    return client_of(stripe_stand_in)


def paid_intent(client: StripeClient, stand_in: StandIn, cents: int = 12_000) -> str:
    """The id of an intent that was paid by card."""
    session = opened(client, cents)
    stand_in.pay(address(session))
    intent = client.v1.checkout.sessions.retrieve(session.id).payment_intent
    assert isinstance(intent, str)
    return intent


def test_the_api_can_be_out_of_order_for_some_calls(client: StripeClient, stripe_stand_in: StandIn) -> None:
    stripe_stand_in.fail("POST /v1/checkout", times=1, status=500)
    stripe_stand_in.fail("POST /v1/checkout", times=1, status=429)

    with pytest.raises(stripe.APIError) as broken:
        opened(client)
    with pytest.raises(stripe.RateLimitError):
        opened(client)

    assert broken.value.http_status == 500
    assert client.v1.checkout.sessions.list().data == []
    assert opened(client).status == "open"


def test_an_answer_can_get_lost_after_it_was_done_and_the_key_finds_it_again(
    client: StripeClient, stripe_stand_in: StandIn
) -> None:
    stripe_stand_in.lose_answer("POST /v1/checkout")
    parameters = order()

    with pytest.raises(stripe.APIConnectionError):
        client.v1.checkout.sessions.create(parameters, {"idempotency_key": "one"})
    (made,) = client.v1.checkout.sessions.list().data

    assert client.v1.checkout.sessions.create(parameters, {"idempotency_key": "one"}).id == made.id


def test_the_line_can_break_before_anything_was_done(client: StripeClient, stripe_stand_in: StandIn) -> None:
    stripe_stand_in.hang_up("POST")

    with pytest.raises(stripe.APIConnectionError):
        opened(client)

    assert client.v1.checkout.sessions.list().data == []


def test_silence_lasts_until_it_is_healed(stripe_stand_in: StandIn) -> None:
    impatient = client_of(stripe_stand_in, http_client=stripe.RequestsClient(timeout=0.2))
    stripe_stand_in.hang("GET", seconds=30)

    with pytest.raises(stripe.APIConnectionError):
        impatient.v1.accounts.retrieve_current()

    stripe_stand_in.heal()
    assert impatient.v1.accounts.retrieve_current().country == "DE"


def test_objects_can_be_changed_behind_everybodys_back(
    client: StripeClient, stripe_stand_in: StandIn
) -> None:
    intent = paid_intent(client, stripe_stand_in)

    stripe_stand_in.alter(intent, amount_received=1, currency="usd")

    after = client.v1.payment_intents.retrieve(intent)
    assert (after.amount_received, after.currency) == (1, "usd")


def test_it_runs_as_a_process_of_its_own_with_the_same_switches() -> None:
    with StandIn(apart=True) as stand_in:
        client = client_of(stand_in)
        session = opened(client)
        stand_in.pay_by_debit(address(session))
        stand_in.settle(session.id)

        assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"
        stand_in.reset()
        assert (stand_in.calls(), stand_in.events()) == ([], [])


def test_a_stand_in_that_is_to_remember_knows_everything_after_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    with StandIn(settle_seconds=60) as first:
        left, debited = opened(client_of(first)), opened(client_of(first))
        first.pay_by_debit(address(debited))
        assert first.desk is not None
        save(first.desk, file)
        known = [each["id"] for each in first.events()]

    with StandIn(settle_seconds=60) as second:
        assert second.desk is not None
        restore(second.desk, file)
        client = client_of(second)
        assert [each["id"] for each in second.events()] == known
        assert client.v1.checkout.sessions.retrieve(left.id).status == "open"

        second.forward(minutes=46)

        assert client.v1.checkout.sessions.retrieve(debited.id).payment_status == "paid"
        assert client.v1.checkout.sessions.retrieve(left.id).status == "expired"
