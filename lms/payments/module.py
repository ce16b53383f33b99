"""The table of contents of `payments`, for app.py."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog

from lms.billing.events import RefundReady
from lms.enrolment.events import EnrolmentCancelled, PlaceConfirmed
from lms.jobs.worker import Periodic, TryLater
from lms.payments.checkouts import Checkouts
from lms.payments.clearing import Clearing
from lms.payments.errors import ProviderAway, ProviderRefused
from lms.payments.events import CheckoutOvertaken, PaymentFailed
from lms.payments.hooks import Hooks
from lms.payments.letters import CLOSE, close_what_is_settled, have_it_closed, tell_of_failed_payment
from lms.payments.pages import HookDoor, PayPages, ReturnPages
from lms.payments.paying_back import PAY_BACK, have_it_paid_back, payer_back
from lms.privacy.contract import PersonalData
from lms.web.module import Around, Module

LOOKING = timedelta(seconds=30)
ASKING = timedelta(minutes=10)
KEPT_BY_LAW = "eight years after the end of the year (§ 147 AO)"


def _look(around: Around) -> Periodic:
    checkouts = Checkouts(around)

    async def act() -> None:
        if checkouts.gateway.is_set_up:
            try:
                await checkouts.look_at_due()
            except ProviderAway:
                structlog.get_logger("lms.payments").warning("provider_away_while_looking")

    return Periodic("look-at-checkouts", LOOKING, act)


def _hear_missed(around: Around) -> Periodic:
    hooks = Hooks(around)

    async def act() -> None:
        if hooks.gateway.is_set_up:
            try:
                await hooks.hear_missed()
            except (ProviderAway, ProviderRefused):
                structlog.get_logger("lms.payments").warning("provider_away_while_asking")

    return Periodic("hear-missed-events", ASKING, act)


def _closer(around: Around) -> Callable[[dict[str, Any]], Awaitable[None]]:
    checkouts = Checkouts(around)

    async def act(payload: dict[str, Any]) -> None:
        try:
            await checkouts.close(UUID(payload["checkout_id"]))
        except ProviderAway as away:
            raise TryLater(str(away)) from away

    return act


MODULE = Module(
    name="payments",
    controllers=[PayPages, ReturnPages, HookDoor],
    services={"checkouts": Checkouts, "hooks": Hooks, "clearing": Clearing},
    listeners={
        RefundReady: [have_it_paid_back],
        CheckoutOvertaken: [have_it_closed],
        PlaceConfirmed: [close_what_is_settled],
        EnrolmentCancelled: [close_what_is_settled],
        PaymentFailed: [tell_of_failed_payment],
    },
    tasks={PAY_BACK: payer_back, CLOSE: _closer},
    periodic=[_look, _hear_missed],
    personal_data=[
        PersonalData("checkout", "debtor_id", "who has paid online, when and how much", KEPT_BY_LAW),
        PersonalData(
            "provider_customer",
            "person_id",
            "the payment provider's number for somebody who pays",
            KEPT_BY_LAW,
        ),
    ],
)
