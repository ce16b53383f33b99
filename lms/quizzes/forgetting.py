"""What is not kept for ever: attempts go a year after their run, with all answers. What they proved stands elsewhere."""

from sqlalchemy import delete, select

from lms.db import Begin, retried
from lms.kernel.clock import Clock
from lms.learning.queries import long_over
from lms.quizzes.models import Attempt, QuizExtension

AT_ONCE = 500


@retried
async def forget_old(begin: Begin, clock: Clock) -> int:
    """Delete attempts of runs that ended more than a year ago; says how many. Progress and exam results stay.

    Not while the centre still lets their lessons be read: an attempt that is forgotten could be made once more. What somebody
    was granted, with its reason, goes as well.
    """
    async with begin() as session:
        over = long_over(session, clock())
        old = (
            await session.scalars(select(Attempt.id).where(Attempt.enrolment_id.in_(over)).limit(AT_ONCE))
        ).all()
        await session.execute(delete(Attempt).where(Attempt.id.in_(old)))
        await session.execute(delete(QuizExtension).where(QuizExtension.enrolment_id.in_(over)))
    return len(old)
