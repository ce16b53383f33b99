"""What stands in a personal calendar: the texts of its entries, by what its owner may see today.

`circle_of` says who the owner may speak for and in which roles; `texts_of` reads the entries for that. The same entries
with the same UIDs and marks go to whoever subscribes and to whoever synchronises.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID

from sqlalchemy import or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from lms.accounts.models import Account
from lms.accounts.queries import Capacities, capacities_of
from lms.catalogue.models import Run, RunState
from lms.db import Begin
from lms.enrolment.models import Enrolment, EnrolmentSession, EnrolmentState
from lms.feeds import queries, uses
from lms.feeds.looks import said_whose
from lms.feeds.models import Feed, FeedKind, Naming
from lms.feeds.texts import Text, session_texts, shown, written
from lms.kernel.clock import Clock, at_venue, today
from lms.kernel.errors import NotFound
from lms.kernel.marking import N_
from lms.kernel.rights import Identity, Scope, scopes
from lms.people.models import Person
from lms.resources.models import Kit, Room, Venue
from lms.scheduling.calendar import Entry
from lms.scheduling.models import Session, SessionState
from lms.web.language import translated

LOOK_BACK_DAYS = 60
"""So long what is over, or has been cancelled, stays in a calendar."""
USUAL_NAMES = {
    FeedKind.EVERYTHING: N_("My dates"),
    FeedKind.PERSON: N_("My courses"),
    FeedKind.HOUSEHOLD: N_("Dates of our household"),
    FeedKind.TRAINER: N_("What I teach"),
    FeedKind.ROOM: N_("Room"),
    FeedKind.KIT: N_("Kit"),
}


async def subject_names(session: AsyncSession, feeds: Sequence[Feed]) -> Mapping[UUID, str]:
    """What the rooms and kits of these calendars are called; two statements, none where no calendar is of one."""
    ids = [feed.subject_id for feed in feeds if feed.subject_id]
    if not ids:
        return {}
    rooms = await session.execute(
        select(Room.id, Venue.name, Room.name).join(Venue, Venue.id == Room.venue_id).where(Room.id.in_(ids))
    )
    kits = await session.execute(select(Kit.id, Kit.name).where(Kit.id.in_(ids)))
    names = {room_id: f"{venue}, {room}" for room_id, venue, room in rooms}
    return names | {row.id: row.name for row in kits}


def usual_name(feed: Feed, names: Mapping[UUID, str]) -> str:
    """What a calendar is called that has been given no name: as its room or kit, else as its kind."""
    return (feed.subject_id and names.get(feed.subject_id)) or translated(USUAL_NAMES[feed.kind])


@dataclass(frozen=True, slots=True)
class Circle:
    """Whose dates the owner of a calendar may see today, beside their own, and in which roles they act."""

    person_id: UUID
    others: frozenset[UUID] = frozenset()
    roles: frozenset[Identity] = frozenset()

    @property
    def persons(self) -> frozenset[UUID]:
        """Everybody, oneself included."""
        return self.others | {self.person_id}

    def may_use(self, kind: FeedKind) -> bool:
        """Whether such a calendar is for them: what a room is used for is seen by those who teach and by the team."""
        return kind not in {FeedKind.ROOM, FeedKind.KIT} or bool(scopes(self.roles, "R", "resource"))

    @property
    def may_see_bookers(self) -> bool:
        """Whether the names of those who have booked a room are for them."""
        return Scope.ALL in scopes(self.roles, "R", "room-booking")

    @property
    def may_see_borrowers(self) -> bool:
        """Whether the names of those who have borrowed something are for them."""
        return Scope.ALL in scopes(self.roles, "R", "loan")


async def circle_of(session: AsyncSession, person_id: UUID, clock: Clock) -> Circle:
    """Who the owner may speak for today. Raises NotFound when their account is locked."""
    account = await session.scalar(select(Account).where(Account.person_id == person_id))
    if account is None:
        return Circle(person_id)
    if account.locked_at is not None:
        raise NotFound
    return circle_in(person_id, await capacities_of(session, account.id, person_id, today(clock)))


def circle_in(person_id: UUID, capacities: Capacities) -> Circle:
    """The circle of somebody whose rights of today are known already."""
    return Circle(person_id, capacities.persons_for("R", "enrolment"), capacities.roles)


def since(clock: Clock) -> datetime:
    """From when on calendars show what is over: a midnight, so that a day's calendar is one and the same."""
    return at_venue(today(clock) - timedelta(days=LOOK_BACK_DAYS), time())


