"""What happens on the 18th birthday, at midnight by the wall clock (L-31).

That the guardian's access ends needs nobody: rights are read anew with each request. This tells both, closes the
guardianship and forgets who might have fetched the child.
"""

from datetime import date, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import aliased

from lms.db import retried
from lms.kernel.actor import SYSTEM
from lms.kernel.clock import today
from lms.people import letters
from lms.people.guardians import end_guardianship
from lms.people.models import Guardianship, Person, PickUp
from lms.people.rules import MAJORITY, is_minor
from lms.web.module import Around

AT_ONCE = 200
EVERY = timedelta(minutes=10)


@retried
async def greet_adults(around: Around) -> int:
    """Tell everybody who has come of age, and their guardians. Gives how many guardianships have ended; twice changes nothing."""
    at, day = around.clock(), today(around.clock)
    guardian = aliased(Person)
    latest = date(day.year - MAJORITY, day.month, min(day.day, 28)) + timedelta(days=3)
    async with around.begin() as session:
        rows = (
            await session.execute(
                select(Guardianship, Person, guardian)
                .join(Person, Person.id == Guardianship.child_id)
                .join(guardian, guardian.id == Guardianship.guardian_id)
                .where(Guardianship.ended_at.is_(None), Person.birth_date <= latest)
                .order_by(Guardianship.id)
                .limit(AT_ONCE)
                .with_for_update(of=Guardianship)
            )
        ).all()
        ended = 0
        for kept, child, parent in rows:
            if is_minor(child.birth_date, day):
                continue
            await end_guardianship(session, SYSTEM, kept, at=at, came_of_age=True)
            await session.execute(delete(PickUp).where(PickUp.child_id == child.id))
            await letters.tell_of_age(session, child, parent, at=at)
            ended += 1
    return ended
