"""The calendar text of each session: made once, kept in the database, deleted there as soon as it is no longer true.

Whoever reads a calendar reads the kept texts and makes those that are missing. What is made is kept only when the session
still reads like that under a lock on everything it shows: a change that is committed meanwhile is never covered up.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Course, Run
from lms.db import Begin, links_of
from lms.feeds.models import SessionText
from lms.resources.models import Room, Venue
from lms.scheduling.calendar import Entry, event_text
from lms.scheduling.entries import entries
from lms.scheduling.models import Session
from lms.web.centre import the_centre
from lms.web.language import CATALOGUES, current_language

END = "END:VEVENT\r\n"
PORTION = 500
"""So many sessions are read, made or kept before others get their turn."""
PACKAGE = Path(__file__).parents[1]
SPEAKING = (
    PACKAGE / "scheduling/calendar.py",
    PACKAGE / "scheduling/entries.py",
    PACKAGE / "feeds/texts.py",
    CATALOGUES / "de/scheduling.po",
)


@dataclass(frozen=True, slots=True)
class Text:
    """One entry of a calendar: its UID, a mark that is another one whenever it reads differently, and the VEVENT.

    The VEVENT has no last line (`END`) yet, so that a calendar can add what it alone says: an alarm, whether it blocks time.
    """

    uid: UUID
    mark: str
    words: str


async def session_texts(
    begin: Begin, *conditions: ColumnElement[bool], is_detailed: bool = True
) -> Sequence[Text]:
    """The texts of all sessions for which this holds, in the current language, in order of time.

    Conditions may speak of `Session`, `Run` and `Course`. One statement, however many there are, as long as nothing has
    changed; what is missing costs some more for each portion. Never call it with a transaction open.
    """
    found: list[tuple[UUID, str | None, str | None]] = []
    async with begin.reading() as session:
        kept = and_(
            SessionText.session_id == Session.id,
            SessionText.language == current_language(),
            SessionText.is_detailed.is_(is_detailed),
            SessionText.edition == edition(links_of(session).absolute("/")),
        )
        result = await session.stream(
            select(Session.id, SessionText.fingerprint, SessionText.text)
            .join(Run, Run.id == Session.run_id)
            .join(Course, Course.id == Run.course_id)
            .outerjoin(SessionText, kept)
            .where(*conditions)
            .order_by(Session.starts_at, Session.id)
        )
        async for rows in result.partitions(PORTION):
            found += [(uid, mark, words) for uid, mark, words in rows]
            await asyncio.sleep(0)
    missing = [uid for uid, mark, _ in found if mark is None]
    made: dict[UUID, Text] = {}
    for first in range(0, len(missing), PORTION):
        made |= await _made(begin, missing[first : first + PORTION], is_detailed=is_detailed)
    texts = (
        Text(uid, mark, words) if mark is not None and words is not None else made.get(uid)
        for uid, mark, words in found
    )
    return [one for one in texts if one is not None]


@cache
def edition(home: str) -> str:
    """Stands for whatever texts are made of that is in no table: our words, the centre's name, its address (`home`)."""
    digest = sha256(repr((home, the_centre())).encode())
    for file in SPEAKING:
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


async def _made(begin: Begin, ids: Sequence[UUID], *, is_detailed: bool) -> dict[UUID, Text]:
    async with begin.reading() as session:
        wanted = [
            shown(entry, is_detailed=is_detailed) for entry in await entries(session, Session.id.in_(ids))
        ]
    made = await asyncio.to_thread(lambda: [written(entry) for entry in wanted])
    try:
        await _keep(begin, made, is_detailed=is_detailed)
    except DBAPIError:  # somebody writes for long: whoever asks for a calendar gets it all the same, and the next one makes it anew
        structlog.get_logger("lms.feeds").warning("texts_not_kept", count=len(made), exc_info=True)
    return {one.uid: one for one in made}


def shown(entry: Entry, *, is_detailed: bool) -> Entry:
    """The entry as a calendar shows it: with its description, or as short as can be."""
    return entry if is_detailed else replace(entry, description="")


def written(entry: Entry) -> Text:
    """The text of an entry. Costs a third of a millisecond."""
    return Text(entry.session_id, entry.fingerprint, event_text(entry).removesuffix(END))


async def _keep(begin: Begin, texts: Sequence[Text], *, is_detailed: bool) -> None:
    language = current_language()
    insert = sqlite.insert if begin.is_sqlite else postgresql.insert
    async with begin() as session:
        made_of = edition(links_of(session).absolute("/"))
        true = await _still_true(session, texts, is_detailed=is_detailed)
        rows = [
            {
                "session_id": one.uid,
                "language": language,
                "is_detailed": is_detailed,
                "edition": made_of,
                "fingerprint": one.mark,
                "text": one.words,
            }
            # two that write the same rows never wait in a circle
            for one in sorted(true, key=lambda one: one.uid.hex)
        ]
        if rows:
            statement = insert(SessionText)
            await session.execute(
                statement.on_conflict_do_update(
                    index_elements=[SessionText.session_id, SessionText.language, SessionText.is_detailed],
                    set_={
                        "edition": statement.excluded.edition,
                        "fingerprint": statement.excluded.fingerprint,
                        "text": statement.excluded.text,
                    },
                ),
                rows,
            )


async def _still_true(session: AsyncSession, texts: Iterable[Text], *, is_detailed: bool) -> Sequence[Text]:
    """Those that read the same now, where nobody can change what they show before we are done.

    What somebody is changing at this moment is left out instead of waited for: who is about to rename a course will find no
    old text to delete, and must not leave one behind.
    """
    ids = [one.uid for one in texts]
    held = (
        await session.scalars(
            select(Session.id)
            .join(Run, Run.id == Session.run_id)
            .join(Course, Course.id == Run.course_id)
            .where(Session.id.in_(ids))
            .with_for_update(read=True, skip_locked=True, of=[Session, Run, Course])
        )
    ).all()
    rooms = (
        await session.scalars(
            select(Room.id)
            .join(Venue, Venue.id == Room.venue_id)
            .where(Room.id.in_(select(Session.room_id).where(Session.id.in_(held))))
            .with_for_update(read=True, skip_locked=True, of=[Room, Venue])
        )
    ).all()
    in_held_room = or_(Session.room_id.is_(None), Session.room_id.in_(rooms))
    now = {
        entry.session_id: shown(entry, is_detailed=is_detailed).fingerprint
        for entry in await entries(session, Session.id.in_(held), in_held_room)
    }
    return [one for one in texts if now.get(one.uid) == one.mark]
