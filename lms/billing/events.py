"""What has happened in the books."""

from datetime import date
from uuid import UUID

from lms.jobs.queue import Event


class RefundReady(Event):
    """A refund may leave the house; whoever carries its means pays it out."""

    refund_id: UUID


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


class DebitReturnSeen(Event):
    """A bank statement shows that a direct debit came back. Announced above the debits, which listen and book it.

    `end_to_end_id` is that of the collection; `amount_cents` what had been collected, `fee_cents` what the banks keep for it,
    `reason_code` the bank's reason (AC04, MD06 …), empty where it names none. `line_id` is the line of the statement: one line
    is one return, however often it is told.
    """

    end_to_end_id: str
    amount_cents: int
    fee_cents: int
    reason_code: str
    booked_on: date
    line_id: UUID
