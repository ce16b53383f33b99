"""Who may act for a company."""

from uuid import UUID

from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.kernel.rights import Scope


def may_act_for(actor: Actor, company_id: UUID) -> bool:
    """The company's contacts, and staff with the enrolment permission."""
    if actor.may_for_all("C", "enrolment"):
        return True
    return company_id in actor.companies and Scope.EMPLOYEES in actor.scopes("C", "enrolment")


def may_book(actor: Actor, closed_for: UUID | None) -> bool:
    """Whether a run can be booked: everybody any open one, a closed one only its company and the team (F-F07)."""
    return closed_for is None or may_act_for(actor, closed_for)


def refuse_strangers(actor: Actor, closed_for: UUID | None, company: object = None) -> None:
    """Raise NotFound for whoever may not know of a closed run; `company` is who is to pay, where that is known."""
    is_other = company is not None and company != closed_for and not actor.may_for_all("C", "enrolment")
    if closed_for is not None and (is_other or not may_book(actor, closed_for)):
        raise NotFound
