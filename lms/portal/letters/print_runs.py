"""Print runs: every letter that waits for the printer as one PDF, posted only when somebody says that it is printed."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any
from uuid import UUID

import pikepdf
import structlog
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.db import retried
from lms.jobs.queue import enqueue
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.messaging.models import (
    Channel,
    Enclosure,
    Letter,
    LetterState,
    PrintRun,
    PrintRunDocument,
    PrintRunState,
)
from lms.messaging.paper import letter_pdf
from lms.messaging.press import joined
from lms.messaging.secrets import AT_THE_DOOR
from lms.messaging.troubles import Trouble, noted
from lms.web.centre import the_centre
from lms.web.formats import date_plain, phone
from lms.web.language import gettext, use_locale
from lms.web.letters import PDF
from lms.web.module import Around

PRESS = "press-letters"
MOST_AT_ONCE = 200
LIVE = (PrintRunState.PREPARING, PrintRunState.READY)
SHOWN = 20


class NothingToPrint(DomainError):
    """A print run without letters is none."""

    message = N_("No letter waits to be printed. Perhaps somebody else has just started a print run.")


class NotReady(DomainError):
    """What is not there yet cannot have been printed."""

    message = N_("The file is not ready yet. Please wait a moment.")


class PrintRuns:
    """The team's hand on the printer; every public method is one transaction."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    @retried
    async def start(self, actor: Actor, *, run_id: UUID) -> PrintRun:
        """Take every letter that waits to be printed, oldest first, 200 at most; the worker makes the file.

        A letter lies in one run: what somebody else has just taken is left to them. The same id twice is one run. Raises
        NothingToPrint.
        """
        ensure(actor.may_for_all("R", "message"), actor)
        at = self.clock()
        async with self.begin() as session:
            known = await session.get(PrintRun, run_id)
            if known is not None:
                return known
            run = PrintRun(id=run_id, made_at=at, made_by=actor.account_id, made_by_name=actor.name)
            session.add(run)
            await session.flush()
            oldest = select(Letter.id).where(*_waiting()).order_by(Letter.written_at, Letter.id)
            chosen = (await session.scalars(oldest.limit(MOST_AT_ONCE).with_for_update())).all()
            taken = await session.execute(
                update(Letter)
                .where(Letter.id.in_(chosen), *_waiting())
                .values(print_run_id=run.id)
                .returning(Letter.id)
            )
            run.letters = len(taken.all())
            if not run.letters:
                raise NothingToPrint
            enqueue(session, PRESS, {"run_id": str(run.id)}, at=at, key=f"{PRESS}:{run.id}")
            record(
                session, actor, "print.started", at=at, kind="print_run", object_id=run.id,
                after={"count": run.letters},
            )  # fmt: skip
            return run

    @retried
    async def printed(self, actor: Actor, *, run_id: UUID) -> int:
        """It is printed and in the post: its letters are done; says how many were still waiting. Twice is as good as once.

        Raises NotFound, NotReady.
        """
        ensure(actor.may_for_all("R", "message"), actor)
        at = self.clock()
        async with self.begin() as session:
            run = await _locked(session, run_id)
            if run.state is PrintRunState.PREPARING:
                raise NotReady
            if run.state is not PrintRunState.READY:
                return 0
            posted = 0
            for letter in await _letters_of(session, run_id):
                if letter.channel is Channel.POST and letter.state is LetterState.WAITING:
                    letter.state, letter.sent_at = LetterState.SENT, at
                    record(
                        session, actor, "letter.posted", at=at, kind="letter", object_id=letter.id,
                        person_id=letter.person_id, after={"subject": letter.subject},
                    )  # fmt: skip
                    posted += 1
            run.state, run.ended_at, run.ended_by_name = PrintRunState.PRINTED, at, actor.name
            record(
                session,
                actor,
                "print.done",
                at=at,
                kind="print_run",
                object_id=run.id,
                after={"count": posted},
            )
            return posted

    @retried
    async def put_back(self, actor: Actor, *, run_id: UUID) -> None:
        """Nothing of it was printed: its letters wait for the next run. Raises NotFound."""
        ensure(actor.may_for_all("R", "message"), actor)
        at = self.clock()
        async with self.begin() as session:
            run = await _locked(session, run_id)
            if run.state not in LIVE:
                return
            await session.execute(
                update(Letter).where(Letter.print_run_id == run_id).values(print_run_id=None)
            )
            run.state, run.ended_at, run.ended_by_name = PrintRunState.PUT_BACK, at, actor.name
            record(session, actor, "print.put_back", at=at, kind="print_run", object_id=run.id)

    async def document(self, actor: Actor, *, run_id: UUID) -> bytes:
        """The file, also once more after it was printed. Raises NotFound while there is none, or no longer."""
        ensure(actor.may_for_all("R", "message"), actor)
        async with self.begin.reading() as session:
            found = await session.get(PrintRunDocument, run_id)
        if found is None:
            raise NotFound
        return found.content


