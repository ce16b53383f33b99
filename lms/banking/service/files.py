"""Bringing files of banks in."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import delete, select

from lms.audit.trail import record
from lms.banking import policy
from lms.banking.errors import ColumnsUnknown, NotAStatement
from lms.banking.importing import Imported, keep
from lms.banking.models import ColumnProfile, StatementDraft
from lms.banking.reading import tables
from lms.banking.reading.amounts import clean
from lms.banking.reading.columns import Column, folded, is_enough
from lms.banking.reading.files import read, table_in
from lms.banking.reading.values import ReadStatement
from lms.db import retried
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound
from lms.web.module import Around

DRAFT_KEPT = timedelta(days=1)
LONGEST_NAME, LONGEST_FILE_NAME = 80, 200
LONGEST_HEADINGS = 2000


@dataclass(frozen=True, slots=True)
class Brought:
    """What came of a file: it is kept, or it waits for its columns to be named."""

    imported: Imported | None = None
    draft_id: UUID | None = None


class StatementFiles:
    """Files in; nothing is booked by that."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock
        self.own_iban = around.settings.iban

    async def bring(self, actor: Actor, *, file_name: str, content: bytes) -> Brought:
        """Keep what is new in a file; the same file twice changes nothing. Reading happens before, and not on the loop.

        A table whose columns nobody knows waits as a draft. Raises the refusals of `lms.banking.errors`, and then keeps nothing.
        """
        ensure(policy.may_import(actor), actor)
        file_name = clean(file_name)[:LONGEST_FILE_NAME]
        try:
            statements = await asyncio.to_thread(read, content, own_iban=self.own_iban)
        except ColumnsUnknown:
            table = await asyncio.to_thread(table_in, content)
            columns = await self._columns_known(table)
            if columns is None:
                return Brought(draft_id=await self._wait(actor, file_name, content))
            statements = await asyncio.to_thread(read, content, columns=columns, own_iban=self.own_iban)
        return Brought(await self._keep(actor, statements, file_name, content))

    @retried
    async def name_columns(
        self, actor: Actor, *, draft_id: UUID, columns: Mapping[Column, int], profile_name: str
    ) -> Imported:
        """Read a draft by these columns, keep it, and keep what the columns are for the next file of that kind.

        Raises NotFound where the draft is gone, ColumnsUnknown where too few are named, WrongTable for a row that does not fit.
        """
        ensure(policy.may_import(actor), actor)
        if not is_enough(columns):
            raise ColumnsUnknown
        draft = await self.draft(actor, draft_id=draft_id)
        table = await asyncio.to_thread(table_in, draft.content)
        statements = await asyncio.to_thread(read, draft.content, columns=columns, own_iban=self.own_iban)
        at, headings = self.clock(), headings_of(table)
        async with self.begin() as session:
            imported = await keep(
                session, actor, statements, file_name=draft.file_name, content=draft.content, at=at
            )
            await session.execute(delete(ColumnProfile).where(ColumnProfile.headings == headings))
            profile = ColumnProfile(
                name=profile_name.strip()[:LONGEST_NAME], headings=headings, made_at=at, made_by=actor.account_id,
                columns={column.value: place for column, place in columns.items()},
            )  # fmt: skip
            session.add(profile)
            record(
                session, actor, "column_profile.named", at=at, kind="column_profile", object_id=profile.id,
                after={"name": profile.name, "columns": profile.columns},
            )  # fmt: skip
            await session.execute(delete(StatementDraft).where(StatementDraft.id == draft_id))
        return imported

    async def draft(self, actor: Actor, *, draft_id: UUID) -> StatementDraft:
        """A file that waits. Raises NotFound."""
        ensure(policy.may_import(actor), actor)
        async with self.begin.reading() as session:
            found = await session.get(StatementDraft, draft_id)
        if found is None:
            raise NotFound
        return found

    @retried
    async def discard(self, actor: Actor, *, draft_id: UUID) -> None:
        """The file is not wanted after all."""
        ensure(policy.may_import(actor), actor)
        async with self.begin() as session:
            await session.execute(delete(StatementDraft).where(StatementDraft.id == draft_id))

    @retried
    async def forget_profile(self, actor: Actor, *, profile_id: UUID) -> None:
        """The next file with these headings is asked about again."""
        ensure(policy.may_import(actor), actor)
        async with self.begin() as session:
            profile = await session.get(ColumnProfile, profile_id)
            if profile is None:
                return
            await session.delete(profile)
            record(
                session, actor, "column_profile.forgotten", at=self.clock(), kind="column_profile",
                object_id=profile_id, before={"name": profile.name},
            )  # fmt: skip

    @retried
    async def tidy(self) -> None:
        """Drafts that nobody came back to are gone after a day."""
        async with self.begin() as session:
            old = StatementDraft.uploaded_at < self.clock() - DRAFT_KEPT
            await session.execute(delete(StatementDraft).where(old))

    @retried
    async def _keep(
        self, actor: Actor, statements: Sequence[ReadStatement], file_name: str, content: bytes
    ) -> Imported:
        async with self.begin() as session:
            return await keep(
                session, actor, statements, file_name=file_name, content=content, at=self.clock()
            )

    async def _columns_known(self, table: tables.Table) -> Mapping[Column, int] | None:
        async with self.begin.reading() as session:
            profile = (
                await session.scalars(
                    select(ColumnProfile).where(ColumnProfile.headings == headings_of(table))
                )
            ).first()
        if profile is None:
            return None
        return {Column(name): int(place) for name, place in profile.columns.items()}

    @retried
    async def _wait(self, actor: Actor, file_name: str, content: bytes) -> UUID:
        draft = StatementDraft(
            id=uuid4(), file_name=file_name, content=content, uploaded_at=self.clock(),
            uploaded_by=actor.account_id,
        )  # fmt: skip
        if not content:
            raise NotAStatement
        async with self.begin() as session:
            session.add(draft)
        return draft.id


def headings_of(table: tables.Table) -> str:
    """By what a profile is found again: the names of all columns, folded; no more of them than an index takes."""
    return "|".join(folded(one) for one in table.headings)[:LONGEST_HEADINGS]
