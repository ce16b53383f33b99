"""Keeping somebody from borrowing for a while, and letting them again."""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select

from lms.audit.trail import record
from lms.db import retried
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import local
from lms.kernel.errors import NotFound
from lms.lending import policy
from lms.lending.errors import InThePast, ReasonNeeded, TooLong
from lms.lending.models import LendingBlock
from lms.lending.rules import LONGEST_DAYS
from lms.lending.service.acts import Acts
from lms.people.models import Person


class Blocking(Acts):
    """What staff decide about who may borrow."""

    @retried
    async def block(
        self, actor: Actor, *, person_id: UUID, reason: str, until: date, block_id: UUID
    ) -> LendingBlock:
        """Let somebody borrow nothing until a day (inclusive). Sent twice with one `block_id` it is done once.

        Raises NotFound, ReasonNeeded, InThePast, TooLong.
        """
        ensure(policy.may_manage(actor), actor)
        now = self.clock()
        today = local(now).date()
        if not reason.strip():
            raise ReasonNeeded
        if until < today:
            raise InThePast
        if until > today + timedelta(days=LONGEST_DAYS):
            raise TooLong(days=LONGEST_DAYS)
        async with self.begin() as session:
            known = await session.get(LendingBlock, block_id)
            if known is not None:
                return known
            person = await session.scalar(select(Person).where(Person.id == person_id).with_for_update())
            if person is None:
                raise NotFound
            block = LendingBlock(
                id=block_id, person_id=person_id, reason=reason.strip(), until=until, created_at=now
            )
            session.add(block)
            record(
                session,
                actor,
                "lending.blocked",
                at=now,
                kind="person",
                object_id=person_id,
                person_id=person_id,
                after={"until": until.isoformat()},
                reason=reason.strip(),
            )
        return block

    @retried
    async def lift(self, actor: Actor, *, block_id: UUID, reason: str = "") -> LendingBlock:
        """Let somebody borrow again before the block ends. Twice is as good as once. Raises NotFound."""
        ensure(policy.may_manage(actor), actor)
        now = self.clock()
        async with self.begin() as session:
            block = await session.get(LendingBlock, block_id, with_for_update=True)
            if block is None:
                raise NotFound
            if block.lifted_at is None:
                block.lifted_at = now
                record(
                    session,
                    actor,
                    "lending.unblocked",
                    at=now,
                    kind="person",
                    object_id=block.person_id,
                    person_id=block.person_id,
                    before={"until": block.until.isoformat()},
                    reason=reason,
                )
        return block
