"""A centre with a payment provider: Stripe's stand-in, going by the test's clock."""

import socket
from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from lms.payments import gateway
from lms.payments.checkouts import Checkouts
from lms.payments.hooks import Hooks
from lms.settings import Settings
from lms.web.module import Around
from tests.making import FixedClock
from tests.stripe_stand_in.fixture import KEY, SECRET, StandIn


@pytest.fixture(scope="session")
def counter() -> int:
    """The port of every stand-in of this process: with one address the application is built once, not for each test."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
def stripe(clock: FixedClock, counter: int) -> Iterator[StandIn]:
    with StandIn(clock=lambda: clock().timestamp(), port=counter) as running:
        yield running


@pytest.fixture
def settings(settings: Settings, stripe: StandIn) -> Settings:
    gateway._breakers.clear()
    return settings.model_copy(
        update={
            "stripe_key": SecretStr(KEY),
            "stripe_webhook_secrets": [SecretStr(SECRET)],
            "stripe_api": stripe.url,
            "stripe_pages": stripe.url,
        }
    )


@pytest.fixture
def checkouts(house: Around) -> Checkouts:
    return Checkouts(house)


@pytest.fixture
def hooks(house: Around) -> Hooks:
    return Hooks(house)
