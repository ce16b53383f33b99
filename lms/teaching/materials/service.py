"""What trainers do with materials; every public method is one transaction, and no file is copied within one."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO
from uuid import UUID, uuid4

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from lms.accounts.limits import within
from lms.audit.trail import record
from lms.catalogue.models import RunState
from lms.db import retried
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import DomainError, GoneForGood, NotFound, Stale
from lms.scheduling.queries import run_of
from lms.teaching.errors import RunIsFull
from lms.teaching.materials import rules
from lms.teaching.materials.reading import Taught, materials_of, taught_run, used_bytes
from lms.teaching.models import Material, MaterialKind, ShownFrom, ShownUntil
from lms.web.files.errors import FileTooLarge
from lms.web.files.names import clean_name
from lms.web.files.store import LARGEST_FILE, Kept, Store
from lms.web.module import Around
from lms.web.sent import web_address


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """Everything about a material but its file: what it is called, where it belongs, who sees it when."""

    title: str
    text: str = ""
    address: str = ""
    session_id: UUID | None = None
    shown_from: ShownFrom = ShownFrom.AT_ONCE
    from_at: datetime | None = None
    shown_until: ShownUntil = ShownUntil.ALWAYS
    until_at: datetime | None = None
    days_after: int = 0
    tells: bool = False


FOLDER = "materials"


class Materials:
    """Adding, changing, ordering, taking away, copying."""

    def __init__(self, around: Around) -> None:
        self.around = around
        self.begin = around.begin
        self.clock = around.clock
        self.store = Store(around.settings.files, FOLDER)

    async def add_file(
        self,
        actor: Actor,
        *,
        run_id: UUID,
        material_id: UUID,
        wording: Wording,
        name: str,
        source: BinaryIO,
        size: int,
    ) -> Material:
        """Keep a file for a run. Sent twice it is one material, and one file.

        Raises what the store raises, RunIsFull beyond 2 GB, TooMany, NotFound. Nothing is left of what is refused.
        """
        await self._look_first(actor, run_id, size)
        await within(self.begin, self.clock, "upload", account=actor.account_id or "")
        shown_as = clean_name(name)
        kept = await asyncio.to_thread(self.store.keep, source, shown_as)
        try:
            material = await self._add(actor, run_id, material_id, wording, MaterialKind.FILE, kept, shown_as)
        except DomainError:  # after any other fault the row may be there: then the sweep decides
            self.store.discard(kept.stored)
            raise
        if material.stored != kept.stored:
            self.store.discard(kept.stored)
        return material

    async def add_words(self, actor: Actor, *, run_id: UUID, material_id: UUID, wording: Wording) -> Material:
        """An address, or a note where there is none. Raises NotAnAddress, NotFound."""
        address = web_address(wording.address) if wording.address else ""
        kind = MaterialKind.LINK if address else MaterialKind.NOTE
        return await self._add(actor, run_id, material_id, wording, kind, None, "")

    @retried
    async def change(
        self, actor: Actor, *, run_id: UUID, material_id: UUID, wording: Wording, version: int
    ) -> Material:
        """Other words or other times for the same thing. Raises Stale, NotAnAddress, NotFound."""
        async with self.begin() as session:
            taught = await self._locked(session, actor, run_id)
            material = await self._own(session, run_id, material_id)
            if material.version != version:
                raise Stale
            if material.kind is MaterialKind.LINK:
                web_address(wording.address)
            _write(material, wording, taught)
            material.version += 1
            self._note(session, actor, "material.changed", run_id, material)
        return material

    @retried
    async def move(self, actor: Actor, *, run_id: UUID, material_id: UUID, up: bool) -> None:
        """One place up or down. At the end of the list nothing happens."""
        async with self.begin() as session:
            await self._locked(session, actor, run_id)
            ordered = list(await materials_of(session, run_id))
            at = next((number for number, one in enumerate(ordered) if one.id == material_id), None)
            if at is None:
                raise NotFound
            to = at - 1 if up else at + 1
            if 0 <= to < len(ordered):
                ordered[at], ordered[to] = ordered[to], ordered[at]
            for number, one in enumerate(ordered):
                one.position = number

    @retried
    async def delete(self, actor: Actor, *, run_id: UUID, material_id: UUID) -> None:
        """Out of sight at once; it can be restored for thirty days. Twice is as good as once."""
        async with self.begin() as session:
            await self._locked(session, actor, run_id)
            material = await self._own(session, run_id, material_id)
            if material.deleted_at is None:
                material.deleted_at = self.clock()
                self._note(session, actor, "material.deleted", run_id, material)

    @retried
    async def restore(self, actor: Actor, *, run_id: UUID, material_id: UUID) -> None:
        """Back where it was. Raises GoneForGood after thirty days, RunIsFull, NotFound."""
        async with self.begin() as session:
            await self._locked(session, actor, run_id)
            material = await self._own(session, run_id, material_id)
            if material.deleted_at is None:
                return
            if material.deleted_at < self.clock() - rules.RESTORABLE:
                raise GoneForGood
            if await used_bytes(session, run_id) + material.size > rules.LARGEST_RUN:
                raise RunIsFull
            material.deleted_at = None
            self._note(session, actor, "material.restored", run_id, material)

    @retried
    async def copy(self, actor: Actor, *, run_id: UUID, source_id: UUID) -> int:
        """Take over what another run of the same course has; gives how many. What is there already is not copied again.

        Files are shared, not doubled. Times that were fixed moments become "at once" and "for ever". Raises RunIsFull, NotFound.
        """
        async with self.begin() as session:
            taught = await self._locked(session, actor, run_id)
            source = await taught_run(session, actor, source_id)
            if source.course.id != taught.course.id or source_id == run_id:
                raise NotFound
            known = {_likeness(one) for one in await materials_of(session, run_id)}
            taken = [one for one in await materials_of(session, source_id) if _likeness(one) not in known]
            if await used_bytes(session, run_id) + sum(one.size for one in taken) > rules.LARGEST_RUN:
                raise RunIsFull
            position = await _next_position(session, run_id)
            session.add_all(
                _copied(one, source, taught, actor, position + number, self.clock())
                for number, one in enumerate(taken)
            )
            record(
                session, actor, "material.copied", at=self.clock(), kind="run", object_id=run_id,
                after={"from": str(source_id), "count": len(taken)},
            )  # fmt: skip
        return len(taken)

    @retried
    async def forget(self) -> None:
        """Rows that were deleted more than thirty days ago go for good; then files that no row names (the worker calls it)."""
        now = self.clock()
        async with self.begin() as session:
            old = await session.scalars(
                select(Material).where(Material.deleted_at < now - rules.RESTORABLE).limit(1_000)
            )
            for one in old:
                await session.delete(one)
        async with self.begin.reading() as session:
            named = set(await session.scalars(select(Material.stored).where(Material.stored != "")))
        await asyncio.to_thread(self.store.sweep, named, now)

    async def _look_first(self, actor: Actor, run_id: UUID, size: int) -> None:
        """Refuse before anything is copied."""
        if size > LARGEST_FILE:
            raise FileTooLarge
        async with self.begin.reading() as session:
            await taught_run(session, actor, run_id)
            if await used_bytes(session, run_id) + size > rules.LARGEST_RUN:
                raise RunIsFull

    @retried
    async def _add(
        self,
        actor: Actor,
        run_id: UUID,
        material_id: UUID,
        wording: Wording,
        kind: MaterialKind,
        kept: Kept | None,
        name: str,
    ) -> Material:
        file: dict[str, Any] = {}
        if kept is not None:
            file = {"stored": kept.stored, "size": kept.size, "media_type": kept.media_type, "name": name}
        async with self.begin() as session:
            taught = await self._locked(session, actor, run_id)
            known = await session.get(Material, material_id)
            if known is not None:
                return await self._own(session, run_id, material_id)
            if kept and await used_bytes(session, run_id) + kept.size > rules.LARGEST_RUN:
                raise RunIsFull
            material = Material(
                id=material_id, run_id=run_id, kind=kind, title=wording.title, added_at=self.clock(),
                added_by=actor.account_id, position=await _next_position(session, run_id), **file,
            )  # fmt: skip
            _write(material, wording, taught)
            session.add(material)
            self._note(session, actor, "material.added", run_id, material)
        return material

    async def _locked(self, session: AsyncSession, actor: Actor, run_id: UUID) -> Taught:
        """The run, with its materials to oneself until the transaction ends."""
        ensure(actor.may("U", "lesson"), actor)
        await run_of(session, run_id, lock=True)
        taught = await taught_run(session, actor, run_id)
        ensure(taught.run.state is not RunState.DRAFT, actor)
        return taught

    @staticmethod
    async def _own(session: AsyncSession, run_id: UUID, material_id: UUID) -> Material:
        material = await session.get(Material, material_id, populate_existing=True)
        if material is None or material.run_id != run_id:
            raise NotFound
        return material

    def _note(
        self, session: AsyncSession, actor: Actor, action: str, run_id: UUID, material: Material
    ) -> None:
        record(
            session, actor, action, at=self.clock(), kind="run", object_id=run_id,
            after={"material": str(material.id), "kind": material.kind, "title": material.title},
        )  # fmt: skip


def _write(material: Material, wording: Wording, taught: Taught) -> None:
    """Everything but the file; a session of another run is none of ours."""
    if wording.session_id is not None and taught.starts_at(wording.session_id) is None:
        raise NotFound
    after_session = wording.shown_from is ShownFrom.SESSION and wording.session_id is None
    material.title, material.text, material.session_id = wording.title, wording.text, wording.session_id
    material.address = wording.address.strip() if material.kind is MaterialKind.LINK else ""
    material.shown_from = ShownFrom.AT_ONCE if after_session else wording.shown_from
    material.from_at = wording.from_at if wording.shown_from is ShownFrom.MOMENT else None
    material.shown_until = wording.shown_until
    material.until_at = wording.until_at if wording.shown_until is ShownUntil.MOMENT else None
    material.days_after = wording.days_after if wording.shown_until is ShownUntil.AFTER_RUN else 0
    material.tells = wording.tells


def _copied(
    one: Material, source: Taught, taught: Taught, actor: Actor, position: int, now: datetime
) -> Material:
    """The same for another run: what belonged to its third session belongs to the third one here."""
    number = next((at for at, held in enumerate(source.sessions) if held.id == one.session_id), None)
    there = taught.sessions[number].id if number is not None and number < len(taught.sessions) else None
    waits = one.shown_from is ShownFrom.SESSION and there is not None
    return Material(
        id=uuid4(), run_id=taught.run.id, kind=one.kind, title=one.title, text=one.text, address=one.address,
        name=one.name, media_type=one.media_type, size=one.size, stored=one.stored, session_id=there,
        added_at=now, added_by=actor.account_id, position=position,
        shown_from=ShownFrom.SESSION if waits else ShownFrom.AT_ONCE,
        shown_until=one.shown_until if one.shown_until is ShownUntil.AFTER_RUN else ShownUntil.ALWAYS,
        days_after=one.days_after,
    )  # fmt: skip


def _likeness(one: Material) -> Sequence[str]:
    return (one.kind, one.title, one.stored, one.address, one.text)


async def _next_position(session: AsyncSession, run_id: UUID) -> int:
    last = await session.scalar(select(func.max(Material.position)).where(Material.run_id == run_id))
    return 0 if last is None else last + 1


async def mark_told(session: AsyncSession, ids: Sequence[UUID], at: datetime) -> None:
    """These have been written about."""
    await session.execute(update(Material).where(Material.id.in_(list(ids))).values(told_at=at))
