"""Asking for news, and ending it; every public method is one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.accounts.limits import within
from lms.correspondence.news import letters
from lms.correspondence.news.models import Subscription
from lms.correspondence.news.queries import ABOUT
from lms.correspondence.news.rules import needs_guardian
from lms.db import retried
from lms.kernel.actor import Actor
from lms.kernel.clock import local
from lms.kernel.errors import NotFound
from lms.messaging.models import Letter, LetterState
from lms.people.models import Consent, Guardianship, Person, Purpose
from lms.web.module import Around

ASKED_DAYS = timedelta(days=14)
PROOF = timedelta(days=3 * 365)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What somebody wants to hear of. Empty means everything."""

    topics: Sequence[str] = ()
    audiences: Sequence[str] = ()
    district: str = ""


class NewsSubscriptions:
    """Double opt-in, choices, one click to end it. Nobody who asks is told whether an address is known."""

    def __init__(self, around: Around) -> None:
        self.around = around
        self.begin = around.begin
        self.clock = around.clock

    async def ask(self, actor: Actor, *, email: str, language: str, wording: str, choice: Choice) -> None:
        """Send a link to confirm. Raises TooMany."""
        address = email.strip().lower()
        await within(self.begin, self.clock, "mail", account=address, address=actor.address)
        await self._ask(address, language, wording, choice)

    @retried
    async def _ask(self, email: str, language: str, wording: str, choice: Choice) -> None:
        at = self.clock()
        async with self.begin() as session:
            found = await session.scalar(
                select(Subscription).where(Subscription.email == email).with_for_update()
            )
            if found is not None and found.is_open:
                await letters.tell_it_is_so_already(session, found, at=at)
                return
            person = await session.scalar(
                select(Person)
                .where(Person.email == email, Person.merged_into_id.is_(None))
                .order_by(Person.birth_date.desc().nulls_last())
                .limit(1)
            )
            confirm_at = await self._who_decides(session, person, email)
            if confirm_at is None:
                return
            if found is None:
                found = Subscription(
                    email=email, language=language, topics=[], audiences=[], district="", wording=wording,
                    confirm_at_email=confirm_at, asked_at=at,
                )  # fmt: skip
                session.add(found)
            found.topics, found.audiences = list(choice.topics), list(choice.audiences)
            found.district, found.language, found.wording = choice.district, language, wording
            found.confirm_at_email, found.asked_at = confirm_at, at
            found.confirmed_at = found.ended_at = None
            found.person_id = person.id if person else None
            await session.flush()
            await letters.ask_to_confirm(session, found, at=at)

    async def _who_decides(self, session: AsyncSession, person: Person | None, email: str) -> str | None:
        """The address itself, or the guardian's for a child under 16 (L-33); None when no guardian can be asked."""
        if person is None or not needs_guardian(person.birth_date, local(self.clock()).date()):
            return email
        guardian: str | None = await session.scalar(
            select(Person.email)
            .join(Guardianship, Guardianship.guardian_id == Person.id)
            .where(
                Guardianship.child_id == person.id, Guardianship.ended_at.is_(None), Person.email.is_not(None)
            )
            .limit(1)
        )
        return guardian

    @retried
    async def confirm(self, *, subscription_id: UUID) -> None:
        """It was them: from now on news are sent. Twice is as good as once. Raises NotFound."""
        at = self.clock()
        async with self.begin() as session:
            found = await self._one(session, subscription_id)
            if found.confirmed_at is not None:
                return
            found.confirmed_at, found.ended_at = at, None
            if found.person_id is not None:
                session.add(
                    Consent(
                        person_id=found.person_id, purpose=Purpose.NEWSLETTER, wording=found.wording, given_at=at
                    )
                )  # fmt: skip

    @retried
    async def choose(self, *, subscription_id: UUID, choice: Choice) -> None:
        """Hear of something else from now on. Raises NotFound."""
        async with self.begin() as session:
            found = await self._one(session, subscription_id)
            found.topics, found.audiences = list(choice.topics), list(choice.audiences)
            found.district = choice.district

    @retried
    async def end(self, *, subscription_id: UUID) -> None:
        """No more news, also none that wait to be sent. Twice is as good as once. Raises NotFound."""
        at = self.clock()
        async with self.begin() as session:
            found = await self._one(session, subscription_id)
            if found.ended_at is not None:
                return
            found.ended_at = at
            await session.execute(
                delete(Letter).where(
                    Letter.about_kind == ABOUT,
                    Letter.to_address == found.email,
                    Letter.state == LetterState.WAITING,
                )
            )
            if found.person_id is not None:
                consents = await session.scalars(
                    select(Consent).where(
                        Consent.person_id == found.person_id,
                        Consent.purpose == Purpose.NEWSLETTER,
                        Consent.withdrawn_at.is_(None),
                    )
                )
                for consent in consents:
                    consent.withdrawn_at = at

    @staticmethod
    async def _one(session: AsyncSession, subscription_id: UUID) -> Subscription:
        found = await session.get(Subscription, subscription_id, with_for_update=True)
        if found is None:
            raise NotFound
        return found

    async def forget(self) -> None:
        """Who never confirmed is forgotten after two weeks, who ended it after three years."""
        now = self.clock()
        async with self.begin() as session:
            await session.execute(
                delete(Subscription).where(
                    or_(
                        Subscription.confirmed_at.is_(None) & (Subscription.asked_at < now - ASKED_DAYS),
                        Subscription.ended_at < now - PROOF,
                    )
                )
            )
