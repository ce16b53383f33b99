"""Numbers and sums, as plain functions."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from lms.billing.models import EntryKind
from lms.catalogue.models import PaymentMethod
from lms.kernel.clock import local

INVOICES = "RE"
CREDIT_NOTES = "ST"
RECEIPTS = "KQ"
INVOICED = frozenset(
    {PaymentMethod.INVOICE, PaymentMethod.ONLINE, PaymentMethod.DIRECT_DEBIT, PaymentMethod.VOUCHER}
)
"""Ways of paying with an invoice; cash at the counter gets a receipt."""
MONEY_MOVED = frozenset({EntryKind.PAYMENT, EntryKind.REFUND})
HONORARIA = frozenset({EntryKind.HONORARIUM, EntryKind.HONORARIUM_PAID})
"""What the centre owes those who teach. These entries name no enrolment: they stand on nobody's account of courses."""
CLAIMS = frozenset({EntryKind.CHARGE, EntryKind.FEE})
"""What says whose account it is: money that moved may name somebody else, such as the contact of a company."""


@dataclass(frozen=True, slots=True)
class Balance:
    """What an enrolment costs and what was paid for it, in cents. Refunds lessen what was paid."""

    charged_cents: int = 0
    paid_cents: int = 0

    @property
    def open_cents(self) -> int:
        """What is still owed; negative where the centre owes."""
        return self.charged_cents - self.paid_cents


def balance(entries: Iterable[tuple[EntryKind, int]]) -> Balance:
    """Sum up a ledger: charges and fees are positive, credits and payments negative, refunds positive."""
    charged = paid = 0
    for kind, cents in entries:
        if kind in MONEY_MOVED:
            paid -= cents
        else:
            charged += cents
    return Balance(charged, paid)


def document_number(series: str, year: int, counter: int) -> str:
    """The number as it is printed: RE-2026-00001."""
    return f"{series}-{year}-{counter:05d}"


def series_year(at: datetime) -> int:
    """The year in which something issued at this moment counts: that of the wall calendar at the venues."""
    return local(at).year


def due_on(at: datetime, days: int) -> date:
    """The last day on which an invoice issued at this moment is paid in time."""
    return local(at).date() + timedelta(days=days)
