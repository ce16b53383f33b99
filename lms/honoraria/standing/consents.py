"""Consents to self-employment, inside somebody's transaction."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.honoraria.standing.models import StatusConsent


async def give_consent(
    session: AsyncSession,
    person_id: UUID,
    *,
    wording: str,
    version: str,
    contract_id: UUID | None,
    at: datetime,
) -> StatusConsent:
    """Keep the declaration word for word; each contract has its own, and an earlier one stays."""
    consent = StatusConsent(
        person_id=person_id, wording_version=version, wording=wording, given_at=at, contract_id=contract_id
    )
    session.add(consent)
    await session.flush()
    return consent


async def consents_of(session: AsyncSession, person_id: UUID) -> Sequence[StatusConsent]:
    """All of one person, the latest first."""
    rows = await session.scalars(
        select(StatusConsent)
        .where(StatusConsent.person_id == person_id)
        .order_by(StatusConsent.given_at.desc(), StatusConsent.id)
    )
    return rows.all()
