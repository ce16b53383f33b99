"""Letters are kept for a year, so that the team can say what was written, and no longer."""

from datetime import timedelta

from sqlalchemy import delete, select

from lms.db import Begin
from lms.kernel.clock import Clock
from lms.messaging.models import Letter, LetterState, PrintRun, PrintRunDocument

KEPT = timedelta(days=365)
PRINTS_KEPT = timedelta(days=30)
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


async def forget_prints(begin: Begin, clock: Clock) -> None:
    """Delete the files of print runs that were ended a month ago; that there was a run stays known."""
    ended = select(PrintRun.id).where(PrintRun.ended_at < clock() - PRINTS_KEPT)
    async with begin() as session:
        await session.execute(delete(PrintRunDocument).where(PrintRunDocument.run_id.in_(ended)))
