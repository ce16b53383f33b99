"""What we write to companies about aid: the statement as PDF, and that one was revoked."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.aid.events import AidGranted, AidRevoked
from lms.aid.paper import aid_pdf
from lms.aid.queries import Held, statement_of
from lms.db import retried
from lms.jobs.queue import Event, enqueue
from lms.jobs.worker import Listener
from lms.people.models import Company, CompanyContact, Person
from lms.web.letters import Addressee, Enclosed, write_letter
from lms.web.module import Around

FOLDER = "aid/letters/"
PRINT = "print-aid-statement"


async def have_it_printed(session: AsyncSession, event: AidGranted) -> None:
    """Rendering takes its time, so it is a task of its own."""
    enqueue(session, PRINT, {"statement_id": str(event.statement_id)}, key=f"{PRINT}:{event.statement_id}")


def printer(around: Around) -> Callable[[dict[str, Any]], Awaitable[None]]:
    """The task that prints a statement and sends it; twice is as good as once."""

    async def act(payload: dict[str, Any]) -> None:
        statement_id = UUID(payload["statement_id"])
        number, content = await aid_pdf(around.begin, statement_id)
        await _send(around, statement_id, number, content)

    return act


@retried
async def _send(around: Around, statement_id: UUID, number: str, content: bytes) -> None:
    async with around.begin() as session:
        held = await statement_of(session, statement_id)
        await _write(
            session, held, "aid_statement", at=around.clock(),
            enclosures=[Enclosed(f"{number}.pdf", "application/pdf", content)],
        )  # fmt: skip


async def tell_revoked(session: AsyncSession, event: AidRevoked) -> None:
    """The statement does not hold any more."""
    held = await statement_of(session, event.statement_id)
    await _write(session, held, "aid_revoked", at=event.at)


async def _write(
    session: AsyncSession, held: Held, name: str, *, at: datetime, enclosures: Sequence[Enclosed] = ()
) -> None:
    statement = held.statement
    await write_letter(
        session, key=f"{name}:{statement.id}", kind=name, to=await _reader(session, held.company),
        template=f"{FOLDER}{name}.md", at=at, about=("aid_statement", statement.id), enclosures=enclosures,
        context={
            "company": held.company.name, "number": statement.number, "what": statement.what,
            "cents": statement.gross_cents, "granted_on": statement.granted_on,
            "reason": held.end.reason if held.end else "",
        },
    )  # fmt: skip


async def _reader(session: AsyncSession, company: Company) -> Person | Addressee:
    """The first contact of the company; where there is none, the company at its address."""
    contact = await session.scalars(
        select(Person)
        .join(CompanyContact, CompanyContact.person_id == Person.id)
        .where(CompanyContact.company_id == company.id)
        .order_by(Person.family_name, Person.id)
        .limit(1)
    )
    found = contact.first()
    if found is not None:
        return found
    return Addressee(
        email=company.invoice_email, language="de", name=company.name, street=company.street,
        postal_code=company.postal_code, city=company.city,
    )  # fmt: skip


LISTENERS: Mapping[type[Event], Sequence[Listener]] = {
    AidGranted: [have_it_printed],
    AidRevoked: [tell_revoked],
}
