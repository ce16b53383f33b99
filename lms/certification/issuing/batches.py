"""The batch and its items in the database: who waits, with which number, and when all is done."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import exists, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from certificates.code import new_code
from lms.billing.rules import series_year
from lms.billing.service import draw_numbers
from lms.certification.issuing.orders import Order
from lms.certification.models import Batch, BatchItem, BatchItemState, Certificate, CertificateState
from lms.jobs.queue import enqueue

SERIES = "TB"
STATUS_SERIES = "certificate-status"
ISSUE = "issue-certificates"
CHUNK = 24
"""Papers of one job: enough to keep the drawing processes busy, few enough that a kill costs seconds."""


async def wait_in_line(
    session: AsyncSession, batch: Batch, orders: Sequence[Order], at: datetime
) -> Sequence[UUID]:
    """Put these orders into the batch, with number, code and place in the status list, and have the worker make them.

    Left out is what stands already and what another batch is about to make: the database itself keeps one document of a
    subject waiting at a time. Gives the ids of the items that were put in.
    """
    items: list[dict[str, Any]] = [
        {
            "id": uuid4(),
            "batch_id": batch.id,
            "kind": order.kind.value,
            "subject": order.subject,
            "enrolment_id": order.enrolment_id,
            "person_id": order.person_id,
            "run_id": order.run_id,
            "language": order.language,
            "particulars": dict(order.particulars),
            "replaces_id": order.replaces_id,
            "state": BatchItemState.WAITING,
            "reason": "",
        }
        for order in await _not_standing(session, orders)
    ]
    if not items:
        return []
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    put_in = (
        await session.scalars(insert(BatchItem).on_conflict_do_nothing().returning(BatchItem.id), items)
    ).all()
    await _number(session, put_in, [item["id"] for item in items], at)
    send(session, batch.id, put_in)
    return put_in


def send(session: AsyncSession, batch_id: UUID, item_ids: Sequence[UUID]) -> None:
    """Have the worker make these papers, a chunk at a time."""
    for first in range(0, len(item_ids), CHUNK):
        chunk = item_ids[first : first + CHUNK]
        enqueue(session, ISSUE, {"batch": str(batch_id), "items": [str(one) for one in chunk]})


async def finish(session: AsyncSession, batch_id: UUID, at: datetime) -> None:
    """Close the batch when nothing waits any more."""
    await session.flush()
    waiting = exists().where(BatchItem.batch_id == batch_id, BatchItem.state == BatchItemState.WAITING)
    await session.execute(
        update(Batch)
        .where(Batch.id == batch_id, Batch.finished_at.is_(None), ~waiting)
        .values(finished_at=at)
    )


async def _not_standing(session: AsyncSession, orders: Sequence[Order]) -> Sequence[Order]:
    """Each subject once, and none that stands already unless the order is to take its place."""
    wanted = {order.subject: order for order in orders}
    standing = {
        subject: certificate_id
        for subjects in _slices(list(wanted))
        for subject, certificate_id in await session.execute(
            select(Certificate.subject, Certificate.id).where(
                Certificate.subject.in_(subjects), Certificate.state == CertificateState.ISSUED
            )
        )
    }
    return [order for order in wanted.values() if standing.get(order.subject) == order.replaces_id]


def _slices(subjects: Sequence[str], size: int = 500) -> Iterable[Sequence[str]]:
    for first in range(0, len(subjects), size):
        yield subjects[first : first + size]


async def _number(
    session: AsyncSession, put_in: Sequence[UUID], in_order: Sequence[UUID], at: datetime
) -> None:
    """Numbers in the order of the orders, drawn at once: the rows of the series stay locked only this long."""
    if not put_in:
        return
    year, many = series_year(at), len(put_in)
    last = await draw_numbers(session, SERIES, year, many)
    last_index = await draw_numbers(session, STATUS_SERIES, 0, many)
    fresh = set(put_in)
    await session.execute(
        update(BatchItem),
        [
            {
                "id": item_id,
                "year": year,
                "counter": last - many + place,
                "code": new_code(),
                "status_index": last_index - many + place - 1,
            }
            for place, item_id in enumerate((one for one in in_order if one in fresh), start=1)
        ],
    )
