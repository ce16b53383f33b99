"""What the pages of the day share."""

from typing import Any
from uuid import UUID

from litestar import Request

from lms.helpdesk.queue import words
from lms.helpdesk.queue.queries import Board, board
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
        return await board(session, desk_id, around.clock())


def said(found: Board) -> dict[str, Any]:
    """What every template of the day is given."""
    return {"board": found, "desk": found.desk, "words": words, "waits": found.waits}
