"""What the provider tells us by itself: verified, kept once by its id with its effect, and never believed in its content (S-51)."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from lms.db import retried
from lms.payments.errors import ProviderRefused
from lms.payments.gateway import Gateway, Thing
from lms.payments.models import Checkout, ProviderEvent
from lms.payments.settling import settle
from lms.payments.told import Told, fetched
from lms.web.module import Around
from lms.web.sent import uuid_in

ABOUT_PAYMENTS = ("checkout.session.", "payment_intent.", "charge.", "refund.")
OVERLAP = timedelta(hours=1)
LONGEST_BACK = timedelta(days=29)
"""The provider keeps its events for thirty days."""


class Hooks:
    """Hearing the provider out, by its hooks and by asking for what they missed."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock
        self.settings = around.settings
        self.gateway = Gateway(around.settings)

    async def receive(self, body: bytes, signature: str) -> None:
        """Hear a message of the provider. Told again it changes nothing. Raises ForgedEvent, ProviderAway."""
        await self.hear(self.gateway.event(body, signature))

    async def hear(self, event: Thing) -> None:
        """Let an event have its effect: the payment it is about is fetched, and what holds there holds here."""
        event_id, kind = str(event["id"]), str(event.get("type") or "")
        async with self.begin.reading() as session:
            if await session.get(ProviderEvent, event_id) is not None:
                return
            checkout = await self._checkout_of(session, event) if kind.startswith(ABOUT_PAYMENTS) else None
        told = None
        if checkout is None and kind.startswith(ABOUT_PAYMENTS):
            checkout = await self._asked_for(event)
        if checkout is not None:
            told = await self._told(checkout, event)
        await self._keep(event_id, kind, checkout.id if checkout and told else None, told)

    async def hear_missed(self) -> int:
        """Ask for the events since the last one known, an hour before it included, and hear those that are new; says how many."""
        now = self.clock()
        async with self.begin.reading() as session:
            last = await session.scalar(select(func.max(ProviderEvent.received_at)))
        since, after, heard = max((last or now) - OVERLAP, now - LONGEST_BACK), "", 0
        missed: list[Thing] = []
        while True:
            found, goes_on = await self.gateway.events_since(since, after=after)
            missed += found
            if not goes_on or not found:
                break
            after = str(found[-1]["id"])
        async with self.begin.reading() as session:
            ids = [str(event["id"]) for event in missed]
            known = set(await session.scalars(select(ProviderEvent.id).where(ProviderEvent.id.in_(ids))))
        for event in reversed(missed):  # the provider gives the newest first
            if event["id"] not in known:
                await self.hear(event)
                heard += 1
        return heard

    async def _checkout_of(self, session: AsyncSession, event: Thing) -> Checkout | None:
        """Which attempt an event is about, as far as we know that ourselves."""
        about = _about(event)
        named = uuid_in((about.get("metadata") or {}).get("checkout"))
        if named is not None:
            return await session.get(Checkout, named)
        if about.get("object") == "checkout.session":
            wanted = Checkout.session_id == str(about.get("id"))
        elif intent := _intent_of(about):
            wanted = Checkout.intent_id == intent
        else:
            return None
        return (await session.scalars(select(Checkout).where(wanted))).first()

    async def _asked_for(self, event: Thing) -> Checkout | None:
        """The provider knows on which page a payment was made, should its answer to us have been lost."""
        intent = _intent_of(_about(event))
        if not intent:
            return None
        try:
            page = await self.gateway.page_of_payment(intent)
        except ProviderRefused:
            return None
        named = uuid_in((page or {}).get("metadata", {}).get("checkout"))
        async with self.begin.reading() as session:
            return await session.get(Checkout, named) if named else None

    async def _told(self, checkout: Checkout, event: Thing) -> Told | None:
        session_id = checkout.session_id
        about = _about(event)
        if session_id is None:
            if about.get("object") == "checkout.session":
                session_id = str(about.get("id"))
            elif intent := _intent_of(about):
                page = await self.gateway.page_of_payment(intent)
                session_id = str(page["id"]) if page else None
        if session_id is None:
            return None
        try:
            told = await fetched(self.gateway, session_id)
        except ProviderRefused:  # a page that is not at our provider is nobody's word
            return None
        return told if told.labels.get("checkout") == str(checkout.id) else None

    @retried
    async def _keep(self, event_id: str, kind: str, checkout_id: UUID | None, told: Told | None) -> None:
        at = self.clock()
        async with self.begin() as session:
            insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
            kept = await session.execute(
                insert(ProviderEvent)
                .values(id=event_id, kind=kind, received_at=at, checkout_id=checkout_id)
                .on_conflict_do_nothing(index_elements=[ProviderEvent.id])
                .returning(ProviderEvent.id)
            )
            if kept.first() is not None and checkout_id is not None and told is not None:
                await settle(session, checkout_id, told, at=at, settings=self.settings)


def _about(event: Thing) -> Mapping[str, Any]:
    data = event.get("data")
    about = data.get("object") if isinstance(data, Mapping) else None
    return about if isinstance(about, Mapping) else {}


def _intent_of(about: Mapping[str, Any]) -> str:
    if about.get("object") == "payment_intent":
        return str(about.get("id") or "")
    intent = about.get("payment_intent")
    return str(intent.get("id") if isinstance(intent, Mapping) else intent or "")
