"""Letters are kept for a year, so that the team can say what was written, and no longer."""

from datetime import timedelta

from sqlalchemy import delete, select

from lms.db import Begin
from lms.kernel.clock import Clock
from lms.messaging.models import Letter, LetterState

KEPT = timedelta(days=365)
AT_ONCE = 500


async def forget_letters(begin: Begin, clock: Clock) -> None:
    """Delete what was carried or given up more than a year ago, with all it enclosed; some hundreds in one transaction."""
    old = (
        select(Letter.id)
        .where(Letter.state != LetterState.WAITING, Letter.written_at < clock() - KEPT)
        .limit(AT_ONCE)
    )
    while True:
        async with begin() as session:
            gone = await session.scalars(delete(Letter).where(Letter.id.in_(old)).returning(Letter.id))
            if len(gone.all()) < AT_ONCE:
                return
