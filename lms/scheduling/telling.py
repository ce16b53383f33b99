"""What letters say about changed dates: each change with what it was and what it is, in the reader's words."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.kernel.period import Period
from lms.people.models import Person
from lms.resources.models import Room, Venue
from lms.scheduling.calendar import Entry
from lms.scheduling.entries import entries
from lms.scheduling.events import ChangeKind, SessionChanged, SessionsChanged
from lms.scheduling.invitations import calendar_files
from lms.scheduling.models import RunTrainer, Session, SessionTrainer
from lms.web.letters import write_letter


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One changed session. `former` and `teachers` are persons by id; `replaces` is when the session it stands for was to be."""

    change: SessionChanged
    entry: Entry
    before: Period | None
    before_place: str
    former: Mapping[UUID, str]
    teachers: Mapping[UUID, str]
    replaces: Period | None

    @property
    def kind(self) -> str:
        """What has become of the session."""
        return self.change.kind.value

    @property
    def has_new_place(self) -> bool:
        """Whether it takes place somewhere else than before."""
        return (
            self.before is not None
            and bool(self.before_place)
            and self.before_place not in self.entry.location
        )

    @property
    def has_new_teachers(self) -> bool:
        """Whether somebody else teaches it than before."""
        return self.before is not None and set(self.former) != set(self.teachers)

    @property
    def newcomers(self) -> str:
        """Who teaches it now and did not before."""
        return ", ".join(name for one, name in self.teachers.items() if one not in self.former)

    @property
    def leavers(self) -> str:
        """Who taught it and does not any more."""
        return ", ".join(name for one, name in self.former.items() if one not in self.teachers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One letter before it is written: the same for sending it and for looking at it beforehand."""

    reader: Person
    key: str
    kind: str
    template: str
    context: Mapping[str, Any]
    about: tuple[str, UUID]
    at: datetime
    dates: Sequence[Entry] = ()
    """What enters the reader's calendar, moves in it or leaves it."""
    calendar: str = ""


async def write_sheets(session: AsyncSession, sheets: Collection[Sheet]) -> None:
    """Write these letters in the caller's transaction, each once."""
    for sheet in sheets:
        await write_letter(
            session,
            key=sheet.key,
            kind=sheet.kind,
            to=sheet.reader,
            template=sheet.template,
            context=sheet.context,
            about=sheet.about,
            enclosures=await calendar_files(
                session, to=sheet.reader, entries=sheet.dates, name=sheet.calendar, at=sheet.at
            ),
            at=sheet.at,
        )


async def told_of(session: AsyncSession, event: SessionsChanged) -> Sequence[Told]:
    """The changes in order of time, in the current language; six statements, however many changes."""
    ids = [change.session_id for change in event.changes]
    now = {entry.session_id: entry for entry in await entries(session, Session.id.in_(ids))}
    rooms = await _places(session, {change.before_room_id for change in event.changes})
    teachers = await _teachers(session, ids)
    former = await _names(session, {one for change in event.changes for one in change.before_trainer_ids})
    replaced = await _replaced(session, ids)
    found = [
        Told(
            change=change,
            entry=now[change.session_id],
            before=_before(change),
            before_place=rooms.get(change.before_room_id, ""),
            former={one: former[one] for one in change.before_trainer_ids if one in former},
            teachers=teachers.get(change.session_id, {}),
            replaces=replaced.get(change.session_id),
        )
        for change in event.changes
        if change.session_id in now
    ]
    return sorted(found, key=_order)


def weightiest(told: Sequence[Told]) -> str:
    """The one kind of change that a letter is about; "several" when there are more."""
    kinds = {one.change.kind for one in told}
    if kinds == {ChangeKind.CANCELLED, ChangeKind.REPLACED}:
        return ChangeKind.CANCELLED.value
    return kinds.pop().value if len(kinds) == 1 else "several"


def _order(one: Told) -> tuple[datetime, bool]:
    """In order of time, and a replacement right behind the session that it stands for."""
    first = one.replaces or one.before
    return (first.start if first else one.entry.starts_at), one.replaces is not None


def _before(change: SessionChanged) -> Period | None:
    if change.before_starts_at is None or change.before_ends_at is None:
        return None
    return Period(change.before_starts_at, change.before_ends_at)


async def _places(session: AsyncSession, room_ids: Collection[UUID | None]) -> Mapping[UUID | None, str]:
    """The names of rooms, by id."""
    rows = await session.execute(
        select(Room.id, Room.name)
        .join(Venue, Venue.id == Room.venue_id)
        .where(Room.id.in_([one for one in room_ids if one is not None]))
    )
    return {row.id: row.name for row in rows}


async def _names(session: AsyncSession, person_ids: Collection[UUID]) -> Mapping[UUID, str]:
    people = await session.scalars(select(Person).where(Person.id.in_(person_ids)).order_by(Person.id))
    return {person.id: person.name for person in people}


async def _teachers(session: AsyncSession, session_ids: Sequence[UUID]) -> Mapping[UUID, dict[UUID, str]]:
    """Who teaches these sessions: those named for each, or else those of its run."""
    named: dict[UUID, dict[UUID, str]] = defaultdict(dict)
    of_run: dict[UUID, dict[UUID, str]] = defaultdict(dict)
    for found, link in (
        (named, (SessionTrainer, SessionTrainer.session_id == Session.id)),
        (of_run, (RunTrainer, RunTrainer.run_id == Session.run_id)),
    ):
        table, condition = link
        rows = await session.execute(
            select(Session.id, Person)
            .join(table, condition)
            .join(Person, Person.id == table.person_id)
            .where(Session.id.in_(session_ids))
            .order_by(Person.family_name, Person.id)
        )
        for session_id, person in rows:
            found[session_id][person.id] = person.name
    return {one: named.get(one) or of_run.get(one, {}) for one in session_ids}


async def _replaced(session: AsyncSession, session_ids: Sequence[UUID]) -> Mapping[UUID, Period]:
    """When the cancelled sessions were to be in whose place these come, by the new session."""
    places = {
        row.id: row.replaces_id
        for row in await session.execute(
            select(Session.id, Session.replaces_id).where(
                Session.id.in_(session_ids), Session.replaces_id.is_not(None)
            )
        )
    }
    rows = await session.execute(
        select(Session.id, Session.starts_at, Session.ends_at).where(Session.id.in_(places.values()))
    )
    when = {row.id: Period(row.starts_at, row.ends_at) for row in rows}
    return {new: when[old] for new, old in places.items() if old in when}
