"""What is written when a payment that was on its way does not arrive, and closing pages that nobody is to pay on."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.billing.queries import balance_of, valid_invoice_of
from lms.enrolment.events import EnrolmentCancelled, PlaceConfirmed
from lms.enrolment.letters.facts import facts_of, said
from lms.jobs.queue import enqueue
from lms.payments.events import CheckoutOvertaken, PaymentFailed
from lms.payments.models import Checkout, CheckoutShare, CheckoutState
from lms.web.letters import write_letter

CLOSE = "close-checkout"


async def have_it_closed(session: AsyncSession, event: CheckoutOvertaken) -> None:
    """Calls go out from a task, with no transaction open."""
    enqueue(session, CLOSE, {"checkout_id": str(event.checkout_id)})


async def close_what_is_settled(session: AsyncSession, event: PlaceConfirmed | EnrolmentCancelled) -> None:
    """Whoever pays otherwise, or has given the place back, must not pay on a page that is still open somewhere."""
    open_ones = await session.scalars(
        select(Checkout.id)
        .join(CheckoutShare, CheckoutShare.checkout_id == Checkout.id)
        .where(
            CheckoutShare.enrolment_id == event.enrolment_id,
            Checkout.state.in_((CheckoutState.OPENING, CheckoutState.OPEN)),
        )
    )
    for checkout_id in open_ones.all():
        enqueue(session, CLOSE, {"checkout_id": str(checkout_id)})


async def tell_of_failed_payment(session: AsyncSession, event: PaymentFailed) -> None:
    """The bank has not paid: the place stays, and the amount is owed."""
    facts = await facts_of(session, event.enrolment_id)
    account = (await balance_of(session, [event.enrolment_id]))[event.enrolment_id]
    if facts is None or account.open_cents <= 0:
        return
    await write_letter(
        session,
        key=f"payment_failed:{event.enrolment_id}:{event.at.isoformat()}",
        kind="payment_failed",
        to=facts.reader,
        template="payments/letters/payment_failed.md",
        context={
            **said(facts, session),
            "open_cents": account.open_cents,
            "invoice": await valid_invoice_of(session, event.enrolment_id),
        },
        about=("enrolment", event.enrolment_id),
        at=event.at,
    )
