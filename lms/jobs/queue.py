"""Writing jobs: in the caller's transaction, so that what is rolled back was never said."""

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from lms.jobs.models import Job, Lane, Priority
from lms.kernel.clock import system_clock

EVENT = "event:"
TASK = "task:"


class Event(msgspec.Struct, kw_only=True):
    """Something that has happened, named in the past tense. Its fields travel as JSON."""


def announce(session: AsyncSession, event: Event, *, at: datetime | None = None) -> None:
    """Tell all listeners of the event, once the transaction commits; each hears it exactly once."""
    moment = at or system_clock()
    session.add(
        Job(
            kind=EVENT + type(event).__name__,
            payload=msgspec.to_builtins(event),
            created_at=moment,
            due_at=moment,
        )
    )


def enqueue(
    session: AsyncSession,
    task: str,
    payload: dict[str, Any],
    *,
    at: datetime | None = None,
    key: str | None = None,
    lane: Lane = Lane.WORK,
    priority: Priority = Priority.USUAL,
) -> None:
    """Have a carrier do something outside, at the earliest at `at` (UTC), at least once.

    It queues in `lane`, behind what has a smaller `priority`. A second job with the same `key` is refused by the database
    (IntegrityError).
    """
    moment = system_clock()
    session.add(
        Job(
            kind=TASK + task, payload=payload, created_at=moment, due_at=at or moment, key=key,
            lane=lane, priority=priority,
        )
    )  # fmt: skip
