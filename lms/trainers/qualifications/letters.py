"""What we write to trainers whose qualification ends soon."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from lms.trainers.qualifications.queries import Expiring
from lms.web.letters import write_letter


async def remind_of_end(session: AsyncSession, one: Expiring, *, at: datetime) -> bool:
    """Once for each record; whether a letter was written."""
    written = await write_letter(
        session,
        key=f"qualification-ends:{one.record_id}",
        kind="qualification_ends",
        to=one.person,
        template="trainers/letters/qualification_ends.md",
        context={"name": one.name, "day": one.valid_until},
        about=("person", one.person.id),
        at=at,
    )
    return written is not None
