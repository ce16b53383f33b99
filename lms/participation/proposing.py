"""Bringing a wish, or an offer to help with one; and what the proposer can do about it by the link of the letter."""

from dataclasses import asdict, dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from lms.accounts.idempotency import once, remember
from lms.audit.trail import record
from lms.catalogue.models import Audience
from lms.db import retried
from lms.jobs.queue import announce
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound
from lms.participation import policy
from lms.participation.counting import round_of
from lms.participation.errors import CannotWithdraw
from lms.participation.events import WishReceived
from lms.participation.keys import source_of
from lms.participation.models import Way, Wish, WishKind, WishOffer, WishState
from lms.participation.rules import Phase, is_shown, phase_of
from lms.participation.similar import matching_of
from lms.web.module import Around

LINK = "wish"
"""The purpose of the tokens that lead to one's own wish."""


@dataclass(frozen=True, slots=True)
class Contact:
    """How the team reaches somebody; all of it may be empty."""

    name: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What somebody wishes for."""

    title: str
    text: str = ""
    kind: WishKind = WishKind.WANT
    for_whom: Audience = Audience.EVERYONE
    topic_id: UUID | None = None
    district: str = ""
    when_words: str = ""
    round_id: UUID | None = None
    contact: Contact = Contact()
    language: str = "de"


class Proposals:
    """What anybody can do who wants something of the programme."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock
        self.signer = around.signer

    @retried
    async def propose(
        self,
        actor: Actor,
        wanted: Proposal,
        *,
        form_id: UUID,
        way: Way = Way.ONLINE,
        needs_proof: bool = False,
    ) -> Wish:
        """Put a wish before the team. The same form sent twice is one wish.

        `needs_proof`: only a click in a mail lets it come in. A round that is named takes the wish while it collects;
        otherwise it stands outside of rounds.
        """
        ensure(policy.may_propose(actor), actor)
        now, key = self.clock(), f"wish:{form_id}"
        by_team = policy.may_moderate(actor) or policy.may_take_votes(actor)
        async with self.begin() as session:
            known = await once(session, key, b"", at=now)
            if known is not None and (kept := await session.get(Wish, known)) is not None:
                return kept
            round_id = wanted.round_id
            if round_id is not None:
                voting = await round_of(session, round_id)
                collects = phase_of(voting, now) is Phase.COLLECT and voting.published_at is not None
                round_id = voting.id if collects else None
            wish = Wish(
                title=wanted.title, text=wanted.text, original={"title": wanted.title, "text": wanted.text},
                matching=matching_of(wanted.title, wanted.text), created_at=now, round_id=round_id,
                kind=wanted.kind, for_whom=wanted.for_whom, topic_id=wanted.topic_id, district=wanted.district,
                when_words=wanted.when_words, **asdict(wanted.contact), language=wanted.language,
                person_id=None if by_team else actor.person_id, way=way,
                source="" if by_team else source_of(self.signer, actor.address),
                state=WishState.UNPROVEN if needs_proof else WishState.SUBMITTED,
            )  # fmt: skip
            session.add(wish)
            await session.flush()
            announce(session, WishReceived(wish_id=wish.id, at=now, is_proven=not needs_proof))
            if by_team:
                record(
                    session,
                    actor,
                    "wish.taken",
                    at=now,
                    kind="wish",
                    object_id=wish.id,
                    after={"way": way.value},
                )
            await remember(session, key, wish.id)
        return wish

    @retried
    async def prove(self, *, wish_id: UUID, token: str) -> Wish:
        """The click: the wish goes before the team now. Twice is as good as once. Raises NotFound for a wrong link."""
        async with self.begin() as session:
            wish = await self._own(session, wish_id, token)
            if wish.state is WishState.UNPROVEN:
                wish.state = WishState.SUBMITTED
        return wish

    @retried
    async def withdraw(self, *, wish_id: UUID, token: str) -> Wish:
        """Take back a wish that is not published. Twice is as good as once. Raises NotFound, CannotWithdraw."""
        async with self.begin() as session:
            wish = await self._own(session, wish_id, token)
            if wish.state is WishState.WITHDRAWN:
                return wish
            if wish.state not in {WishState.UNPROVEN, WishState.SUBMITTED}:
                raise CannotWithdraw
            wish.state = WishState.WITHDRAWN
            wish.version += 1
            forget_contact(wish)
        return wish

    @retried
    async def forget(self, *, wish_id: UUID, token: str) -> Wish:
        """Delete the proposer's contact; the wish stays. Raises NotFound for a wrong link."""
        async with self.begin() as session:
            wish = await self._own(session, wish_id, token)
            forget_contact(wish)
        return wish

    @retried
    async def offer(
        self, actor: Actor, *, wish_id: UUID, kind: WishKind, text: str, contact: Contact, form_id: UUID
    ) -> WishOffer:
        """Offer to teach what a wish asks for, or a room (F-N11). Raises NotFound unless the wish is public."""
        ensure(policy.may_propose(actor), actor)
        now, key = self.clock(), f"wish-offer:{form_id}"
        async with self.begin() as session:
            known = await once(session, key, b"", at=now)
            if known is not None and (kept := await session.get(WishOffer, known)) is not None:
                return kept
            wish = await session.get(Wish, wish_id)
            if wish is None or not is_shown(wish):
                raise NotFound
            offer = WishOffer(
                wish_id=wish.id, kind=kind, text=text, **asdict(contact), created_at=now,
                person_id=actor.person_id,
            )  # fmt: skip
            session.add(offer)
            await session.flush()
            await remember(session, key, offer.id)
        return offer

    async def _own(self, session: AsyncSession, wish_id: UUID, token: str) -> Wish:
        wish = await session.get(Wish, wish_id, with_for_update=True)
        if wish is None or not self.signer.matches(token, LINK, wish_id):
            raise NotFound
        return wish


def forget_contact(wish: Wish) -> None:
    """From now on the wish names nobody."""
    wish.name = wish.email = wish.phone = ""
    wish.person_id = None
