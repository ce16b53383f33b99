"""What has happened with the payment provider."""

from datetime import datetime
from uuid import UUID

from lms.jobs.queue import Event


class PaymentFailed(Event):
    """A bank has refused, days after somebody left the page: what was confirmed on trust is owed."""

    enrolment_id: UUID
    amount_cents: int
    at: datetime


class CheckoutOvertaken(Event):
    """Nobody is to pay on this page any more: the order is paid, or is paid otherwise."""

    checkout_id: UUID
