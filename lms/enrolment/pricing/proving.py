"""Proofs of concessions: sent or shown, accepted or refused, and the full price where none comes.

A file that was sent goes in the transaction that decides about it; what is kept is who saw what, and until when it holds.
"""

import asyncio
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.billing.models import EntryKind, SettlementCause
from lms.billing.queries import balance_of
from lms.billing.settling import request_settlement
from lms.catalogue.models import PaymentMethod, Run
from lms.db import retried
from lms.enrolment import policy
from lms.enrolment.errors import ReasonNeeded
from lms.enrolment.models import LIVE, Enrolment, EnrolmentState
from lms.enrolment.pricing.errors import ProofExpired, ProofNotNeeded, TooEarlyToCharge
from lms.enrolment.pricing.events import ConcessionDropped, ProofRefused
from lms.enrolment.pricing.files import as_proof
from lms.enrolment.pricing.models import (
    ConcessionClaim,
    ConcessionProof,
    ConcessionState,
    PriceReckoning,
    ProofFile,
)
from lms.enrolment.service.locked import ENDED, LockedRun
from lms.enrolment.service.rebooking import rebook
from lms.enrolment.service.transactions import Transactions
from lms.enrolment.values import CANCEL_WORDS
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import local
from lms.kernel.errors import NotFound, Stale
from lms.kernel.marking import N_
from lms.web.formats import date_long

PURPOSE = "enrolment"
OPEN = frozenset({ConcessionState.MISSING, ConcessionState.SENT, ConcessionState.REFUSED})
"""States in which a proof may still come and be decided about."""
PROOF_DAYS = 14
"""So many days after the first session a proof may still be shown; then the full price can be charged."""
KEEP_FILES = timedelta(days=30)
"""After the run's end a proof that nobody has decided about goes."""
FULL_PRICE = N_("Price without the reduction")


