"""What we write to borrowers."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.db import links_of
from lms.kernel.clock import local, system_clock
from lms.lending import events
from lms.lending.models import LendingBlock, LoanState
from lms.lending.queries import Lent, agreement_of, lent
from lms.people.models import Guardianship, Person
from lms.people.rules import is_minor
from lms.web.language import use_locale
from lms.web.letters import Enclosed, write_letter

FOLDER = "lending/letters/"
MOST_REMINDERS = 3


async def confirm_reservation(session: AsyncSession, event: events.LoanReserved) -> None:
    """What is kept, from when, where to pick it up, and the agreement to accept beforehand."""
    found = await lent(session, event.loan_id)
    if found.loan.state is LoanState.RESERVED:
        await _send(session, found, "loan_reserved", at=system_clock())


async def confirm_hand_over(session: AsyncSession, event: events.LoanHandedOut) -> None:
    """What was taken home, until when, and what is still to be agreed to."""
    found = await lent(session, event.loan_id)
    if found.loan.state is LoanState.OUT:
        await _send(session, found, "loan_handed_out", at=system_clock())


async def send_agreement(session: AsyncSession, event: events.LoanAgreed) -> None:
    """The agreement as it was accepted."""
    found = await lent(session, event.loan_id)
    kept = await agreement_of(session, event.loan_id)
    if kept is not None:
        name = f"{found.loan.reference}.pdf"
        enclosed = [Enclosed(name, "application/pdf", kept.document)]
        await _send(session, found, "loan_agreed", at=kept.created_at, enclosures=enclosed)


async def tell_new_end(session: AsyncSession, event: events.LoanExtended) -> None:
    """Until when it may be kept now."""
    found = await lent(session, event.loan_id)
    await _send(session, found, "loan_extended", at=system_clock(), version=str(event.version))


async def confirm_return(session: AsyncSession, event: events.LoanReturned) -> None:
    """That it is back, and what is missing."""
    found = await lent(session, event.loan_id)
    await _send(session, found, "loan_returned", at=system_clock(), version=str(event.version))


async def tell_of_cancellation(session: AsyncSession, event: events.LoanCancelled) -> None:
    """That nothing is kept any more."""
    found = await lent(session, event.loan_id)
    await _send(session, found, "loan_cancelled", at=system_clock())


async def write_reminder(
    session: AsyncSession, found: Lent, *, number: int, block: LendingBlock | None, at: datetime
) -> None:
    """The reminder of this number, in the transaction that counts it: exactly once for each due date."""
    await _send(
        session,
        found,
        "loan_reminder",
        at=at,
        version=f"{local(found.loan.due_at).date().isoformat()}:{number}",
        number=number,
        is_last=number >= MOST_REMINDERS,
        blocked_until=block.until if block else None,
    )


async def _send(
    session: AsyncSession,
    found: Lent,
    name: str,
    *,
    at: datetime,
    version: str = "",
    enclosures: list[Enclosed] | None = None,
    **more: Any,
) -> None:
    loan = found.loan
    reader = await _reader(session, found.person, at)
    token = links_of(session).signer.token("loan", loan.id, loan.link_version)
    with use_locale("en" if reader.language == "en" else "de"):
        device = found.name
    await write_letter(
        session,
        key=":".join(part for part in (name, str(loan.id), version) if part),
        kind=name,
        to=reader,
        template=f"{FOLDER}{name}.md",
        context={
            "loan": loan,
            "device": device,
            "inventory_number": found.device.inventory_number,
            "borrower": found.person.name,
            "is_own": reader.id == found.person.id,
            "place": found.venue,
            "replacement_cents": found.model.replacement_cents,
            "needs_wipe": found.model.needs_wipe,
            "needs_agreement": found.needs_agreement,
            "loan_path": f"/ausleihe/{loan.id}/{token}",
        }
        | more,
        about=("loan", loan.id),
        enclosures=enclosures or (),
        at=at,
    )


async def _reader(session: AsyncSession, person: Person, at: datetime) -> Person:
    """Who reads about it: the borrower; for a minor the parent or guardian we know."""
    if not is_minor(person.birth_date, local(at).date()):
        return person
    guardian: Person | None = await session.scalar(
        select(Person)
        .join(Guardianship, Guardianship.guardian_id == Person.id)
        .where(Guardianship.child_id == person.id, Guardianship.ended_at.is_(None))
        .order_by(Person.created_at, Person.id)
        .limit(1)
    )
    return guardian or person
