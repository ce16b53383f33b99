"""What every part of the service stands on."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from lms.accounts.limits import within
from lms.enrolment import policy
from lms.enrolment.conditions.values import Said
from lms.enrolment.models import Enrolment, EnrolmentState, Offer
from lms.enrolment.queries import position_of
from lms.enrolment.service.locked import LockedRun, refusals
from lms.enrolment.service.waiting_list import run_locked
from lms.enrolment.values import Placement
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.web.module import Around


class Transactions:
    """Opens transactions and locks runs for the methods of the service."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock
        self.settings = around.settings
        self.signer = around.signer

    async def count_guess(self, actor: Actor, said: Said) -> None:
        """A typed code word may be guessed: tries are counted, but for the team, which needs none. Before the transaction."""
        if said.code_word and not policy.is_enrolment_staff(actor):
            await within(self.begin, self.clock, "code-word", address=actor.address)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """A transaction whose refusals by the database speak our language."""
        async with refusals(), self.begin() as session:
            yield session

    async def lock(self, session: AsyncSession, run_id: UUID, *, at: datetime) -> LockedRun:
        """The run under its lock, settled and served."""
        return await run_locked(session, run_id, at=at, settings=self.settings)

    async def lock_for(
        self, session: AsyncSession, enrolment_id: UUID, *, at: datetime
    ) -> tuple[LockedRun, Enrolment]:
        """An enrolment as it is under the lock of its run. Raises NotFound."""
        found = await session.get(Enrolment, enrolment_id)
        if found is None:
            raise NotFound
        locked = await self.lock(session, found.run_id, at=at)
        await session.refresh(found)  # it may have changed while we queued for the run
        return locked, found

    async def lock_for_offer(
        self, session: AsyncSession, offer_id: UUID, *, at: datetime
    ) -> tuple[LockedRun, Offer]:
        """An offer as it is under the lock of its run. Raises NotFound."""
        found = await session.get(Offer, offer_id)
        if found is None:
            raise NotFound
        locked = await self.lock(session, found.run_id, at=at)
        await session.refresh(found)
        return locked, found


async def placement(session: AsyncSession, enrolments: list[Enrolment]) -> Placement:
    """What became of these enrolments of one order, as things stand now."""
    first = enrolments[0]
    position = None
    if first.state is EnrolmentState.WAITING:
        await session.flush()
        position = await position_of(session, first.party_id)
    return Placement(first.order_id, tuple(enrolments), first.state, position)
