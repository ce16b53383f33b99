"""What is handed out of the books: noted for ever, with a file that can be fetched for a day by whoever asked for it."""

import hashlib
from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.books import policy
from lms.books.accounts import chart_of
from lms.books.cash_file import cash_file, file_name_of
from lms.books.datev import Batch, batch_file, ensure_numbers
from lms.books.errors import PeriodUnfit
from lms.books.journal import entries_of, journal_of, month_reach, next_month
from lms.books.models import BookExport, CashProfile, ExportKind, ExportPart, ExportState, MonthClose
from lms.db import Begin, retried
from lms.jobs.queue import enqueue
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import Clock, local
from lms.kernel.errors import NotFound
from lms.web.module import Around

MAKE_AUDIT = "make-audit-export"
KEPT = timedelta(hours=24)
PART_BYTES = 1_000_000
SHOWN = 50
EARLIEST = date(2000, 1, 1)


class Exports:
    """Files for accounting and for the tax office; every public method that writes is one transaction."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    @retried
    async def datev(self, actor: Actor, *, export_id: UUID, month: date) -> BookExport:
        """The booking batch of a month; final where it is closed. The same id twice is one. Raises NumbersMissing."""
        ensure(policy.may_export(actor), actor)
        at = self.clock()
        async with self.begin.reading() as session:
            known = await session.get(BookExport, export_id)
            if known is not None:
                return known
            close = await _close_of(session, month)
            chart = await chart_of(session)
            ensure_numbers(chart)
            entries = await entries_of(session, month_reach(month))
            bookings = await journal_of(session, entries, chart)
        last = next_month(month) - timedelta(days=1)
        batch = Batch(month, last, at, chart, close is not None, f"Lernzentrum {month:%m/%Y}")
        return await self._keep(
            actor, export_id, ExportKind.DATEV, (month, last), f"EXTF_Buchungsstapel_{month:%Y-%m}.csv",
            batch_file(batch, bookings), len(bookings), is_final=close is not None, at=at,
        )  # fmt: skip

    @retried
    async def cash_office(
        self, actor: Actor, *, export_id: UUID, month: date, profile_id: UUID
    ) -> BookExport:
        """The file of a month for the cash office, as this profile writes it. The same id twice is one. Raises NotFound."""
        ensure(policy.may_export(actor), actor)
        at = self.clock()
        async with self.begin.reading() as session:
            known = await session.get(BookExport, export_id)
            if known is not None:
                return known
            profile = await session.get(CashProfile, profile_id)
            if profile is None:
                raise NotFound
            close = await _close_of(session, month)
            entries = await entries_of(session, month_reach(month))
            bookings = await journal_of(session, entries, await chart_of(session))
        content, rows = cash_file(profile, bookings)
        return await self._keep(
            actor, export_id, ExportKind.CASH_OFFICE, (month, next_month(month) - timedelta(days=1)),
            file_name_of(profile, month), content, rows, is_final=close is not None, at=at, profile=profile,
        )  # fmt: skip

    @retried
    async def audit(self, actor: Actor, *, export_id: UUID, first_day: date, last_day: date) -> BookExport:
        """Have everything of a time put together for the tax office; the worker makes it. The same id twice is one.

        Raises PeriodUnfit.
        """
        ensure(policy.may_export(actor), actor)
        at = self.clock()
        if not EARLIEST <= first_day <= last_day <= local(at).date():
            raise PeriodUnfit
        async with self.begin() as session:
            known = await session.get(BookExport, export_id)
            if known is not None:
                return known
            wanted = BookExport(
                id=export_id, kind=ExportKind.AUDIT, state=ExportState.PREPARING, first_day=first_day,
                last_day=last_day, made_at=at, file_name=f"pruefung_{first_day}_{last_day}.zip",
                made_by=actor.account_id, made_by_name=actor.name,
            )  # fmt: skip
            session.add(wanted)
            enqueue(
                session, MAKE_AUDIT, {"export_id": str(export_id)}, at=at, key=f"{MAKE_AUDIT}:{export_id}"
            )
            _note(session, actor, wanted, at=at)
            return wanted

    async def _keep(
        self,
        actor: Actor,
        export_id: UUID,
        kind: ExportKind,
        days: tuple[date, date],
        file_name: str,
        content: bytes,
        rows: int,
        *,
        is_final: bool,
        at: datetime,
        profile: CashProfile | None = None,
    ) -> BookExport:
        async with self.begin() as session:
            known = await session.get(BookExport, export_id)
            if known is not None:
                return known
            made = BookExport(
                id=export_id, kind=kind, state=ExportState.READY, first_day=days[0], last_day=days[1], made_at=at,
                file_name=file_name, made_by=actor.account_id, made_by_name=actor.name, is_final=is_final,
                rows=rows, size=len(content), sha256=hashlib.sha256(content).hexdigest(), done=1, total=1,
                ready_at=at, profile_id=profile.id if profile else None, profile_name=profile.name if profile else "",
            )  # fmt: skip
            session.add(made)
            await session.flush()
            session.add_all(
                ExportPart(export_id=made.id, number=number, content=part)
                for number, part in enumerate(_parts(content))
            )
            _note(session, actor, made, at=at)
            return made


def may_fetch(actor: Actor, export: BookExport, now: datetime) -> bool:
    """Whoever asked for it, for a day after it was ready."""
    if export.state is not ExportState.READY or export.ready_at is None:
        return False
    return policy.may_export(actor) and export.made_by == actor.account_id and now < export.ready_at + KEPT


async def export_of(session: AsyncSession, export_id: UUID) -> BookExport:
    """What was handed out. Raises NotFound."""
    found = await session.get(BookExport, export_id)
    if found is None:
        raise NotFound
    return found


async def exports(session: AsyncSession) -> Sequence[BookExport]:
    """The last ones, newest first."""
    return (await session.scalars(select(BookExport).order_by(BookExport.made_at.desc()).limit(SHOWN))).all()


async def content_of(begin: Begin, export_id: UUID) -> AsyncIterator[bytes]:
    """The file piece by piece, none of it held longer than it takes to send it."""
    number = 0
    while True:
        async with begin.reading() as session:
            part = await session.get(ExportPart, (export_id, number))
        if part is None:
            return
        yield part.content
        number += 1


async def forget_files(begin: Begin, clock: Clock) -> None:
    """Delete the files that nobody may fetch any more, and say of what nobody could make in a day that it did not work."""
    limit = clock() - KEPT
    async with begin() as session:
        over = (
            await session.scalars(
                select(BookExport.id).where(
                    BookExport.state == ExportState.READY, BookExport.ready_at < limit
                )
            )
        ).all()
        await session.execute(delete(ExportPart).where(ExportPart.export_id.in_(over)))
        await session.execute(
            update(BookExport).where(BookExport.id.in_(over)).values(state=ExportState.GONE)
        )
        await session.execute(
            update(BookExport)
            .where(BookExport.state == ExportState.PREPARING, BookExport.made_at < limit)
            .values(state=ExportState.FAILED)
        )


async def handed_over(session: AsyncSession, kind: ExportKind, month: date) -> int:
    """How often a month was handed out in this form already."""
    count = await session.scalar(
        select(func.count()).where(BookExport.kind == kind, BookExport.first_day == month)
    )
    return count or 0


async def _close_of(session: AsyncSession, month: date) -> MonthClose | None:
    return (await session.scalars(select(MonthClose).where(MonthClose.month == month))).one_or_none()


def _parts(content: bytes) -> list[bytes]:
    return [content[at : at + PART_BYTES] for at in range(0, len(content), PART_BYTES)]


def _note(session: AsyncSession, actor: Actor, made: BookExport, *, at: datetime) -> None:
    record(
        session, actor, "bulk-export", at=at, kind="book_export", object_id=made.id,
        after={
            "what": made.kind, "from": made.first_day.isoformat(), "until": made.last_day.isoformat(),
            "file": made.file_name, "rows": made.rows, "sha256": made.sha256,
        },
    )  # fmt: skip
