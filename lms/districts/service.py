"""Keeping the districts and how many people live in them."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.db import retried
from lms.districts import policy
from lms.districts.errors import CountedInFuture, CountWithoutSource, DistrictKnown
from lms.districts.models import District
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import local
from lms.kernel.errors import NotFound, Stale
from lms.web.module import Around


class Districts:
    """What the team does with the list; every public method is one transaction.

    A name never changes: venues and persons name their district in the same word.
    """

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    @retried
    async def add(self, actor: Actor, *, district_id: UUID, name: str) -> None:
        """A further one, last in the list. Sent twice it is one. Raises DistrictKnown."""
        ensure(policy.may_keep(actor), actor)
        async with self.begin() as session:
            if await session.get(District, district_id) is not None:
                return
            known = (await session.scalars(select(District.name))).all()
            if name.casefold() in {one.casefold() for one in known}:
                raise DistrictKnown
            last = await session.scalar(select(func.max(District.position))) or 0
            session.add(District(id=district_id, name=name, position=last + 1))
            record(
                session, actor, "district.added", at=self.clock(), kind="district", object_id=district_id,
                after={"name": name},
            )  # fmt: skip

    @retried
    async def count(
        self,
        actor: Actor,
        *,
        district_id: UUID,
        inhabitants: int | None,
        counted_on: date | None,
        source: str,
        version: int,
    ) -> None:
        """Say how many people live there; None where nobody knows.

        Raises CountWithoutSource, CountedInFuture, NotFound, Stale.
        """
        ensure(policy.may_keep(actor), actor)
        if inhabitants is not None and not (source and counted_on):
            raise CountWithoutSource
        self._refuse_future(counted_on)
        async with self.begin() as session:
            row = await _locked(session, district_id)
            if row.version != version:
                raise Stale
            self._write(session, actor, row, inhabitants, counted_on, source)

    @retried
    async def count_several(
        self, actor: Actor, *, inhabitants: Mapping[UUID, int], counted_on: date, source: str
    ) -> None:
        """Write down one statistic: these numbers, of one day and one source. Districts it does not name stay as they are.

        Raises CountWithoutSource, CountedInFuture, NotFound; then nothing is written.
        """
        ensure(policy.may_keep(actor), actor)
        if not source:
            raise CountWithoutSource
        self._refuse_future(counted_on)
        async with self.begin() as session:
            for district_id in sorted(inhabitants):
                row = await _locked(session, district_id)
                self._write(session, actor, row, inhabitants[district_id], counted_on, source)

    def _refuse_future(self, counted_on: date | None) -> None:
        if counted_on is not None and counted_on > local(self.clock()).date():
            raise CountedInFuture

    def _write(
        self,
        session: AsyncSession,
        actor: Actor,
        row: District,
        inhabitants: int | None,
        counted_on: date | None,
        source: str,
    ) -> None:
        if (row.inhabitants, row.counted_on, row.source) == (inhabitants, counted_on, source):
            return
        before = {"inhabitants": row.inhabitants, "source": row.source}
        row.inhabitants, row.counted_on, row.source = inhabitants, counted_on, source
        row.version += 1
        record(
            session, actor, "district.counted", at=self.clock(), kind="district", object_id=row.id,
            before=before, after={"inhabitants": inhabitants, "source": source},
        )  # fmt: skip

    @retried
    async def remove(self, actor: Actor, *, district_id: UUID) -> None:
        """Take it off the list; venues and persons keep their word. Twice is as good as once."""
        ensure(policy.may_keep(actor), actor)
        async with self.begin() as session:
            row = await session.get(District, district_id, with_for_update=True)
            if row is None:
                return
            await session.delete(row)
            record(
                session, actor, "district.removed", at=self.clock(), kind="district", object_id=district_id,
                before={"name": row.name, "inhabitants": row.inhabitants},
            )  # fmt: skip


async def _locked(session: AsyncSession, district_id: UUID) -> District:
    row = await session.get(District, district_id, with_for_update=True)
    if row is None:
        raise NotFound
    return row
