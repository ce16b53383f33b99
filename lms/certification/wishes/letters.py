"""What we write to those who asked for a certificate."""

from sqlalchemy.ext.asyncio import AsyncSession

from lms.certification.wishes.events import ProofWishDeclined
from lms.certification.wishes.queries import asked_one
from lms.kernel.clock import system_clock
from lms.web.letters import write_letter


async def tell_of_refusal(session: AsyncSession, event: ProofWishDeclined) -> None:
    """Say that the certificate is not issued, and why."""
    found = await asked_one(session, event.wish_id)
    await write_letter(
        session,
        key=f"proof-declined:{event.wish_id}",
        kind="proof_declined",
        to=found.person,
        template="certification/letters/proof_declined.md",
        context={"found": found},
        about=("proof_wish", event.wish_id),
        at=found.wish.declined_at or system_clock(),
    )
