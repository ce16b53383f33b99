"""Drawing contracts and the records of their acceptance: by the worker, outside any transaction, and then sent.

Whoever is killed in the middle begins again: the facts stand in the row, so the same bytes come out; what is kept already is
not drawn anew, and no letter is written twice.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from lms.db import retried
from lms.honoraria.contracts.events import ContractAccepted
from lms.honoraria.contracts.letters import confirm, send_offer
from lms.honoraria.contracts.models import ContractPaper, ContractState, PaperKind
from lms.honoraria.contracts.paper import contract_pdf, evidence_pdf
from lms.honoraria.contracts.reading import acceptance_of, contract_of, one_agreed
from lms.honoraria.contracts.rules import facts_from
from lms.honoraria.contracts.wording import words_of
from lms.jobs.queue import enqueue
from lms.web.module import Around

DRAW = "draw-contract"
RECORD = "draw-contract-evidence"
PDF = "application/pdf"


async def have_it_recorded(session: AsyncSession, event: ContractAccepted) -> None:
    """Drawing takes its time, so it is a task of its own."""
    enqueue(session, RECORD, {"contract_id": str(event.contract_id)}, key=f"{RECORD}:{event.contract_id}")


def drawer(around: Around) -> Callable[[dict[str, Any]], Awaitable[None]]:
    """The task that draws an offered contract and sends it; twice is as good as once."""

    async def act(payload: dict[str, Any]) -> None:
        contract_id = UUID(payload["contract_id"])
        async with around.begin.reading() as session:
            contract = await contract_of(session, contract_id)
            words = await words_of(session, contract.wording_number or 0)
            kept = await _kept(session, contract_id, PaperKind.CONTRACT)
        if contract.offered_at is None:
            return
        if kept is None:
            facts = facts_from(contract.facts)
            kept = await asyncio.to_thread(
                contract_pdf, contract.number, facts, words, at=contract.offered_at
            )
        await _hand_out(around, contract_id, PaperKind.CONTRACT, kept)

    return act


def recorder(around: Around) -> Callable[[dict[str, Any]], Awaitable[None]]:
    """The task that draws the record of an acceptance and sends it; twice is as good as once."""

    async def act(payload: dict[str, Any]) -> None:
        contract_id = UUID(payload["contract_id"])
        async with around.begin.reading() as session:
            contract = await contract_of(session, contract_id)
            acceptance = await acceptance_of(session, contract_id)
            kept = await _kept(session, contract_id, PaperKind.EVIDENCE)
        if acceptance is None:
            return
        if kept is None:
            facts = facts_from(contract.facts)
            kept = await asyncio.to_thread(evidence_pdf, contract, facts, acceptance)
        await _hand_out(around, contract_id, PaperKind.EVIDENCE, kept)

    return act


async def _kept(session: AsyncSession, contract_id: UUID, kind: PaperKind) -> bytes | None:
    found: bytes | None = await session.scalar(
        select(ContractPaper.content).where(
            ContractPaper.contract_id == contract_id, ContractPaper.kind == kind
        )
    )
    return found


@retried
async def _hand_out(around: Around, contract_id: UUID, kind: PaperKind, drawn: bytes) -> None:
    """Keep the bytes, unless somebody was quicker, and send those that are kept."""
    async with around.begin() as session:
        insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
        paper = ContractPaper(
            contract_id=contract_id, kind=kind, media_type=PDF, written_at=around.clock(),
            sha256=hashlib.sha256(drawn).hexdigest(), content=drawn,
        )  # fmt: skip
        columns = ("id", "contract_id", "kind", "media_type", "written_at", "sha256", "content")
        await session.execute(
            insert(ContractPaper)
            .values({name: getattr(paper, name) for name in columns})
            .on_conflict_do_nothing()
        )
        content = await _kept(session, contract_id, kind) or drawn
        one = await one_agreed(session, contract_id)
        if kind is PaperKind.EVIDENCE:
            await confirm(session, one, content, at=around.clock())
        elif one.contract.state is ContractState.OFFERED:
            await send_offer(session, one, content, at=around.clock())
