"""Profiles for the cash office: kept under a name, changed, deleted; every public method is one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.books import policy
from lms.books.cash_file import COLUMNS
from lms.books.errors import ColumnsMissing, NameTaken
from lms.books.models import CashProfile, CashRows
from lms.db import retried
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound, Stale
from lms.web.module import Around


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a file is to be written; the names are those of `cash_file`."""

    name: str
    columns: tuple[str, ...]
    rows: CashRows = CashRows.ALL
    separator: str = "semicolon"
    date_format: str = "german"
    amount_format: str = "comma"
    encoding: str = "windows"
    has_header: bool = True
    file_name: str = "kasse_{jahr}-{monat}.csv"


class Profiles:
    """Keeping profiles."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    @retried
    async def keep(self, actor: Actor, *, profile_id: UUID, wanted: Wanted, version: int) -> CashProfile:
        """Make a profile (`version` 0) or change one. The same again changes nothing. Raises NameTaken, ColumnsMissing, Stale."""
        ensure(policy.may_export(actor), actor)
        columns = [name for name in wanted.columns if name in COLUMNS]
        if not columns:
            raise ColumnsMissing
        async with self.begin() as session:
            known = await session.get(CashProfile, profile_id, with_for_update=True)
            if known is not None and _facts(known) == _wanted(wanted, columns):
                return known
            if (known.version if known else 0) != version:
                raise Stale
            same_name = select(CashProfile.id).where(
                CashProfile.name == wanted.name, CashProfile.id != profile_id
            )
            if await session.scalar(same_name):
                raise NameTaken
            at = self.clock()
            if known is None:
                known = CashProfile(id=profile_id, **_wanted(wanted, columns), changed_at=at)
                session.add(known)
            else:
                for name, value in _wanted(wanted, columns).items():
                    setattr(known, name, value)
                known.changed_at, known.version = at, known.version + 1
            record(
                session, actor, "cash_profile.kept", at=at, kind="cash_profile", object_id=profile_id,
                after={"name": wanted.name, "columns": columns},
            )  # fmt: skip
            return known

    @retried
    async def delete(self, actor: Actor, *, profile_id: UUID) -> None:
        """Take a profile away; what was handed out by it stays noted. Twice is as good as once."""
        ensure(policy.may_export(actor), actor)
        async with self.begin() as session:
            known = await session.get(CashProfile, profile_id)
            if known is None:
                return
            await session.delete(known)
            record(
                session, actor, "cash_profile.deleted", at=self.clock(), kind="cash_profile", object_id=profile_id,
                before={"name": known.name},
            )  # fmt: skip


async def profiles(session: AsyncSession) -> Sequence[CashProfile]:
    """All of them, by name."""
    return (await session.scalars(select(CashProfile).order_by(CashProfile.name))).all()


async def profile_of(session: AsyncSession, profile_id: UUID) -> CashProfile:
    """One of them. Raises NotFound."""
    found = await session.get(CashProfile, profile_id)
    if found is None:
        raise NotFound
    return found


def _wanted(wanted: Wanted, columns: list[str]) -> dict[str, Any]:
    return {
        "name": wanted.name,
        "columns": columns,
        "rows": wanted.rows,
        "separator": wanted.separator,
        "date_format": wanted.date_format,
        "amount_format": wanted.amount_format,
        "encoding": wanted.encoding,
        "has_header": wanted.has_header,
        "file_name": wanted.file_name,
    }


def _facts(known: CashProfile) -> dict[str, Any]:
    return {
        name: getattr(known, name)
        for name in (
            "name", "columns", "rows", "separator", "date_format", "amount_format", "encoding", "has_header", "file_name",
        )
    }  # fmt: skip
