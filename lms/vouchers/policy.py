"""Who may do what with vouchers."""

from lms.kernel.actor import Actor


def may_see(actor: Actor) -> bool:
    """Enrolment staff and finance."""
    return actor.may_for_all("R", "voucher")


def may_issue(actor: Actor) -> bool:
    """Finance alone: a voucher is money that the centre owes."""
    return actor.may_for_all("issue", "voucher")


def may_change(actor: Actor) -> bool:
    """Block, unblock, extend: finance."""
    return actor.may_for_all("U", "voucher")


def may_book(actor: Actor) -> bool:
    """Say that an order is paid: finance."""
    return actor.may_for_all("U", "payment")
