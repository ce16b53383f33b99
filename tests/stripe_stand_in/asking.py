"""How the tests of the stand-in ask it: Stripe's own library, and an order of one course."""

import time
from typing import Any

from stripe import StripeClient
from stripe.checkout import Session

from tests.stripe_stand_in.fixture import StandIn

SUCCESS = "https://centre.example/danke?sitzung={CHECKOUT_SESSION_ID}"
CANCEL = "https://centre.example/zurueck"


def client_of(stand_in: StandIn, **options: Any) -> StripeClient:
    """Stripe's library, speaking to the stand-in."""
    return StripeClient(
        options.pop("key", stand_in.key),
        base_addresses={"api": stand_in.url},
        max_network_retries=0,
        **options,
    )


def order(cents: int = 12_000, **changes: Any) -> Any:
    """The parameters of a session for one course."""
    item = {"currency": "eur", "unit_amount": cents, "product_data": {"name": "Excel für den Verein"}}
    return {
        "mode": "payment",
        "success_url": SUCCESS,
        "cancel_url": CANCEL,
        "line_items": [{"price_data": item, "quantity": 1}],
        "expires_at": int(time.time()) + 45 * 60,
        "metadata": {"enrolment": "4711"},
        "payment_intent_data": {"metadata": {"enrolment": "4711"}, "description": "Anmeldung 4711"},
        "payment_method_types": ["card", "sepa_debit"],
    } | changes


def opened(client: StripeClient, cents: int = 12_000, **changes: Any) -> Session:
    """A new session."""
    return client.v1.checkout.sessions.create(order(cents, **changes))


def address(session: Session) -> str:
    """Where it is paid."""
    assert session.url is not None
    return session.url
