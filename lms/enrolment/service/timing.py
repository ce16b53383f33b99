"""The deadlines of a run (F-E02, F-E09, F-E15)."""

from uuid import UUID

from sqlalchemy import select

from lms.audit.trail import record
from lms.catalogue.models import Run
from lms.db import retried
from lms.enrolment import policy
from lms.enrolment.conditions.values import Deadlines
from lms.enrolment.service.transactions import Transactions
from lms.enrolment.service.waiting_list import serve_waiting_list
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import Stale
from lms.scheduling.deadlines import follow_dates
from lms.scheduling.models import Session, SessionState


class Timing(Transactions):
    """When one may enrol, cancel, and move up."""

    @retried
    async def set_deadlines(self, actor: Actor, *, run_id: UUID, deadlines: Deadlines, version: int) -> Run:
        """When enrolment opens and closes, how long places go to the waiting list, until when cancelling is free.

        A later end of promotion serves the list at once. Raises NotFound, Stale.
        """
        ensure(policy.may_plan(actor), actor)
        at = self.clock()
        async with self.transaction() as session:
            locked = await self.lock(session, run_id, at=at)
            run = locked.run
            if run.version != version:
                raise Stale
            before = _facts_of(run)
            run.opens_days_before, run.enrolment_opens_at = deadlines.opens_days_before, deadlines.opens_at
            run.closes_days_before, run.enrolment_closes_at = (
                deadlines.closes_days_before,
                deadlines.closes_at,
            )
            run.promotion_session = deadlines.promotion_session
            run.promotion_ends_at = deadlines.promotion_ends_at
            run.cancel_from = deadlines.cancel_from
            run.cancel_free_days = deadlines.cancel_free_days
            run.cancel_free_until = deadlines.cancel_free_until
            starts = await session.scalars(
                select(Session.starts_at)
                .where(Session.run_id == run_id, Session.state == SessionState.PLANNED)
                .order_by(Session.starts_at)
            )
            follow_dates(run, starts.all() or ([run.starts_at] if run.starts_at else []))
            run.version += 1
            record(
                session, actor, "run.deadlines_changed", at=at, kind="run", object_id=run_id,
                before=before, after=_facts_of(run),
            )  # fmt: skip
            await session.flush()
            await serve_waiting_list(locked)
            return run


def _facts_of(run: Run) -> dict[str, object]:
    moments = (run.enrolment_opens_at, run.enrolment_closes_at, run.promotion_ends_at)
    opens, closes, promotion = (one.isoformat() if one else None for one in moments)
    return {"opens_at": opens, "closes_at": closes, "promotion_ends_at": promotion}
