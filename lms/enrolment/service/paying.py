"""Money that comes in for places, by whatever means: booked once, and then the places that were held for it are certain.

It comes when it comes: in time, too late, twice, for a run that was cancelled meanwhile. Each cent ends in a place, in a debt
that is paid, or on its way back (S-54).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.billing.models import Means, Refund, RefundMeans, RefundState, SettlementCause
from lms.billing.queries import balance_of
from lms.billing.refunds.booking import ask_refund, refundable_cents
from lms.billing.service import record_payment
from lms.billing.settling import request_settlement
from lms.catalogue.models import PaymentMethod
from lms.db import retried
from lms.enrolment import policy, rules
from lms.enrolment.changing.sums import written
from lms.enrolment.errors import NotHeldForPayment, PaymentMethodRefused
from lms.enrolment.events import PaymentArrived, PaymentTooLate
from lms.enrolment.models import LIVE, Enrolment, EnrolmentState, Party
from lms.enrolment.queries import order_of
from lms.enrolment.seats.rules import is_for_employee
from lms.enrolment.service.locked import LockedRun, refusals
from lms.enrolment.service.placing import make_certain
from lms.enrolment.service.transactions import Transactions, placement
from lms.enrolment.service.waiting_list import UNPAID, run_locked, serve_waiting_list
from lms.enrolment.values import CancellationLine, Placement
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.kernel.marking import N_
from lms.settings import Settings
from lms.vouchers.queries import reserved_cents

LONGEST_HOLD = timedelta(hours=3)
"""However often somebody at the screen begins to pay anew, counted from the order."""
PURPOSE = "enrolment"
PAID_TOO_MUCH = N_("Paid without owing it")


@dataclass(slots=True)
class Received:
    """What came of money that came in. Empty where it had been booked before."""

    booked_cents: int = 0
    confirmed: list[UUID] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    over_cents: int = 0
    """What nobody owes: on its way back, or a task of the cashiers."""


async def receive_money(
    session: AsyncSession,
    actor: Actor,
    *,
    shares: Mapping[UUID, int],
    means: Means,
    event: str,
    cause: str,
    at: datetime,
    settings: Settings,
) -> Received:
    """Book money for these enrolments (cents each), and confirm the places that were held for it.

    `event` names the payment at its provider; with an enrolment it is booked once, however often it is told. A place that is
    gone is taken again where it is still free for a newcomer. Money that nobody owes goes back by itself where it came online,
    and is a task of the cashiers otherwise. Locks the runs, in the order of their ids. Raises NotFound for an unknown enrolment.
    """
    received = Received()
    rows = await session.execute(select(Enrolment.id, Enrolment.run_id).where(Enrolment.id.in_(shares)))
    by_run: dict[UUID, list[UUID]] = defaultdict(list)
    for enrolment_id, run_id in rows:
        by_run[run_id].append(enrolment_id)
    if sum(map(len, by_run.values())) != len(shares):
        raise NotFound
    async with refusals():
        for run_id in sorted(by_run):
            locked = await run_locked(session, run_id, at=at, settings=settings)
            await _receive(
                locked, actor, {one: shares[one] for one in by_run[run_id]}, means, event, cause, received
            )
    return received


async def trust_in_payment(
    session: AsyncSession, actor: Actor, *, enrolment_ids: Sequence[UUID], at: datetime, settings: Settings
) -> None:
    """A bank has been told to pay and needs days: what is held is certain already, and owed until the money is there."""
    rows = await session.scalars(
        select(Enrolment.run_id).where(Enrolment.id.in_(enrolment_ids)).distinct().order_by(Enrolment.run_id)
    )
    async with refusals():
        for run_id in rows.all():
            locked = await run_locked(session, run_id, at=at, settings=settings)
            claims = await _claims(session, dict.fromkeys(enrolment_ids, 0))
            held = [one for one in claims if one.run_id == run_id and one.awaits_payment]
            await make_certain(locked, actor, held, is_new=False)
            await session.flush()


async def _receive(
    locked: LockedRun,
    actor: Actor,
    shares: Mapping[UUID, int],
    means: Means,
    event: str,
    cause: str,
    received: Received,
) -> None:
    session = locked.session
    claims = await _claims(session, shares)
    new: list[Enrolment] = []
    for claim in claims:
        entry = await record_payment(
            session, actor, enrolment_id=claim.id, amount_cents=shares[claim.id], cause=cause, at=locked.at,
            provider=means, provider_event=f"{event}:{claim.id}",
            debtor_id=claim.guardian_id or claim.contact_id or claim.person_id,
        )  # fmt: skip
        if entry is not None:
            received.booked_cents += shares[claim.id]
            new.append(claim)
    if not new:
        return
    accounts = await balance_of(session, [claim.id for claim in new])
    kept = await reserved_cents(session, [claim.id for claim in new])
    paid = [claim for claim in new if accounts[claim.id].paid_cents + kept[claim.id] >= claim.price_cents]
    held = [claim for claim in paid if claim.awaits_payment]
    late = [claim for claim in paid if await _finds_a_place(locked, claim)]
    had_place = [claim for claim in new if claim.state is EnrolmentState.CONFIRMED]
    certain = [*held, *await _again(locked, actor, late)]
    await make_certain(locked, actor, certain, is_new=False)
    received.confirmed += [claim.id for claim in certain]
    await session.flush()
    if means is Means.ONLINE:
        for claim in had_place:
            if is_for_employee(claim):
                continue  # a company has paid; who sits there sees no sums
            locked.tell(PaymentArrived(enrolment_id=claim.id, amount_cents=shares[claim.id], at=locked.at))
    for claim in new:
        if claim.state is EnrolmentState.HELD:
            continue  # a part of the price: the rest may still come
        await _send_back(locked, actor, claim, shares[claim.id], means, event, received)
    await serve_waiting_list(locked)


async def _claims(session: AsyncSession, shares: Mapping[UUID, int]) -> Sequence[Enrolment]:
    found = await session.scalars(
        select(Enrolment)
        .where(Enrolment.id.in_(shares))
        .order_by(Enrolment.rank, Enrolment.id)
        .execution_options(populate_existing=True)
    )
    return found.all()


async def _finds_a_place(locked: LockedRun, claim: Enrolment) -> bool:
    """Whether somebody whose hold had lapsed may still be placed: the run goes on, and they are not in it otherwise."""
    if claim.state is not EnrolmentState.EXPIRED or claim.ended_reason != UNPAID:
        return False
    if locked.run.state not in rules.TAKES_PEOPLE or (locked.run.ends_at and locked.run.ends_at <= locked.at):
        return False
    twin = await locked.session.scalar(
        select(Enrolment.id).where(
            Enrolment.run_id == claim.run_id,
            Enrolment.person_id == claim.person_id,
            Enrolment.state.in_(LIVE),
        )
    )
    return twin is None


async def _again(locked: LockedRun, actor: Actor, late: Sequence[Enrolment]) -> Sequence[Enrolment]:
    """Those who came too late and take their places again, all of a party or none, if a newcomer would get them now."""
    placed: list[Enrolment] = []
    by_party: dict[UUID, list[Enrolment]] = defaultdict(list)
    for claim in late:
        by_party[claim.party_id].append(claim)
    for party_id, claims in by_party.items():
        if not locked.takes(len(claims)):
            continue
        party = await locked.session.get_one(Party, party_id)
        party.position, party.size = locked.next_position(), len(claims)
        await locked.session.flush()
        for claim in claims:
            locked.move(claim, EnrolmentState.HELD, actor=actor, action="paid_late")
            claim.ended_at, claim.ended_reason = None, ""
        await locked.session.flush()
        placed += claims
    return placed


async def _send_back(
    locked: LockedRun,
    actor: Actor,
    claim: Enrolment,
    cents: int,
    means: Means,
    event: str,
    received: Received,
) -> None:
    session = locked.session
    over = -(await balance_of(session, [claim.id]))[claim.id].open_cents
    over = min(over, await refundable_cents(session, claim.id))
    if over <= 0:
        return
    received.over_cents += over
    back = min(over, cents) if means is Means.ONLINE else 0
    if back:
        refund = await ask_refund(
            session, actor, enrolment_id=claim.id, amount_cents=back, means=RefundMeans.ONLINE,
            state=RefundState.READY, at=locked.at, reason=PAID_TOO_MUCH,
            debtor_id=claim.guardian_id or claim.contact_id or claim.person_id, provider_payment=event,
            is_automatic=True,
        )  # fmt: skip
        received.refunds.append(refund)
    if claim.state is not EnrolmentState.CONFIRMED:
        locked.tell(PaymentTooLate(enrolment_id=claim.id, amount_cents=over))
    if over > back:
        await request_settlement(
            session, actor, enrolment_id=claim.id, cause=SettlementCause.OVERPAID,
            lines=[written(CancellationLine(PAID_TOO_MUCH, -over, {}))], at=locked.at,
        )  # fmt: skip


class Paying(Transactions):
    """What somebody does whose place is held until the money is there."""

    @retried
    async def hold_longer(self, *, enrolment_ids: Sequence[UUID], until: datetime) -> None:
        """Whoever begins to pay keeps the place until then, but not longer than three hours after the order at the screen."""
        at = self.clock()
        async with self.transaction() as session:
            _, first = await self.lock_for(session, enrolment_ids[0], at=at)
            for claim in await _claims(session, dict.fromkeys(enrolment_ids, 0)):
                if claim.awaits_payment and claim.held_until and claim.run_id == first.run_id:
                    latest = max(claim.held_until, claim.created_at + LONGEST_HOLD)
                    claim.held_until = max(claim.held_until, min(until, latest))

    @retried
    async def pay_otherwise(
        self, actor: Actor, *, enrolment_id: UUID, method: PaymentMethod, token: str = ""
    ) -> Placement:
        """Pay later and in another way after all: the whole order is confirmed at once, and owes the amount.

        `token` is the one of the letters about the enrolment. Raises NotFound, PaymentMethodRefused, and NotHeldForPayment
        where nothing is held for a payment (any more).
        """
        at = self.clock()
        async with self.transaction() as session:
            locked, enrolment = await self.lock_for(session, enrolment_id, at=at)
            by_link = self.signer.matches(token, PURPOSE, enrolment.id, enrolment.link_version)
            if not (by_link or policy.reaches(actor, enrolment, "D")):
                raise NotFound
            if method in {PaymentMethod.ONLINE, PaymentMethod.FREE}:
                raise PaymentMethodRefused
            order = await order_of(session, enrolment.order_id)
            waiting = [one for one in order if one.awaits_payment]
            if not waiting:
                if enrolment.state is EnrolmentState.CONFIRMED:
                    return await placement(session, [enrolment])
                raise NotHeldForPayment
            for one in waiting:
                one.payment_method = rules.chosen_method(
                    locked.run, one.price_cents, method, possible=self.settings.ways_to_pay
                )
            await make_certain(locked, actor, waiting, is_new=False)
            await session.flush()
            return await placement(session, waiting)
