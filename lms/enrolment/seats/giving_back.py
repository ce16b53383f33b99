"""Giving unnamed seats back, by the run's rule for cancelling."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.billing.queries import balance_of
from lms.catalogue.models import Run
from lms.db import retried
from lms.enrolment import rules as general
from lms.enrolment.models import Enrolment
from lms.enrolment.seats.errors import NoSuchSeats
from lms.enrolment.seats.events import SeatsGivenBack
from lms.enrolment.seats.links import SeatLinking
from lms.enrolment.seats.models import SeatOrder
from lms.enrolment.seats.rules import is_open_seat
from lms.enrolment.service.cancelling import cancel_place
from lms.enrolment.values import Cancellation
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class GivenBack:
    """What giving seats back costs, a line for each of them."""

    lines: Sequence[Cancellation]

    @property
    def price_cents(self) -> int:
        """What the seats cost before."""
        return sum(line.price_cents for line in self.lines)

    @property
    def fee_cents(self) -> int:
        """What is kept."""
        return sum(line.fee_cents for line in self.lines)

    @property
    def paid_cents(self) -> int:
        """What was paid for them already."""
        return sum(line.paid_cents for line in self.lines)


class SeatsGiving(SeatLinking):
    """Seats that nobody needs."""

    @retried
    async def give_back(
        self, actor: Actor, *, order_id: UUID, enrolment_ids: Collection[UUID], token: str = ""
    ) -> GivenBack:
        """End these unnamed seats; the next in line is asked. Raises NotFound, NoSuchSeats, RunIsOver."""
        async with self.transaction() as session:
            locked, order = await self._order(session, actor, order_id, token)
            seats = await _wanted(session, order, enrolment_ids)
            outcome = [await cancel_place(locked, actor, seat, reason="seat_given_back") for seat in seats]
            locked.tell(SeatsGivenBack(order_id=order.id, enrolment_ids=[seat.id for seat in seats]))
            return GivenBack(outcome)

    async def preview_giving_back(
        self, actor: Actor, *, order_id: UUID, enrolment_ids: Collection[UUID], token: str = ""
    ) -> GivenBack:
        """What `give_back` would cost now; changes nothing. Raises NotFound, NoSuchSeats."""
        at = self.clock()
        async with self.begin.reading() as session:
            order = await session.get(SeatOrder, order_id)
            if order is None:
                raise NotFound
            self.refuse_others(actor, order, token)
            seats = await _wanted(session, order, enrolment_ids)
            run = await session.get_one(Run, order.run_id)
            balances = await balance_of(session, [seat.id for seat in seats])
        return GivenBack(
            [
                general.cancellation_of(
                    run, at, enrolment_id=seat.id, price_cents=seat.price_cents, paid_cents=balances[seat.id].paid_cents
                )
                for seat in seats
            ]
        )  # fmt: skip


async def _wanted(
    session: AsyncSession, order: SeatOrder, enrolment_ids: Collection[UUID]
) -> Sequence[Enrolment]:
    found = (
        await session.scalars(
            select(Enrolment)
            .where(Enrolment.order_id == order.id, Enrolment.id.in_(list(enrolment_ids)))
            .order_by(Enrolment.created_at, Enrolment.rank, Enrolment.id)
            .execution_options(populate_existing=True)
        )
    ).all()
    if not found or len(found) != len(set(enrolment_ids)) or not all(is_open_seat(one) for one in found):
        raise NoSuchSeats
    return found
