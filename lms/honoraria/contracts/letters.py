"""What we write to trainers about their contracts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from lms.honoraria.contracts.events import ContractWithdrawn
from lms.honoraria.contracts.models import ContractState
from lms.honoraria.contracts.reading import Agreed, one_agreed
from lms.kernel.clock import system_clock
from lms.web.letters import Enclosed, write_letter

OWN = "/kursleitung/vertraege"


async def send_offer(session: AsyncSession, one: Agreed, document: bytes, *, at: datetime) -> None:
    """The contract to read, with the way to accept it; once."""
    enclosed = [Enclosed(f"{one.contract.number}.pdf", "application/pdf", document)]
    await _write(session, one, "contract_offered", f"contract-offered:{one.contract.id}", at, enclosed)


async def remind(session: AsyncSession, one: Agreed, *, turn: int, at: datetime) -> bool:
    """That the contract still waits; once for each turn. Whether a letter was written."""
    key = f"contract-reminder:{one.contract.id}:{turn}"
    return await _write(session, one, "contract_reminder", key, at, [])


async def confirm(session: AsyncSession, one: Agreed, evidence: bytes, *, at: datetime) -> None:
    """That the contract holds, with the record of how it was accepted; once."""
    enclosed = [Enclosed(f"{one.contract.number}-annahme.pdf", "application/pdf", evidence)]
    await _write(session, one, "contract_accepted", f"contract-accepted:{one.contract.id}", at, enclosed)


async def tell_withdrawn(session: AsyncSession, event: ContractWithdrawn) -> None:
    """That an offer counts no more."""
    one = await one_agreed(session, event.contract_id)
    if one.contract.state is ContractState.WITHDRAWN:
        key = f"contract-withdrawn:{one.contract.id}"
        await _write(session, one, "contract_withdrawn", key, system_clock(), [])


async def _write(
    session: AsyncSession, one: Agreed, template: str, key: str, at: datetime, enclosed: Sequence[Enclosed]
) -> bool:
    contract, english = one.contract, one.person.language == "en"
    context: dict[str, Any] = {
        "number": contract.number,
        "course": (one.course.title_en if english else "") or one.course.title_de,
        "run": one.run.number,
        "starts_on": contract.starts_on,
        "ends_on": contract.ends_on,
        "minutes": contract.minutes,
        "total_cents": contract.total_cents,
        "offered_at": contract.offered_at,
        "note": contract.note,
        "path": f"{OWN}/{contract.id}",
    }
    written = await write_letter(
        session,
        key=key,
        kind=template,
        to=one.person,
        template=f"honoraria/letters/{template}.md",
        context=context,
        about=("run", one.run.id),
        enclosures=enclosed,
        at=at,
    )
    return written is not None
