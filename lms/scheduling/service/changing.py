"""Changing announced dates, one or many in one act."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from lms.db import retried
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import Invalid
from lms.scheduling import policy
from lms.scheduling.change_set import MOST_CHANGES, ChangeSet
from lms.scheduling.changing import apply
from lms.scheduling.events import SessionsChanged
from lms.scheduling.foreseeing import Foreseen, foresee
from lms.scheduling.instead import Instead, alternatives_to
from lms.scheduling.service.acts import Acts

MOST_STUCK = 5
Seen = TypeVar("Seen")
Look = Callable[[AsyncSession, SessionsChanged], Awaitable[Seen]]


class _Rehearsed(Exception):
    """Takes back a transaction that was only to be looked at."""


class Changing(Acts):
    """What staff can do about the dates of runs that people know of."""

    async def foresee(self, actor: Actor, wanted: ChangeSet) -> Foreseen:
        """What it would come to, with everything in the way. Changes nothing. Raises what `change_sessions` raises but ResourceTaken."""
        ensure(policy.may_change_dates(actor), actor)
        self._ensure_sensible(wanted)
        async with self.begin.reading() as session:
            return await foresee(session, wanted, self.ground, now=self.clock())

    @retried
    async def change_sessions(self, actor: Actor, wanted: ChangeSet) -> SessionsChanged:
        """Move, cancel, add sessions, give them other rooms or trainers: all or nothing, everybody concerned told once.

        Raises ResourceTaken (with its clashes), RoomTooSmall, InThePast, SessionIsLocked, WrongState, Stale, NoOwnRooms,
        NotFound.
        """
        ensure(policy.may_change_dates(actor), actor)
        self._ensure_sensible(wanted)
        async with self.begin() as session:
            return await apply(session, actor, wanted, self.ground, now=self.clock())

    @retried
    async def rehearse(self, actor: Actor, wanted: ChangeSet, look: Look[Seen]) -> Seen:
        """What `look` sees after the change, which is then taken back: the very letters that would be written.

        Raises everything that `change_sessions` raises, so that what was rehearsed works.
        """
        ensure(policy.may_change_dates(actor), actor)
        self._ensure_sensible(wanted)
        seen: list[Seen] = []
        try:
            async with self.begin() as session:
                told = await apply(session, actor, wanted, self.ground, now=self.clock())
                await session.flush()
                seen.append(await look(session, told))
                raise _Rehearsed
        except _Rehearsed:
            return seen[0]

    async def alternatives(self, actor: Actor, foreseen: Foreseen) -> Mapping[UUID, Sequence[Instead]]:
        """The three nearest that work, by session, for the first lines that something forbids."""
        ensure(policy.may_change_dates(actor), actor)
        besides = [line.session_id for line in foreseen.lines]
        stuck = [line for line in foreseen.lines if any(not clash.is_hint for clash in line.clashes)]
        async with self.begin.reading() as session:
            return {
                line.session_id: await alternatives_to(
                    session, line, self.ground, besides=besides, now=self.clock()
                )
                for line in stuck[:MOST_STUCK]
            }

    def _ensure_sensible(self, wanted: ChangeSet) -> None:
        if not 0 < len(wanted.changes) + len(wanted.added) <= MOST_CHANGES:
            raise Invalid
        self._ensure_rooms(
            *(change.room.online_url for change in wanted.changes if change.room is not None),
            *(new.online_url for new in wanted.added if new.replaces_id is None),
        )
