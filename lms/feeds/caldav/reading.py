"""Which calendars somebody has, and what stands in them: the same entries, with the same UIDs, as in the addresses to subscribe to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from hashlib import sha256
from uuid import UUID, uuid4

from sqlalchemy import Select, delete, exists, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from lms.db import retried
from lms.feeds.caldav.models import CalendarState
from lms.feeds.caldav.passwords import Holder
from lms.feeds.looks import Look, look_of
from lms.feeds.models import Feed, FeedKind
from lms.feeds.reading import USUAL_NAMES, circle_in, texts_of
from lms.feeds.texts import Text
from lms.scheduling.calendar import resource_text
from lms.scheduling.models import RunTrainer, Session, SessionTrainer
from lms.web.language import translated
from lms.web.module import Around

KEPT_STATES = 12


class Kind(StrEnum):
    """The calendars that a person may have; the value stands in the address."""

    OWN = "kurse"
    HOUSEHOLD = "haushalt"
    TEACHING = "kursleitung"

    @property
    def subscribed(self) -> FeedKind:
        """The kind of address to subscribe to in which the same entries stand."""
        return FEEDS[self]

    @property
    def called(self) -> str:
        """How the calendar is called, in the current language."""
        return translated(USUAL_NAMES[self.subscribed])


FEEDS: Mapping[Kind, FeedKind] = {
    Kind.OWN: FeedKind.PERSON,
    Kind.HOUSEHOLD: FeedKind.HOUSEHOLD,
    Kind.TEACHING: FeedKind.TRAINER,
}


@dataclass(frozen=True, slots=True)
class Item:
    """One entry: its text as every calendar has it, and when it is."""

    text: Text
    starts_at: datetime
    ends_at: datetime
    changed_at: datetime

    @property
    def name(self) -> str:
        """Its file."""
        return f"{self.text.uid}.ics"

    @property
    def mark(self) -> str:
        """Its ETag."""
        return self.text.mark


@dataclass(frozen=True)
class Contents:
    """One calendar at this moment: its entries by id, and how they are shown."""

    kind: Kind
    look: Look
    entries: Mapping[UUID, Item]

    def body(self, one: Item) -> str:
        """An entry as a calendar of its own."""
        return resource_text(self.look.event(one.text))

    @cached_property
    def marks(self) -> Mapping[str, str]:
        """The ETag of each entry, by the name of its file."""
        return {one.name: one.mark for one in self.entries.values()}

    @cached_property
    def lines(self) -> str:
        """The whole state as text, the same for the same state."""
        return "\n".join(f"{name} {mark}" for name, mark in sorted(self.marks.items()))

    @property
    def digest(self) -> str:
        """Another one whenever anything is different."""
        return sha256(f"{self.kind}\n{self.lines}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Difference:
    """What is new or other than before, and what is gone, by the names of the files."""

    changed: Sequence[str]
    gone: Sequence[str]


class Calendars:
    """Reads the calendars of whoever has come."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    async def kinds(self, holder: Holder) -> Sequence[Kind]:
        """One's own always; the household's and what one teaches where there is such a thing."""
        me = holder.person.id
        teaches = or_(
            exists().where(RunTrainer.person_id == me), exists().where(SessionTrainer.person_id == me)
        )
        async with self.begin.reading() as session:
            is_trainer = bool(await session.scalar(select(teaches)))
        return [
            Kind.OWN,
            *([Kind.HOUSEHOLD] if holder.household else []),
            *([Kind.TEACHING] if is_trainer else []),
        ]

    async def contents(self, holder: Holder, kind: Kind) -> Contents:
        """What stands in one calendar, in the current language: as whoever subscribes to it and has chosen nothing gets it."""
        feed = Feed(person_id=holder.person.id, created_at=self.clock(), kind=kind.subscribed)
        texts = await texts_of(self.begin, feed, circle_in(holder.person.id, holder.capacities), self.clock)
        async with self.begin.reading() as session:
            rows = await session.execute(
                select(Session.id, Session.starts_at, Session.ends_at, Session.changed_at).where(
                    Session.id.in_([text.uid for text in texts])
                )
            )
        times = {row[0]: row[1:] for row in rows}
        found = {text.uid: Item(text, *times[text.uid]) for text in texts if text.uid in times}
        return Contents(kind, look_of(feed, kind.called), found)

    @retried
    async def remember(self, holder: Holder, contents: Contents) -> str:
        """Keep this state, so that its token can be asked about later. Gives the token."""
        digest, now = contents.digest, self.clock()
        async with self.begin.reading() as session:
            if await session.scalar(_states(holder, contents.kind).where(CalendarState.digest == digest)):
                return digest
        insert = sqlite.insert if self.begin.is_sqlite else postgresql.insert
        async with self.begin() as session:
            await session.execute(
                insert(CalendarState)
                .values(
                    id=uuid4(), person_id=holder.person.id, calendar=contents.kind.value, digest=digest, lines=contents.lines,
                    seen_at=now,
                )
                .on_conflict_do_nothing()
            )  # fmt: skip
            late = _states(holder, contents.kind).order_by(CalendarState.seen_at.desc()).offset(KEPT_STATES)
            gone = (await session.scalars(late)).all()
            await session.execute(delete(CalendarState).where(CalendarState.id.in_(gone)))
        return digest

    async def since(self, holder: Holder, contents: Contents, token: str) -> Difference | None:
        """What is different now from what the token stands for, "" for nothing at all; None where it is not known any more."""
        before: dict[str, str] = {}
        if token:
            known = _states(holder, contents.kind).with_only_columns(CalendarState.lines)
            async with self.begin.reading() as session:
                lines = await session.scalar(known.where(CalendarState.digest == token))
            if lines is None:
                return None
            before = dict(line.split(" ", 1) for line in lines.splitlines())
        now = contents.marks
        return Difference(
            changed=[name for name in sorted(now) if before.get(name) != now[name]],
            gone=[name for name in sorted(before) if name not in now],
        )


def _states(holder: Holder, kind: Kind) -> Select[UUID]:
    return select(CalendarState.id).where(
        CalendarState.person_id == holder.person.id, CalendarState.calendar == kind.value
    )
