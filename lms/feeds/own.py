"""One's own calendar addresses: made, set, renewed, switched off; every public method is one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.db import retried
from lms.feeds import policy, queries
from lms.feeds.models import Colour, Feed, FeedKind, Naming
from lms.feeds.reading import subject_names, usual_name
from lms.feeds.service import PURPOSE, UNUSED
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import DomainError, NotFound, SignInNeeded, Stale
from lms.kernel.marking import N_
from lms.scheduling.calendar import Entry
from lms.scheduling.entries import entries
from lms.scheduling.models import Session
from lms.web.module import Around

MOST = 20
"""So many calendars one person may have: more than anybody keeps apart."""


class TooManyCalendars(DomainError):
    """Somebody collects calendars."""

    message = N_("You have 20 calendars. Please switch one off before you make another one.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody has chosen for a calendar."""

    kind: FeedKind = FeedKind.EVERYTHING
    subject_id: UUID | None = None
    name: str = ""
    colour: Colour = Colour.BLUE
    refresh_minutes: int = 60
    alarm_minutes: int | None = None
    is_detailed: bool = True
    naming: Naming = Naming.NONE
    language: str = "de"


@dataclass(frozen=True, slots=True)
class Own:
    """One of the actor's calendars: what it is called, where it is, and whether its address still opens it."""

    feed: Feed
    name: str
    path: str
    is_alive: bool


class OwnFeeds:
    """For whoever is signed in; what belongs to others does not exist for them (S-03)."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock
        self.signer = around.signer

    async def all_of(self, actor: Actor) -> Sequence[Own]:
        """The actor's calendars, oldest first."""
        async with self.begin.reading() as session:
            found = await queries.feeds_of(session, _person(actor))
            names = await subject_names(session, found)
        return [self._own(feed, names) for feed in found]

    async def one_of(self, actor: Actor, feed_id: UUID) -> Own:
        """One of the actor's calendars. Raises NotFound."""
        async with self.begin.reading() as session:
            feed = await _feed_of(session, actor, feed_id)
            names = await subject_names(session, [feed])
        return self._own(feed, names)

    async def coming(self, actor: Actor) -> Sequence[Entry]:
        """What is in the actor's calendar from now on."""
        persons = {_person(actor), *actor.persons_for("R", "enrolment")}
        mine = or_(queries.taking_part(persons), queries.teaching(_person(actor)))
        async with self.begin.reading() as session:
            return await entries(session, mine, Session.ends_at > self.clock())

    @retried
    async def make(self, actor: Actor, *, feed_id: UUID, wanted: Wanted) -> str:
        """Make a calendar address and give its path; the same id twice is one. Raises NotFound, TooManyCalendars."""
        ensure(policy.may_have(actor, wanted.kind), actor)
        now, person_id = self.clock(), _person(actor)
        async with self.begin() as session:
            known = await session.get(Feed, feed_id)
            if known is not None:
                return self._path(await _feed_of(session, actor, feed_id))
            count = await session.scalar(
                select(func.count(Feed.id)).where(Feed.person_id == person_id, Feed.revoked_at.is_(None))
            )
            if (count or 0) >= MOST:
                raise TooManyCalendars
            feed = Feed(id=feed_id, person_id=person_id, created_at=now, **_values(wanted))
            await _ensure_subject(session, feed)
            session.add(feed)
            await session.flush()
            record(session, actor, "feed.made", at=now, kind="feed", object_id=feed.id, person_id=person_id)
        return self._path(feed)

    @retried
    async def change(self, actor: Actor, *, feed_id: UUID, wanted: Wanted, version: int | None) -> None:
        """Show it otherwise from the next request on; the address stays. Raises NotFound, Stale."""
        ensure(policy.may_have(actor, wanted.kind), actor)
        now = self.clock()
        async with self.begin() as session:
            feed = await _feed_of(session, actor, feed_id, lock=True)
            values = _values(wanted)
            before = {name: getattr(feed, name) for name in values}
            if before == values:
                return
            if feed.settings_version != version:
                raise Stale
            for name, value in values.items():
                setattr(feed, name, value)
            await _ensure_subject(session, feed)
            feed.settings_version += 1
            record(
                session, actor, "feed.changed", at=now, kind="feed", object_id=feed.id, person_id=feed.person_id
            )  # fmt: skip

    @retried
    async def renew(self, actor: Actor, *, feed_id: UUID) -> str:
        """Give the calendar a new address that makes the old one void. Gives its path; raises NotFound."""
        now = self.clock()
        async with self.begin() as session:
            feed = await _feed_of(session, actor, feed_id, lock=True)
            feed.version += 1
            feed.created_at, feed.last_used_at = now, None
            record(
                session, actor, "feed.renewed", at=now, kind="feed", object_id=feed.id, person_id=feed.person_id
            )  # fmt: skip
        return self._path(feed)

    @retried
    async def revoke(self, actor: Actor, *, feed_id: UUID) -> None:
        """Switch the address off for good. Twice is as good as once; raises NotFound."""
        now = self.clock()
        async with self.begin() as session:
            feed = await session.get(Feed, feed_id, with_for_update=True)
            if feed is None or feed.person_id != _person(actor):
                raise NotFound
            if feed.revoked_at is not None:
                return
            feed.revoked_at = now
            record(
                session, actor, "feed.revoked", at=now, kind="feed", object_id=feed.id, person_id=feed.person_id
            )  # fmt: skip

    def _own(self, feed: Feed, names: Mapping[UUID, str]) -> Own:
        name = feed.name or usual_name(feed, names)
        is_alive = self.clock() - (feed.last_used_at or feed.created_at) < UNUSED
        return Own(feed, name, self._path(feed), is_alive)

    def _path(self, feed: Feed) -> str:
        return f"/kalender/{feed.id}/{self.signer.token(PURPOSE, feed.id, feed.version)}.ics"


def _values(wanted: Wanted) -> dict[str, Any]:
    needs_subject = wanted.kind in {FeedKind.ROOM, FeedKind.KIT}
    if needs_subject and wanted.subject_id is None:
        raise NotFound
    values = {name: getattr(wanted, name) for name in Wanted.__dataclass_fields__}
    return values | {"subject_id": wanted.subject_id if needs_subject else None}


async def _ensure_subject(session: AsyncSession, feed: Feed) -> None:
    """Raises NotFound for a room or kit that is not there."""
    if feed.subject_id is not None and not await subject_names(session, [feed]):
        raise NotFound


async def _feed_of(session: AsyncSession, actor: Actor, feed_id: UUID, *, lock: bool = False) -> Feed:
    feed = await session.get(Feed, feed_id, with_for_update=lock)
    if feed is None or feed.person_id != _person(actor) or feed.revoked_at is not None:
        raise NotFound
    return feed


def _person(actor: Actor) -> UUID:
    if actor.person_id is None:
        raise SignInNeeded
    return actor.person_id
