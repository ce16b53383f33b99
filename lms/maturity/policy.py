"""Who may do what about digital checks: Actor and facts in, bool out."""

from uuid import UUID

from lms.kernel.actor import Actor
from lms.kernel.rights import Scope
from lms.maturity.models import DigitalCheck


def may_write(actor: Actor) -> bool:
    """The questions, the levels and the advice: the programme team."""
    return actor.may_for_all("U", "digital-check")


def may_see_summary(actor: Actor) -> bool:
    """What all companies together say, and the checks of those that agreed: the team."""
    return actor.may_for_all("R", "digital-check")


def may_act_for(actor: Actor, company_id: UUID | None, act: str) -> bool:
    """A contact of the company; `act` is C, R or D."""
    return company_id in actor.companies and Scope.OWN in actor.scopes(act, "digital-check")


def is_seen_by_team(check: DigitalCheck) -> bool:
    """Whether the company agrees at present."""
    return check.company_id is not None and check.shared_at is not None and check.finished_at is not None