class Proving(Transactions):
    """Sending, looking at and deciding about proofs."""

    async def send_proof(
        self, actor: Actor, *, enrolment_id: UUID, name: str, content: bytes, token: str = ""
    ) -> None:
        """Send a proof in place of any other; whoever holds the link of the letter may, and whoever may enrol the person.

        `token` is `signer.token("enrolment", enrolment_id, enrolment.link_version)`. Raises NotFound, ProofNotNeeded,
        ProofNotReadable, ProofTooLarge.
        """
        async with self.begin.reading() as session:
            found = await session.get(Enrolment, enrolment_id)
            self._refuse_strangers(actor, found, token)
        media_type, kept = await asyncio.to_thread(as_proof, name, content)
        await self._keep(actor, enrolment_id, token, media_type, kept)

    @retried
    async def _keep(
        self, actor: Actor, enrolment_id: UUID, token: str, media_type: str, content: bytes
    ) -> None:
        at = self.clock()
        async with self.transaction() as session:
            _, enrolment, claim = await self._locked(session, enrolment_id, at=at)
            self._refuse_strangers(actor, enrolment, token)
            if claim.state not in OPEN or enrolment.state not in LIVE:
                raise ProofNotNeeded
            await session.execute(delete(ProofFile).where(ProofFile.claim_id == claim.id))
            session.add(ProofFile(claim_id=claim.id, sent_at=at, media_type=media_type, content=content))
            _move(claim, ConcessionState.SENT, at=at)
            _note(session, actor, enrolment, "proof_sent", at=at)

    async def proof_file(self, actor: Actor, *, enrolment_id: UUID) -> ProofFile:
        """The file that was sent, for whoever decides about it; looking at it is recorded (S-81). Raises NotFound."""
        ensure(policy.may_decide_proofs(actor), actor)
        async with self.begin() as session:
            found = (
                await session.execute(
                    select(ProofFile, Enrolment)
                    .join(ConcessionClaim, ConcessionClaim.id == ProofFile.claim_id)
                    .join(Enrolment, Enrolment.id == ConcessionClaim.enrolment_id)
                    .where(Enrolment.id == enrolment_id)
                )
            ).first()
            if found is None:
                raise NotFound
            file, enrolment = found
            _note(session, actor, enrolment, "proof_looked_at", at=self.clock())
            return file

    @retried
    async def accept_proof(
        self, actor: Actor, *, enrolment_id: UUID, valid_until: date, version: int
    ) -> None:
        """The proof was seen and holds until this day; the file goes, and until then no further proof is asked for.

        Raises NotFound, Stale, ProofNotNeeded, ProofExpired.
        """
        ensure(policy.may_decide_proofs(actor), actor)
        at = self.clock()
        async with self.transaction() as session:
            locked, enrolment, claim = await self._locked(session, enrolment_id, at=at)
            _refuse_stale(claim, version)
            today = local(at).date()
            starts_on = local(locked.run.starts_at).date() if locked.run.starts_at else today
            if valid_until < min(starts_on, today):
                raise ProofExpired
            _move(claim, ConcessionState.ACCEPTED, at=at, actor=actor)
            await session.execute(delete(ProofFile).where(ProofFile.claim_id == claim.id))
            if claim.kind_id is not None and enrolment.person_id is not None:
                await _keep_proof(session, actor, enrolment.person_id, claim.kind_id, valid_until, at=at)
            _note(session, actor, enrolment, "proof_accepted", at=at, after={"valid_until": valid_until.isoformat()})  # fmt: skip

    @retried
    async def refuse_proof(self, actor: Actor, *, enrolment_id: UUID, reason: str, version: int) -> None:
        """The proof does not prove it; the file goes, and the person is told why and what to do.

        Raises NotFound, Stale, ProofNotNeeded, ReasonNeeded.
        """
        ensure(policy.may_decide_proofs(actor), actor)
        if not reason.strip():
            raise ReasonNeeded
        at = self.clock()
        async with self.transaction() as session:
            locked, enrolment, claim = await self._locked(session, enrolment_id, at=at)
            _refuse_stale(claim, version)
            _move(claim, ConcessionState.REFUSED, at=at, actor=actor, reason=reason.strip())
            await session.execute(delete(ProofFile).where(ProofFile.claim_id == claim.id))
            _note(session, actor, enrolment, "proof_refused", at=at, reason=reason.strip())
            locked.tell(ProofRefused(enrolment_id=enrolment.id, version=claim.version))

    @retried
    async def charge_full_price(self, actor: Actor, *, enrolment_id: UUID, reason: str, version: int) -> int:
        """Ask for what the concession had taken off, because its proof was refused, or not shown in time; says how much.

        What else lessened the price stays, as of the day of the order. Raises NotFound, Stale, ProofNotNeeded, ReasonNeeded,
        TooEarlyToCharge.
        """
        ensure(policy.may_decide_proofs(actor), actor)
        if not reason.strip():
            raise ReasonNeeded
        at = self.clock()
        async with self.transaction() as session:
            locked, enrolment, claim = await self._locked(session, enrolment_id, at=at)
            _refuse_stale(claim, version)
            if enrolment.state in ENDED:
                raise ProofNotNeeded
            if not may_charge(claim, locked.run, at):
                raise TooEarlyToCharge(day=date_long(chargeable_on(locked.run)))
            difference = await _reprice(locked, actor, enrolment)
            await session.execute(delete(ProofFile).where(ProofFile.claim_id == claim.id))
            _move(claim, ConcessionState.CHARGED, at=at, actor=actor, reason=reason.strip())
            _note(session, actor, enrolment, "full_price_charged", at=at, after={"price_cents": enrolment.price_cents}, reason=reason.strip())  # fmt: skip
            owed = await _settle(locked, actor, enrolment, reason.strip())
            if difference:
                locked.tell(
                    ConcessionDropped(
                        enrolment_id=enrolment.id, difference_cents=difference, settled_cents=owed
                    )
                )
            return difference

    async def forget_proofs(self) -> int:
        """Delete files that nobody needs any more, and what was seen but holds no longer; says how many."""
        at = self.clock()
        over = (
            select(ConcessionClaim.id)
            .join(Enrolment, Enrolment.id == ConcessionClaim.enrolment_id)
            .join(Run, Run.id == Enrolment.run_id)
            .where(or_(Run.ends_at < at - KEEP_FILES, Enrolment.state.in_(ENDED)))
        )
        async with self.begin() as session:
            gone = await session.execute(
                delete(ProofFile).where(ProofFile.claim_id.in_(over)).returning(ProofFile.claim_id)
            )
            claims = [claim_id for (claim_id,) in gone]
            await session.execute(
                update(ConcessionClaim)
                .where(ConcessionClaim.id.in_(claims), ConcessionClaim.state == ConcessionState.SENT)
                .values(state=ConcessionState.MISSING, version=ConcessionClaim.version + 1)
            )
            expired = await session.execute(
                delete(ConcessionProof)
                .where(ConcessionProof.valid_until < local(at).date())
                .returning(ConcessionProof.id)
            )
            return len(claims) + len(expired.all())

    async def _locked(
        self, session: AsyncSession, enrolment_id: UUID, *, at: datetime
    ) -> tuple[LockedRun, Enrolment, ConcessionClaim]:
        locked, enrolment = await self.lock_for(session, enrolment_id, at=at)
        claim = await session.scalar(
            select(ConcessionClaim)
            .where(ConcessionClaim.enrolment_id == enrolment_id)
            .execution_options(populate_existing=True)
        )
        if claim is None:
            raise NotFound
        return locked, enrolment, claim

    def _refuse_strangers(self, actor: Actor, enrolment: Enrolment | None, token: str) -> None:
        if enrolment is None:
            raise NotFound
        if self.signer.matches(token, PURPOSE, enrolment.id, enrolment.link_version):
            return
        if not policy.reaches(actor, enrolment, "C"):
            raise NotFound


