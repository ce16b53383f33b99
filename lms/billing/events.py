"""What has happened in the books."""

from uuid import UUID

from lms.jobs.queue import Event


class InvoiceIssued(Event):
    """An invoice or a credit note has its number; the debtor gets it as a PDF."""

    invoice_id: UUID
