"""What stories about paying online need: an order that waits for its money, and a look at everything that came of it."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from lms.billing.models import LedgerEntry, Refund
from lms.catalogue.models import PaymentMethod, Run
from lms.db import Begin
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.enrolment.service import Enrolments
from lms.payments.checkouts import Checkouts
from lms.payments.hooks import Hooks
from lms.payments.models import Checkout, CheckoutState
from lms.web.module import Around
from tests.enrolment.places import VISITOR, named, offered_run
from tests.stripe_stand_in.fixture import StandIn

PRICE = 4500


async def paid_run(begin: Begin, **given: Any) -> Run:
    usual: dict[str, Any] = {"price_cents": PRICE, "payment_methods": ["online", "invoice", "cash"]}
    return await offered_run(begin, **usual | given)


async def ordered(house: Around, run: Run, *names: str) -> list[Enrolment]:
    placed = await Enrolments(house).enrol(
        VISITOR, run_id=run.id, persons=[named(name) for name in names or ["Ada Lehmann"]],
        payment_method=PaymentMethod.ONLINE,
    )  # fmt: skip
    return list(placed.enrolments)


def link_of(house: Around, claim: Enrolment) -> str:
    return house.signer.token("enrolment", claim.id, claim.link_version)


async def opened(checkouts: Checkouts, house: Around, claim: Enrolment) -> str:
    """The address of the provider's page on which this order is paid."""
    return await checkouts.open(VISITOR, enrolment_id=claim.id, token=link_of(house, claim))


async def told(hooks: Hooks, stripe: StandIn, *types: str) -> None:
    """Let us hear everything that has happened at the provider so far, in order."""
    for event in stripe.events(*types):
        signed = stripe.signed(event)
        await hooks.receive(signed.payload, signed.headers["Stripe-Signature"])


async def state_of(begin: Begin, claim: Enrolment) -> EnrolmentState:
    async with begin.reading() as session:
        return (await session.get_one(Enrolment, claim.id)).state


async def attempts(begin: Begin) -> list[Checkout]:
    async with begin.reading() as session:
        return list(await session.scalars(select(Checkout).order_by(Checkout.begun_at)))


async def attempt_states(begin: Begin) -> list[CheckoutState]:
    return [one.state for one in await attempts(begin)]


async def refunds(begin: Begin) -> list[Refund]:
    async with begin.reading() as session:
        return list(await session.scalars(select(Refund)))


async def money(begin: Begin, enrolment_id: UUID | None = None) -> int:
    """What has moved through the ledger by the provider: came in less went out, in cents."""
    async with begin.reading() as session:
        wanted = select(func.coalesce(func.sum(LedgerEntry.amount_cents), 0)).where(
            LedgerEntry.provider == "stripe"
        )
        if enrolment_id is not None:
            wanted = wanted.where(LedgerEntry.enrolment_id == enrolment_id)
        return -int(await session.scalar(wanted) or 0)


def at_the_provider(stripe: StandIn) -> int:
    """What the provider says has come in less gone out, in cents."""
    paid: int = sum(
        event["data"]["object"]["amount_received"] for event in stripe.events("payment_intent.succeeded")
    )
    back: dict[str, int] = {}
    for event in stripe.events("refund.created", "refund.updated", "charge.refund.updated", "refund.failed"):
        refund = event["data"]["object"]
        back[refund["id"]] = refund["amount"] if refund["status"] == "succeeded" else 0
    return paid - sum(back.values())
