"""Who may deal with mandates and collections."""

from uuid import UUID

from lms.debits.models import DebitMandate
from lms.kernel.actor import Actor


def may_collect(actor: Actor) -> bool:
    """The cashiers: files, returns, days."""
    return actor.may_for_all("collect", "payment")


def may_record_paper(actor: Actor) -> bool:
    """Whoever sits at the counter, and the cashiers."""
    return actor.may_for_all("cash", "payment") or may_collect(actor)


def may_set_rules(actor: Actor) -> bool:
    """Whoever plans runs, and the cashiers."""
    return actor.may_for_all("U", "plan") or may_collect(actor)


def is_own(actor: Actor, mandate: DebitMandate) -> bool:
    """The payer alone, or a contact of the company: no head of a household sees another adult's account."""
    if mandate.company_id is not None:
        return mandate.company_id in actor.companies
    return actor.person_id is not None and actor.person_id == mandate.person_id


def is_own_person(actor: Actor, person_id: UUID, company_id: UUID | None) -> bool:
    """The same, before there is a mandate."""
    return company_id in actor.companies if company_id else actor.person_id == person_id
