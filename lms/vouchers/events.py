"""What has happened to vouchers."""

from uuid import UUID

from lms.jobs.queue import Event


class VoucherIssued(Event):
    """A value voucher that goes to somebody: it is printed and sent."""

    voucher_id: UUID


class VoucherOrdered(Event):
    """Somebody wants to buy a gift voucher and is told how to pay, onto which account."""

    order_id: UUID
    iban: str
