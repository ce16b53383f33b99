"""Calendars to subscribe to, as they are asked for: what identifies them now, and what stands in them."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, get_args
from uuid import UUID

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import InstrumentedAttribute

from lms.catalogue.freshness import counts
from lms.catalogue.models import Audience, Course, Run, Topic
from lms.feeds import queries
from lms.feeds.looks import Look, look_of
from lms.feeds.marks import Bodies, Moments
from lms.feeds.models import Feed
from lms.feeds.reading import circle_of, occupation, since, subject_names, texts_of, usual_name
from lms.feeds.texts import edition, session_texts
from lms.kernel.clock import today
from lms.kernel.errors import NotFound
from lms.kernel.links import Links
from lms.kernel.marking import N_
from lms.resources.models import Venue
from lms.web.language import Language, current_language, gettext, translated, use_locale
from lms.web.module import Around

PURPOSE = "feed"
"""Of the token in a personal address: `signer.token(PURPOSE, feed.id, feed.version)`."""

UNUSED = timedelta(days=396)  # S-19: thirteen months
NOTED_EVERY = timedelta(days=1)
What = Literal["programme", "audience", "topic", "district", "venue", "room", "run"]
PUBLIC: tuple[What, ...] = get_args(What)
AUDIENCES = {
    Audience.SENIORS: N_("Courses for older people"),
    Audience.YOUTH: N_("Courses for young people"),
    Audience.SMES: N_("Courses for companies"),
    Audience.EVERYONE: N_("Courses for everyone"),
}


@dataclass(frozen=True, slots=True)
class Known:
    """A personal calendar whose address is right: the mark that it has now, and the language it speaks."""

    mark: str
    language: Language


class Feeds:
    """The public calendars, and personal ones behind addresses that can be renewed and revoked."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock
        self.signer = around.signer
        self.moments = Moments()
        self._home = Links(public_url=around.settings.public_url, signer=around.signer).absolute("/")
        self._bodies = Bodies()

    async def mark(self, what: What, name: str = "") -> str:
        """What identifies this public calendar as it is now: another one after every change, and every day.

        Costs one glance at the database; whoever still has this mark needs nothing else.
        """
        now = await counts(self.begin)
        # what else takes a room counts as a change of calendars, and not of the programme
        count = f"{now.programme:x}.{now.calendar:x}" if what == "room" else f"{now.programme:x}"
        return "-".join((what[0:2], name.encode().hex() or "0", count, self._rest(current_language())))

    async def public(self, what: What, name: str, mark: str) -> bytes:
        """The calendar for everybody: the programme, or a part of it by name. Raises NotFound when there is none."""

        async def make() -> bytes:
            if what == "room":
                title, texts = await occupation(self.begin, _id(name), self.clock)
            else:
                title, conditions = await self._part(what, name)
                texts = await session_texts(self.begin, *conditions)
            return await asyncio.to_thread(Look(name=title).calendar, texts)

        return await self._bodies.of(mark, make)

    async def known(self, feed_id: UUID, token: str) -> Known:
        """What identifies this personal calendar now. Raises NotFound for every address that is not, or no longer, valid.

        Costs one glance, and once a day a note that somebody still reads it.
        """
        now = self.clock()
        rows = await self.begin.glance(_look_at(feed_id, now, is_sqlite=self.begin.is_sqlite))
        if not rows:
            raise NotFound
        version, settings, lives, was_used, language, programme, calendar = rows[0]
        if not (lives and self.signer.matches(token, PURPOSE, feed_id, int(version))):
            raise NotFound
        if not was_used:
            await self._used(feed_id, now)
        spoken: Language = "en" if "en" in {language, current_language()} else "de"
        mark = f"u-{int(settings):x}-{int(programme):x}.{int(calendar):x}-{self._rest(spoken)}"
        return Known(mark, spoken)

    async def personal(self, feed_id: UUID, token: str) -> bytes:
        """What its owner may see today. Raises NotFound like `known`."""
        spoken = (await self.known(feed_id, token)).language
        with use_locale(spoken):
            async with self.begin.reading() as session:
                feed = await session.get(Feed, feed_id)
                if feed is None:
                    raise NotFound
                circle = await circle_of(session, feed.person_id, self.clock)
                usual = usual_name(feed, await subject_names(session, [feed]))
            texts = await texts_of(self.begin, feed, circle, self.clock)
            look = look_of(feed, usual)
            return await asyncio.to_thread(look.calendar, texts)

    def _rest(self, language: Language) -> str:
        return f"{today(self.clock):%Y%m%d}-{edition(self._home)}-{language}"

    async def _used(self, feed_id: UUID, now: datetime) -> None:
        async with self.begin() as session:
            await session.execute(update(Feed).where(Feed.id == feed_id).values(last_used_at=now))

    async def _part(self, what: What, name: str) -> tuple[str, list[ColumnElement[bool]]]:
        """Title and conditions of a part of the programme."""
        everything = queries.programme(since=since(self.clock))
        if what == "programme":
            return gettext("Courses"), everything
        if what == "audience":
            if name not in set(Audience):
                raise NotFound
            audience = Audience(name)
            return translated(AUDIENCES[audience]), [*everything, queries.for_audience(audience)]
        if what == "district":
            title, condition = (
                await self._found(Venue.district, Venue.district == name),
                Venue.district == name,
            )
            return title, [*everything, queries.at_venues(condition)]
        if what == "venue":
            title = await self._found(Venue.name, Venue.slug == name)
            return title, [*everything, queries.at_venues(Venue.slug == name)]
        is_english = current_language() == "en"
        if what == "topic":
            title = await self._found(Topic.name_en if is_english else Topic.name_de, Topic.slug == name)
            return title, [*everything, queries.on_topic(name)]
        return await self._run_named(name, is_english=is_english), queries.of_run(name)

    async def _found(self, title: InstrumentedAttribute[str], condition: ColumnElement[bool]) -> str:
        async with self.begin.reading() as session:
            found = await session.scalar(select(title).where(condition).limit(1))
        if found is None:
            raise NotFound
        return gettext("Courses: %(what)s", what=found)

    async def _run_named(self, number: str, *, is_english: bool) -> str:
        async with self.begin.reading() as session:
            course = await session.scalar(
                select(Course).join(Run, Run.course_id == Course.id).where(*queries.of_run(number))
            )
        if course is None:
            raise NotFound
        return (course.title_en if is_english else "") or course.title_de


def _look_at(feed_id: UUID, now: datetime, *, is_sqlite: bool) -> str:
    """The question about one address; the id is a UUID and the moments are ours, so that nothing of it is typed by anybody."""
    key = feed_id.hex if is_sqlite else str(feed_id)
    zone = "" if is_sqlite else "+00"
    hour = now.replace(
        minute=0, second=0, microsecond=0
    )  # the same words for an hour: the database reads them once
    dead, noted = (f"{moment:%Y-%m-%d %H:%M:%S.%f}{zone}" for moment in (hour - UNUSED, hour - NOTED_EVERY))
    count = "(SELECT sum(amount) FROM catalogue_change WHERE name = '{}')"
    return (
        "SELECT version, settings_version,"  # noqa: S608 - see above: nothing in it comes from outside
        f" revoked_at IS NULL AND coalesce(last_used_at, created_at) > '{dead}',"
        f" last_used_at IS NOT NULL AND last_used_at > '{noted}', language,"
        f" {count.format('programme')}, {count.format('calendar')} FROM feed WHERE id = '{key}'"
    )


def _id(name: str) -> UUID:
    try:
        return UUID(name)
    except ValueError:
        raise NotFound from None
