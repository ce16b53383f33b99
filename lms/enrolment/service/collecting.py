"""Paying by direct debit: by which mandate, and that it is collected later."""

from datetime import date
from uuid import UUID

from lms.catalogue.models import PaymentMethod
from lms.debits.errors import AccountNeeded
from lms.debits.mandates import choose_mandate
from lms.debits.planning import expected_day, plan_collection
from lms.debits.queries import chosen_mandate
from lms.debits.values import NewAccount
from lms.enrolment.models import Enrolment
from lms.enrolment.queries import sessions_of
from lms.enrolment.service.locked import LockedRun
from lms.enrolment.service.order import Order
from lms.kernel.actor import Actor
from lms.kernel.clock import local

Account = NewAccount | UUID
"""An account as it was typed, or a mandate that the payer has given before."""


async def keep_account(locked: LockedRun, actor: Actor, order: Order, account: Account | None) -> None:
    """Have what this order owes collected from an account; every enrolment that is made of it names the mandate.

    Raises AccountNeeded where direct debit was chosen and no account named.
    """
    if order.payment_method is not PaymentMethod.DIRECT_DEBIT or not order.total_cents:
        return
    if account is None:
        raise AccountNeeded
    await locked.session.flush()  # the persons first: a mandate names its payer
    mandate = await choose_mandate(
        locked.session, actor, account=account, enrolment_ids=(), person_id=_payer(order),
        company_id=order.company.id if order.company else None, creditor_id=locked.settings.creditor_id, at=locked.at,
    )  # fmt: skip
    order.mandate_id = mandate.id


def _payer(order: Order) -> UUID:
    """Who owes: whoever ordered, or for a minor the guardian, or whoever allowed it by mandate (`placing.debtors_of`)."""
    first = order.entrants[0]
    if order.company is None and first.guardian is not None:
        return first.guardian.id
    return first.person.id if order.company is None and first.by_mandate else order.contact.id


async def collect_later(locked: LockedRun, actor: Actor, enrolment: Enrolment) -> None:
    """Plan to collect what this enrolment owes, where it is paid by direct debit. Twice is as good as once."""
    if enrolment.payment_method is not PaymentMethod.DIRECT_DEBIT:
        return
    await plan_collection(
        locked.session, actor, enrolment_id=enrolment.id, run_id=locked.run.id,
        purpose=f"{locked.run.number} {enrolment.reference}", settings=locked.settings, at=locked.at,
        begins_on=await _begins_on(locked, enrolment),
    )  # fmt: skip


async def collected_on(locked: LockedRun, enrolment: Enrolment) -> date | None:
    """When we collect what it costs, as things stand, so that nobody has to transfer it; None where we do not."""
    if enrolment.payment_method is not PaymentMethod.DIRECT_DEBIT:
        return None
    await locked.session.flush()
    if await chosen_mandate(locked.session, enrolment.id) is None:
        return None
    return await expected_day(
        locked.session, locked.run.id, settings=locked.settings, at=locked.at,
        begins_on=await _begins_on(locked, enrolment),
    )  # fmt: skip


async def _begins_on(locked: LockedRun, enrolment: Enrolment) -> date | None:
    """The first day of somebody who comes to single sessions."""
    if not enrolment.is_drop_in:
        return None
    chosen = await sessions_of(locked.session, enrolment.id)
    return min(
        (local(meeting.starts_at).date() for one, meeting in chosen if one.ended_at is None), default=None
    )
