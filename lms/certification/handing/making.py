"""Handing out together: asked for by staff, made by the worker piece by piece, fetched by whoever asked, for a day."""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import structlog
from pikepdf import PdfError
from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from certificates.errors import CertificateError
from lms.audit.trail import record
from lms.certification import policy
from lms.certification.errors import NothingToHandOut
from lms.certification.handing.holding import Held, files_of, held, held_of
from lms.certification.handing.models import (
    HandOut,
    HandOutKind,
    HandOutPart,
    HandOutState,
    PrintOrder,
    Separators,
)
from lms.certification.handing.names import plain
from lms.certification.handing.packing import pack
from lms.certification.handing.printing import PAPERS_IN_ONE, Printing, Tell, Words
from lms.certification.handing.sheets import Sheets
from lms.db import Begin, retried
from lms.jobs.queue import enqueue
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import Clock, local
from lms.kernel.errors import NotFound
from lms.web.language import Language, current_language, gettext, use_locale
from lms.web.module import Around

MAKE = "make-hand-out"
KEPT = timedelta(hours=24)
PART_BYTES = 1_000_000
LONGEST_STEM = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is wanted: see `HandOut`."""

    kind: HandOutKind
    source: Mapping[str, Any]
    title: str
    sorted_by: PrintOrder = PrintOrder.NAME
    separators: Separators = Separators.NONE
    only_post: bool = False


class HandOuts:
    """What staff can take along; every public method is one transaction."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    @retried
    async def ask(self, actor: Actor, *, hand_out_id: UUID, wanted: Wanted) -> HandOut:
        """Have the file made. The same id twice is one. Raises NothingToHandOut."""
        ensure(policy.may_hand_out(actor), actor)
        at = self.clock()
        async with self.begin() as session:
            known = await session.get(HandOut, hand_out_id)
            if known is not None:
                return known
            made = HandOut(
                id=hand_out_id, kind=wanted.kind, title=wanted.title, source=dict(wanted.source), made_at=at,
                file_name="", made_by=actor.account_id, made_by_name=actor.name,
                language=current_language(), sorted_by=wanted.sorted_by, separators=wanted.separators,
                only_post=wanted.only_post,
            )  # fmt: skip
            papers, made.left_out = await held(session, made)
            if not papers:
                raise NothingToHandOut
            made.total = len(papers)
            made.file_name = _file_name(wanted, len(papers), at)
            session.add(made)
            enqueue(session, MAKE, {"hand_out": str(hand_out_id)}, at=at, key=f"{MAKE}:{hand_out_id}")
            record(
                session, actor, "bulk-export", at=at, kind="hand_out", object_id=hand_out_id,
                after={"what": wanted.kind.value, "file": made.file_name, "rows": made.total},
            )  # fmt: skip
            return made


def may_fetch(actor: Actor, made: HandOut, now: datetime) -> bool:
    """Whoever asked for it, for a day after it was ready."""
    if made.state is not HandOutState.READY or made.ready_at is None:
        return False
    return policy.may_hand_out(actor) and made.made_by == actor.account_id and now < made.ready_at + KEPT


async def hand_out_of(session: AsyncSession, hand_out_id: UUID) -> HandOut:
    """What was asked for. Raises NotFound."""
    found = await session.get(HandOut, hand_out_id)
    if found is None:
        raise NotFound
    return found


async def handed_out(session: AsyncSession, *, limit: int, offset: int) -> tuple[Sequence[HandOut], int]:
    """What was handed out, the last first, and how many there are."""
    total = await session.scalar(select(func.count()).select_from(HandOut))
    rows = await session.scalars(
        select(HandOut).order_by(HandOut.made_at.desc(), HandOut.id).limit(limit).offset(offset)
    )
    return rows.all(), total or 0


async def ways_within(session: AsyncSession, source: Mapping[str, Any]) -> tuple[int, int]:
    """How many certificates of this source stand, and how many of them go by post."""
    papers = await held_of(session, source)
    return len(papers), sum(one.is_by_post for one in papers)


async def content_of(begin: Begin, hand_out_id: UUID) -> AsyncIterator[bytes]:
    """The file piece by piece, none of it held longer than it takes to send it."""
    number = 0
    while True:
        async with begin.reading() as session:
            part = await session.get(HandOutPart, (hand_out_id, number))
        if part is None:
            return
        yield part.content
        number += 1


