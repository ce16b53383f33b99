"""Who may move money and read invoices."""

from lms.billing.models import Invoice
from lms.kernel.actor import Actor
from lms.kernel.rights import Scope


def may_take_cash(actor: Actor) -> bool:
    """Enrolment staff at the counter, and finance."""
    return actor.may_for_all("cash", "payment") or actor.may_for_all("C", "payment")


def may_refund(actor: Actor) -> bool:
    """Finance alone."""
    return actor.may_for_all("refund", "payment")


def may_read(actor: Actor, invoice: Invoice) -> bool:
    """The debtor and the household, the company's contacts, staff who deal with money."""
    if actor.may_for(invoice.debtor_id, "R", "invoice"):
        return True
    return invoice.company_id in actor.companies and Scope.EMPLOYEES in actor.scopes("R", "invoice")
