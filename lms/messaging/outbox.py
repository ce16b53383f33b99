"""Putting letters into the outbox: in the transaction that causes them, once for each key (domain rule 8)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from lms.db import quiet_hours
from lms.jobs.models import Lane, Priority
from lms.jobs.queue import enqueue
from lms.messaging.models import Channel, Enclosure, Letter, LetterState, PhoneCall
from lms.messaging.secrets import is_secret
from lms.messaging.ways import call_until, not_at_night

DELIVER = "deliver-letter"


@dataclass(frozen=True, slots=True)
class Enclosed:
    """Something that travels with a letter: a calendar file, a PDF."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A letter in its final words. Without an `to_address` it goes by post.

    `short` is what a short message or a call says; `deadline` the moment the letter speaks of, by which the team calls.
    """

    key: str
    kind: str
    person_id: UUID | None
    to_name: str
    to_address: str
    postal_address: str
    channel: Channel
    language: str
    subject: str
    text: str
    html: str
    about: tuple[str, UUID] | None = None
    short: str = ""
    deadline: datetime | None = None
    template: str = ""
    composition: Mapping[str, Any] | None = None
    is_bulk: bool = False
    unsubscribe: str = ""


async def post(
    session: AsyncSession, draft: Draft, *, at: datetime, enclosures: Sequence[Enclosed] = ()
) -> UUID | None:
    """Write the letter and the order to carry it, or its entry in the call list; what goes by post waits to be printed.

    Does nothing and gives None when its key is taken.
    """
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    about_kind, about_id = draft.about or ("", None)
    letter_id = (
        await session.execute(
            insert(Letter)
            .values(
                id=uuid4(), key=draft.key, kind=draft.kind, person_id=draft.person_id, to_name=draft.to_name,
                to_address=draft.to_address, postal_address=draft.postal_address, channel=draft.channel,
                language=draft.language, subject=draft.subject, text=draft.text, html=draft.html, written_at=at,
                state=LetterState.WAITING, attempts=0, error="", about_kind=about_kind, about_id=about_id,
                short=draft.short, template=draft.template, composition=draft.composition, unsubscribe=draft.unsubscribe,
            )
            .on_conflict_do_nothing(index_elements=[Letter.key])
            .returning(Letter.id)
        )
    ).scalar_one_or_none()  # fmt: skip
    if letter_id is None:
        return None
    session.add_all(
        Enclosure(letter_id=letter_id, name=item.name, media_type=item.media_type, content=item.content)
        for item in enclosures
    )
    if draft.channel is Channel.PHONE and draft.person_id is not None:
        session.add(
            PhoneCall(
                letter_id=letter_id, person_id=draft.person_id, number=draft.to_address, made_at=at,
                call_until=call_until(at, draft.deadline), deadline=draft.deadline,
            )
        )  # fmt: skip
    if draft.channel in {Channel.EMAIL, Channel.SMS}:
        lane, priority = queue_of(draft.channel, about_kind, draft.deadline, is_bulk=draft.is_bulk)
        due_at = not_at_night(at, quiet_hours(session)) if draft.channel is Channel.SMS else at
        enqueue(
            session, DELIVER, {"letter_id": str(letter_id)}, at=due_at, key=f"{DELIVER}:{letter_id}",
            lane=lane, priority=priority,
        )  # fmt: skip
    return letter_id


def queue_of(
    channel: Channel, about_kind: str, deadline: datetime | None = None, *, is_bulk: bool = False
) -> tuple[Lane, Priority]:
    """Where a letter queues: a sign-in code before everything, an offer that ends before the rest, news behind it."""
    if channel is Channel.SMS:
        return Lane.SHORT, Priority.USUAL
    if is_secret(about_kind):
        return Lane.EXPRESS, Priority.SOON
    if is_bulk:
        return Lane.MAIL, Priority.BULK
    return Lane.MAIL, Priority.USUAL if deadline is None else Priority.SOON
