"""Letting somebody act for oneself (U4): asked for, given, changed, ended; every public method is one transaction.

Nobody learns whether an address or a name is known here (S-17): whoever asks by post has a new record made of what they
typed, whoever invites by e-mail gets the same answer for every address.
"""

import hmac
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.db import retried
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import today
from lms.kernel.errors import NotFound, Stale
from lms.messaging.models import Channel
from lms.people import letters, policy, rules
from lms.people.errors import (
    AddressNeeded,
    BornInFuture,
    CodeWrong,
    MandateDoubled,
    MandateEmpty,
    MandateNotWider,
    MandateOver,
    MandatePast,
    NoOneself,
    NotForYou,
    PaperFromFuture,
    StillUnderAge,
    TooManyPersons,
)
from lms.people.models import Mandate, MandateScope, MandateWay, Person
from lms.web.module import Around

INVITATION = "mandate"
"""Of the token in an invitation: `signer.token(INVITATION, mandate.id)`."""
CODE = "mandate-code"
CODE_LENGTH = 8
SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
REFERENCE_LENGTH = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody without e-mail, as typed by whoever wants to act for them."""

    given_name: str
    family_name: str
    birth_date: date | None = None
    phone: str | None = None
    street: str = ""
    postal_code: str = ""
    city: str = ""
    language: str = "de"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a mandate allows, and the last day on which it does; without one it holds until it is taken back."""

    scopes: Collection[MandateScope]
    until: date | None = None

    def refuse_nonsense(self, day: date) -> None:
        """Raises MandateEmpty, MandatePast."""
        if not self.scopes:
            raise MandateEmpty
        if self.until is not None and self.until < day:
            raise MandatePast


