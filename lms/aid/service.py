"""Granting aid and ending it; every public method of `Aid` is one transaction."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.aid import policy
from lms.aid.errors import (
    AidReasonMissing,
    AlreadyRecorded,
    CeilingExceeded,
    DeclarationMissing,
    EnteredTooEarly,
    GrantedInFuture,
    NoRuleYet,
    OwnProposal,
    ProposalDecided,
    StatementEnded,
)
from lms.aid.events import AidGranted, AidRevoked
from lms.aid.models import (
    AidDeclaration,
    AidEnd,
    AidProposal,
    AidProposalState,
    AidRegisterEntry,
    AidRule,
    AidStatement,
    AidWindow,
    NoAid,
)
from lms.aid.queries import Standing, declarations_of, standing_of, undertakings
from lms.aid.rules import SERIES, statement_number
from lms.aid.values import Grant
from lms.audit.trail import record
from lms.billing.rules import series_year
from lms.billing.service import draw_number, issuer_facts
from lms.db import retried
from lms.jobs.queue import announce
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import local
from lms.kernel.errors import NotFound
from lms.people.models import Company
from lms.web.formats import amount
from lms.web.module import Around


class Aid:
    """What the cashiers do about de-minimis aid."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock
        self.settings = around.settings

    @retried
    async def grant(self, actor: Actor, wanted: Grant, *, statement_id: UUID) -> AidStatement:
        """Issue the statement under the next number. The same id twice issues once.

        Raises NoRuleYet, DeclarationMissing, GrantedInFuture, AlreadyRecorded, StatementEnded for what it replaces, and
        CeilingExceeded with the numbers.
        """
        ensure(policy.may_grant(actor), actor)
        at = self.clock()
        async with self.begin() as session:
            company = await _locked(session, wanted.company_id)
            known = await session.get(AidStatement, statement_id)
            if known is not None:
                return known
            standing = await self._checked(session, wanted, at)
            if standing.most_with(wanted.granted_on, wanted.gross_cents) > standing.rule.ceiling_cents:
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
            await _locked(session, wanted.company_id)
            known = await session.get(AidProposal, proposal_id)
            if known is not None:
                return known
            await self._checked(session, wanted, at)
            proposal = AidProposal(
                id=proposal_id, company_id=wanted.company_id, draft=wanted.kept(), reason=reason.strip(), asked_at=at,
                asked_by=actor.account_id, asked_by_name=actor.name,
            )  # fmt: skip
            session.add(proposal)
            _note(session, actor, wanted.company_id, "proposed", at, reason=reason.strip())
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
                _note(session, actor, proposal.company_id, "sent_back", at)
                return None
            wanted = Grant.of(proposal.draft)
            company = await _locked(session, wanted.company_id)
            standing = await self._checked(session, wanted, at)
            return await self._issue(
                session, actor, company, wanted, standing, proposal.id, at, override=proposal.reason,
                issued_by=proposal.asked_by,
            )  # fmt: skip

    @retried
    async def revoke(self, actor: Actor, *, statement_id: UUID, reason: str) -> None:
        """The statement does not hold any more, and counts no longer. Twice is as good as once. Raises AidReasonMissing."""
        ensure(policy.may_grant(actor), actor)
        if not reason.strip():
            raise AidReasonMissing
        at = self.clock()
        async with self.begin() as session:
            statement = await _statement(session, statement_id)
            await _locked(session, statement.company_id)
            if await session.get(AidEnd, statement_id) is not None:
                return
            _end(session, actor, statement, reason.strip(), at)
            announce(session, AidRevoked(statement_id=statement.id, at=at), at=at)

    @retried
    async def note_register(self, actor: Actor, *, statement_id: UUID, entered_on: date) -> None:
        """Note when it was entered in the central register. Twice keeps the first day. Raises EnteredTooEarly."""
        ensure(policy.may_grant(actor), actor)
        at = self.clock()
        async with self.begin() as session:
            statement = await _statement(session, statement_id)
            await _locked(session, statement.company_id)
            if not statement.granted_on <= entered_on <= local(at).date():
                raise EnteredTooEarly
            if await session.get(AidRegisterEntry, statement_id) is None:
                session.add(
                    AidRegisterEntry(
                        statement_id=statement_id,
                        entered_on=entered_on,
                        noted_at=at,
                        noted_by=actor.account_id,
                    )
                )
                _note(session, actor, statement.company_id, "registered", at, number=statement.number)

    @retried
    async def declare(
        self,
        actor: Actor,
        *,
        declaration_id: UUID,
        company_id: UUID,
        declared_on: date,
        signed_by: str,
        other: Sequence[dict[str, Any]],
        linked: Sequence[UUID],
        linked_names: str = "",
    ) -> AidDeclaration:
        """Keep what the company has declared; the newest holds. The same id twice is kept once. Raises GrantedInFuture."""
        ensure(policy.may_grant(actor), actor)
        at = self.clock()
        if declared_on > local(at).date():
            raise GrantedInFuture
        async with self.begin() as session:
            await _locked(session, company_id)
            known = await session.get(AidDeclaration, declaration_id)
            if known is not None:
                return known
            row = AidDeclaration(
                id=declaration_id, company_id=company_id, declared_on=declared_on, signed_by=signed_by.strip(), received_at=at,
                other=list(other), linked=[str(one) for one in linked if one != company_id], linked_names=linked_names.strip(),
                recorded_by=actor.account_id, recorded_by_name=actor.name,
            )  # fmt: skip
            session.add(row)
            _note(session, actor, company_id, "declared", at, other=len(other))
            return row

    @retried
    async def add_rule(
        self,
        actor: Actor,
        *,
        rule_id: UUID,
        regulation: str,
        ceiling_cents: int,
        window: AidWindow,
        valid_from: date,
        source: str,
        register_from: date | None = None,
    ) -> AidRule:
        """Let a regulation hold from a day on. What was granted before keeps the rule it was granted under."""
        ensure(policy.may_grant(actor), actor)
        at = self.clock()
        async with self.begin() as session:
            known = await session.get(AidRule, rule_id)
            if known is not None:
                return known
            row = AidRule(
                id=rule_id, regulation=regulation.strip(), ceiling_cents=ceiling_cents, window=window, valid_from=valid_from,
                source=source.strip(), added_at=at, register_from=register_from, added_by=actor.account_id,
            )  # fmt: skip
            session.add(row)
            record(
                session, actor, "aid.rule_added", at=at, kind="aid_rule", object_id=row.id,
                after={"regulation": row.regulation, "ceiling_cents": ceiling_cents},
            )  # fmt: skip
            return row

    @retried
    async def dismiss(self, actor: Actor, *, about_kind: str, about_id: UUID, reason: str) -> None:
        """It was no aid; it is not proposed again. Twice is as good as once. Raises AidReasonMissing."""
        ensure(policy.may_grant(actor), actor)
        if not reason.strip():
            raise AidReasonMissing
        at = self.clock()
        async with self.begin() as session:
            known = await session.scalar(
                select(NoAid.id).where(NoAid.about_kind == about_kind, NoAid.about_id == about_id)
            )
            if known is None:
                session.add(
                    NoAid(
                        about_kind=about_kind,
                        about_id=about_id,
                        reason=reason.strip(),
                        at=at,
                        by=actor.account_id,
                    )
                )
                record(
                    session, actor, "aid.dismissed", at=at, kind=about_kind or "aid", object_id=about_id,
                    reason=reason.strip(),
                )  # fmt: skip

    async def _checked(self, session: AsyncSession, wanted: Grant, at: datetime) -> Standing:
        """What has to be there before aid is granted, whatever the ceiling says."""
        if wanted.granted_on > local(at).date():
            raise GrantedInFuture
        if wanted.replaces_id is not None:
            if await session.get(AidEnd, wanted.replaces_id) is not None:
                raise StatementEnded
            if (await _statement(session, wanted.replaces_id)).company_id != wanted.company_id:
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
            _end(
                session,
                actor,
                await _statement(session, wanted.replaces_id),
                f"→ {statement.number}",
                at,
            )
        _note(
            session, actor, company.id, "granted", at, reason=override, number=statement.number, gross_cents=wanted.gross_cents
        )  # fmt: skip
        announce(session, AidGranted(statement_id=statement.id, at=at), at=at)
        return statement