async def forget_files(begin: Begin, clock: Clock) -> None:
    """Delete the files that nobody may fetch any more, and say of what nobody could make in a day that it did not work."""
    limit = clock() - KEPT
    async with begin() as session:
        over = select(HandOut.id).where(HandOut.state == HandOutState.READY, HandOut.ready_at <= limit)
        await session.execute(delete(HandOutPart).where(HandOutPart.hand_out_id.in_(over)))
        await session.execute(
            update(HandOut)
            .where(HandOut.state == HandOutState.READY, HandOut.ready_at <= limit)
            .values(state=HandOutState.GONE)
        )
        await session.execute(
            update(HandOut)
            .where(HandOut.state == HandOutState.PREPARING, HandOut.made_at <= limit)
            .values(state=HandOutState.FAILED)
        )


def maker(around: Around) -> Callable[[dict[str, Any]], Awaitable[None]]:
    """The task that makes such a file. Killed half way it begins anew; twice is as good as once."""

    async def act(payload: dict[str, Any]) -> None:
        hand_out_id = UUID(payload["hand_out"])
        async with around.begin.reading() as session:
            wanted = await session.get(HandOut, hand_out_id)
            if wanted is None or wanted.state is not HandOutState.PREPARING:
                return
            papers, _ = await held(session, wanted)
        with TemporaryDirectory(prefix="lms-hand-out-") as folder:
            out = Path(folder) / "file"
            try:
                pages = await _make(around, wanted, papers, out)
            except (ValueError, PdfError, CertificateError):  # the next try would find the same files
                structlog.get_logger("lms.certificates").warning(
                    "hand_out_failed", hand_out=str(hand_out_id), exc_info=True
                )
                await _fail(around, hand_out_id)
                return
            await _store(around, hand_out_id, out, pages=pages, papers=len(papers))

    return act


async def _make(around: Around, wanted: HandOut, papers: Sequence[Held], out: Path) -> int:
    """Write the file; gives its pages, 0 for an archive."""
    tell = _teller(around, wanted.id)
    if wanted.kind is HandOutKind.ARCHIVE:
        await pack(files_of(around.begin, papers), out, made_at=wanted.made_at, tell=tell)
        return 0
    language: Language = "en" if wanted.language == "en" else "de"
    with use_locale(language):
        words = Words(
            title=gettext("Certificates for printing: %(title)s", title=wanted.title),
            notice=gettext(
                "Copy for printing. It is not the issued file, and only the issued file carries the seal."
            ),
        )
    printing = Printing(around.begin, wanted.separators, Sheets(language, wanted.made_at), words, tell)
    return await printing.write(papers, out)


def _teller(around: Around, hand_out_id: UUID) -> Tell:
    async def tell(done: int) -> None:
        async with around.begin() as session:
            await session.execute(update(HandOut).where(HandOut.id == hand_out_id).values(done=done))

    return tell


@retried
async def _fail(around: Around, hand_out_id: UUID) -> None:
    async with around.begin() as session:
        await session.execute(
            update(HandOut)
            .where(HandOut.id == hand_out_id, HandOut.state == HandOutState.PREPARING)
            .values(state=HandOutState.FAILED)
        )


async def _store(around: Around, hand_out_id: UUID, file: Path, *, pages: int, papers: int) -> None:
    """Cut the file into rows, one transaction each, and say at last that it is ready: nobody reads half a file."""
    async with around.begin() as session:
        await session.execute(delete(HandOutPart).where(HandOutPart.hand_out_id == hand_out_id))
    digest, size = hashlib.sha256(), 0
    with file.open("rb") as stream:
        for number, piece in enumerate(iter(lambda: stream.read(PART_BYTES), b"")):
            digest.update(piece)
            size += len(piece)
            async with around.begin() as session:
                session.add(HandOutPart(hand_out_id=hand_out_id, number=number, content=piece))
    async with around.begin() as session:
        await session.execute(
            update(HandOut)
            .where(HandOut.id == hand_out_id, HandOut.state == HandOutState.PREPARING)
            .values(
                state=HandOutState.READY, ready_at=around.clock(), done=papers, total=papers, pages=pages, size=size,
                sha256=digest.hexdigest(),
            )
        )  # fmt: skip


def _file_name(wanted: Wanted, papers: int, at: datetime) -> str:
    stem = plain(wanted.title)[:LONGEST_STEM] or "Nachweise"
    is_archive = wanted.kind is HandOutKind.ARCHIVE
    ending = "zip" if is_archive or papers > PAPERS_IN_ONE else "pdf"
    return f"{'Nachweise' if is_archive else 'Druckdatei'}_{stem}_{local(at):%Y-%m-%d}.{ending}"
