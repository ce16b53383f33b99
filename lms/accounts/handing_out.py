"""Lists with persons in them that leave the house: counted against the limit for exports and noted in the trail (S-40, S-81)."""

from collections.abc import Sequence
from typing import Any

from litestar import Request, Response

from lms.accounts.limits import within
from lms.audit.trail import record
from lms.kernel.actor import Actor
from lms.web.csv import Cell
from lms.web.module import Around
from lms.web.tables import table_file

ACTION = "bulk-export"


async def persons_file(
    request: Request[Any, Any, Any], around: Around, actor: Actor, stem: str, rows: Sequence[Sequence[Cell]]
) -> Response[bytes]:
    """The rows, the first of them the head, as `table_file` gives them. Raises TooMany.

    Both the count and the note are transactions of their own: call it with none open.
    """
    await handed_out(around, actor, stem, rows=max(0, len(rows) - 1), path=request.url.path)
    return table_file(request, stem, rows)


async def handed_out(around: Around, actor: Actor, stem: str, *, rows: int, path: str) -> None:
    """Count one list that leaves the house and note it, before it goes. Raises TooMany."""
    await within(around.begin, around.clock, "export", account=actor.account_id or "")
    async with around.begin() as session:
        record(
            session, actor, ACTION, at=around.clock(), kind="list", object_id=None,
            after={"list": stem, "rows": rows, "path": path},
        )  # fmt: skip
