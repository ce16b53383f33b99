"""Writing an offer, looking at what it would take, and sending it. From then on it never changes: a new one replaces it."""

import asyncio
import hashlib
from dataclasses import fields
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from lms.billing.rules import series_year
from lms.billing.service import draw_number
from lms.db import retried
from lms.inhouse import policy
from lms.inhouse.errors import AddressMissing, CompanyMissing, DayOver, RequestOver, ValidityOver
from lms.inhouse.events import TrainingOffered
from lms.inhouse.feasibility import preview_of
from lms.inhouse.freezing import facts_of
from lms.inhouse.models import (
    RequestState,
    TrainingOffer,
    TrainingOfferPaper,
    TrainingOfferState,
    TrainingRequest,
)
from lms.inhouse.paper import offer_pdf
from lms.inhouse.queries import Asked, asked_of, offer_of
from lms.inhouse.rules import CAN_OFFER, SERIES, offer_number, units_of
from lms.inhouse.service.acts import Acts, locked, note, touch
from lms.inhouse.values import OfferFacts
from lms.jobs.queue import announce
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import local
from lms.kernel.errors import NotFound, Stale
from lms.scheduling.values import Preview
from lms.web.formats import date_plain

RECKONED = frozenset({"units", "days"})


class Offering(Acts):
    """Drafts, and what becomes of them."""

    @retried
    async def save_draft(
        self, actor: Actor, *, request_id: UUID, draft_id: UUID, facts: OfferFacts, version: int = 0
    ) -> TrainingOffer:
        """Write the draft of a request; the first time it gets the next number and the id `draft_id`.

        The same form twice writes once. Raises RequestOver, Stale when a colleague was quicker.
        """
        ensure(policy.may_work(actor), actor)
        at = self.clock()
        async with self.begin() as session:
            request = await locked(session, request_id)
            _ensure_open(request)
            known = await session.get(TrainingOffer, draft_id, populate_existing=True)
            draft = (await asked_of(session, request_id)).draft
            if known is not None and (known.request_id != request_id or draft is not known):
                raise Stale  # it was sent, or thrown away, meanwhile
            if draft is not None and (draft.id != draft_id or version not in {draft.version, 0}):
                raise Stale
            if draft is not None and version == 0:
                return draft  # the first form, sent twice
            if draft is None:
                draft = await self._begun(session, request, draft_id, facts, at)
                note(session, actor, request, "offer_begun", at=at, offer=draft.number)
            else:
                draft.version += 1
            _write(draft, facts)
            if request.state is RequestState.NEW:
                request.state = RequestState.CLARIFYING
            touch(request, at)
            return draft

    @staticmethod
    async def _begun(
        session: AsyncSession, request: TrainingRequest, draft_id: UUID, facts: OfferFacts, at: datetime
    ) -> TrainingOffer:
        year = series_year(at)
        counter = await draw_number(session, SERIES, year)
        draft = TrainingOffer(
            request_id=request.id,
            number=offer_number(year, counter),
            year=year,
            counter=counter,
            created_at=at,
            title=facts.title,
            people=facts.people,
            valid_until=facts.valid_until,
            price_kind=facts.price_kind,
            price_cents=facts.price_cents,
        )
        draft.id = draft_id
        session.add(draft)
        return draft

    @retried
    async def drop_draft(self, actor: Actor, *, offer_id: UUID) -> UUID:
        """Throw a draft away; its number stays a gap. Gives the request. Raises Stale when it was sent meanwhile."""
        ensure(policy.may_work(actor), actor)
        at = self.clock()
        async with self.begin() as session:
            request = await locked(session, (await offer_of(session, offer_id)).request_id)
            offer = await offer_of(session, offer_id, lock=True)
            if offer.state is not TrainingOfferState.DRAFT:
                raise Stale
            note(session, actor, request, "offer_dropped", at=at, offer=offer.number)
            await session.delete(offer)
            return request.id

    async def feasible(self, actor: Actor, *, offer_id: UUID) -> Preview | None:
        """The dates of an offer with what is in the way; None while it has no dates. Raises what planning refuses."""
        ensure(policy.may_see_all(actor), actor)
        async with self.begin.reading() as session:
            offer = await offer_of(session, offer_id)
            return await preview_of(session, offer, self.settings, now=self.clock())

    async def sketch(self, actor: Actor, *, offer_id: UUID) -> bytes:
        """The paper as it would be sent now; nothing is kept. Raises what `send` raises."""
        ensure(policy.may_work(actor), actor)
        _, _, content = await self._printed(offer_id)
        return content

    async def send(self, actor: Actor, *, offer_id: UUID, version: int) -> TrainingOffer:
        """Send the draft: its paper is kept byte for byte, an earlier offer is replaced. Twice is as good as once.

        Raises CompanyMissing, AddressMissing, ValidityOver, DayOver, TaxUnknown, RequestOver, Stale.
        """
        ensure(policy.may_work(actor), actor)
        offer, frozen, content = await self._printed(offer_id)
        if offer.state is TrainingOfferState.SENT:
            return offer
        return await self._send(actor, offer_id, version, frozen, content)

    async def _printed(self, offer_id: UUID) -> tuple[TrainingOffer, dict[str, Any], bytes]:
        at = self.clock()
        async with self.begin.reading() as session:
            offer = await offer_of(session, offer_id)
            asked = await asked_of(session, offer.request_id)
            if offer.state is not TrainingOfferState.DRAFT:
                return offer, offer.facts, b""
            ensure_sendable(asked, offer, at)
            frozen = await facts_of(session, asked, offer, self.settings)
        return offer, frozen, await asyncio.to_thread(offer_pdf, offer.number, frozen, at)

    @retried
    async def _send(
        self, actor: Actor, offer_id: UUID, version: int, frozen: dict[str, Any], content: bytes
    ) -> TrainingOffer:
        at = self.clock()
        async with self.begin() as session:
            request = await locked(session, (await offer_of(session, offer_id)).request_id)
            offer = await offer_of(session, offer_id, lock=True)
            if offer.state is TrainingOfferState.SENT:
                return offer
            _ensure_open(request)
            if offer.state is not TrainingOfferState.DRAFT or offer.version != version:
                raise Stale
            earlier = (await asked_of(session, request.id)).holding
            if earlier is not None:
                earlier.state = TrainingOfferState.REPLACED
                await session.flush()  # one at most holds
            offer.state, offer.sent_at, offer.facts = TrainingOfferState.SENT, at, frozen
            offer.version += 1
            session.add(
                TrainingOfferPaper(
                    offer_id=offer.id,
                    sha256=hashlib.sha256(content).hexdigest(),
                    content=content,
                    written_at=at,
                )
            )
            request.state, request.ended_at, request.reason = RequestState.OFFERED, None, ""
            touch(request, at)
            note(
                session, actor, request, "offered", at=at, offer=offer.number,
                replaces=earlier.number if earlier else "",
            )  # fmt: skip
            announce(session, TrainingOffered(offer_id=offer.id, at=at), at=at)
            return offer


def ensure_sendable(asked: Asked, offer: TrainingOffer, at: datetime) -> None:
    """Raise what is missing before an offer can leave the house."""
    company = asked.company
    if company is None:
        raise CompanyMissing
    if not (company.street and company.postal_code and company.city):
        raise AddressMissing
    if asked.contact is None:
        raise NotFound
    today = local(at).date()
    if offer.valid_until <= today:
        raise ValidityOver
    gone = next((day for each in offer.days if (day := date.fromisoformat(each)) < today), None)
    if gone is not None:
        raise DayOver(day=date_plain(gone))


def _ensure_open(request: TrainingRequest) -> None:
    if request.state not in CAN_OFFER or request.forgotten_at is not None:
        raise RequestOver


def _write(draft: TrainingOffer, facts: OfferFacts) -> None:
    for one in fields(facts):
        if one.name not in RECKONED:
            setattr(draft, one.name, getattr(facts, one.name))
    draft.days = [day.isoformat() for day in sorted(set(facts.days))]
    draft.units = units_of(len(draft.days), facts.minutes if facts.starts_at else 0, facts.units)
