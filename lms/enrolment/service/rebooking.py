"""What an enrolment costs changes: the books say it anew, so that one invoice is valid and the old one is reversed."""

from collections.abc import Sequence

from lms.billing.models import EntryKind
from lms.billing.queries import balance_of
from lms.billing.rules import INVOICED
from lms.billing.service import charge, credit
from lms.billing.shares import active_shares, end_share
from lms.enrolment.models import Enrolment
from lms.enrolment.service.collecting import collect_later
from lms.enrolment.service.locked import LockedRun
from lms.enrolment.service.placing import debtors_of, invoice
from lms.kernel.actor import Actor

Part = tuple[str, int, EntryKind]
"""A line of the invoice ("participation", "cancellation_fee"), its cents, and whether it is a CHARGE or a FEE."""


async def rebook(
    locked: LockedRun, actor: Actor, enrolment: Enrolment, parts: Sequence[Part], *, cause: str
) -> None:
    """Let an enrolment that goes on cost the sum of these parts from now on; `cause` is a short word for the trail.

    Where somebody else pays a part of the price, the participant owes what goes beyond it.
    """
    shared = sum(one.amount_cents for one in await active_shares(locked.session, enrolment.id))
    own: list[Part] = []
    for what, cents, kind in parts:
        off = min(shared, cents) if kind is EntryKind.CHARGE else 0
        shared -= off
        own.append((what, cents - off, kind))
    await book_anew(
        locked, actor, enrolment, own, cause=cause, keeps_shares=any(cents for _, cents, _ in parts)
    )
    enrolment.price_cents = sum(cents for _, cents, _ in parts)


async def book_anew(
    locked: LockedRun,
    actor: Actor,
    enrolment: Enrolment,
    parts: Sequence[Part],
    *,
    cause: str,
    keeps_shares: bool = False,
) -> None:
    """Take back everything charged so far, by a credit note where there was an invoice, and charge these parts instead.

    Parts of nothing are left out. The price that stands on the enrolment is left to the caller. Where no price is left
    (only a fee, or nothing) what somebody else paid of it ends, unless `keeps_shares`: the fee is the participant's.
    """
    session = locked.session
    await session.flush()
    if not keeps_shares and not any(cents for _, cents, kind in parts if kind is EntryKind.CHARGE):
        for share in await active_shares(session, enrolment.id):
            await end_share(session, actor, share, at=locked.at, reason=cause)
    charged = (await balance_of(session, [enrolment.id]))[enrolment.id].charged_cents
    owed = [part for part in parts if part[1]]
    if not charged and not owed:
        return
    debtor = (await debtors_of(locked, [enrolment]))[enrolment.id]
    if charged:
        await credit(
            session, actor, enrolment_id=enrolment.id, debtor=debtor, amount_cents=charged, cause=cause,
            at=locked.at,
        )  # fmt: skip
    document = None
    if owed and enrolment.payment_method in INVOICED:
        lines = [(what, cents) for what, cents, _ in owed]
        document = await invoice(locked, actor, enrolment, debtor, lines=lines)
    for what, cents, kind in owed:
        charge(
            session, actor, enrolment_id=enrolment.id, debtor=debtor, amount_cents=cents,
            cause="price" if kind is EntryKind.CHARGE else what, at=locked.at, kind=kind, invoice=document,
        )  # fmt: skip
    await collect_later(locked, actor, enrolment)
