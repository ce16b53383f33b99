"""Issued statements as PDF: made once, after the transaction that issued them, and kept byte for byte."""

import asyncio
import hashlib
from pathlib import Path
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from lms.billing.paper import STYLE
from lms.db import Begin
from lms.honoraria.statements.models import FeeDocument, LineKind, VatKind
from lms.honoraria.statements.reading import View, read_statement
from lms.honoraria.statements.rules import units
from lms.honoraria.statements.wording import NOTES, line_details, line_name, vat_in
from lms.kernel.errors import NotFound
from lms.web.paper import Stationery

PAPER = Stationery(Path(__file__).parents[1] / "templates", STYLE)


async def statement_pdf(begin: Begin, statement_id: UUID) -> tuple[str, bytes]:
    """Number and document as it was first handed out. Raises NotFound for what was not issued."""
    async with begin.reading() as session:
        kept = await session.get(FeeDocument, statement_id)
        view = await read_statement(session, statement_id)
    if view.statement.number is None:
        raise NotFound
    if kept is not None:
        return view.statement.number, kept.content
    content = await asyncio.to_thread(rendered, view)
    async with begin() as session:
        insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
        await session.execute(
            insert(FeeDocument)
            .values(
                statement_id=statement_id, sha256=hashlib.sha256(content).hexdigest(), content=content,
                written_at=view.statement.issued_at,
            )
            .on_conflict_do_nothing()
        )  # fmt: skip
        first = await session.scalars(
            select(FeeDocument.content).where(FeeDocument.statement_id == statement_id)
        )
        return view.statement.number, first.one()


def rendered(view: View) -> bytes:
    """The document from the facts that were frozen when it was confirmed; the same facts give the same bytes. German always.

    A statement to somebody who charges VAT is a credit note by which the recipient settles (§ 14 (2) sentence 2 UStG), and has
    to be called so (§ 14 (4) no. 10 UStG).
    """
    statement, facts = view.statement, view.statement.facts
    if statement.issued_at is None:
        raise NotFound
    page = PAPER.words(
        "honoraria/statement.html",
        "de",
        statement=statement,
        facts=facts,
        issuer=facts["issuer"],
        lines=view.lines,
        reverses=view.reverses,
        line_name=line_name,
        line_details=line_details,
        is_credit_note=facts.get("vat_kind") == VatKind.REGULAR,
        vat_cents=vat_in(statement.total_cents, str(facts.get("vat_kind", ""))),
        vat_note=NOTES.get(str(facts.get("vat_kind", "")), ""),
        units=units(sum(one.minutes for one in view.lines if one.kind is LineKind.SESSION)),
        sign=-1 if view.reverses else 1,
    )
    return PAPER.pdf(page, title=statement.number or "", language="de", created=statement.issued_at)
