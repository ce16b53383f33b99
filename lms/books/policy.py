"""Who may look into the books, close months and take files out of them."""

from uuid import UUID

from lms.kernel.actor import Actor
from lms.kernel.rights import Scope


def may_see(actor: Actor) -> bool:
    """Finance: whoever may close or export."""
    return may_close(actor) or may_export(actor)


def may_close(actor: Actor) -> bool:
    """Finance alone."""
    return actor.may_for_all("close", "payment")


def may_export(actor: Actor) -> bool:
    """Finance alone."""
    return actor.may_for_all("export", "payment")


def may_change_chart(actor: Actor) -> bool:
    """Who may change the treatment of tax may say on which accounts it is booked."""
    return actor.may_for_all("tax", "settings")


def may_have_statement(actor: Actor, person_id: UUID | None, company_id: UUID | None) -> bool:
    """The payer and the household, the company's contacts, staff who deal with money."""
    if company_id is not None:
        is_contact = company_id in actor.companies and Scope.EMPLOYEES in actor.scopes("R", "invoice")
        return actor.may_for_all("R", "invoice") or is_contact
    return actor.may_for(person_id, "R", "invoice")
