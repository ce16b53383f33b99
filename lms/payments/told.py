"""What the provider says about one attempt to pay, fetched anew: page, payment, refunds, disputes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lms.payments.gateway import CURRENCY, Gateway, Thing

WENT_WRONG = frozenset({"requires_payment_method", "canceled"})


@dataclass(frozen=True, slots=True)
class Told:
    """The state of things at the provider; it knows nothing of what stands here."""

    session_id: str
    status: str
    """Of the page: open, complete, expired."""
    labels: Mapping[str, str] = field(default_factory=dict)
    intent_id: str = ""
    intent_status: str = ""
    received_cents: int = 0
    currency: str = CURRENCY
    is_live: bool = False
    means: str = ""
    refunds: Sequence[Thing] = ()
    disputes: Sequence[Thing] = ()

    @property
    def is_paid(self) -> bool:
        """Whether money has arrived at the provider."""
        return self.intent_status == "succeeded" and self.received_cents > 0

    @property
    def is_under_way(self) -> bool:
        """Whether a bank has been told to pay, and needs days."""
        return self.status == "complete" and self.intent_status == "processing"

    @property
    def has_failed(self) -> bool:
        """Whether a bank has refused after the page was left: somebody may still try again on an open page."""
        return self.status == "complete" and self.intent_status in WENT_WRONG


async def fetched(gateway: Gateway, session_id: str) -> Told:
    """Ask the provider: one call, one more where something was paid back, one more where it is disputed."""
    page = await gateway.page(session_id)
    intent = _part(page.get("payment_intent"))
    charge = _part(intent.get("latest_charge"))
    intent_id = str(intent.get("id") or "")
    return Told(
        session_id=str(page["id"]),
        status=str(page.get("status") or ""),
        labels=page.get("metadata") or {},
        intent_id=intent_id,
        intent_status=str(intent.get("status") or ""),
        received_cents=int(intent.get("amount_received") or 0),
        currency=str(intent.get("currency") or page.get("currency") or ""),
        is_live=bool(page.get("livemode")),
        means=str(_part(charge.get("payment_method_details")).get("type") or ""),
        refunds=await gateway.refunds(intent_id) if intent_id and _has_refunds(charge) else (),
        disputes=await gateway.disputes(intent_id) if intent_id and charge.get("disputed") else (),
    )


def _has_refunds(charge: Mapping[str, Any]) -> bool:
    """A refund that has failed lessens the sum again, so the sum alone does not tell; what was never paid has none."""
    return bool(charge.get("paid"))


def _part(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
