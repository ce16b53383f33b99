"""What the pages of the day share."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from litestar import Request
from sqlalchemy.ext.asyncio import AsyncSession

from lms.helpdesk.queue import words
from lms.helpdesk.queue.board import Board
from lms.helpdesk.queue.queries import board, boards, desks
from lms.web.module import Around

AnyRequest = Request[Any, Any, Any]
COUNTER = "/verwaltung/sprechstunde/heute"
ADVISE = "/sprechstunde/beraten"
NOW = "/sprechstunde/jetzt"
SCREEN = "help-desk-screen"
"""The purpose of the tokens in the addresses of the screens."""
QUIET = {"x-robots-tag": "noindex", "cache-control": "no-store", "referrer-policy": "same-origin"}


def screen_path(around: Around, desk_id: UUID) -> str:
    """The address for the screen in the waiting room; whoever has it sees numbers and tables, no name."""
    return f"/anzeige/{desk_id}/{around.signer.token(SCREEN, desk_id)}"


async def look(around: Around, desk_id: UUID) -> Board:
    """The desk as it stands now. Raises NotFound."""
    async with around.begin.reading() as session:
        return await board_of(session, around, desk_id)


async def board_of(session: AsyncSession, around: Around, desk_id: UUID) -> Board:
    """The same within a session that is open already."""
    return await board(session, desk_id, around.clock(), state=around.settings.federal_state)


async def all_boards(session: AsyncSession, around: Around) -> Sequence[Board]:
    """All desks that people come to, as they stand now."""
    return await boards(session, await desks(session), around.clock(), state=around.settings.federal_state)


def said(found: Board) -> dict[str, Any]:
    """What every template of the day is given."""
    return {"board": found, "desk": found.desk, "words": words, "waits": found.waits}
