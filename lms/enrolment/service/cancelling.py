"""Giving a place back, and what that costs."""

from uuid import UUID

from lms.billing.models import EntryKind, SettlementCause
from lms.billing.queries import balance_of
from lms.db import retried
from lms.enrolment import policy, rules
from lms.enrolment.errors import OwnMatter, ReasonNeeded, RunIsOver
from lms.enrolment.events import EnrolmentCancelled
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.enrolment.queries import claim, sessions_of
from lms.enrolment.seats.errors import SeatOfCompany
from lms.enrolment.seats.events import SeatsGivenBack
from lms.enrolment.seats.rules import is_for_employee, is_held_seat
from lms.enrolment.service.dropping_in import end_sessions, outcome_of
from lms.enrolment.service.locked import LockedRun
from lms.enrolment.service.offering import end_unplaced
from lms.enrolment.service.rebooking import Part, book_anew
from lms.enrolment.service.settling import ask_cashiers
from lms.enrolment.service.transactions import Transactions
from lms.enrolment.service.waiting_list import serve_waiting_list
from lms.enrolment.values import Cancellation
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound

PURPOSE = "enrolment"
"""Of the token in every letter about an enrolment: `signer.token(PURPOSE, enrolment.id, enrolment.link_version)`."""


class Cancelling(Transactions):
    """Ending one's own enrolment."""

    @retried
    async def cancel(
        self, actor: Actor, *, enrolment_id: UUID, reason: str = "", token: str = "", waive_reason: str = ""
    ) -> Cancellation:
        """Give the place back by the run's policy; the next in line is asked in the same transaction.

        Whoever still waits, has an offer or waits for consent leaves with the whole party, free of charge. `token` is
        `signer.token("enrolment", enrolment_id, enrolment.link_version)`. Staff waive the fee by giving `waive_reason`.
        Cancelled twice it says what the first time cost. Raises NotFound, RunIsOver, Forbidden.
        """
        at = self.clock()
        async with self.transaction() as session:
            locked, enrolment = await self.lock_for(session, enrolment_id, at=at)
            self._refuse_outsiders(actor, enrolment, token)
            _refuse_employee(actor, enrolment)
            if waive_reason:
                ensure(policy.may_waive(actor), actor)
                if policy.is_own(actor, enrolment):
                    raise OwnMatter
            if enrolment.state is EnrolmentState.CONFIRMED or is_held_seat(enrolment):
                outcome = await cancel_place(
                    locked, actor, enrolment, reason=reason, waive_reason=waive_reason
                )
                if is_for_employee(enrolment):
                    locked.tell(SeatsGivenBack(order_id=enrolment.order_id, enrolment_ids=[enrolment.id]))
                return outcome
            await end_unplaced(locked, actor, enrolment)
            return await _as_it_stands(locked, enrolment)

    async def preview_cancellation(
        self, actor: Actor, *, enrolment_id: UUID, token: str = ""
    ) -> Cancellation:
        """What `cancel` would cost now; changes nothing. Raises NotFound."""
        at = self.clock()
        async with self.begin.reading() as session:
            found = await claim(session, enrolment_id)
            self._refuse_outsiders(actor, found.enrolment, token)
            _refuse_employee(actor, found.enrolment)
            has_place = found.enrolment.state is EnrolmentState.CONFIRMED or is_held_seat(found.enrolment)
            price = found.enrolment.price_cents if has_place else 0
            paid = (await balance_of(session, [enrolment_id]))[enrolment_id].paid_cents
            if found.enrolment.is_drop_in:
                chosen = await sessions_of(session, enrolment_id)
                return outcome_of(found.run, found.enrolment, chosen, None, paid, at=at)
        return rules.cancellation_of(
            found.run, at, enrolment_id=enrolment_id, price_cents=price, paid_cents=paid
        )

    def _refuse_outsiders(self, actor: Actor, enrolment: Enrolment, token: str) -> None:
        if self.signer.matches(token, PURPOSE, enrolment.id, enrolment.link_version):
            return
        if not policy.reaches(actor, enrolment, "D"):
            raise NotFound


def _refuse_employee(actor: Actor, enrolment: Enrolment) -> None:
    """The company pays, so it decides what becomes of the seat, and not whoever sits on it."""
    if is_for_employee(enrolment) and not policy.acts_for_payer(actor, enrolment):
        raise SeatOfCompany


async def cancel_place(
    locked: LockedRun,
    actor: Actor,
    enrolment: Enrolment,
    *,
    reason: str = "",
    waive_reason: str = "",
    by_centre: bool = False,
) -> Cancellation:
    """End a confirmed enrolment: books first, then the place, then the next in line."""
    if enrolment.is_drop_in:
        return await end_sessions(
            locked, actor, enrolment, None, reason=reason, waive_reason=waive_reason, by_centre=by_centre
        )
    if not by_centre and locked.run.ends_at is not None and locked.at >= locked.run.ends_at:
        raise RunIsOver
    if waive_reason and not waive_reason.strip():
        raise ReasonNeeded
    paid = (await balance_of(locked.session, [enrolment.id]))[enrolment.id].paid_cents
    outcome = rules.cancellation_of(
        locked.run,
        locked.at,
        enrolment_id=enrolment.id,
        price_cents=enrolment.price_cents,
        paid_cents=paid,
        waived=bool(waive_reason),
        by_centre=by_centre,
    )
    fee: list[Part] = [("cancellation_fee", outcome.fee_cents, EntryKind.FEE)]
    await book_anew(locked, actor, enrolment, fee, cause="cancelled")
    await ask_cashiers(
        locked, actor, enrolment, SettlementCause.CANCELLED, outcome.lines, reason=waive_reason or reason
    )
    locked.move(
        enrolment, EnrolmentState.CANCELLED, actor=actor, action="cancelled", reason=waive_reason or reason
    )
    locked.tell(EnrolmentCancelled(enrolment_id=enrolment.id, by_centre=by_centre))
    await locked.session.flush()
    if not by_centre:
        await serve_waiting_list(locked)
    return outcome


async def _as_it_stands(locked: LockedRun, enrolment: Enrolment) -> Cancellation:
    """What an ended enrolment has cost: for whoever asks a second time."""
    account = (await balance_of(locked.session, [enrolment.id]))[enrolment.id]
    return Cancellation(
        enrolment_id=enrolment.id,
        price_cents=enrolment.price_cents if account.charged_cents or account.paid_cents else 0,
        fee_cents=max(0, account.charged_cents),
        paid_cents=account.paid_cents,
        lines=(),
        free_until=rules.free_until(locked.run),
    )
