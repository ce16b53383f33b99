"""Who may do what about training for companies: Actor and facts in, bool out."""

from lms.inhouse.models import TrainingRequest
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.kernel.rights import Scope
from lms.kernel.tokens import Signer

LINK = "training-request"
"""Of the token in letters: `signer.token(LINK, request.id, request.link_version)`."""


def may_ask(actor: Actor) -> bool:
    """Anybody, also without an account."""
    return actor.may("C", LINK)


def may_see_all(actor: Actor) -> bool:
    """Reads every request."""
    return actor.may_for_all("R", LINK)


def may_work(actor: Actor) -> bool:
    """Asks back, makes offers, says no."""
    return actor.may_for_all("U", LINK)


def is_contact(actor: Actor, request: TrainingRequest) -> bool:
    """Whether the request is one of a company that the actor acts for."""
    return request.company_id in actor.companies and Scope.OWN in actor.scopes("R", LINK)


def ensure_holds(actor: Actor, request: TrainingRequest, token: str, signer: Signer) -> None:
    """Whoever holds the link, or acts for the company. Raises NotFound for everybody else (S-03)."""
    holds = bool(token) and signer.matches(token, LINK, request.id, request.link_version)
    if not (holds or is_contact(actor, request)):
        raise NotFound