def chargeable_on(run: Run) -> date:
    """From which day on the full price may be asked for where no proof was shown."""
    return local(run.starts_at or run.created_at).date() + timedelta(days=PROOF_DAYS)


def may_charge(claim: ConcessionClaim, run: Run, at: datetime) -> bool:
    """Whether the full price may be asked for: after a refusal at once, else when the time for showing a proof is over."""
    if claim.state is ConcessionState.REFUSED:
        return True
    return claim.state is ConcessionState.MISSING and local(at).date() >= chargeable_on(run)


def _refuse_stale(claim: ConcessionClaim, version: int) -> None:
    if claim.state not in OPEN:
        raise ProofNotNeeded
    if claim.version != version:
        raise Stale


def _move(
    claim: ConcessionClaim,
    state: ConcessionState,
    *,
    at: datetime,
    actor: Actor | None = None,
    reason: str = "",
) -> None:
    claim.state, claim.changed_at, claim.reason = state, at, reason
    claim.decided_by = actor.account_id if actor else None
    claim.version += 1


def _note(
    session: AsyncSession,
    actor: Actor,
    enrolment: Enrolment,
    what: str,
    *,
    at: datetime,
    after: dict[str, object] | None = None,
    reason: str = "",
) -> None:
    record(
        session, actor, f"enrolment.{what}", at=at, kind="enrolment", object_id=enrolment.id,
        person_id=enrolment.person_id, after=after, reason=reason,
    )  # fmt: skip


async def _keep_proof(
    session: AsyncSession, actor: Actor, person_id: UUID, kind_id: UUID, valid_until: date, *, at: datetime
) -> None:
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    seen = {"seen_at": at, "seen_by": actor.account_id, "valid_until": valid_until}
    await session.execute(
        insert(ConcessionProof)
        .values(id=uuid4(), person_id=person_id, kind_id=kind_id, **seen)
        .on_conflict_do_update(index_elements=[ConcessionProof.person_id, ConcessionProof.kind_id], set_=seen)
    )


async def _reprice(locked: LockedRun, actor: Actor, enrolment: Enrolment) -> int:
    """Let the enrolment cost what it would without the concession; says by how much more."""
    reckoning = await locked.session.get_one(PriceReckoning, enrolment.id, populate_existing=True)
    before, without = (
        sum(int(line["amount_cents"]) for line in lines)
        for lines in (reckoning.lines, reckoning.lines_without)
    )
    difference = without - before
    reckoning.lines, reckoning.reckoned_at = reckoning.lines_without, locked.at
    enrolment.has_concession = False
    enrolment.version += 1
    enrolment.changed_at = locked.at
    price = enrolment.price_cents + difference
    if (
        price
        and enrolment.payment_method is PaymentMethod.FREE
        and enrolment.state is EnrolmentState.CONFIRMED
    ):
        offered = [PaymentMethod(way) for way in locked.run.payment_methods]
        enrolment.payment_method = (
            PaymentMethod.INVOICE if PaymentMethod.INVOICE in offered or not offered else offered[0]
        )
    if enrolment.state is EnrolmentState.CONFIRMED:
        await rebook(locked, actor, enrolment, [("participation", price, EntryKind.CHARGE)], cause="repriced")
    else:
        enrolment.price_cents = price
    return difference


async def _settle(locked: LockedRun, actor: Actor, enrolment: Enrolment, reason: str) -> int:
    """Ask the cashiers for what is open now; says how much that is."""
    if enrolment.state is not EnrolmentState.CONFIRMED:
        return 0
    await locked.session.flush()
    paid = (await balance_of(locked.session, [enrolment.id]))[enrolment.id].paid_cents
    lines = [{"message": FULL_PRICE, "params": {}, "amount_cents": enrolment.price_cents}]
    if paid:
        lines.append({"message": CANCEL_WORDS["paid"], "params": {}, "amount_cents": -paid})
    asked = await request_settlement(
        locked.session, actor, enrolment_id=enrolment.id, cause=SettlementCause.REPRICED, lines=lines,
        at=locked.at, reason=reason,
    )  # fmt: skip
    return asked.amount_cents if asked else 0
