"""Beginning to issue and trying again what failed; every public method is one transaction."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.certification import policy
from lms.certification.eligibility import TAKING_PART, candidates
from lms.certification.errors import AttendanceStillOpen, NobodyQualifies
from lms.certification.issuing.batches import send, wait_in_line
from lms.certification.issuing.orders import Order
from lms.certification.models import Batch, BatchItem, BatchItemState
from lms.certification.queries import revoked_in
from lms.certification.subjects import taking_part
from lms.db import retried
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound
from lms.scheduling.queries import run_of
from lms.web.module import Around


class Issuing:
    """What staff can do to have certificates issued. The worker's part is `Making`."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    @retried
    async def start(self, actor: Actor, *, run_id: UUID, batch_id: UUID | None = None) -> Batch:
        """Begin to issue for everybody of the run who has earned it and holds none, nor had one that was revoked.

        A batch of this run under way is given back instead of a second one. Raises AttendanceStillOpen, NobodyQualifies.
        """
        ensure(policy.may_issue(actor), actor)
        async with self.begin() as session:
            run = await run_of(session, run_id, lock=True)
            if run.attendance_locked_at is None:
                raise AttendanceStillOpen
            under_way: Batch | None = await session.scalar(
                select(Batch).where(Batch.run_id == run_id, Batch.finished_at.is_(None)).limit(1)
            )
            if under_way is not None:
                return under_way
            taken_back = await revoked_in(session, run_id)
            orders = [
                Order(
                    kind=one.kind,
                    subject=taking_part(one.enrolment_id),
                    person_id=one.person_id,
                    enrolment_id=one.enrolment_id,
                    run_id=run_id,
                )
                for one in await candidates(session, run_id)
                if one.standing.has_earned and one.certificate is None and one.enrolment_id not in taken_back
            ]
            return await self._begin(session, actor, Batch(id=batch_id or uuid4(), run_id=run_id, started_at=self.clock(), started_by=actor.account_id), orders)  # fmt: skip

    @retried
    async def start_batch(
        self,
        actor: Actor,
        *,
        batch_id: UUID,
        orders: Sequence[Order],
        title: str,
        design_id: UUID | None = None,
        tells: bool = True,
    ) -> Batch:
        """Begin to issue these documents. `batch_id` comes from the form: sent twice it is one batch.

        What stands already or is being made is left out, and whoever turns out not to be entitled when the paper is drawn
        is listed as failed. With `tells` each holder is written to. Raises NobodyQualifies when nothing is left to do.
        """
        ensure(policy.may_issue(actor), actor)
        async with self.begin() as session:
            known = await session.get(Batch, batch_id)
            if known is not None:
                return known
            runs = {order.run_id if order.kind.value in TAKING_PART else None for order in orders}
            batch = Batch(
                id=batch_id,
                run_id=next(iter(runs)) if len(runs) == 1 else None,
                started_at=self.clock(),
                started_by=actor.account_id,
                title=title,
                design_id=design_id,
                tells=tells,
            )
            return await self._begin(session, actor, batch, orders)

    @retried
    async def repeat_failed(self, actor: Actor, *, batch_id: UUID) -> None:
        """Try the documents of a batch again that could not be made. Twice is as good as once. Raises NotFound."""
        ensure(policy.may_issue(actor), actor)
        async with self.begin() as session:
            if await session.get(Batch, batch_id, with_for_update=True) is None:
                raise NotFound
            elsewhere = select(BatchItem.subject).where(BatchItem.state == BatchItemState.WAITING)
            failed = (
                await session.scalars(
                    update(BatchItem)
                    .where(
                        BatchItem.batch_id == batch_id,
                        BatchItem.state == BatchItemState.FAILED,
                        BatchItem.subject.not_in(elsewhere),
                    )
                    .values(state=BatchItemState.WAITING, reason="")
                    .returning(BatchItem.id)
                    .execution_options(synchronize_session=False)
                )
            ).all()
            if not failed:
                return
            await session.execute(update(Batch).where(Batch.id == batch_id).values(finished_at=None))
            send(session, batch_id, failed)
            record(session, actor, "certificates.repeated", at=self.clock(), kind="batch", object_id=batch_id)

    async def _begin(
        self, session: AsyncSession, actor: Actor, batch: Batch, orders: Sequence[Order]
    ) -> Batch:
        session.add(batch)
        await session.flush()
        if not await wait_in_line(session, batch, orders, batch.started_at):
            raise NobodyQualifies
        record(
            session,
            actor,
            "certificates.started",
            at=batch.started_at,
            kind="run" if batch.run_id else "batch",
            object_id=batch.run_id or batch.id,
        )
        return batch
