"""What is asked of the payment provider: pages to pay on, what became of them, refunds, events. Never inside a transaction.

Every call that makes something carries an idempotency key of ours; every answer is a plain dictionary in the provider's words.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import stripe
import structlog

from lms.payments.errors import ForgedEvent, ProviderAway, ProviderRefused
from lms.payments.transport import AT_ONCE, Breaker, Transport
from lms.settings import Settings

Thing = dict[str, Any]
CURRENCY = "eur"
LARGEST_EVENT = 256 * 1024
"""S-51, in bytes."""
TOLERANCE_SECONDS = 300
PAGE = 100
EXPANDED = ["payment_intent.latest_charge"]
TOO_MANY = 429
UNDER_WAY = 409
"""Another request with the same idempotency key is not answered yet; refusals have other numbers."""
PATIENT_TRIES = 5
FAULT = 500
_breakers: dict[str, Breaker] = {}


class Gateway:
    """The provider as these settings name it. Raises ProviderAway, ProviderRefused."""

    def __init__(self, settings: Settings) -> None:
        key, api = settings.stripe_key.get_secret_value(), settings.stripe_api
        self.secrets = [secret.get_secret_value() for secret in settings.stripe_webhook_secrets]
        self.is_live = settings.stripe_is_live
        self.pages = settings.stripe_pages.rstrip("/")
        self._breaker = _breakers.setdefault(api, Breaker())
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._client = (
            stripe.StripeClient(
                key, base_addresses={"api": api}, http_client=Transport(), max_network_retries=0
            )
            if key
            else None
        )

    @property
    def is_set_up(self) -> bool:
        """Whether there is a provider at all."""
        return self._client is not None

    async def open_page(self, wanted: Mapping[str, Any], key: str) -> Thing:
        """Make a page to pay on; with the same key it is the same page."""
        facts: Any = dict(wanted)
        return await self._ask(
            lambda on: on.v1.checkout.sessions.create_async(facts, {"idempotency_key": key})
        )

    async def page(self, session_id: str) -> Thing:
        """A page with its payment and the newest charge of that."""
        return await self._ask(
            lambda on: on.v1.checkout.sessions.retrieve_async(session_id, {"expand": EXPANDED})
        )

    async def page_of_payment(self, intent_id: str) -> Thing | None:
        """The page a payment was made on; None where it was made elsewhere."""
        found = await self._ask(
            lambda on: on.v1.checkout.sessions.list_async({"payment_intent": intent_id, "limit": 1})
        )
        rows: Sequence[Thing] = found["data"]
        return rows[0] if rows else None

    async def close_page(self, session_id: str) -> Thing:
        """Let nobody pay on this page any more. ProviderRefused where it has been paid, or is closed already."""
        return await self._ask(lambda on: on.v1.checkout.sessions.expire_async(session_id))

    async def customer(self, *, name: str, email: str, key: str) -> Thing:
        """Somebody who pays; without e-mail by name alone."""
        facts: Any = {"name": name} | ({"email": email} if email else {})
        return await self._ask(lambda on: on.v1.customers.create_async(facts, {"idempotency_key": key}))

    async def refund(self, intent_id: str, cents: int, *, refund_id: str, key: str) -> Thing:
        """Pay back so many cents of a payment; `refund_id` is our own name for it, by which it is found again."""
        facts: Any = {"payment_intent": intent_id, "amount": cents, "metadata": {"refund": refund_id}}
        return await self._ask(lambda on: on.v1.refunds.create_async(facts, {"idempotency_key": key}))

    async def refunds(self, intent_id: str) -> Sequence[Thing]:
        """Every refund of a payment, whoever has made it."""
        found = await self._ask(
            lambda on: on.v1.refunds.list_async({"payment_intent": intent_id, "limit": PAGE})
        )
        rows: Sequence[Thing] = found["data"]
        return rows

    async def disputes(self, intent_id: str) -> Sequence[Thing]:
        """Every dispute about a payment."""
        found = await self._ask(
            lambda on: on.v1.disputes.list_async({"payment_intent": intent_id, "limit": PAGE})
        )
        rows: Sequence[Thing] = found["data"]
        return rows

    async def events_since(self, moment: datetime, *, after: str = "") -> tuple[Sequence[Thing], bool]:
        """Events from this moment on, the newest first, and whether there are more behind the last one."""
        wanted: Any = {"created": {"gte": int(moment.timestamp())}, "limit": PAGE}
        if after:
            wanted["starting_after"] = after
        found = await self._ask(lambda on: on.v1.events.list_async(wanted))
        return found["data"], bool(found["has_more"])

    def event(self, body: bytes, signature: str) -> Thing:
        """The event in a message that carries a valid signature by one of our secrets. Raises ForgedEvent."""
        for secret in self.secrets:
            try:
                told = stripe.Webhook.construct_event(body, signature, secret, tolerance=TOLERANCE_SECONDS)
            except (stripe.SignatureVerificationError, ValueError):
                continue
            event: Thing = told.to_dict()
            if bool(event.get("livemode")) is self.is_live:
                return event
        raise ForgedEvent

    async def _ask(self, call: Callable[[stripe.StripeClient], Awaitable[Any]]) -> Thing:
        if self._client is None or self._breaker.is_open:
            raise ProviderAway
        try:
            async with self._turns:
                answer = await self._in_turn(self._client, call)
        except stripe.StripeError as error:
            self._judge(error)
        self._breaker.succeeded()
        found: Thing = answer.to_dict()
        return found

    @staticmethod
    async def _in_turn(
        client: stripe.StripeClient, call: Callable[[stripe.StripeClient], Awaitable[Any]]
    ) -> Any:
        """The same call under the same key may be under way already, from another click: then its answer is waited for."""
        for attempt in range(PATIENT_TRIES):
            try:
                return await call(client)
            except stripe.StripeError as error:
                if error.http_status != UNDER_WAY:
                    raise
            await asyncio.sleep(0.1 * 2**attempt)
        return await call(client)

    def _judge(self, error: stripe.StripeError) -> None:
        """Raises what has happened in our words: away, or refused."""
        status = error.http_status or FAULT
        log = structlog.get_logger("lms.payments")
        if isinstance(error, stripe.APIConnectionError) or status >= FAULT or status in {TOO_MANY, UNDER_WAY}:
            self._breaker.failed()
            log.warning("provider_away", status=error.http_status, fault=type(error).__name__)
            raise ProviderAway from error
        self._breaker.succeeded()
        log.warning("provider_refused", status=status, code=error.code)
        raise ProviderRefused(code=error.code or "") from error
