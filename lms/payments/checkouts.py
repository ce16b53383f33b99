"""Beginning to pay, and asking what became of it. Each step is written down before the next is taken: any of them may be the last."""

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import select

from lms.db import retried
from lms.enrolment.queries import Claim
from lms.enrolment.service import Enrolments
from lms.jobs.queue import announce
from lms.kernel.actor import Actor
from lms.kernel.clock import local
from lms.kernel.errors import NotFound
from lms.payments.customers import customer_of, new_customer
from lms.payments.due import SMALLEST_CENTS, Due, due_of
from lms.payments.errors import NothingToPay, NotOfferedHere, ProviderRefused, StillRunning, TooLittle
from lms.payments.events import CheckoutOvertaken
from lms.payments.gateway import CURRENCY, Gateway
from lms.payments.models import UNDECIDED, Checkout, CheckoutShare, CheckoutState
from lms.payments.settling import decide, locked, settle, shares_of
from lms.payments.told import fetched
from lms.web.language import current_language
from lms.web.module import Around

OPEN_FOR = timedelta(minutes=31)
"""The shortest that the provider allows is half an hour."""
NEARLY_OVER = timedelta(minutes=2)
FIRST_LOOK = timedelta(minutes=2)
LONGEST_WAIT = timedelta(minutes=10)
"""S-54: nothing stays undecided for longer than that without being asked about."""
BANK_WAIT = timedelta(hours=6)
AT_ONCE = 50
GONE = "resource_missing"
"""The provider's word for a customer it does not know any more: deleted there, or made under another account."""
PAGE = "checkout"
"""The purpose of the token in the address to which people come back: `signer.token(PAGE, checkout.id)`."""


