"""What we write to trainers about their calendars."""

from sqlalchemy.ext.asyncio import AsyncSession

from lms.people.models import Person
from lms.trainers.busy.events import CalendarUnread
from lms.trainers.busy.models import BusyCalendar, Failure
from lms.trainers.busy.words import FAILURES
from lms.web.language import translated, use_locale
from lms.web.letters import write_letter


async def tell_of_unread_calendar(session: AsyncSession, event: CalendarUnread) -> None:
    """That a calendar has not been read for days, why, and what still holds."""
    found = await session.get(BusyCalendar, event.calendar_id)
    if found is None or found.failure is Failure.NONE:
        return  # removed or read meanwhile
    reader = await session.get_one(Person, found.person_id)
    with use_locale("en" if reader.language == "en" else "de"):
        reason = translated(FAILURES[found.failure])
    await write_letter(
        session, key=f"calendar_unread:{found.id}:{event.at.isoformat()}", kind="calendar_unread", to=reader,
        template="trainers/letters/calendar_unread.md", at=event.at, about=("trainer", reader.id),
        context={"host": found.host, "reason": reason, "read_at": found.read_at},
    )  # fmt: skip
