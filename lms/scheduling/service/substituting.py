"""A trainer cannot come: who stands in (U17)."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.catalogue.models import Run
from lms.db import retried
from lms.jobs.queue import announce
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound
from lms.scheduling import policy
from lms.scheduling.change_set import ChangeSet, SessionChange
from lms.scheduling.changing import apply
from lms.scheduling.errors import AlreadyFound, InThePast, NobodyChosen, NoLongerAsked, WrongState
from lms.scheduling.events import SubstitutesAsked
from lms.scheduling.models import (
    Session,
    SessionState,
    SubstituteOffer,
    SubstituteOfferState,
    Substitution,
    SubstitutionState,
)
from lms.scheduling.queries import run_of, session_of
from lms.scheduling.searching import release_offers
from lms.scheduling.service.acts import Acts
from lms.scheduling.stand_ins import PURPOSE, candidates, offer_of, teachers_of


class Substituting(Acts):
    """Asking others to teach a session; the first who says yes does."""

    @retried
    async def report_absence(self, actor: Actor, *, session_id: UUID, reason: str) -> Substitution:
        """A trainer says that they cannot come to a session of theirs. Twice is as good as once.

        Raises NotFound for somebody else's session, InThePast, WrongState.
        """
        ensure(policy.may_report(actor), actor)
        async with self.begin() as session:
            meeting, _ = await self._locked(session, session_id)
            if actor.person_id not in {one.id for one in await teachers_of(session, meeting)}:
                raise NotFound
            return await self._opened(session, actor, meeting, actor.person_id, reason)

    @retried
    async def ask_substitutes(
        self, actor: Actor, *, session_id: UUID, absent_id: UUID, reason: str, person_ids: Collection[UUID]
    ) -> Substitution:
        """Ask these people to stand in; whoever was asked before is not asked again. They must be qualified and free.

        Raises NobodyChosen, NotFound, InThePast, WrongState.
        """
        ensure(policy.may_change_dates(actor), actor)
        if not person_ids:
            raise NobodyChosen
        now = self.clock()
        async with self.begin() as session:
            meeting, run = await self._locked(session, session_id)
            if absent_id not in {one.id for one in await teachers_of(session, meeting)}:
                raise NotFound
            search = await self._opened(session, actor, meeting, absent_id, reason)
            free = {
                one.person.id for one in await candidates(session, meeting, run, self.ground) if one.is_free
            }
            known = set(
                await session.scalars(
                    select(SubstituteOffer.person_id).where(SubstituteOffer.substitution_id == search.id)
                )
            )
            if not set(person_ids) <= free | known:
                raise NobodyChosen
            offers = [
                SubstituteOffer(substitution_id=search.id, person_id=person, sent_at=now)
                for person in sorted(set(person_ids) - known)
            ]
            session.add_all(offers)
            await session.flush()
            if offers:
                announce(session, SubstitutesAsked(offer_ids=[offer.id for offer in offers]), at=now)
                record(
                    session, actor, "session.substitutes_asked", at=now, kind="session", object_id=meeting.id,
                    after={"asked": [str(offer.person_id) for offer in offers]},
                )  # fmt: skip
        return search

    @retried
    async def accept_substitution(self, actor: Actor, *, offer_id: UUID, token: str = "") -> SubstituteOffer:
        """Stand in: the first who says yes does, everybody else is thanked. Twice is as good as once.

        The session's trainer and reservations change in the same transaction. Raises AlreadyFound, NoLongerAsked,
        ResourceTaken when the person has been planned elsewhere meanwhile, NotFound without the right to answer.
        """
        now = self.clock()
        async with self.begin() as session:
            offer, search, meeting = await self._answerable(session, actor, offer_id, token)
            if offer.state is SubstituteOfferState.ACCEPTED:
                return offer
            if search.state is SubstitutionState.SETTLED:
                raise AlreadyFound
            if search.state is not SubstitutionState.OPEN or meeting.starts_at <= now:
                raise NoLongerAsked
            search.state, search.settled_at = SubstitutionState.SETTLED, now
            search.substitute_id = offer.person_id
            offer.state, offer.answered_at = SubstituteOfferState.ACCEPTED, now
            await session.flush()
            await release_offers(session, search.id, now=now)
            others = [one.id for one in await teachers_of(session, meeting) if one.id != search.absent_id]
            change = SessionChange(
                session_id=meeting.id, version=meeting.version, trainer_ids=(*others, offer.person_id)
            )
            wanted = ChangeSet(changes=[change], is_substitution=True)
            await apply(session, actor, wanted, self.ground, now=now)
            record(
                session, actor, "session.substituted", at=now, kind="session", object_id=meeting.id,
                person_id=offer.person_id, before={"trainer": str(search.absent_id)},
                after={"trainer": str(offer.person_id)}, reason=search.reason,
            )  # fmt: skip
        return offer

    @retried
    async def decline_substitution(self, actor: Actor, *, offer_id: UUID, token: str = "") -> SubstituteOffer:
        """Say no. After a yes nothing changes; twice is as good as once."""
        async with self.begin() as session:
            offer, _, _ = await self._answerable(session, actor, offer_id, token)
            if offer.state is SubstituteOfferState.OPEN:
                offer.state, offer.answered_at = SubstituteOfferState.DECLINED, self.clock()
        return offer

    @retried
    async def end_search(self, actor: Actor, *, substitution_id: UUID) -> Substitution:
        """Nobody is needed any more: the trainer comes after all. For staff and for the trainer. Twice is as good as once."""
        now = self.clock()
        async with self.begin() as session:
            search = await session.get(Substitution, substitution_id)
            if search is None:
                raise NotFound
            if not policy.may_change_dates(actor) and search.absent_id != actor.person_id:
                raise NotFound
            await self._locked(session, search.session_id, is_over_allowed=True)
            await session.refresh(search)
            if search.state is SubstitutionState.OPEN:
                search.state, search.settled_at = SubstitutionState.WITHDRAWN, now
                await release_offers(session, search.id, now=now)
                record(
                    session,
                    actor,
                    "session.search_ended",
                    at=now,
                    kind="session",
                    object_id=search.session_id,
                )
        return search

    async def _opened(
        self, session: AsyncSession, actor: Actor, meeting: Session, absent_id: UUID, reason: str
    ) -> Substitution:
        """The open search for this trainer, begun now if there is none."""
        known = await session.scalar(
            select(Substitution).where(
                Substitution.session_id == meeting.id,
                Substitution.absent_id == absent_id,
                Substitution.state == SubstitutionState.OPEN,
            )
        )
        if known is not None:
            return known
        search = Substitution(
            session_id=meeting.id, absent_id=absent_id, opened_at=self.clock(), reason=reason.strip()
        )
        session.add(search)
        await session.flush()
        record(
            session, actor, "session.trainer_absent", at=self.clock(), kind="session", object_id=meeting.id,
            person_id=absent_id, reason=search.reason,
        )  # fmt: skip
        return search

    async def _locked(
        self, session: AsyncSession, session_id: UUID, *, is_over_allowed: bool = False
    ) -> tuple[Session, Run]:
        """The session as it is while nobody else changes its run."""
        meeting = await session_of(session, session_id)
        run = await run_of(session, meeting.run_id, lock=True)
        await session.refresh(meeting)
        if not is_over_allowed:
            if meeting.state is not SessionState.PLANNED:
                raise WrongState
            if meeting.starts_at <= self.clock():
                raise InThePast
        return meeting, run

    async def _answerable(
        self, session: AsyncSession, actor: Actor, offer_id: UUID, token: str
    ) -> tuple[SubstituteOffer, Substitution, Session]:
        offer = await offer_of(session, offer_id)
        is_theirs = actor.person_id is not None and actor.person_id == offer.person_id
        if not is_theirs and not (token and self.signer.matches(token, PURPOSE, offer_id)):
            raise NotFound
        search = await session.get_one(Substitution, offer.substitution_id)
        meeting, _ = await self._locked(session, search.session_id, is_over_allowed=True)
        rows: Sequence[SubstituteOffer | Substitution] = (offer, search)
        for row in rows:
            await session.refresh(row)
        return offer, search, meeting