class Mandates:
    """One adult acts for another, as far as that one says."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock
        self.signer = around.signer

    @retried
    async def ask_by_post(self, actor: Actor, *, mandate_id: UUID, member: Member, limits: Limits) -> UUID:
        """Ask somebody without e-mail on paper whether the actor may act for them. Under one `mandate_id` done once.

        A record of its own is made of what was typed, whomever we know by that name. Gives the id of that person.
        Raises TooManyPersons, AddressNeeded, BornInFuture, StillUnderAge, MandateEmpty, MandatePast.
        """
        me, day = _me(actor), today(self.clock)
        limits.refuse_nonsense(day)
        if not (member.street and member.postal_code and member.city):
            raise AddressNeeded
        if member.birth_date is not None and member.birth_date > day:
            raise BornInFuture
        if rules.is_minor(member.birth_date, day):
            raise StillUnderAge
        async with self.begin() as session:
            agent = await self._locked(session, me)
            known = await session.get(Mandate, mandate_id)
            if known is not None:
                return _principal_of(known, me)
            await self._refuse_too_many(session, Mandate.agent_id == me, rules.MOST_PRINCIPALS)
            person = Person(
                given_name=member.given_name, family_name=member.family_name,
                matching=rules.matching(member.given_name, member.family_name), created_at=self.clock(),
                birth_date=member.birth_date, phone=member.phone, street=member.street,
                postal_code=member.postal_code, city=member.city, language=member.language, channel=Channel.POST,
            )  # fmt: skip
            session.add(person)
            await session.flush()
            mandate = self._asked(mandate_id, limits, agent_id=me, principal_id=person.id)
            session.add(mandate)
            await session.flush()
            record(
                session, actor, "person.made", at=self.clock(), kind="person", object_id=person.id, person_id=person.id
            )  # fmt: skip
            self._note(session, actor, "mandate.asked", mandate)
            await letters.ask_by_post(
                session, mandate, person, agent, self.code_of(mandate.id), at=self.clock()
            )
        return person.id

    @retried
    async def invite(self, actor: Actor, *, mandate_id: UUID, email: str, limits: Limits, acts: bool) -> None:
        """Write to an address: `acts` asks whether the actor may act for whoever reads there, else offers it to them.

        Under one `mandate_id` done once. Raises NoOneself, TooManyPersons, MandateEmpty, MandatePast.
        """
        me, address = _me(actor), email.strip().casefold()
        limits.refuse_nonsense(today(self.clock))
        async with self.begin() as session:
            asker = await self._locked(session, me)
            if address == (asker.email or "").casefold():
                raise NoOneself
            if await session.get(Mandate, mandate_id) is not None:
                return
            mine = Mandate.agent_id == me if acts else Mandate.principal_id == me
            await self._refuse_too_many(session, mine, rules.MOST_PRINCIPALS if acts else rules.MOST_AGENTS)
            mandate = self._asked(
                mandate_id,
                limits,
                agent_id=me if acts else None,
                principal_id=None if acts else me,
                email=address,
            )
            session.add(mandate)
            await session.flush()
            self._note(session, actor, "mandate.asked", mandate)
            token = self.signer.token(INVITATION, mandate.id)
            await letters.invite(session, mandate, asker, token, at=self.clock())

    @retried
    async def accept(
        self, actor: Actor, *, mandate_id: UUID, token: str, email: str, limits: Limits, wording: str
    ) -> None:
        """Whoever was invited says yes, signed in with the account of `email`; a principal may allow less than was asked.

        Twice is as good as once. Raises NotFound, NotForYou, MandateOver, MandateDoubled.
        """
        me, day = _me(actor), today(self.clock)
        async with self.begin() as session:
            mandate = await self._invited(session, mandate_id, token, email)
            if mandate.given_at is not None and me in {mandate.principal_id, mandate.agent_id}:
                return
            self._ensure_open(mandate)
            is_principal = mandate.principal_id is None
            if me in {mandate.principal_id, mandate.agent_id}:
                raise NoOneself
            if is_principal:
                limits.refuse_nonsense(day)
                person = await session.get_one(Person, me)
                if rules.is_minor(person.birth_date, day):
                    raise StillUnderAge
                mandate.principal_id = me
                mandate.scopes, mandate.valid_until = rules.written(limits.scopes), limits.until
            else:
                mandate.agent_id = me
            way = MandateWay.LINK if is_principal else MandateWay.ONLINE
            await self._give(session, actor, mandate, way, wording)

    @retried
    async def refuse(self, actor: Actor, *, mandate_id: UUID, token: str, email: str) -> None:
        """Whoever was invited says no. Twice is as good as once. Raises NotFound, NotForYou."""
        _me(actor)
        async with self.begin() as session:
            mandate = await self._invited(session, mandate_id, token, email)
            if mandate.given_at is None and mandate.ended_at is None:
                self._close(session, actor, mandate, "refused")

    @retried
    async def asked_by_code(self, *, reference: str, code: str) -> Mandate:
        """The question that a letter on paper asked. After five wrong codes it opens nothing. Raises CodeWrong."""
        async with self.begin() as session:
            found = await self._by_code(session, reference, code)
        if found is None:  # after the transaction: the try has to be counted
            raise CodeWrong
        return found

    @retried
    async def agree_by_code(
        self, actor: Actor, *, reference: str, code: str, limits: Limits, wording: str
    ) -> None:
        """The principal says yes with the code of the letter; they may allow less than was asked. Raises CodeWrong."""
        limits.refuse_nonsense(today(self.clock))
        async with self.begin() as session:
            mandate = await self._by_code(session, reference, code)
            if mandate is not None and mandate.given_at is None:
                if _is_wider(mandate, rules.written(limits.scopes), limits.until):
                    raise MandateNotWider
                mandate.scopes, mandate.valid_until = rules.written(limits.scopes), limits.until
                await self._give(session, actor, mandate, MandateWay.CODE, wording)
        if mandate is None:
            raise CodeWrong

    @retried
    async def record_paper(
        self,
        actor: Actor,
        *,
        mandate_id: UUID,
        principal_id: UUID,
        agent_id: UUID,
        limits: Limits,
        seen_on: date,
        wording: str,
    ) -> None:
        """Staff saw the signed paper: it counts at once, and answers what was asked. Under one `mandate_id` done once.

        Raises NotFound, StillUnderAge, MandateDoubled, PaperFromFuture, MandateEmpty, MandatePast.
        """
        ensure(policy.may_change(actor), actor)
        day = today(self.clock)
        limits.refuse_nonsense(day)
        if seen_on > day:
            raise PaperFromFuture
        if principal_id == agent_id:
            raise NoOneself
        ensure(
            actor.person_id not in {principal_id, agent_id}, actor
        )  # S-08: nobody writes down a right of their own
        async with self.begin() as session:
            for one in sorted((principal_id, agent_id)):
                person = await self._locked(session, one)
                if rules.is_minor(person.birth_date, day):
                    raise StillUnderAge
            asked = (
                await session.scalars(
                    select(Mandate)
                    .where(
                        or_(
                            Mandate.id == mandate_id,
                            (Mandate.principal_id == principal_id)
                            & (Mandate.agent_id == agent_id)
                            & Mandate.given_at.is_(None)
                            & Mandate.ended_at.is_(None),
                        )
                    )
                    .limit(1)
                    .with_for_update()
                )
            ).first()
            if asked is not None and asked.given_at is not None:
                return
            mandate = asked or self._asked(mandate_id, limits, agent_id=agent_id, principal_id=principal_id)
            mandate.scopes, mandate.valid_until = rules.written(limits.scopes), limits.until
            mandate.paper_seen_on, mandate.recorded_by = seen_on, actor.account_id
            session.add(mandate)
            await self._give(session, actor, mandate, MandateWay.PAPER, wording)

    @retried
    async def change(
        self, actor: Actor, *, mandate_id: UUID, limits: Limits, wording: str, version: int
    ) -> None:
        """Allow something else: the principal and staff anything, the agent only less. Raises NotFound, Stale, MandateNotWider."""
        limits.refuse_nonsense(today(self.clock))
        async with self.begin() as session:
            mandate = await self._reached(session, actor, mandate_id)
            if mandate.given_at is None or mandate.ended_at is not None:
                raise MandateOver
            if mandate.version != version:
                raise Stale
            scopes, until = rules.written(limits.scopes), limits.until
            is_free = policy.may_change(actor) or actor.person_id == mandate.principal_id
            if not is_free and _is_wider(mandate, scopes, until):
                raise MandateNotWider
            before = {"scopes": mandate.scopes, "until": str(mandate.valid_until or "")}
            mandate.scopes, mandate.valid_until, mandate.wording = scopes, until, wording
            mandate.version += 1
            after = {"scopes": scopes, "until": str(until or "")}
            if before == after:
                return
            self._note(session, actor, "mandate.changed", mandate, before=before, after=after)
            principal, agent = await self._both(session, mandate)
            await letters.tell_given(session, mandate, principal, agent, at=self.clock())

    @retried
    async def withdraw(self, actor: Actor, *, mandate_id: UUID, reason: str = "") -> None:
        """It ends at once: by the principal, the agent, or staff whom one of them called. Twice is as good as once."""
        async with self.begin() as session:
            mandate = await self._reached(session, actor, mandate_id)
            if mandate.ended_at is not None:
                return
            was_given = mandate.given_at is not None
            self._close(session, actor, mandate, "withdrawn", reason=reason)
            if was_given:
                principal, agent = await self._both(session, mandate)
                await letters.tell_ended(session, mandate, principal, agent, at=self.clock())

    def code_of(self, mandate_id: UUID) -> str:
        """The code that a letter on paper carries: forty bits, good for five tries."""
        return self.signer.token(CODE, mandate_id)[:CODE_LENGTH].upper()

    async def _by_code(self, session: AsyncSession, reference: str, code: str) -> Mandate | None:
        """The question behind sign and code; a wrong code counts as a try. The caller commits either way."""
        sign = "".join(one for one in reference.upper() if one.isalnum())
        typed = "".join(one for one in code.upper() if one.isalnum())
        mandate = (
            await session.scalars(select(Mandate).where(Mandate.reference == sign).with_for_update())
        ).first()
        # the comparison is made also where there is nothing to compare with, so that it takes as long
        expected = self.code_of(mandate.id if mandate else UUID(int=0))
        fits = hmac.compare_digest(typed.encode(), expected.encode())
        if mandate is None or not mandate.agent_id or not mandate.principal_id:
            return None
        is_open = mandate.ended_at is None and (
            mandate.given_at is not None or mandate.asked_until > self.clock()
        )
        if not is_open or mandate.tries >= rules.CODE_TRIES:
            return None
        if not fits:
            mandate.tries += 1
            return None
        return mandate

    async def _invited(self, session: AsyncSession, mandate_id: UUID, token: str, email: str) -> Mandate:
        mandate = await session.get(Mandate, mandate_id, with_for_update=True)
        if mandate is None or not self.signer.matches(token, INVITATION, mandate_id):
            raise NotFound
        if mandate.invited_email != email.casefold():
            raise NotForYou
        return mandate

    async def _reached(self, session: AsyncSession, actor: Actor, mandate_id: UUID) -> Mandate:
        mandate = await session.get(Mandate, mandate_id, with_for_update=True)
        if mandate is None:
            raise NotFound
        is_party = actor.person_id is not None and actor.person_id in {mandate.principal_id, mandate.agent_id}
        if not (is_party or policy.may_change(actor)):
            raise NotFound
        return mandate

    async def _give(
        self, session: AsyncSession, actor: Actor, mandate: Mandate, way: MandateWay, wording: str
    ) -> None:
        mandate.way, mandate.wording, mandate.given_at = way, wording, self.clock()
        mandate.version += 1
        try:
            await session.flush()
        except IntegrityError as error:  # these two have one that counts
            raise MandateDoubled from error
        self._note(
            session, actor, "mandate.given", mandate, after={"scopes": mandate.scopes, "way": way.value}
        )
        principal, agent = await self._both(session, mandate)
        await letters.tell_given(session, mandate, principal, agent, at=self.clock())

    def _close(
        self, session: AsyncSession, actor: Actor, mandate: Mandate, why: str, *, reason: str = ""
    ) -> None:
        mandate.ended_at, mandate.ended_by, mandate.ended_reason = (
            self.clock(),
            actor.account_id,
            reason or why,
        )
        mandate.version += 1
        self._note(session, actor, f"mandate.{why}", mandate, reason=reason)

    def _ensure_open(self, mandate: Mandate) -> None:
        if (
            mandate.ended_at is not None
            or mandate.given_at is not None
            or mandate.asked_until <= self.clock()
        ):
            raise MandateOver

    def _asked(
        self,
        mandate_id: UUID,
        limits: Limits,
        *,
        agent_id: UUID | None,
        principal_id: UUID | None,
        email: str = "",
    ) -> Mandate:
        return Mandate(
            id=mandate_id,
            scopes=rules.written(limits.scopes),
            reference="".join(secrets.choice(SIGNS) for _ in range(REFERENCE_LENGTH)),
            asked_at=self.clock(),
            asked_until=self.clock() + rules.MANDATE_ASKED,
            principal_id=principal_id,
            agent_id=agent_id,
            invited_email=email,
            valid_until=limits.until,
        )

    async def _refuse_too_many(self, session: AsyncSession, mine: object, most: int) -> None:
        alive = or_(Mandate.given_at.is_not(None), Mandate.asked_until > self.clock())
        count = await session.scalar(
            select(func.count()).select_from(Mandate).where(mine, Mandate.ended_at.is_(None), alive)  # type: ignore[arg-type]
        )
        if (count or 0) >= most:
            raise TooManyPersons(most=most)

    async def _both(self, session: AsyncSession, mandate: Mandate) -> tuple[Person, Person]:
        return (
            await session.get_one(Person, mandate.principal_id),
            await session.get_one(Person, mandate.agent_id),
        )

    @staticmethod
    async def _locked(session: AsyncSession, person_id: UUID) -> Person:
        person = await session.get(Person, person_id, with_for_update=True)
        if person is None:
            raise NotFound
        return person

    def _note(
        self,
        session: AsyncSession,
        actor: Actor,
        action: str,
        mandate: Mandate,
        *,
        before: dict[str, str] | None = None,
        after: dict[str, str] | None = None,
        reason: str = "",
    ) -> None:
        whose = mandate.principal_id or mandate.agent_id
        record(
            session, actor, action, at=self.clock(), kind="person", object_id=whose, person_id=whose, before=before,
            after={"mandate": str(mandate.id), **(after or {})}, reason=reason,
        )  # fmt: skip


def _me(actor: Actor) -> UUID:
    ensure(actor.person_id is not None, actor)
    assert actor.person_id is not None  # noqa: S101 - just ensured
    return actor.person_id


def _principal_of(mandate: Mandate, agent_id: UUID) -> UUID:
    if mandate.agent_id != agent_id or mandate.principal_id is None:
        raise NotFound
    return mandate.principal_id


def _is_wider(mandate: Mandate, scopes: str, until: date | None) -> bool:
    if set(scopes.split()) - set(mandate.scopes.split()):
        return True
    return mandate.valid_until is not None and (until is None or until > mandate.valid_until)