async def texts_of(begin: Begin, feed: Feed, circle: Circle, clock: Clock) -> Sequence[Text]:
    """The entries of a personal calendar in the current language. Raises NotFound for what is not theirs, or not there.

    Opens its own transactions: never call it with one open.
    """
    if not circle.may_use(feed.kind):
        raise NotFound
    begins = since(clock)
    if feed.kind is FeedKind.ROOM:
        return await _of_room(begin, feed, circle, begins)
    if feed.kind is FeedKind.KIT:
        return await _of_kit(begin, feed, circle, begins)
    persons = circle.persons if feed.kind in {FeedKind.EVERYTHING, FeedKind.HOUSEHOLD} else {circle.person_id}
    wanted = []
    if feed.kind is not FeedKind.TRAINER:
        wanted.append(queries.taking_part(persons))
    if feed.kind in {FeedKind.EVERYTHING, FeedKind.TRAINER}:
        wanted.append(queries.teaching(circle.person_id))
    texts = await session_texts(begin, or_(*wanted), Session.ends_at > begins, is_detailed=feed.is_detailed)
    if feed.naming is Naming.NONE or len(persons) == 1:
        return texts
    async with begin.reading() as session:
        whose = await names_by_session(session, persons, begins)
    return await asyncio.to_thread(
        lambda: [said_whose(text, _called(whose.get(text.uid, ()), feed.naming)) for text in texts]
    )


async def occupation(
    begin: Begin, room_id: UUID, clock: Clock, *, is_detailed: bool = True
) -> tuple[str, Sequence[Text]]:
    """For everybody: when a room is taken, and by which public course; what is not public is just taken. Raises NotFound."""
    begins = since(clock)
    texts = await session_texts(
        begin, *queries.programme(since=begins), queries.in_room(room_id), is_detailed=is_detailed
    )
    async with begin.reading() as session:
        name, place = await uses.room_named(session, room_id)
        others = [
            *await uses.closed_runs_in(session, room_id, since=begins, place=place),
            *await uses.bookings_in(
                session, room_id, since=begins, place=place, shows_titles=False, shows_names=False
            ),
            *await uses.closures_of(session, room_id, since=begins, place=place),
        ]
    return name, [*texts, *await _written(others, is_detailed=is_detailed)]


async def _of_room(begin: Begin, feed: Feed, circle: Circle, begins: datetime) -> Sequence[Text]:
    room_id = _subject(feed)
    texts = await session_texts(
        begin, queries.in_room(room_id), Session.ends_at > begins, is_detailed=feed.is_detailed
    )
    async with begin.reading() as session:
        _, place = await uses.room_named(session, room_id)
        others = [
            *await uses.bookings_in(
                session, room_id, since=begins, place=place, shows_titles=True, shows_names=circle.may_see_bookers
            ),
            *await uses.closures_of(session, room_id, since=begins, place=place),
        ]  # fmt: skip
    return [*texts, *await _written(others, is_detailed=feed.is_detailed)]


async def _of_kit(begin: Begin, feed: Feed, circle: Circle, begins: datetime) -> Sequence[Text]:
    kit_id = _subject(feed)
    texts = await session_texts(
        begin, queries.with_kit(kit_id), Session.ends_at > begins, is_detailed=feed.is_detailed
    )
    async with begin.reading() as session:
        name = await uses.kit_named(session, kit_id)
        others = await uses.uses_of_kit(
            session, kit_id, since=begins, name=name, shows_names=circle.may_see_borrowers
        )
    return [*texts, *await _written(others, is_detailed=feed.is_detailed)]


def _subject(feed: Feed) -> UUID:
    if feed.subject_id is None:
        raise NotFound
    return feed.subject_id


async def _written(entries: Sequence[Entry], *, is_detailed: bool) -> Sequence[Text]:
    return await asyncio.to_thread(
        lambda: [written(shown(entry, is_detailed=is_detailed)) for entry in entries]
    )


async def names_by_session(
    session: AsyncSession, persons: Iterable[UUID], begins: datetime
) -> Mapping[UUID, Sequence[str]]:
    """The given names of those of them who come to each session, in the order of the alphabet; one statement."""
    had_place = (Enrolment.person_id.in_(list(persons)), Enrolment.confirmed_at.is_not(None))
    holds = Enrolment.state == EnrolmentState.CONFIRMED
    called_off = Run.state == RunState.CANCELLED
    whole = (
        select(Session.id, Person.given_name)
        .join(Run, Run.id == Session.run_id)
        .join(Enrolment, Enrolment.run_id == Run.id)
        .join(Person, Person.id == Enrolment.person_id)
        .where(*had_place, Enrolment.is_drop_in.is_(False), or_(holds, called_off), Session.ends_at > begins)
    )
    single = (
        select(Session.id, Person.given_name)
        .join(Run, Run.id == Session.run_id)
        .join(EnrolmentSession, EnrolmentSession.session_id == Session.id)
        .join(Enrolment, Enrolment.id == EnrolmentSession.enrolment_id)
        .join(Person, Person.id == Enrolment.person_id)
        .where(
            *had_place,
            EnrolmentSession.ended_at.is_(None),
            or_(holds, called_off, Session.state == SessionState.CANCELLED),
            Session.ends_at > begins,
        )
    )
    found: dict[UUID, set[str]] = defaultdict(set)
    for session_id, name in await session.execute(union_all(whole, single)):
        found[session_id].add(name)
    return {session_id: sorted(names) for session_id, names in found.items()}


def _called(names: Iterable[str], naming: Naming) -> Sequence[str]:
    return [name if naming is Naming.NAME else f"{name[:1]}." for name in names if name]
