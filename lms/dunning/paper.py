"""A reminder as PDF: made once, after the transaction that wrote it, and kept byte for byte (S-72)."""

import asyncio
import hashlib
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from segno.helpers import make_epc_qr
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from lms.db import Begin
from lms.dunning.models import Reminder, ReminderDocument, ReminderLine
from lms.dunning.queries import reminder_of
from lms.web.language import Language, gettext, use_locale
from lms.web.paper import Stationery

if TYPE_CHECKING:
    from certificates.pdf import Asset

PAPER = Stationery(Path(__file__).parent / "templates", Path(__file__).with_name("paper.css"))
LONGEST_PURPOSE = 140
"""Characters in the purpose of a transfer (EPC069-12)."""
LONGEST_NAME = 70


async def reminder_pdf(begin: Begin, reminder_id: UUID) -> tuple[str, bytes]:
    """Number and document, as it was first handed out; rendered when nobody has asked before. Raises NotFound."""
    async with begin.reading() as session:
        sent = await reminder_of(session, reminder_id)
        kept = await session.get(ReminderDocument, reminder_id)
    reminder = sent.reminder
    if kept is not None:
        return reminder.number, kept.content
    content = await asyncio.to_thread(rendered, reminder, sent.lines)
    async with begin() as session:
        insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
        await session.execute(
            insert(ReminderDocument)
            .values(
                reminder_id=reminder_id, sha256=hashlib.sha256(content).hexdigest(), content=content,
                written_at=reminder.issued_at,
            )
            .on_conflict_do_nothing()
        )  # fmt: skip
        first = await session.scalars(
            select(ReminderDocument.content).where(ReminderDocument.reminder_id == reminder_id)
        )
        return reminder.number, first.one()


def rendered(reminder: Reminder, lines: Sequence[ReminderLine]) -> bytes:
    """The document from the facts of its row; the same facts give the same bytes."""
    language: Language = "en" if reminder.facts["debtor"].get("language") == "en" else "de"
    page = PAPER.words(
        "dunning/reminder.html",
        language,
        reminder=reminder,
        debtor=reminder.facts["debtor"],
        issuer=reminder.facts["issuer"],
        is_public=reminder.facts["regime"] == "public",
        rows=by_invoice(lines),
        total_cents=reminder.owed_cents + reminder.fee_cents,
        purpose=purpose_of(reminder, lines),
        day_of=date.fromisoformat,
        has_code=bool(reminder.facts["issuer"]["iban"]),
    )
    with use_locale(language):
        title = gettext("Reminder %(number)s", number=reminder.number)
    return PAPER.pdf(
        page, title=title, language=language, created=reminder.issued_at, assets=_code(reminder, lines)
    )


def by_invoice(lines: Sequence[ReminderLine]) -> Sequence[dict[str, Any]]:
    """What is late, one row for each invoice: a company's may be about several people."""
    rows: dict[str, dict[str, Any]] = {}
    for line in lines:
        row = rows.setdefault(
            line.facts["number"],
            {**line.facts, "owed_cents": 0, "due_on": line.due_on, "level": 0, "more": -1},
        )
        row["owed_cents"] += line.owed_cents
        row["more"] += 1
        row["level"] = max(row["level"], line.level)
        row["due_on"] = min(row["due_on"], line.due_on)
    return list(rows.values())


def purpose_of(reminder: Reminder, lines: Sequence[ReminderLine]) -> str:
    """What is to be stated with the transfer: the numbers of the invoices, or of the reminder where they are too many."""
    numbers = " ".join(row["number"] for row in by_invoice(lines))
    return numbers if len(numbers) <= LONGEST_PURPOSE else reminder.number


def _code(reminder: Reminder, lines: Sequence[ReminderLine]) -> "tuple[Asset, ...]":
    """The transfer as a code for banking apps (EPC069-12, "GiroCode")."""
    from certificates.pdf import Asset  # WeasyPrint: heavy, and only wanted here

    issuer = reminder.facts["issuer"]
    if not issuer["iban"]:
        return ()
    drawn = make_epc_qr(
        name=issuer["name"][:LONGEST_NAME], iban=issuer["iban"], bic=issuer["bic"] or None,
        amount=Decimal(reminder.owed_cents + reminder.fee_cents) / 100, text=purpose_of(reminder, lines), encoding=1,
    )  # fmt: skip
    return (Asset("transfer.svg", drawn.svg_inline(scale=1, omitsize=True).encode()),)
