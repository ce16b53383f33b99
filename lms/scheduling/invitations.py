"""Invitations in letters (iTIP, RFC 5546, carried as RFC 6047 says): a calendar programme enters, moves and removes by itself.

The organiser is the centre, the one attendee whoever reads the letter; nobody else is named. They have booked already, or
have said that they teach: the entry says ACCEPTED and asks for no answer. Each object is about one UID (RFC 5546, 3.2.2), so
a letter about several dates brings a file for each; many programmes take no stream of objects and only the first of several
events. The file of all dates (METHOD:PUBLISH) lies beside them for people who open files by hand.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from icalendar import Event, vCalAddress, vText
from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from lms.scheduling.calendar import (
    PRODUCT,
    PUBLISH,
    TIMEZONE,
    Entry,
    calendar_file,
    event_of,
    plain,
)
from lms.scheduling.invited import Invitation
from lms.web.letters import Enclosed, Reader
from lms.web.module import Around

FILE = "termine.ics"
REQUEST = "text/calendar; method=REQUEST; charset=utf-8"
CANCEL = "text/calendar; method=CANCEL; charset=utf-8"
_UNFIT = str.maketrans({'"': "'", "^": " ", "\\": "/"})
"""No quotation mark can stand in a parameter; how RFC 6868 writes it, or a backslash, programmes read differently."""
MOST_FILES = 24
"""A letter about more dates brings invitations to the next ones alone; the file of all dates has the others."""


async def calendar_files(
    session: AsyncSession, *, to: Reader, entries: Sequence[Entry], name: str, at: datetime
) -> list[Enclosed]:
    """What a letter to this reader encloses about these entries: what is cancelled leaves their calendar, the rest enters it.

    Notes what they were told. Nobody without an e-mail address is invited: they get the plain file of dates.
    """
    if not entries:
        return []
    if not to.email or to.id is None:
        return [Enclosed(FILE, PUBLISH, calendar_file(entries, name=name))]
    numbered = await _numbered(session, to.id, entries)
    if len(numbered) == 1:
        return [_enclosed(FILE, numbered[0], to, at)]
    files = [Enclosed(FILE, PUBLISH, calendar_file(numbered, name=name))]
    files += [
        _enclosed(f"{'absage' if entry.is_cancelled else 'termin'}-{number:02}.ics", entry, to, at)
        for number, entry in enumerate(_next_ones(numbered, at), start=1)
    ]
    return files


def invitation_text(entry: Entry, *, address: str, name: str, at: datetime) -> bytes:
    """One iTIP object: REQUEST, or CANCEL for an entry that is cancelled for this attendee.

    Whoever loses a place is the only attendee of their copy, so it is cancelled as a whole and says so (RFC 5546, 3.2.5).
    """
    event = event_of(entry)
    event["DTSTAMP"] = _stamp(at)
    event.add("attendee", _attendee(address, name))
    method = "CANCEL" if entry.is_cancelled else "REQUEST"
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", "CALSCALE:GREGORIAN", f"METHOD:{method}"]
    body: bytes = event.to_ical()
    return ("\r\n".join(head) + "\r\n" + TIMEZONE).encode() + body + b"END:VCALENDAR\r\n"


async def forget_invitations(around: Around) -> None:
    """What was told about dates that are over is of no use any more."""
    async with around.begin() as session:
        await session.execute(delete(Invitation).where(Invitation.ends_at < around.clock()))


def _enclosed(file: str, entry: Entry, to: Reader, at: datetime) -> Enclosed:
    text = invitation_text(entry, address=to.email, name=to.name, at=at)
    return Enclosed(file, CANCEL if entry.is_cancelled else REQUEST, text)


def _next_ones(entries: Sequence[Entry], at: datetime) -> Sequence[Entry]:
    """In order of time, those to come before those that are over."""
    ordered = sorted(entries, key=lambda one: (one.ends_at <= at, one.starts_at))
    return sorted(ordered[:MOST_FILES], key=lambda one: one.starts_at)


async def _numbered(session: AsyncSession, person_id: UUID, entries: Sequence[Entry]) -> list[Entry]:
    """The entries with the SEQUENCE that this reader's calendar takes for the later one; written down."""
    ids = sorted({entry.session_id for entry in entries}, key=str)  # all lock in the same order
    told = {
        row.entry_id: row
        for row in await session.scalars(
            select(Invitation)
            .where(Invitation.person_id == person_id, Invitation.entry_id.in_(ids))
            .order_by(Invitation.entry_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    }
    marks = {entry.session_id: _mark(entry) for entry in entries}
    numbered = [replace(one, sequence=_sequence(one, marks, told)) for one in entries]
    await _keep(session, person_id, {one.session_id: one for one in numbered}, marks)
    return numbered


def _sequence(entry: Entry, marks: Mapping[UUID, str], told: Mapping[UUID, Invitation]) -> int:
    """The entry's own number, or one above what was told before; the same again where nothing is different."""
    last = told.get(entry.session_id)
    if last is None:
        return entry.sequence
    is_same = last.fingerprint == marks[entry.session_id]
    return max(entry.sequence, last.sequence + (not is_same))


def _mark(entry: Entry) -> str:
    return replace(entry, sequence=0, changed_at=entry.starts_at).fingerprint


async def _keep(
    session: AsyncSession, person_id: UUID, entries: Mapping[UUID, Entry], marks: Mapping[UUID, str]
) -> None:
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(Invitation)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=[Invitation.person_id, Invitation.entry_id],
            set_={
                "sequence": statement.excluded.sequence,
                "fingerprint": statement.excluded.fingerprint,
                "ends_at": statement.excluded.ends_at,
            },
        ),
        [
            {
                "person_id": person_id,
                "entry_id": one,
                "sequence": entries[one].sequence,
                "fingerprint": marks[one],
                "ends_at": entries[one].ends_at,
            }
            for one in sorted(entries, key=str)
        ],
    )


def _attendee(address: str, name: str) -> vCalAddress:
    attendee = vCalAddress(f"mailto:{plain(address)}")
    shown = " ".join(plain(name).translate(_UNFIT).split())
    if shown:
        attendee.params["CN"] = vText(shown)
    attendee.params["CUTYPE"] = vText("INDIVIDUAL")
    attendee.params["ROLE"] = vText("REQ-PARTICIPANT")
    attendee.params["PARTSTAT"] = vText("ACCEPTED")
    attendee.params["RSVP"] = vText("FALSE")
    return attendee


def _stamp(at: datetime) -> object:
    stamped = Event()
    stamped.add("dtstamp", at)
    return stamped["DTSTAMP"]
