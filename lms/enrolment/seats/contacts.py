"""Who acts for a company: inviting a further contact, and ending somebody's access with the next request (S-04, S-18)."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from lms.accounts.models import Account
from lms.accounts.rules import folded
from lms.audit.trail import record
from lms.catalogue.models import Run
from lms.db import retried
from lms.enrolment import policy as general
from lms.enrolment.seats.errors import InvitationGone, InvitedUnderOtherAddress, LastContact
from lms.enrolment.seats.events import CompanyContactInvited
from lms.enrolment.seats.giving_back import SeatsGiving
from lms.enrolment.seats.models import CompanyInvitation, SeatOrder
from lms.enrolment.seats.ordering import SeatOrdering
from lms.enrolment.seats.policy import may_act_for
from lms.jobs.queue import announce
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound, Stale
from lms.people.models import Company, CompanyContact

INVITATION = "company-contact"
"""Of the token in the letter: `signer.token(INVITATION, invitation.id)`; void once used, withdrawn or expired."""
VALID = timedelta(days=14)  # S-18


class Seats(SeatOrdering, SeatsGiving):
    """What a company can do about its seats, its links and its contacts; every public method is one transaction."""

    @retried
    async def invite(
        self, actor: Actor, *, invitation_id: UUID, company_id: UUID, email: str
    ) -> CompanyInvitation:
        """Invite somebody to act for the company, by a link that works once within 14 days and for this address alone.

        The answer is the same whether or not the address is known. The same `invitation_id` twice invites once.
        """
        at = self.clock()
        async with self.transaction() as session:
            await self._company(session, actor, company_id)
            known = await session.get(CompanyInvitation, invitation_id)
            if known is not None:
                return known
            invitation = CompanyInvitation(
                id=invitation_id, company_id=company_id, email=folded(email), invited_at=at, expires_at=at + VALID,
                invited_by=actor.account_id,
            )  # fmt: skip
            session.add(invitation)
            _note(session, actor, company_id, "contact_invited", at)
            announce(session, CompanyContactInvited(invitation_id=invitation.id), at=at)
            return invitation

    @retried
    async def withdraw_invitation(self, actor: Actor, *, invitation_id: UUID) -> CompanyInvitation:
        """Nobody can accept it any more."""
        at = self.clock()
        async with self.transaction() as session:
            invitation = await session.get(CompanyInvitation, invitation_id, with_for_update=True)
            if invitation is None:
                raise NotFound
            await self._company(session, actor, invitation.company_id)
            if invitation.ended_at is None:
                invitation.ended_at = at
                _note(session, actor, invitation.company_id, "invitation_withdrawn", at)
            return invitation

    @retried
    async def accept_invitation(self, actor: Actor, *, invitation_id: UUID, token: str) -> UUID:
        """Act for the company from the next request on; gives its id. Only for the account of the address invited.

        Raises NotFound for a forged link, InvitationGone, InvitedUnderOtherAddress.
        """
        ensure(actor.is_signed_in, actor)
        at = self.clock()
        async with self.transaction() as session:
            invitation = await session.get(CompanyInvitation, invitation_id, with_for_update=True)
            if invitation is None or not self.signer.matches(token, INVITATION, invitation_id):
                raise NotFound
            account = await session.get_one(Account, actor.account_id)
            if account.email != invitation.email:
                raise InvitedUnderOtherAddress
            is_contact = await _contact(session, invitation.company_id, account.person_id)
            if is_contact is not None and invitation.ended_at is not None:
                return invitation.company_id  # sent twice
            if invitation.ended_at is not None or at >= invitation.expires_at:
                raise InvitationGone
            invitation.ended_at = at
            if is_contact is None:
                session.add(CompanyContact(company_id=invitation.company_id, person_id=account.person_id))
                _note(session, actor, invitation.company_id, "contact_added", at, account.person_id)
            return invitation.company_id

    @retried
    async def add_contact(self, actor: Actor, *, company_id: UUID, person_id: UUID) -> None:
        """Let a person we know act for the company; by staff alone."""
        ensure(actor.may_for_all("U", "person"), actor)
        async with self.transaction() as session:
            await self._company(session, actor, company_id)
            if await _contact(session, company_id, person_id) is None:
                session.add(CompanyContact(company_id=company_id, person_id=person_id))
                _note(session, actor, company_id, "contact_added", self.clock(), person_id)

    @retried
    async def remove_contact(self, actor: Actor, *, company_id: UUID, person_id: UUID) -> None:
        """End somebody's access with their next request. The last contact stays, save for the team. Raises LastContact."""
        async with self.transaction() as session:
            await self._company(session, actor, company_id)
            contact = await _contact(session, company_id, person_id)
            if contact is None:
                return
            count = await session.scalar(
                select(func.count())
                .select_from(CompanyContact)
                .where(CompanyContact.company_id == company_id)
            )
            if count == 1 and not actor.may_for_all("U", "person"):
                raise LastContact
            await session.delete(contact)
            await session.execute(  # the links in the letters of whoever leaves are void too
                update(SeatOrder)
                .where(SeatOrder.company_id == company_id, SeatOrder.contact_id == person_id)
                .values(link_version=SeatOrder.link_version + 1)
            )
            _note(session, actor, company_id, "contact_removed", self.clock(), person_id)

    @retried
    async def close_run(
        self, actor: Actor, *, run_id: UUID, company_id: UUID | None, naming_days: int, version: int
    ) -> Run:
        """Let only this company know of the run, or everybody again, and say until when people are named; by planners.

        Who is enrolled already stays. Raises Stale when somebody else was quicker.
        """
        ensure(general.may_plan(actor), actor)
        async with self.transaction() as session:
            locked = await self.lock(session, run_id, at=self.clock())
            run = locked.run
            if (run.company_id, run.naming_days) == (company_id, naming_days):
                return run
            if run.version != version:
                raise Stale
            if company_id is not None and await session.get(Company, company_id) is None:
                raise NotFound
            before = {"company_id": str(run.company_id or ""), "naming_days": run.naming_days}
            run.company_id, run.naming_days, run.version = company_id, naming_days, run.version + 1
            record(
                session, actor, "run.closed_for", at=locked.at, kind="run", object_id=run.id, before=before,
                after={"company_id": str(company_id or ""), "naming_days": naming_days},
            )  # fmt: skip
            return run

    @staticmethod
    async def _company(session: AsyncSession, actor: Actor, company_id: UUID) -> Company:
        """The company, locked, so that two contacts cannot remove each other at the same moment."""
        if not may_act_for(actor, company_id):
            raise NotFound
        found = await session.get(Company, company_id, with_for_update=True)
        if found is None:
            raise NotFound
        return found


async def _contact(session: AsyncSession, company_id: UUID, person_id: UUID) -> CompanyContact | None:
    return (
        await session.scalars(
            select(CompanyContact).where(
                CompanyContact.company_id == company_id, CompanyContact.person_id == person_id
            )
        )
    ).first()


def _note(
    session: AsyncSession,
    actor: Actor,
    company_id: UUID,
    what: str,
    at: datetime,
    person_id: UUID | None = None,
) -> None:
    record(
        session, actor, f"company.{what}", at=at, kind="company", object_id=company_id, person_id=person_id
    )  # fmt: skip
