"""Granting: under the rule of the day, within the ceiling, or above it with a second person."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.aid import policy
from lms.aid.errors import (
    AidReasonMissing,
    AlreadyRecorded,
    CeilingExceeded,
    DeclarationMissing,
    GrantedInFuture,
    NoRuleYet,
    OwnProposal,
    ProposalDecided,
    StatementEnded,
)
from lms.aid.events import AidGranted
from lms.aid.models import AidEnd, AidProposal, AidProposalState, AidStatement
from lms.aid.queries import Standing, standing_of
from lms.aid.rules import SERIES, statement_number
from lms.aid.service.acts import Acts, end_statement, find_statement, locked, note
from lms.aid.values import Grant
from lms.billing.rules import series_year
from lms.billing.service import draw_number, issuer_facts
from lms.db import retried
from lms.jobs.queue import announce
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import local
from lms.kernel.errors import NotFound
from lms.people.models import Company
from lms.web.formats import amount


class Granting(Acts):
    """From what is typed to the statement."""

    @retried
    async def grant(self, actor: Actor, wanted: Grant, *, statement_id: UUID) -> AidStatement:
        """Issue the statement under the next number. The same id twice issues once.

        Raises NoRuleYet, DeclarationMissing, GrantedInFuture, AlreadyRecorded, StatementEnded for what it replaces, and
        CeilingExceeded with the numbers.
        """
        ensure(policy.may_grant(actor), actor)
        at = self.clock()
        async with self.begin() as session:
            company = await locked(session, wanted.company_id)
            known = await session.get(AidStatement, statement_id)
            if known is not None:
                return known
            standing = await self._checked(session, wanted, at)
            if standing.most_with(wanted.gross_cents) > standing.rule.ceiling_cents:
                raise exceeded(standing)
            return await self._issue(session, actor, company, wanted, standing, statement_id, at)

    @retried
    async def propose(self, actor: Actor, wanted: Grant, *, proposal_id: UUID, reason: str) -> AidProposal:
        """Ask for aid above the ceiling: it waits for a second person. Raises AidReasonMissing and what `grant` raises but that."""
        ensure(policy.may_grant(actor), actor)
        if not reason.strip():
            raise AidReasonMissing
        at = self.clock()
        async with self.begin() as session:
            await locked(session, wanted.company_id)
            known = await session.get(AidProposal, proposal_id)
            if known is not None:
                return known
            await self._checked(session, wanted, at)
            proposal = AidProposal(
                id=proposal_id, company_id=wanted.company_id, draft=wanted.kept(), reason=reason.strip(), asked_at=at,
                asked_by=actor.account_id, asked_by_name=actor.name,
            )  # fmt: skip
            session.add(proposal)
            note(session, actor, wanted.company_id, "proposed", at, reason=reason.strip())
            return proposal

    @retried
    async def decide(self, actor: Actor, *, proposal_id: UUID, approves: bool) -> AidStatement | None:
        """A second person grants it above the ceiling, or sends it back (S-08). Raises OwnProposal, ProposalDecided."""
        ensure(policy.may_grant(actor), actor)
        at = self.clock()
        async with self.begin() as session:
            proposal = await session.get(AidProposal, proposal_id, with_for_update=True)
            if proposal is None:
                raise NotFound
            if proposal.asked_by == actor.account_id:
                raise OwnProposal
            if proposal.state is not AidProposalState.WAITING:
                raise ProposalDecided
            proposal.state = AidProposalState.GRANTED if approves else AidProposalState.SENT_BACK
            proposal.decided_at, proposal.decided_by = at, actor.account_id
            if not approves:
                note(session, actor, proposal.company_id, "sent_back", at)
                return None
            wanted = Grant.of(proposal.draft)
            company = await locked(session, wanted.company_id)
            standing = await self._checked(session, wanted, at)
            return await self._issue(
                session, actor, company, wanted, standing, proposal.id, at, override=proposal.reason,
                issued_by=proposal.asked_by,
            )  # fmt: skip

    async def _checked(self, session: AsyncSession, wanted: Grant, at: datetime) -> Standing:
        """What has to be there before aid is granted, whatever the ceiling says."""
        if wanted.granted_on > local(at).date():
            raise GrantedInFuture
        if wanted.replaces_id is not None:
            if await session.get(AidEnd, wanted.replaces_id) is not None:
                raise StatementEnded
            if (await find_statement(session, wanted.replaces_id)).company_id != wanted.company_id:
                raise NotFound
        standing = await standing_of(
            session, wanted.company_id, wanted.granted_on, without=wanted.replaces_id
        )
        if standing is None:
            raise NoRuleYet
        if standing.declaration is None:
            raise DeclarationMissing
        if wanted.about_id is not None:
            there = await session.scalar(
                select(AidStatement.number).where(
                    AidStatement.about_kind == wanted.about_kind, AidStatement.about_id == wanted.about_id,
                    AidStatement.id != wanted.replaces_id if wanted.replaces_id else AidStatement.id.is_not(None),
                    ~exists().where(AidEnd.statement_id == AidStatement.id),
                )
            )  # fmt: skip
            if there is not None:
                raise AlreadyRecorded(number=there)
        return standing

    async def _issue(
        self,
        session: AsyncSession,
        actor: Actor,
        company: Company,
        wanted: Grant,
        standing: Standing,
        statement_id: UUID,
        at: datetime,
        *,
        override: str = "",
        issued_by: UUID | None = None,
    ) -> AidStatement:
        rule, declaration = standing.rule, standing.declaration
        if declaration is None:
            raise DeclarationMissing
        year = series_year(at)
        counter = await draw_number(session, SERIES, year)
        statement = AidStatement(
            id=statement_id, number=statement_number(year, counter), year=year, counter=counter, company_id=company.id,
            kind=wanted.kind, what=wanted.what.strip(), granted_on=wanted.granted_on, gross_cents=wanted.gross_cents,
            reckoning=wanted.reckoning.strip(), rule_id=rule.id, declaration_id=declaration.id,
            before_cents=standing.before_cents, issued_at=at, about_kind=wanted.about_kind, about_id=wanted.about_id,
            replaces_id=wanted.replaces_id, override_reason=override,
            issued_by=issued_by if override else actor.account_id, approved_by=actor.account_id if override else None,
            facts={
                "company": {name: getattr(company, name) for name in ("name", "street", "postal_code", "city")},
                "rule": {
                    "regulation": rule.regulation, "ceiling_cents": rule.ceiling_cents, "window": str(rule.window),
                    "valid_from": rule.valid_from.isoformat(), "source": rule.source,
                },
                "declared_on": declaration.declared_on.isoformat(),
                "ours_cents": standing.ours_cents, "others_cents": standing.others_cents,
                "issuer": issuer_facts(self.settings),
            },
        )  # fmt: skip
        session.add(statement)
        await session.flush()
        if wanted.replaces_id is not None:
            end_statement(
                session,
                actor,
                await find_statement(session, wanted.replaces_id),
                f"→ {statement.number}",
                at,
            )
        note(
            session, actor, company.id, "granted", at, reason=override, number=statement.number, gross_cents=wanted.gross_cents
        )  # fmt: skip
        announce(session, AidGranted(statement_id=statement.id, at=at), at=at)
        return statement


def exceeded(standing: Standing) -> CeilingExceeded:
    """The refusal, with the numbers in words."""
    return CeilingExceeded(
        ceiling=amount(standing.rule.ceiling_cents),
        before=amount(standing.most_with(0)),
        left=amount(standing.left_cents),
    )