def exceeded(standing: Standing) -> CeilingExceeded:
    """The refusal, with the numbers in words."""
    return CeilingExceeded(
        ceiling=amount(standing.rule.ceiling_cents),
        before=amount(standing.before_cents),
        left=amount(standing.left_cents),
    )


async def _locked(session: AsyncSession, company_id: UUID) -> Company:
    """The company and those linked with it, locked: two grants at once are reckoned one after the other."""
    declarations = await declarations_of(session, company_id)
    ids = undertakings(company_id, declarations[0] if declarations else None)
    found = await session.scalars(
        select(Company).where(Company.id.in_(ids)).order_by(Company.id).with_for_update()
    )
    company = next((one for one in found if one.id == company_id), None)
    if company is None:
        raise NotFound
    return company


async def _statement(session: AsyncSession, statement_id: UUID) -> AidStatement:
    found = await session.get(AidStatement, statement_id)
    if found is None:
        raise NotFound
    return found


def _end(session: AsyncSession, actor: Actor, statement: AidStatement, reason: str, at: datetime) -> None:
    session.add(AidEnd(statement_id=statement.id, at=at, reason=reason, by=actor.account_id))
    _note(session, actor, statement.company_id, "ended", at, reason=reason, number=statement.number)


def _note(
    session: AsyncSession,
    actor: Actor,
    company_id: UUID,
    what: str,
    at: datetime,
    *,
    reason: str = "",
    **after: Any,
) -> None:
    record(
        session, actor, f"aid.{what}", at=at, kind="company", object_id=company_id, after=after, reason=reason
    )
