"""Who may move money and read invoices."""

from datetime import date

from lms.billing.models import CashReceipt, Invoice
from lms.kernel.actor import Actor
from lms.kernel.clock import local
from lms.kernel.rights import Scope


def may_take_cash(actor: Actor) -> bool:
    """Enrolment staff at the counter, and finance."""
    return actor.may_for_all("cash", "payment") or actor.may_for_all("C", "payment")


def may_refund(actor: Actor) -> bool:
    """Finance alone."""
    return actor.may_for_all("refund", "payment")


def may_issue(actor: Actor) -> bool:
    """Finance alone writes, issues and reverses invoices."""
    return actor.may_for_all("issue", "invoice")


def may_approve(actor: Actor) -> bool:
    """Finance alone; never what they have asked for themselves (S-08)."""
    return actor.may_for_all("approve", "payment")


def may_write_off(actor: Actor) -> bool:
    """Finance alone."""
    return actor.may_for_all("write-off", "payment")


def may_reverse(actor: Actor, receipt: CashReceipt, today: date) -> bool:
    """The counter puts right what was taken today; finance whatever was taken."""
    return may_refund(actor) or (may_take_cash(actor) and local(receipt.issued_at).date() == today)


def may_see_till(actor: Actor) -> bool:
    """Whoever takes cash, and finance."""
    return may_take_cash(actor) or may_refund(actor)


def may_read(actor: Actor, invoice: Invoice) -> bool:
    """The debtor and the household, the company's contacts, staff who deal with money."""
    if actor.may_for(invoice.debtor_id, "R", "invoice"):
        return True
    return invoice.company_id in actor.companies and Scope.EMPLOYEES in actor.scopes("R", "invoice")


def may_remind(actor: Actor) -> bool:
    """Finance alone: reminders, instalments, what is left out and why."""
    return actor.may_for_all("remind", "invoice")
