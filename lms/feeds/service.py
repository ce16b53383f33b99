"""Calendars to subscribe to. The text of a session is made once, when somebody first asks for it, and then joined."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.dialects import postgresql, sqlite

from lms.accounts.models import Account
from lms.accounts.queries import capacities_of
from lms.audit.trail import record
from lms.catalogue.freshness import counts
from lms.catalogue.models import Audience, Course, Run
from lms.db import retried
from lms.feeds import queries
from lms.feeds.models import Feed, SessionText
from lms.kernel.actor import Actor
from lms.kernel.clock import local, today
from lms.kernel.errors import NotFound, SignInNeeded
from lms.scheduling.calendar import Entry, calendar_text, event_text
from lms.scheduling.entries import entries
from lms.scheduling.models import Session
from lms.web.language import current_language, gettext
from lms.web.module import Around

PURPOSE = "feed"
"""Of the token in a personal address: `signer.token(PURPOSE, feed.id, feed.version)`."""

LOOK_BACK = timedelta(days=60)
UNUSED = timedelta(days=396)  # S-19: thirteen months
REFRESH = timedelta(hours=1)
BODIES = 64


class Feeds:
    """The public calendars, and personal ones behind addresses that can be renewed and revoked."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock
        self.signer = around.signer
        self._bodies: dict[str, bytes] = {}

    async def mark(self, name: str) -> str:
        """What identifies the public calendar `name` as it is now: another one after every change, and every day.

        Costs one glance at the database; whoever still has this mark needs nothing else.
        """
        now = await counts(self.begin)
        return f"{name}-{current_language()}-{now.programme:x}-{today(self.clock):%Y%m%d}"

    async def programme(self, audience: Audience | None, mark: str) -> bytes:
        """Every published session, from two months ago on."""
        return await self._kept(mark, queries.programme(audience, since=self._since()), gettext("Courses"))

    async def run(self, number: str, mark: str) -> bytes:
        """The sessions of one published run. Raises NotFound."""
        async with self.begin.reading() as session:
            course = await session.scalar(
                select(Course).join(Run, Run.course_id == Course.id).where(*queries.of_run(number))
            )
        if course is None:
            raise NotFound
        title = (course.title_en if current_language() == "en" else "") or course.title_de
        return await self._kept(mark, queries.of_run(number), title)

    async def personal(self, feed_id: UUID, token: str) -> bytes:
        """Own and household sessions. Raises NotFound for every address that is not, or no longer, valid."""
        now = self.clock()
        async with self.begin.reading() as session:
            feed = await session.get(Feed, feed_id)
            if feed is None or not self._opens(feed, token, now):
                raise NotFound
            account_id = await session.scalar(select(Account.id).where(Account.person_id == feed.person_id))
            household: frozenset[UUID] = frozenset()
            if account_id is not None:
                household = (
                    await capacities_of(session, account_id, feed.person_id, local(now).date())
                ).persons_for("R", "enrolment")
        if feed.last_used_at is None or now - feed.last_used_at > timedelta(days=1):
            await self._used(feed_id, now)
        conditions = queries.personal(feed.person_id, household, since=self._since())
        return await self._calendar(conditions, gettext("My courses"))

    async def address_of(self, actor: Actor) -> str | None:
        """The path of the actor's own calendar, if there is one."""
        async with self.begin.reading() as session:
            feed = await queries.feed_of(session, _person(actor))
        return self._path(feed) if feed and self._is_alive(feed, self.clock()) else None

    async def coming(self, actor: Actor) -> Sequence[Entry]:
        """What the actor's own calendar shows from now on."""
        conditions = queries.personal(_person(actor), actor.persons_for("R", "enrolment"), since=self.clock())
        async with self.begin.reading() as session:
            return await entries(session, *conditions)

    @retried
    async def renew(self, actor: Actor) -> str:
        """Make the actor's calendar address, or a new one that makes the old one void. Gives its path."""
        now, person_id = self.clock(), _person(actor)
        async with self.begin() as session:
            feed = await session.scalar(select(Feed).where(Feed.person_id == person_id).with_for_update())
            if feed is None:
                feed = Feed(person_id=person_id, created_at=now)
                session.add(feed)
            else:
                feed.version += 1
                feed.revoked_at, feed.created_at, feed.last_used_at = None, now, None
            await session.flush()
            record(
                session, actor, "feed.renewed", at=now, kind="feed", object_id=feed.id, person_id=person_id
            )
        return self._path(feed)

    @retried
    async def revoke(self, actor: Actor) -> None:
        """Make the actor's calendar address void. Twice is as good as once."""
        now, person_id = self.clock(), _person(actor)
        async with self.begin() as session:
            feed = await session.scalar(select(Feed).where(Feed.person_id == person_id).with_for_update())
            if feed is None or feed.revoked_at is not None:
                return
            feed.revoked_at = now
            record(
                session, actor, "feed.revoked", at=now, kind="feed", object_id=feed.id, person_id=person_id
            )

    async def _kept(self, mark: str, conditions: Sequence[ColumnElement[bool]], name: str) -> bytes:
        """The mark was taken before the data is read: what is kept may be newer than its mark, never older."""
        body = self._bodies.get(mark)
        if body is None:
            body = await self._calendar(conditions, name)
            while len(self._bodies) >= BODIES:
                self._bodies.pop(next(iter(self._bodies)))
            self._bodies[mark] = body
        return body

    async def _calendar(self, conditions: Sequence[ColumnElement[bool]], name: str) -> bytes:
        language = current_language()
        async with self.begin.reading() as session:
            wanted = await entries(session, *conditions)
            kept = await queries.kept_texts(session, language, *conditions)
        texts: dict[UUID, str] = {}
        missing: list[tuple[Entry, str]] = []
        for entry in wanted:
            fingerprint, text = kept.get(entry.session_id, ("", ""))
            if fingerprint == (expected := entry.fingerprint):
                texts[entry.session_id] = text
            else:
                missing.append((entry, expected))
        if missing:
            made = await asyncio.to_thread(lambda: [event_text(entry) for entry, _ in missing])
            texts |= {entry.session_id: text for (entry, _), text in zip(missing, made, strict=True)}
            await self._keep(
                [
                    {"session_id": entry.session_id, "language": language, "fingerprint": mark, "text": text}
                    for (entry, mark), text in zip(missing, made, strict=True)
                ]
            )
        return calendar_text((texts[entry.session_id] for entry in wanted), name=name, refresh=REFRESH)

    @retried
    async def _keep(self, rows: Sequence[dict[str, object]]) -> None:
        insert = sqlite.insert if self.begin.is_sqlite else postgresql.insert
        ordered = sorted(
            rows, key=lambda row: str(row["session_id"])
        )  # two that write the same rows never wait in a circle
        async with self.begin() as session:
            known = set(
                (
                    await session.scalars(
                        select(Session.id).where(Session.id.in_([row["session_id"] for row in ordered]))
                    )
                ).all()
            )
            statement = insert(SessionText)
            await session.execute(
                statement.on_conflict_do_update(
                    index_elements=[SessionText.session_id, SessionText.language],
                    set_={"fingerprint": statement.excluded.fingerprint, "text": statement.excluded.text},
                ),
                [row for row in ordered if row["session_id"] in known],
            )

    async def _used(self, feed_id: UUID, now: datetime) -> None:
        async with self.begin() as session:
            await session.execute(update(Feed).where(Feed.id == feed_id).values(last_used_at=now))

    def _since(self) -> datetime:
        return self.clock() - LOOK_BACK

    def _opens(self, feed: Feed, token: str, now: datetime) -> bool:
        return self.signer.matches(token, PURPOSE, feed.id, feed.version) and self._is_alive(feed, now)

    @staticmethod
    def _is_alive(feed: Feed, now: datetime) -> bool:
        return feed.revoked_at is None and now - (feed.last_used_at or feed.created_at) < UNUSED

    def _path(self, feed: Feed) -> str:
        return f"/kalender/{feed.id}/{self.signer.token(PURPOSE, feed.id, feed.version)}.ics"


def _person(actor: Actor) -> UUID:
    if actor.person_id is None:
        raise SignInNeeded
    return actor.person_id
