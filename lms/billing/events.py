"""What has happened in the books."""

from uuid import UUID

from lms.jobs.queue import Event


class RefundReady(Event):
    """A refund may leave the house; whoever carries its means pays it out."""

    refund_id: UUID


class RefundAsked(Event):
    """Somebody is to name the account on which they want their money back; `version` is that of the link."""

    refund_id: UUID
    version: int


class RefundPaid(Event):
    """A refund is booked: the money is gone. Whoever gets it is told."""

    refund_id: UUID


class RefundFailed(Event):
    """A refund did not get through; it is a task for the cashiers."""

    refund_id: UUID


class PaymentReturned(Event):
    """Money that had come in was taken back by a bank: a debit returned, a card payment disputed and lost."""

    enrolment_id: UUID
    amount_cents: int
    means: str


class InvoiceIssued(Event):
    """An invoice or a credit note has its number; the debtor gets it as a PDF."""

    invoice_id: UUID
