"""What a trainer answers to an offer, on screen or on paper, and the evidence that is kept of it."""

import hashlib
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import shortened
from lms.catalogue.models import Run, RunState
from lms.db import retried
from lms.honoraria.contracts import policy
from lms.honoraria.contracts.errors import (
    AnotherName,
    BeingDrawn,
    NotAScan,
    NotOffered,
    NotRead,
    Outdated,
    SignedLater,
)
from lms.honoraria.contracts.events import ContractAccepted
from lms.honoraria.contracts.models import (
    AcceptanceWay,
    ContractAcceptance,
    ContractPaper,
    ContractState,
    FeeContract,
    PaperKind,
)
from lms.honoraria.contracts.reading import facts_now
from lms.honoraria.contracts.rules import ContractFacts, facts_from, same_name
from lms.honoraria.contracts.service.acts import Acts
from lms.honoraria.contracts.wording import filled, values_of, words_of
from lms.honoraria.standing.consents import give_consent
from lms.jobs.queue import announce
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import today
from lms.kernel.errors import NotFound
from lms.web.lettering import one_line

LONGEST_AGENT = 300
LARGEST_SCAN = 5_000_000


class Answering(Acts):
    """Yes and no, and the signed sheet that came by post."""

    @retried
    async def accept(
        self,
        actor: Actor,
        *,
        contract_id: UUID,
        typed_name: str,
        has_read: bool,
        consents: bool,
        user_agent: str = "",
    ) -> FeeContract:
        """The trainer agrees on screen. Twice is as good as once.

        `consents` is the separate declaration under § 127 SGB IV; without it the contract holds all the same. Raises NotRead,
        AnotherName, Outdated (dates or fee have changed), BeingDrawn, NotOffered, NotFound.
        """
        async with self.begin() as session:
            contract, run = await self._locked(session, contract_id)
            if not policy.may_accept(actor, contract.person_id):
                raise NotFound
            if contract.state is ContractState.ACCEPTED:
                return contract
            if not has_read:
                raise NotRead
            facts = await self._acceptable(session, contract, run)
            if not same_name(typed_name, facts.trainer):
                raise AnotherName(name=facts.trainer)
            await self._accepted(
                session, actor, contract, facts, AcceptanceWay.SCREEN, name=typed_name, consents=consents,
                user_agent=user_agent,
            )  # fmt: skip
        return contract

    @retried
    async def decline(self, actor: Actor, *, contract_id: UUID, note: str = "") -> FeeContract:
        """The trainer does not agree, and may say why. Twice is as good as once. Raises NotOffered, NotFound."""
        async with self.begin() as session:
            contract, _ = await self._locked(session, contract_id)
            if not policy.may_accept(actor, contract.person_id):
                raise NotFound
            if contract.state is ContractState.DECLINED:
                return contract
            if contract.state is not ContractState.OFFERED:
                raise NotOffered
            contract.state, contract.answered_at = ContractState.DECLINED, self.clock()
            contract.ended_at, contract.note = contract.answered_at, note.strip()
            self._note(session, actor, "declined", contract)
        return contract

    @retried
    async def record_paper(
        self, actor: Actor, *, contract_id: UUID, signed_on: date, consents: bool, scan: bytes = b""
    ) -> FeeContract:
        """The team has the signed sheet; a scan (PDF) may be kept with it. Twice is as good as once.

        Raises SignedLater, NotAScan, Outdated, BeingDrawn, NotOffered, NotFound.
        """
        ensure(policy.may_write(actor), actor)
        if signed_on > today(self.clock):
            raise SignedLater
        if scan and (not scan.startswith(b"%PDF-") or len(scan) > LARGEST_SCAN):
            raise NotAScan
        async with self.begin() as session:
            contract, run = await self._locked(session, contract_id)
            if contract.state is ContractState.ACCEPTED:
                return contract
            facts = await self._acceptable(session, contract, run)
            if scan:
                session.add(
                    ContractPaper(
                        contract_id=contract.id, kind=PaperKind.SCAN, media_type="application/pdf",
                        sha256=hashlib.sha256(scan).hexdigest(), written_at=self.clock(), content=scan,
                    )
                )  # fmt: skip
            await self._accepted(
                session, actor, contract, facts, AcceptanceWay.PAPER, name=facts.trainer, consents=consents,
                signed_on=signed_on,
            )  # fmt: skip
        return contract

    async def _acceptable(self, session: AsyncSession, contract: FeeContract, run: Run) -> ContractFacts:
        """What the contract says, if a yes to it still means something."""
        if contract.state is not ContractState.OFFERED or run.state is RunState.CANCELLED:
            raise NotOffered
        facts, pair = facts_from(contract.facts), (contract.run_id, contract.person_id)
        planned = (await facts_now(session, [pair]))[pair]
        if planned is None or planned.agreed() != facts.agreed():
            raise Outdated
        return facts

    async def _accepted(
        self,
        session: AsyncSession,
        actor: Actor,
        contract: FeeContract,
        facts: ContractFacts,
        way: AcceptanceWay,
        *,
        name: str,
        consents: bool,
        user_agent: str = "",
        signed_on: date | None = None,
    ) -> None:
        now = self.clock()
        document = await session.scalar(
            select(ContractPaper.sha256).where(
                ContractPaper.contract_id == contract.id, ContractPaper.kind == PaperKind.CONTRACT
            )
        )
        if document is None:
            raise BeingDrawn
        await self._supersede(session, contract, now)
        contract.state, contract.answered_at, contract.outdated_at = ContractState.ACCEPTED, now, None
        words = await words_of(session, contract.wording_number or 0)
        declaration = filled(words.consent, values_of(facts, contract.number)) if facts.needs_consent else ""
        acceptance = ContractAcceptance(
            contract_id=contract.id, way=way, accepted_at=now, typed_name=one_line(name),
            document_sha256=document, wording_number=words.number,
            consents=consents if facts.needs_consent else None, consent_words=declaration,
            address=shortened(actor.address) if way is AcceptanceWay.SCREEN else "",
            user_agent=one_line(user_agent)[:LONGEST_AGENT], account_id=actor.account_id, signed_on=signed_on,
        )  # fmt: skip
        session.add(acceptance)
        if acceptance.consents:
            await give_consent(
                session, contract.person_id, wording=declaration, version=str(words.number),
                contract_id=contract.id, at=now,
            )  # fmt: skip
        announce(session, ContractAccepted(contract_id=contract.id), at=now)
        self._note(session, actor, f"accepted_on_{way.value}", contract)

    async def _supersede(self, session: AsyncSession, contract: FeeContract, now: datetime) -> None:
        """An earlier version that was accepted stays as it is, and counts no more."""
        former = await session.scalar(
            select(FeeContract)
            .where(
                FeeContract.run_id == contract.run_id,
                FeeContract.person_id == contract.person_id,
                FeeContract.state == ContractState.ACCEPTED,
            )
            .with_for_update()
        )
        if former is not None:
            former.state, former.ended_at = ContractState.SUPERSEDED, now
            await session.flush()