def press(around: Around) -> Callable[[dict[str, Any]], Awaitable[None]]:
    """The task that makes the file of a print run. Killed half way it begins anew: the letters wait all the while."""

    async def act(payload: dict[str, Any]) -> None:
        run_id = UUID(payload["run_id"])
        async with around.begin.reading() as session:
            run = await session.get(PrintRun, run_id)
            ids = [one.id for one in await _letters_of(session, run_id)]
        if run is None or run.state is not PrintRunState.PREPARING:
            return
        parts: list[bytes] = []
        for number, letter_id in enumerate(ids, start=1):
            parts += await _sheets(around, letter_id)
            async with around.begin() as session:
                await session.execute(update(PrintRun).where(PrintRun.id == run_id).values(rendered=number))
        await _finish(around, run_id, parts, at=around.clock())

    return act


async def open_runs(session: AsyncSession) -> Sequence[PrintRun]:
    """Runs that nobody has ended yet, oldest first."""
    wanted = select(PrintRun).where(PrintRun.state.in_(LIVE)).order_by(PrintRun.made_at)
    return (await session.scalars(wanted)).all()


async def ended_runs(session: AsyncSession) -> Sequence[PrintRun]:
    """The last runs that were printed or put back, newest first."""
    wanted = select(PrintRun).where(PrintRun.state.not_in(LIVE)).order_by(PrintRun.made_at.desc())
    return (await session.scalars(wanted.limit(SHOWN))).all()


async def run_of(session: AsyncSession, run_id: UUID) -> tuple[PrintRun, Sequence[Letter], bool]:
    """A run, its letters, and whether its file is there. Raises NotFound."""
    run = await session.get(PrintRun, run_id)
    if run is None:
        raise NotFound
    has_file = select(PrintRunDocument.run_id).where(PrintRunDocument.run_id == run_id)
    return run, await _letters_of(session, run_id), await session.scalar(has_file) is not None


async def waiting_count(session: AsyncSession) -> int:
    """How many letters the next run would take."""
    return await session.scalar(select(func.count()).select_from(Letter).where(*_waiting())) or 0


def _waiting() -> tuple[Any, ...]:
    return (
        Letter.channel == Channel.POST,
        Letter.state == LetterState.WAITING,
        Letter.print_run_id.is_(None),
        Letter.about_kind != AT_THE_DOOR,
    )


async def _locked(session: AsyncSession, run_id: UUID) -> PrintRun:
    run = await session.get(PrintRun, run_id, with_for_update=True, populate_existing=True)
    if run is None:
        raise NotFound
    return run


async def _letters_of(session: AsyncSession, run_id: UUID) -> Sequence[Letter]:
    wanted = select(Letter).where(Letter.print_run_id == run_id).order_by(Letter.written_at, Letter.id)
    return (await session.scalars(wanted)).all()


async def _sheets(around: Around, letter_id: UUID) -> list[bytes]:
    """A letter and the documents it encloses; one that cannot be printed is set aside, so that the others are not held up."""
    async with around.begin.reading() as session:
        letter = await session.get(Letter, letter_id)
        enclosed = await session.scalars(
            select(Enclosure)
            .where(Enclosure.letter_id == letter_id, Enclosure.media_type == PDF)
            .order_by(Enclosure.name)
        )
        documents = [one.content for one in enclosed]
    if letter is None or letter.state is not LetterState.WAITING or letter.channel is not Channel.POST:
        return []
    centre = the_centre()
    with use_locale("en" if letter.language == "en" else "de"):
        day = date_plain(letter.written_at)
    try:
        sheet = await asyncio.to_thread(
            letter_pdf,
            letter,
            sender=f"{centre.name}, {centre.address}",
            sender_lines=[centre.name, centre.address, phone(centre.phone), centre.email],
            day=day,
        )
        for document in documents:
            pikepdf.open(BytesIO(document)).close()
    except Exception as trouble:  # noqa: BLE001 - whatever is wrong with one letter concerns that one alone
        structlog.get_logger("lms.print").warning(
            "letter_not_printable", letter=str(letter_id), exc_info=True
        )
        await _set_aside(around, letter_id, trouble)
        return []
    return [sheet, *documents]


@retried
async def _set_aside(around: Around, letter_id: UUID, trouble: Exception) -> None:
    async with around.begin() as session:
        await session.execute(
            update(Letter)
            .where(Letter.id == letter_id, Letter.state == LetterState.WAITING)
            .values(state=LetterState.FAILED, error=noted(Trouble.PAPER, trouble), print_run_id=None)
        )


@retried
async def _finish(around: Around, run_id: UUID, parts: list[bytes], *, at: datetime) -> None:
    content, pages = b"", 0
    if parts:
        content, pages = await asyncio.to_thread(joined, parts, title=gettext("Letters"))
    async with around.begin() as session:
        run = await _locked(session, run_id)
        if run.state is not PrintRunState.PREPARING:
            return
        run.letters = len(await _letters_of(session, run_id))
        run.rendered, run.pages = run.letters, pages
        if not parts:  # every letter was set aside, or posted meanwhile
            run.state, run.ended_at = PrintRunState.PUT_BACK, at
            return
        run.state = PrintRunState.READY
        session.add(PrintRunDocument(run_id=run_id, content=content, written_at=at))
