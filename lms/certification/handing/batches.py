"""Batches as one finds them again: the list, how far one has come, and what failed and why."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.accounts.models import Account
from lms.catalogue.models import Course, Run
from lms.certification.issuing.refusals import Advice, advice_for
from lms.certification.models import Batch, BatchItem, BatchItemState, Certificate, CertificateState
from lms.kernel.errors import NotFound
from lms.people.models import Person

FAILURES_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Failure:
    """One document that could not be made: whose, why, and what helps."""

    name: str
    person_id: UUID | None
    run_id: UUID | None
    run: str
    advice: Advice


@dataclass(frozen=True, slots=True)
class BatchLine:
    """A batch: what it is about, who began it and when, and how many documents are made."""

    batch: Batch
    run: Run | None
    course: Course | None
    by: str
    issued: int
    failed: int
    waiting: int

    @property
    def total(self) -> int:
        """All its documents."""
        return self.issued + self.failed + self.waiting

    @property
    def is_finished(self) -> bool:
        """Whether every document is made or has failed."""
        return not self.waiting


async def batch_lines(
    session: AsyncSession, *, limit: int, offset: int, only_failed: bool = False
) -> tuple[Sequence[BatchLine], int]:
    """Batches, the last first, and how many there are; three statements."""
    wanted, counted = select(Batch.id), select(func.count()).select_from(Batch)
    if only_failed:
        failed = select(BatchItem.batch_id).where(still_failed())
        wanted, counted = wanted.where(Batch.id.in_(failed)), counted.where(Batch.id.in_(failed))
    total = await session.scalar(counted)
    ids = (
        await session.scalars(wanted.order_by(Batch.started_at.desc(), Batch.id).limit(limit).offset(offset))
    ).all()
    return await _lines(session, ids), total or 0


async def batch_line(session: AsyncSession, batch_id: UUID) -> BatchLine:
    """One batch; two statements. Raises NotFound."""
    found = await _lines(session, [batch_id])
    if not found:
        raise NotFound
    return found[0]


async def failures_of(session: AsyncSession, batch_id: UUID) -> Sequence[Failure]:
    """What could not be made, by name; one statement, the first 200."""
    rows: Iterable[Any] = await session.execute(
        select(BatchItem, Person, Run.number)
        .outerjoin(Person, Person.id == BatchItem.person_id)
        .outerjoin(Run, Run.id == BatchItem.run_id)
        .where(BatchItem.batch_id == batch_id, BatchItem.state == BatchItemState.FAILED)
        .order_by(Person.family_name, Person.given_name, BatchItem.id)
        .limit(FAILURES_SHOWN)
    )
    return [
        Failure(
            name=person.name if person is not None else "",
            person_id=item.person_id if person is not None else None,
            run_id=item.run_id if number else None,
            run=number or "",
            advice=advice_for(item.reason),
        )
        for item, person, number in rows
    ]


def still_failed() -> ColumnElement[bool]:
    """Documents that could not be made, and have not been made in another way since."""
    made = exists().where(
        Certificate.subject == BatchItem.subject, Certificate.state == CertificateState.ISSUED
    )
    return and_(BatchItem.state == BatchItemState.FAILED, ~made.correlate(BatchItem))


async def _lines(session: AsyncSession, ids: Sequence[UUID]) -> Sequence[BatchLine]:
    if not ids:
        return []
    rows: Iterable[Any] = (
        await session.execute(
            select(Batch, Run, Course, Person)
            .outerjoin(Run, Run.id == Batch.run_id)
            .outerjoin(Course, Course.id == Run.course_id)
            .outerjoin(Account, Account.id == Batch.started_by)
            .outerjoin(Person, Person.id == Account.person_id)
            .where(Batch.id.in_(ids))
            .order_by(Batch.started_at.desc(), Batch.id)
        )
    ).all()
    counts = await _counts(session, ids)
    return [
        BatchLine(
            batch,
            run,
            course,
            by=person.name if person is not None else "",
            issued=counts.get(batch.id, {}).get(BatchItemState.ISSUED, 0),
            failed=counts.get(batch.id, {}).get(BatchItemState.FAILED, 0),
            waiting=counts.get(batch.id, {}).get(BatchItemState.WAITING, 0),
        )
        for batch, run, course, person in rows
    ]


async def _counts(session: AsyncSession, ids: Sequence[UUID]) -> Mapping[UUID, Mapping[BatchItemState, int]]:
    columns = [func.sum(case((BatchItem.state == state, 1), else_=0)) for state in BatchItemState]
    rows = await session.execute(
        select(BatchItem.batch_id, *columns).where(BatchItem.batch_id.in_(ids)).group_by(BatchItem.batch_id)
    )
    return {
        batch_id: dict(zip(BatchItemState, (int(one) for one in sums), strict=True))
        for batch_id, *sums in rows
    }
