"""The guardian's answer (L-30)."""

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import exists, select

from lms.catalogue.models import PaymentMethod
from lms.db import retried
from lms.enrolment import policy
from lms.enrolment.errors import ConsentNeedsTeam, ConsentNotNeeded
from lms.enrolment.letters.places import remind_of_consent
from lms.enrolment.models import Approval, Enrolment, EnrolmentState, Party
from lms.enrolment.seats.rules import is_held_seat
from lms.enrolment.service.approving import keeps_place
from lms.enrolment.service.dropping_in import admit
from lms.enrolment.service.offering import end_unplaced, members
from lms.enrolment.service.particulars import keep_child_facts, keep_paper
from lms.enrolment.service.placing import ask_team, settle
from lms.enrolment.service.seating import confirm_seat, vacate
from lms.enrolment.service.transactions import Transactions, placement
from lms.enrolment.service.waiting_list import serve_waiting_list
from lms.enrolment.values import ChildFacts, Placement
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.messaging.models import Letter
from lms.people.queries import have_conflict

REMIND_BEFORE = timedelta(days=2)
REMIND_NOT_WITHIN = timedelta(days=1)
"""Whoever was asked today is not asked again today."""
REMINDED_AT_ONCE = 100
PURPOSE = "consent"
"""Of the token in the letter to the guardian: `signer.token(PURPOSE, enrolment.id, enrolment.link_version)`."""


class Consenting(Transactions):
    """What a guardian says to the enrolment of a minor."""

    @retried
    async def consent(
        self,
        actor: Actor,
        *,
        enrolment_id: UUID,
        wording: str,
        token: str = "",
        child: ChildFacts | None = None,
        seen_on: date | None = None,
        early_start_wording: str = "",
    ) -> Placement:
        """The guardian agrees: by link, signed in, or on paper recorded by staff.

        When nobody's consent is missing any more, the party is placed like a newcomer of this moment. Twice is as good as
        once; for single sessions that are full meanwhile it is refused (SessionFull). What the guardian says about the `child`
        is kept. `token` is `signer.token("consent", enrolment_id, enrolment.link_version)`. `seen_on` is the day on which
        staff saw the signed paper, `early_start_wording` the guardian's express request to begin early (L-14). Where guardians disagree only staff record a consent (L-32): ConsentNeedsTeam.
        Raises NotFound, ConsentNotNeeded, PaperFromFuture.
        """
        at = self.clock()
        async with self.transaction() as session:
            locked, enrolment = await self.lock_for(session, enrolment_id, at=at)
            self._refuse_others(actor, enrolment, token)
            party = await session.get_one(Party, enrolment.party_id)
            claims = await members(session, party.id)
            if enrolment.consented_at is not None:
                return await placement(session, claims)
            if enrolment.state is not EnrolmentState.REQUESTED and not is_held_seat(enrolment):
                raise ConsentNotNeeded
            if not policy.is_enrolment_staff(actor) and await have_conflict(session, enrolment.person_id):
                raise ConsentNeedsTeam
            if seen_on is not None and policy.is_enrolment_staff(actor):
                keep_paper(session, actor, enrolment.id, seen_on, at=at)
            _agree(enrolment, wording, early_start_wording, at=at)
            locked.note(
                enrolment.id,
                enrolment.person_id,
                "consented",
                enrolment.state,
                enrolment.state,
                actor=actor,
                reason=wording,
            )
            if child is not None:
                await keep_child_facts(session, actor, enrolment, child, at=at)
            if is_held_seat(enrolment):
                confirm_seat(locked, actor, enrolment)
                return await placement(session, [enrolment])
            if any(one.guardian_id and one.consented_at is None for one in claims):
                return await placement(session, claims)
            party.position = locked.next_position()
            await session.flush()
            unpaid = any(one.price_cents and one.payment_method is PaymentMethod.FREE for one in claims)
            if enrolment.approval is Approval.LATER:
                keeps = await keeps_place(locked, claims)
                ask_team(locked, actor, claims, keeps_place=keeps, is_new=False)
            elif enrolment.is_drop_in:
                await admit(locked, actor, claims)
            else:
                await settle(locked, actor, party, claims, is_new=False, may_confirm=not unpaid)
            await session.flush()
            await serve_waiting_list(locked)
            return await placement(session, claims)

    @retried
    async def refuse_consent(self, actor: Actor, *, enrolment_id: UUID, token: str = "") -> None:
        """The guardian does not agree: the party's request ends."""
        at = self.clock()
        async with self.transaction() as session:
            locked, enrolment = await self.lock_for(session, enrolment_id, at=at)
            self._refuse_others(actor, enrolment, token)
            if is_held_seat(enrolment):
                await vacate(locked, actor, enrolment)
            elif enrolment.state is EnrolmentState.REQUESTED:
                await end_unplaced(locked, actor, enrolment)

    @retried
    async def remind_guardians(self) -> int:
        """Ask guardians once more, two days before the question lapses. Gives how many; twice asks nobody twice."""
        at = self.clock()
        asked = exists().where(Letter.about_id == Enrolment.id, Letter.kind == "consent_reminder")
        async with self.begin() as session:
            found = (
                await session.scalars(
                    select(Enrolment)
                    .where(
                        Enrolment.state == EnrolmentState.REQUESTED,
                        Enrolment.guardian_id.is_not(None),
                        Enrolment.consented_at.is_(None),
                        Enrolment.held_until > at,
                        Enrolment.held_until <= at + REMIND_BEFORE,
                        Enrolment.changed_at <= at - REMIND_NOT_WITHIN,
                        ~asked,
                    )
                    .limit(REMINDED_AT_ONCE)
                )
            ).all()
            for one in found:
                await remind_of_consent(session, one, at=at)
        return len(found)

    def _refuse_others(self, actor: Actor, enrolment: Enrolment, token: str) -> None:
        if enrolment.guardian_id is None:
            raise NotFound
        if self.signer.matches(token, PURPOSE, enrolment.id, enrolment.link_version):
            return
        if not policy.may_consent(actor, enrolment):
            raise NotFound


def _agree(enrolment: Enrolment, wording: str, early_start_wording: str, *, at: datetime) -> None:
    enrolment.consented_at, enrolment.consent_wording = at, wording
    if early_start_wording:
        enrolment.early_start_at, enrolment.early_start_wording = at, early_start_wording