class Checkouts:
    """Paying on the provider's page."""

    def __init__(self, around: Around) -> None:
        self.around = around
        self.begin = around.begin
        self.clock = around.clock
        self.signer = around.signer
        self.gateway = Gateway(around.settings)
        self.enrolments = Enrolments(around)

    async def due(self, actor: Actor, *, enrolment_id: UUID, token: str = "") -> Due:
        """What can be paid for the order of this enrolment. `token` is the one of its letters. Raises NotFound."""
        async with self.begin.reading() as session:
            return await due_of(session, actor, self.signer, enrolment_id=enrolment_id, token=token)

    async def open(self, actor: Actor, *, enrolment_id: UUID, token: str = "") -> str:
        """The address of a page on which the order is paid; the same one while it can still be used.

        Clicking twice, in two tabs or after a fault leads to one page. Raises NotFound, NothingToPay, TooLittle, StillRunning,
        NotOfferedHere, ProviderAway, ProviderRefused.
        """
        if not self.gateway.is_set_up:
            raise NotOfferedHere
        due = await self.due(actor, enrolment_id=enrolment_id, token=token)
        if not due.cents:
            raise NothingToPay
        if due.cents < SMALLEST_CENTS:
            raise TooLittle
        until = self.clock() + OPEN_FOR
        if due.held_until is not None:
            await self.enrolments.hold_longer(enrolment_ids=list(due.shares), until=until)
        checkout = await self._begin(due, until)
        if checkout.state is CheckoutState.OPEN and checkout.url:
            return checkout.url
        return await self._open(checkout, due)

    async def look(self, checkout_id: UUID) -> Checkout:
        """Ask the provider how an attempt stands, and let that hold here. Raises NotFound, ProviderAway, ProviderRefused."""
        async with self.begin.reading() as session:
            checkout = await session.get(Checkout, checkout_id)
        if checkout is None:
            raise NotFound
        if checkout.session_id is None:
            await self._give_up(checkout_id)
            return checkout
        told = await fetched(self.gateway, checkout.session_id)
        await self._settle(checkout_id, told)
        async with self.begin.reading() as session:
            return await session.get_one(Checkout, checkout_id)

    async def look_at_due(self) -> int:
        """Ask about every attempt whose time has come, and say how many those were; stops where the provider is away."""
        now = self.clock()
        async with self.begin.reading() as session:
            due = await session.scalars(
                select(Checkout.id)
                .where(Checkout.state.in_(UNDECIDED), Checkout.look_at <= now)
                .order_by(Checkout.look_at)
                .limit(AT_ONCE)
            )
            waiting = due.all()
        for checkout_id in waiting:
            await self._look_again_later(checkout_id)  # first: whatever happens, the next one gets its turn
            try:
                await self.look(checkout_id)
            except ProviderRefused as refused:
                await self._refused(checkout_id, refused.code)
        return len(waiting)

    async def close(self, checkout_id: UUID) -> None:
        """Let nobody pay on this page any more; what was paid on it meanwhile counts. Raises ProviderAway."""
        async with self.begin.reading() as session:
            checkout = await session.get_one(Checkout, checkout_id)
        if checkout.session_id is not None and checkout.state in {CheckoutState.OPENING, CheckoutState.OPEN}:
            with suppress(ProviderRefused):  # paid or closed already: looking tells
                await self.gateway.close_page(checkout.session_id)
            await self.look(checkout_id)

    @retried
    async def _begin(self, due: Due, until: datetime) -> Checkout:
        """The attempt that goes on, or a new one under the next number; two at once find the same."""
        order_id, now = due.first.order_id, self.clock()
        async with self.begin() as session:
            known = await session.scalars(
                select(Checkout).where(Checkout.order_id == order_id).order_by(Checkout.begun_at)
            )
            before = known.all()
            for one in before:
                if one.state is CheckoutState.PROCESSING:
                    raise StillRunning
                if one.state not in UNDECIDED:
                    continue
                same = await shares_of(session, one.id) == dict(due.shares)
                if same and one.expires_at > now + NEARLY_OVER:
                    return one
                announce(session, CheckoutOvertaken(checkout_id=one.id), at=now)
            number = len(before) + 1
            key = hashlib.sha256(f"{order_id}:checkout:{number}".encode()).hexdigest()
            checkout = Checkout(
                id=uuid5(NAMESPACE_URL, f"checkout:{order_id}:{number}"), order_id=order_id, amount_cents=due.cents,
                key=key, begun_at=now, expires_at=until, look_at=now + FIRST_LOOK, debtor_id=due.debtor_id,
                language=current_language(),
            )  # fmt: skip
            session.add(checkout)
            await session.flush()
            session.add_all(
                CheckoutShare(checkout_id=checkout.id, enrolment_id=enrolment_id, amount_cents=cents)
                for enrolment_id, cents in due.shares.items()
            )
            return checkout

    async def _open(self, checkout: Checkout, due: Due) -> str:
        customer = await customer_of(self.begin, self.gateway, checkout.debtor_id)
        try:
            try:
                page = await self._page(checkout, due, customer)
            except ProviderRefused as refused:
                if customer is None or refused.code != GONE:
                    raise
                customer = await new_customer(self.begin, self.gateway, checkout.debtor_id, gone=customer)
                page = await self._page(checkout, due, customer)
        except ProviderRefused as refused:
            await self._refused(checkout.id, refused.code)
            raise
        url = str(page.get("url") or "")
        if not url.startswith(f"{self.gateway.pages}/"):  # S-33: nobody is sent anywhere else
            await self._refused(checkout.id, "foreign_page")
            raise ProviderRefused(code="foreign_page")
        await self._opened(checkout.id, str(page["id"]), url)
        return url

    async def _page(self, checkout: Checkout, due: Due, customer: str | None) -> Mapping[str, Any]:
        """The page of this attempt; a customer made anew makes a new request of it, which needs a key of its own."""
        key = f"{checkout.key}-{customer}" if customer else checkout.key
        return await self.gateway.open_page(self._wanted(checkout, due, customer), key)

    def _wanted(self, checkout: Checkout, due: Due, customer: str | None) -> dict[str, Any]:
        back = (
            f"{self.around.settings.public_url}/zahlung/{checkout.id}/{self.signer.token(PAGE, checkout.id)}"
        )
        labels = {"checkout": str(checkout.id), "order": str(checkout.order_id)}
        claims = {one.enrolment.id: one for one in due.claims}
        wanted: dict[str, Any] = {
            "mode": "payment",
            "client_reference_id": str(checkout.order_id),
            "line_items": [_line(claims[one], cents, checkout.language) for one, cents in due.shares.items()],
            "metadata": labels,
            "payment_intent_data": {"metadata": labels, "description": due.first.reference},
            "expires_at": int(checkout.expires_at.timestamp()),
            "success_url": back,
            "cancel_url": f"{back}/abgebrochen",
            "locale": checkout.language,
        }
        return wanted | ({"customer": customer} if customer else {})

    @retried
    async def _opened(self, checkout_id: UUID, session_id: str, url: str) -> None:
        async with self.begin() as session:
            checkout = await locked(session, checkout_id)
            if checkout is not None and checkout.session_id in {None, session_id}:
                checkout.session_id, checkout.url = session_id, url
                if checkout.state is CheckoutState.OPENING:
                    checkout.state = CheckoutState.OPEN

    @retried
    async def _settle(self, checkout_id: UUID, told: Any) -> None:
        async with self.begin() as session:
            await settle(session, checkout_id, told, at=self.clock(), settings=self.around.settings)

    @retried
    async def _refused(self, checkout_id: UUID, code: str) -> None:
        async with self.begin() as session:
            checkout = await locked(session, checkout_id)
            if checkout is not None and checkout.state in UNDECIDED:
                decide(session, checkout, CheckoutState.FAILED, at=self.clock(), note=code)

    @retried
    async def _give_up(self, checkout_id: UUID) -> None:
        """Nobody was ever shown the page of this attempt, so nobody can have paid on it; once its time is over it is over."""
        async with self.begin() as session:
            checkout = await locked(session, checkout_id)
            if (
                checkout is not None
                and checkout.state is CheckoutState.OPENING
                and checkout.expires_at < self.clock()
            ):
                decide(session, checkout, CheckoutState.EXPIRED, at=self.clock())

    @retried
    async def _look_again_later(self, checkout_id: UUID) -> None:
        async with self.begin() as session:
            checkout = await locked(session, checkout_id)
            if checkout is None:
                return
            checkout.looks += 1
            wait = BANK_WAIT if checkout.state is CheckoutState.PROCESSING else LONGEST_WAIT
            checkout.look_at = self.clock() + min(FIRST_LOOK * checkout.looks, wait)


def _line(claim: Claim, cents: int, language: str) -> Mapping[str, Any]:
    """What stands on the provider's page: the course and its number, and no names of others than the payer types there."""
    course, run = claim.course, claim.run
    title = (course.title_en if language == "en" else "") or course.title_de
    starts = f", {local(run.starts_at):%d.%m.%Y}" if run.starts_at else ""
    return {
        "quantity": 1,
        "price_data": {
            "currency": CURRENCY,
            "unit_amount": cents,
            "product_data": {
                "name": f"{title} ({run.number}{starts})",
                "description": claim.enrolment.reference,
            },
        },
    }
