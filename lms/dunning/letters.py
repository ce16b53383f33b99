"""Handing out reminders: printed by the worker outside any transaction, then written to the debtor with the PDF in it."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from lms.billing.readers import reader_of
from lms.db import retried
from lms.dunning.events import ReminderRevoked, ReminderWritten
from lms.dunning.paper import purpose_of, reminder_pdf
from lms.dunning.queries import reminder_of
from lms.jobs.queue import enqueue
from lms.kernel.errors import NotFound
from lms.web.letters import Enclosed, write_letter
from lms.web.module import Around

PRINT = "print-reminder"


async def have_it_printed(session: AsyncSession, event: ReminderWritten) -> None:
    """Rendering takes its time, so it is a task of its own."""
    enqueue(session, PRINT, {"reminder_id": str(event.reminder_id)}, key=f"{PRINT}:{event.reminder_id}")


def printer(around: Around) -> Callable[[dict[str, Any]], Awaitable[None]]:
    """The task that prints a reminder and sends it; twice is as good as once."""

    async def act(payload: dict[str, Any]) -> None:
        reminder_id = UUID(payload["reminder_id"])
        number, document = await reminder_pdf(around.begin, reminder_id)
        await _send(around, reminder_id, number, document)

    return act


@retried
async def _send(around: Around, reminder_id: UUID, number: str, document: bytes) -> None:
    async with around.begin() as session:
        sent = await reminder_of(session, reminder_id)
        reminder = sent.reminder
        reader = await reader_of(session, reminder.debtor_id, reminder.company_id)
        if reader is None or sent.taken_back is not None:
            return
        await write_letter(
            session,
            key=f"reminder:{reminder.id}",
            kind="reminder",
            to=reader,
            template="dunning/letters/reminder.md",
            context={
                "number": number,
                "level": reminder.level,
                "total_cents": reminder.owed_cents + reminder.fee_cents,
                "fee_cents": reminder.fee_cents,
                "due_on": reminder.due_on,
                "issuer": reminder.facts["issuer"],
                "purpose": purpose_of(reminder, sent.lines),
            },
            about=("reminder", reminder.id),
            enclosures=[Enclosed(f"{number}.pdf", "application/pdf", document)],
            at=around.clock(),
        )


async def tell_revoked(session: AsyncSession, event: ReminderRevoked) -> None:
    """The debtor is told that the reminder does not count."""
    try:
        sent = await reminder_of(session, event.reminder_id)
    except NotFound:
        return
    reminder = sent.reminder
    reader = await reader_of(session, reminder.debtor_id, reminder.company_id)
    if reader is None or sent.taken_back is None:
        return
    await write_letter(
        session,
        key=f"reminder-revoked:{reminder.id}",
        kind="reminder",
        to=reader,
        template="dunning/letters/revoked.md",
        context={
            "number": reminder.number,
            "issued_at": reminder.issued_at,
            "fee_cents": reminder.fee_cents,
        },
        about=("reminder", reminder.id),
        at=sent.taken_back.at,
    )
