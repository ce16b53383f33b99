"""What all acts about aid share: the lock over an undertaking, what is looked up, the trail."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.aid.models import AidEnd, AidStatement
from lms.aid.queries import holding_declarations, undertaking_of
from lms.audit.trail import record
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.people.models import Company
from lms.web.module import Around


class Acts:
    """The database, the time, the settings."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock
        self.settings = around.settings


async def locked(session: AsyncSession, company_id: UUID, *more: UUID) -> Company:
    """The company and all that are one undertaking with it, locked: two grants at once are reckoned one after the other.

    `more` are companies that are about to be linked. What was declared while we waited is locked too.
    """
    held: dict[UUID, Company | None] = {}
    while missing := await _together(session, {company_id, *more}) - held.keys():
        found = await session.scalars(
            select(Company).where(Company.id.in_(missing)).order_by(Company.id).with_for_update()
        )
        held |= dict.fromkeys(missing) | {one.id: one for one in found}
    company = held[company_id]
    if company is None:
        raise NotFound
    return company


async def _together(session: AsyncSession, companies: Collection[UUID]) -> set[UUID]:
    holding = await holding_declarations(session)
    return {one for company_id in companies for one in await undertaking_of(session, company_id, holding)}


async def find_statement(session: AsyncSession, statement_id: UUID) -> AidStatement:
    found = await session.get(AidStatement, statement_id)
    if found is None:
        raise NotFound
    return found


def end_statement(
    session: AsyncSession, actor: Actor, statement: AidStatement, reason: str, at: datetime
) -> None:
    session.add(AidEnd(statement_id=statement.id, at=at, reason=reason, by=actor.account_id))
    note(session, actor, statement.company_id, "ended", at, reason=reason, number=statement.number)


def note(
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
