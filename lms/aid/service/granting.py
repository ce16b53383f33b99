"""Granting: under the rule of the day and within its ceiling, without exception.

Art. 3 (7) of Regulation (EU) 2023/2831, as Art. 3 (7) of Regulation (EU) No 1407/2013 before it: where the ceiling would be
exceeded by a new grant, none of that new aid may benefit from the regulation. Nobody of the team can approve that: a statement
about it would not be true. What is left may be granted when the company pays the rest.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.aid import policy
from lms.aid.errors import (
    AlreadyRecorded,
    CeilingExceeded,
    CeilingReached,
    DeclarationMissing,
    GrantedInFuture,
    NoRuleYet,
    StatementEnded,
)
from lms.aid.events import AidGranted
from lms.aid.models import AidEnd, AidStatement
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
from lms.web.formats import amount, date_plain


class Granting(Acts):
    """From what is typed to the statement."""

    @retried
    async def grant(self, actor: Actor, wanted: Grant, *, statement_id: UUID) -> AidStatement:
        """Issue the statement under the next number. The same id twice issues once.

        Raises NoRuleYet, DeclarationMissing, GrantedInFuture, AlreadyRecorded, StatementEnded for what it replaces, and
        CeilingExceeded or CeilingReached with the numbers.
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
                raise _exceeded(standing)
            return await self._issue(session, actor, company, wanted, standing, statement_id, at)

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
            replaces_id=wanted.replaces_id, issued_by=actor.account_id,
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
            session, actor, company.id, "granted", at, number=statement.number, gross_cents=wanted.gross_cents
        )
        announce(session, AidGranted(statement_id=statement.id, at=at), at=at)
        return statement


def _exceeded(standing: Standing) -> CeilingExceeded | CeilingReached:
    """The refusal, with the numbers in words."""
    known = {
        "ceiling": amount(standing.rule.ceiling_cents),
        "before": amount(standing.most_with(0)),
        "day": date_plain(standing.day),
    }
    if not standing.left_cents:
        return CeilingReached(**known)
    return CeilingExceeded(left=amount(standing.left_cents), **known)
