"""What an enrolment costs changes: the books say it anew, so that one invoice is valid and the old one is reversed."""

from collections.abc import Sequence

from lms.billing.models import EntryKind
from lms.billing.queries import balance_of
from lms.billing.rules import INVOICED
from lms.billing.service import charge, credit
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
    """Let an enrolment that goes on cost the sum of these parts from now on; `cause` is a short word for the trail."""
    await book_anew(locked, actor, enrolment, parts, cause=cause)
    enrolment.price_cents = sum(cents for _, cents, _ in parts)


async def book_anew(
    locked: LockedRun, actor: Actor, enrolment: Enrolment, parts: Sequence[Part], *, cause: str
) -> None:
    """Take back everything charged so far, by a credit note where there was an invoice, and charge these parts instead.

    Parts of nothing are left out. The price that stands on the enrolment is left to the caller.
    """
    session = locked.session
    await session.flush()
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
