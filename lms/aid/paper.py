"""The statement as PDF: made once, after the transaction that issued it, and kept byte for byte."""

import asyncio
import hashlib
from datetime import date
from pathlib import Path
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from lms.aid.models import AidPaper, AidStatement, AidWindow
from lms.aid.queries import Held, statement_of
from lms.aid.words import KINDS, WINDOWS
from lms.billing.paper import STYLE
from lms.db import Begin
from lms.web.paper import Stationery

PAPER = Stationery(Path(__file__).parent / "templates", STYLE)


async def aid_pdf(begin: Begin, statement_id: UUID) -> tuple[str, bytes]:
    """The number and the paper as it was first handed out; made when nobody has asked before. Raises NotFound."""
    async with begin.reading() as session:
        held = await statement_of(session, statement_id)
        kept = await session.get(AidPaper, statement_id)
        replaces = (
            await session.get(AidStatement, held.statement.replaces_id)
            if held.statement.replaces_id
            else None
        )
    if kept is not None:
        return held.statement.number, kept.content
    content = await asyncio.to_thread(rendered, held, replaces.number if replaces else "")
    async with begin() as session:
        insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
        await session.execute(
            insert(AidPaper)
            .values(
                statement_id=statement_id,
                sha256=hashlib.sha256(content).hexdigest(),
                content=content,
                written_at=held.statement.issued_at,
            )
            .on_conflict_do_nothing()
        )
        first = await session.scalars(select(AidPaper.content).where(AidPaper.statement_id == statement_id))
        return held.statement.number, first.one()


def rendered(held: Held, replaces: str = "") -> bytes:
    """The paper from the facts that were frozen; it is German, as the law and the register are. Heavy."""
    statement = held.statement
    facts = statement.facts
    page = PAPER.words(
        "aid/statement.html",
        "de",
        statement=statement,
        company=facts["company"],
        issuer=facts["issuer"],
        rule=facts["rule"],
        window=WINDOWS[AidWindow(facts["rule"]["window"])],
        kind=KINDS[statement.kind],
        declared_on=date.fromisoformat(facts["declared_on"]),
        after_cents=statement.before_cents + statement.gross_cents,
        replaces=replaces,
    )
    return PAPER.pdf(page, title=statement.number, language="de", created=statement.issued_at)
