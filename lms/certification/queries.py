"""Reading certificates and who stands before one, in a session somebody else opened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from certificates.code import normalise
from lms.certification.eligibility import TAKING_PART
from lms.certification.models import Batch, BatchItem, BatchItemState, Certificate, CertificateState
from lms.kernel.errors import NotFound
from lms.people.models import Person


async def revoked_in(session: AsyncSession, run_id: UUID) -> frozenset[UUID]:
    """The enrolments of a run whose certificate was taken back."""
    found = await session.scalars(
        select(Certificate.enrolment_id).where(
            Certificate.run_id == run_id,
            Certificate.kind.in_(TAKING_PART),
            Certificate.state == CertificateState.REVOKED,
        )
    )
    return frozenset(one for one in found if one)


async def certificate_by_code(session: AsyncSession, code: str) -> Certificate | None:
    """The record behind a code as somebody typed it, whatever its state."""
    found: Certificate | None = await session.scalar(
        select(Certificate).where(Certificate.code == normalise(code))
    )
    return found


async def certificate_of(
    session: AsyncSession, certificate_id: UUID, *, with_document: bool = False
) -> Certificate:
    """One certificate; its PDF only when asked for. Raises NotFound."""
    wanted = select(Certificate).where(Certificate.id == certificate_id)
    found = await session.scalar(wanted.options(undefer(Certificate.document)) if with_document else wanted)
    if found is None:
        raise NotFound
    return found


async def certificates_of(session: AsyncSession, person_ids: Sequence[UUID]) -> Sequence[Certificate]:
    """The certificates of these persons, newest first; one statement."""
    return (
        await session.scalars(
            select(Certificate)
            .where(Certificate.person_id.in_(person_ids))
            .order_by(Certificate.issued_at.desc())
        )
    ).all()


@dataclass(frozen=True, slots=True)
class Failure:
    """One document of a batch that could not be made."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a batch has come."""

    batch_id: UUID
    run_id: UUID | None
    total: int
    issued: int
    failures: Sequence[Failure]
    started_at: datetime

    @property
    def is_finished(self) -> bool:
        """Whether every document is issued or has failed."""
        return self.issued + len(self.failures) >= self.total


async def progress_of(session: AsyncSession, batch_id: UUID) -> Progress:
    """How far the batch has come; two statements. Raises NotFound."""
    batch = await session.get(Batch, batch_id)
    if batch is None:
        raise NotFound
    rows: Sequence[Any] = (
        await session.execute(
            select(BatchItem.state, BatchItem.reason, Person)
            .join(Person, Person.id == BatchItem.person_id)
            .where(BatchItem.batch_id == batch_id)
            .order_by(Person.family_name)
        )
    ).all()
    return Progress(
        batch_id=batch.id,
        run_id=batch.run_id,
        total=len(rows),
        issued=sum(state is BatchItemState.ISSUED for state, _, _ in rows),
        failures=[
            Failure(person.name, reason) for state, reason, person in rows if state is BatchItemState.FAILED
        ],
        started_at=batch.started_at,
    )


async def latest_batch(session: AsyncSession, run_id: UUID) -> Batch | None:
    """The last batch of a run, so that its progress can be found again."""
    found: Batch | None = await session.scalar(
        select(Batch).where(Batch.run_id == run_id).order_by(Batch.started_at.desc()).limit(1)
    )
    return found
