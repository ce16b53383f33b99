"""Letters are kept for a year and no longer."""

from sqlalchemy import func, select

from lms.db import Begin
from lms.jobs.worker import Worker
from lms.messaging.forgetting import forget_letters
from lms.messaging.models import Enclosure, Letter
from lms.messaging.outbox import Enclosed
from tests.making import BOTH, FixedClock
from tests.messaging.mailing import put_in_outbox

pytestmark = BOTH


async def test_a_letter_is_forgotten_with_all_it_enclosed_a_year_after_it_was_carried(
    begin: Begin, jobs: Worker, clock: FixedClock
) -> None:
    await put_in_outbox(begin, enclosures=(Enclosed("a.pdf", "application/pdf", b"%PDF"),))
    await jobs.drain()
    waiting = await put_in_outbox(begin, to="")

    clock.forward(days=364)
    await forget_letters(begin, clock)
    async with begin.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Letter)) == 2
    clock.forward(days=2)
    await forget_letters(begin, clock)

    async with begin.reading() as session:
        assert (await session.scalars(select(Letter.id))).all() == [waiting]
        assert (await session.scalars(select(Enclosure))).all() == []
