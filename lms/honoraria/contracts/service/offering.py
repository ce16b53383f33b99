"""Drafting, offering, withdrawing, and reminding of what is unanswered."""

import hashlib
from datetime import timedelta
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Run, RunState
from lms.db import retried
from lms.honoraria.contracts import policy
from lms.honoraria.contracts.drawing import DRAW
from lms.honoraria.contracts.errors import ContractThere, NothingHasChanged, NothingToAgree, NotOffered
from lms.honoraria.contracts.events import ContractWithdrawn
from lms.honoraria.contracts.letters import remind
from lms.honoraria.contracts.models import ContractState, FeeContract
from lms.honoraria.contracts.reading import agreed, facts_now
from lms.honoraria.contracts.rules import OPEN_STATES, ContractFacts, facts_from, next_number
from lms.honoraria.contracts.service.acts import Acts
from lms.honoraria.contracts.wording import words_in_use
from lms.jobs.queue import announce, enqueue
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound, Stale
from lms.scheduling.models import RunTrainer
from lms.scheduling.queries import run_of

MOST_REMINDERS = 2


class Offering(Acts):
    """What the team does before a trainer answers."""

    @retried
    async def draft(self, actor: Actor, *, contract_id: UUID, run_id: UUID, person_id: UUID) -> FeeContract:
        """Begin a contract; it follows the run until it is offered. Under one `contract_id` once.

        Raises NothingToAgree, ContractThere (one waits for an answer), NothingHasChanged (the accepted one still fits), NotFound.
        """
        ensure(policy.may_write(actor), actor)
        async with self.begin() as session:
            await run_of(session, run_id, lock=True)
            known = await session.get(FeeContract, contract_id)
            if known is not None:
                return known
            if await session.get(RunTrainer, (run_id, person_id)) is None:
                raise NotFound
            if (await facts_now(session, [(run_id, person_id)]))[run_id, person_id] is None:
                raise NothingToAgree
            others = (await session.scalars(select(FeeContract).where(FeeContract.run_id == run_id))).all()
            theirs = [one for one in others if one.person_id == person_id]
            if any(one.state in OPEN_STATES for one in theirs):
                raise ContractThere
            if any(one.state is ContractState.ACCEPTED and one.outdated_at is None for one in theirs):
                raise NothingHasChanged
            run = await run_of(session, run_id)
            contract = FeeContract(
                id=contract_id, number=next_number(run.number, (one.number for one in others)),
                run_id=run_id, person_id=person_id, created_at=self.clock(),
            )  # fmt: skip
            session.add(contract)
            await session.flush()
            self._note(session, actor, "drafted", contract)
        return contract

    @retried
    async def offer(self, actor: Actor, *, contract_id: UUID, seen: str) -> FeeContract:
        """Send it to the trainer as things stand now: the words, dates and sums stay so from here on.

        It is drawn and sent by the worker. `seen` is `fingerprint` of what the page showed. Offered twice, it is offered
        once. Raises NothingToAgree, Stale, NotOffered, NotFound.
        """
        ensure(policy.may_write(actor), actor)
        now = self.clock()
        async with self.begin() as session:
            contract, run = await self._locked(session, contract_id)
            if contract.state is ContractState.OFFERED:
                return contract
            if contract.state is not ContractState.DRAFT or run.state is RunState.CANCELLED:
                raise NotOffered
            facts = await self._facts(session, contract)
            if fingerprint(facts) != seen:
                raise Stale
            contract.wording_number = (await words_in_use(session)).number
            freeze(contract, facts)
            contract.state, contract.offered_at = ContractState.OFFERED, now
            enqueue(session, DRAW, {"contract_id": str(contract.id)}, at=now, key=f"{DRAW}:{contract.id}")
            self._note(session, actor, "offered", contract)
        return contract

    @retried
    async def withdraw(self, actor: Actor, *, contract_id: UUID, note: str = "") -> FeeContract:
        """The draft or offer counts no more; the trainer is told of an offer. Twice is as good as once. Raises NotOffered."""
        ensure(policy.may_write(actor), actor)
        async with self.begin() as session:
            contract, _ = await self._locked(session, contract_id)
            if contract.state is ContractState.WITHDRAWN:
                return contract
            if contract.state not in OPEN_STATES:
                raise NotOffered
            was_offered = contract.state is ContractState.OFFERED
            contract.state, contract.ended_at = ContractState.WITHDRAWN, self.clock()
            contract.note = note.strip()
            if was_offered:
                announce(session, ContractWithdrawn(contract_id=contract.id), at=self.clock())
            self._note(session, actor, "withdrawn", contract, reason=contract.note)
        return contract

    @retried
    async def remind_unsigned(self) -> int:
        """Write to trainers who have not answered, twice at most; says how many letters were written."""
        now, span, written = self.clock(), timedelta(days=self.reminder_days), 0
        async with self.begin() as session:
            waiting = await agreed(
                session,
                FeeContract.state == ContractState.OFFERED,
                FeeContract.offered_at <= now - span,
                FeeContract.outdated_at.is_(None),
                Run.state != RunState.CANCELLED,
            )
            for one in waiting:
                offered_at = one.contract.offered_at or now
                turn = min(int((now - offered_at) / span), MOST_REMINDERS)
                if await remind(session, one, turn=turn, at=now):
                    one.contract.reminded_at = now
                    written += 1
        return written

    async def _facts(self, session: AsyncSession, contract: FeeContract) -> ContractFacts:
        pair = (contract.run_id, contract.person_id)
        facts = (await facts_now(session, [pair]))[pair]
        if facts is None:
            raise NothingToAgree
        return facts


def freeze(contract: FeeContract, facts: ContractFacts) -> None:
    """Let the contract say this from now on."""
    contract.facts = msgspec.to_builtins(facts)
    contract.unit_cents, contract.travel_cents = facts.unit_cents, facts.travel_cents
    contract.substitution_cents = facts.substitution_cents
    contract.minutes, contract.total_cents = facts.minutes, facts.total_cents
    contract.starts_on, contract.ends_on = facts.first_day, facts.last_day


def fingerprint(facts: ContractFacts | None) -> str:
    """How a page remembers which dates and sums it showed."""
    if facts is None:
        return ""
    times = "".join(f"{one.starts_at:%y%m%d%H%M}{one.minutes}" for one in facts.meetings)
    return (
        f"{len(facts.meetings)}-{facts.unit_cents}-{facts.travel_cents}-{facts.total_cents}-{hash_of(times)}"
    )


def hash_of(text: str) -> str:
    """A short mark of a text, the same in every process."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def shown_facts(contract: FeeContract, now: ContractFacts | None) -> ContractFacts | None:
    """What a contract says: a draft what is planned now, any other what was offered."""
    if contract.state is ContractState.DRAFT or not contract.facts:
        return now
    return facts_from(contract.facts)
