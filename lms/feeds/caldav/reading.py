"""Which calendars somebody has, and what stands in them: the same entries, with the same UIDs, as in the addresses to subscribe to."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import cached_property
from hashlib import sha256
from uuid import UUID, uuid4

from sqlalchemy import Select, delete, exists, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from lms.db import retried
from lms.feeds import queries
from lms.feeds.caldav.models import CalendarState
from lms.feeds.caldav.passwords import Holder
from lms.kernel.marking import N_
from lms.scheduling.calendar import Entry, event_text, resource_text
from lms.scheduling.entries import entries
from lms.scheduling.models import RunTrainer, Session, SessionTrainer
from lms.web.module import Around

LOOK_BACK = timedelta(days=60)
KEPT_STATES = 12


class Kind(StrEnum):
    """The calendars that a person may have; the value stands in the address."""

    OWN = "kurse"
    HOUSEHOLD = "haushalt"
    TEACHING = "kursleitung"


NAMES: Mapping[Kind, str] = {
    Kind.OWN: N_("My courses"),
    Kind.HOUSEHOLD: N_("Dates of our household"),
    Kind.TEACHING: N_("What I teach"),
}


@dataclass(frozen=True)
class Contents:
    """One calendar at this moment: its entries by id."""

    kind: Kind
    entries: Mapping[UUID, Entry]

    @cached_property
    def marks(self) -> Mapping[str, str]:
        """The ETag of each entry, by the name of its file."""
        return {f"{one}.ics": entry.fingerprint for one, entry in self.entries.items()}

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
        """What stands in one calendar, in the current language."""
        me = holder.person.id
        condition = {
            Kind.OWN: lambda: queries.taking_part([me]),
            Kind.HOUSEHOLD: lambda: queries.taking_part(holder.household),
            Kind.TEACHING: lambda: queries.teaching(me),
        }[kind]()
        async with self.begin.reading() as session:
            found = await entries(session, condition, Session.ends_at > self.clock() - LOOK_BACK)
        return Contents(kind, {entry.session_id: entry for entry in found})

    async def texts(self, wanted: Sequence[Entry]) -> Sequence[str]:
        """Each entry as a calendar of its own."""
        return await asyncio.to_thread(lambda: [resource_text(event_text(one)) for one in wanted])

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
