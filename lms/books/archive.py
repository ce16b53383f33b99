"""The audit export (GoBD, access of kind Z3): a ZIP of all documents by number and all tables of a time, made by the worker.

It is written to a file that has no name, piece by piece, and then cut into rows of the database; killed half way it begins anew.
"""

import asyncio
import hashlib
import tempfile
import zipfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import IO, Any
from uuid import UUID

import structlog
from sqlalchemy import delete, update

from lms.billing.einvoice.models import ElectronicOriginal
from lms.billing.paper import invoice_pdf
from lms.books.archive_tables import TABLES, Table, closes, documents, rows_of
from lms.books.closing import printed
from lms.books.describing import DTD, GRAMMAR, description, index_xml
from lms.books.exporting import PART_BYTES
from lms.books.journal import reach
from lms.books.models import BookExport, ClosePaper, ExportPart, ExportState, MonthClose, PaperKind
from lms.db import retried
from lms.web.centre import the_centre
from lms.web.csv import Cell, csv_text
from lms.web.module import Around

LINES_AT_ONCE = 500
TOLD_EVERY = 10


@dataclass
class Packing:
    """A ZIP under way and the checksum of everything in it. The same contents give the same bytes."""

    zip: zipfile.ZipFile
    moment: tuple[int, int, int, int, int, int]
    sums: list[tuple[str, str]] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def put(self, name: str, content: bytes) -> None:
        """A whole file."""
        self.zip.writestr(self._entry(name), content)
        self.sums.append((name, hashlib.sha256(content).hexdigest()))

    def _entry(self, name: str) -> zipfile.ZipInfo:
        entry = zipfile.ZipInfo(name, self.moment)
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry.external_attr = 0o644 << 16
        return entry

    async def put_lines(self, table: Table, pieces: "Any") -> int:
        """A table, written as its rows come; gives how many there were."""
        digest, count = hashlib.sha256(), 0
        with self.zip.open(self._entry(table.file), "w", force_zip64=True) as stream:
            waiting: list[Sequence[Cell]] = [[one.name for one in table.columns]]
            async for row in pieces:
                waiting.append(row)
                count += 1
                if len(waiting) >= LINES_AT_ONCE:
                    _flush(stream, digest, waiting)
            _flush(stream, digest, waiting)
        self.sums.append((table.file, digest.hexdigest()))
        return count

    def finish(self) -> None:
        """The documents that are missing, and the list of checksums, last."""
        if self.missing:
            self.put("fehlende-belege.txt", "\r\n".join(self.missing).encode())
        listed = "".join(f"{digest}  {name}\n" for name, digest in sorted(self.sums))
        self.zip.writestr(self._entry("SHA256SUMS.txt"), listed.encode())


def maker(around: Around) -> Callable[[dict[str, Any]], Awaitable[None]]:
    """The task that makes an audit export; twice is as good as once."""

    async def act(payload: dict[str, Any]) -> None:
        export_id = UUID(payload["export_id"])
        async with around.begin.reading() as session:
            wanted = await session.get(BookExport, export_id)
        if wanted is None or wanted.state is not ExportState.PREPARING:
            return
        with tempfile.TemporaryFile() as file:
            rows = await _pack(around, wanted, file)
            await _store(around, export_id, file, rows)

    return act


async def _pack(around: Around, wanted: BookExport, file: IO[bytes]) -> int:
    when = reach(wanted.first_day, wanted.last_day)
    async with around.begin.reading() as session:
        listed = [(one, number) for one, number, _ in (await session.execute(documents(when))).all()]
        closed = (await session.scalars(closes(when))).all()
    total, centre = len(TABLES) + len(listed) + len(closed), the_centre()
    rows = 0
    made = wanted.made_at
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        packing = Packing(archive, (made.year, made.month, made.day, made.hour, made.minute, 0))
        packing.put("index.xml", index_xml(TABLES, centre, wanted.first_day, wanted.last_day))
        packing.put(GRAMMAR, DTD.encode())
        packing.put(
            "beschreibung.txt",
            description(TABLES, centre, wanted.first_day, wanted.last_day).encode("utf-8-sig"),
        )
        for done, table in enumerate(TABLES, start=1):
            async with around.begin.reading() as session:
                rows += await packing.put_lines(table, rows_of(session, table, when))
            await _tell(around, wanted.id, done, total)
        for done, (invoice_id, number) in enumerate(listed, start=len(TABLES) + 1):
            await _put_document(around, packing, invoice_id, number)
            if done % TOLD_EVERY == 0:
                await _tell(around, wanted.id, done, total)
        for close in closed:
            await _put_close(around, packing, close)
        await asyncio.to_thread(packing.finish)
    await _tell(around, wanted.id, total, total)
    return rows


async def _put_document(around: Around, packing: Packing, invoice_id: UUID, number: str) -> None:
    """A document as it was handed out; one that cannot be drawn is named in the archive, so that the others are not held up."""
    try:
        content = await invoice_pdf(around.begin, invoice_id)
    except Exception:  # noqa: BLE001 - whatever is wrong with one document concerns that one alone
        structlog.get_logger("lms.books").exception("document_not_drawn", number=number)
        packing.missing.append(number)
        return
    packing.put(f"belege/{number}.pdf", content)
    async with around.begin.reading() as session:
        original = await session.get(ElectronicOriginal, invoice_id)
    if original is not None:
        packing.put(f"belege/{number}.xml", original.content)


async def _put_close(around: Around, packing: Packing, close: MonthClose) -> None:
    async with around.begin.reading() as session:
        journal = await session.get(ClosePaper, (close.id, PaperKind.CSV))
    name = f"abschluesse/journal_{close.month:%Y-%m}"
    if journal is not None:
        packing.put(f"{name}.csv", journal.content)
    packing.put(f"{name}.pdf", await printed(around, close.id))


@retried
async def _tell(around: Around, export_id: UUID, done: int, total: int) -> None:
    async with around.begin() as session:
        await session.execute(
            update(BookExport).where(BookExport.id == export_id).values(done=done, total=total)
        )


@retried
async def _store(around: Around, export_id: UUID, file: IO[bytes], rows: int) -> None:
    """Cut the file into rows, each in a transaction of its own, and say that it is there."""
    async with around.begin() as session:  # pieces of an attempt that was killed
        await session.execute(delete(ExportPart).where(ExportPart.export_id == export_id))
    file.seek(0)
    digest, size, number = hashlib.sha256(), 0, 0
    while piece := file.read(PART_BYTES):
        digest.update(piece)
        async with around.begin() as session:
            session.add(ExportPart(export_id=export_id, number=number, content=piece))
        size, number = size + len(piece), number + 1
    async with around.begin() as session:
        await session.execute(
            update(BookExport)
            .where(BookExport.id == export_id, BookExport.state == ExportState.PREPARING)
            .values(
                state=ExportState.READY,
                ready_at=around.clock(),
                size=size,
                rows=rows,
                sha256=digest.hexdigest(),
            )
        )


def _flush(stream: IO[bytes], digest: "Any", waiting: list[Sequence[Cell]]) -> None:
    content = csv_text(waiting).encode()
    digest.update(content)
    stream.write(content)
    waiting.clear()
