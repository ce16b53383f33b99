"""Who may mark, correct, lock."""

from lms.kernel.actor import Actor
from lms.kernel.rights import Scope


def may_mark(actor: Actor, *, teaches: bool, is_locked: bool) -> bool:
    """The trainer of the run until it is locked; staff with the enrolment permission always."""
    scopes = actor.scopes("U", "attendance")
    return Scope.ALL in scopes or (teaches and not is_locked and Scope.OWN_RUNS in scopes)


def may_read(actor: Actor, *, teaches: bool) -> bool:
    """The trainer of the run, and staff."""
    scopes = actor.scopes("R", "attendance")
    return Scope.ALL in scopes or (teaches and Scope.OWN_RUNS in scopes)


def may_lock(actor: Actor) -> bool:
    """Staff with the enrolment permission."""
    return actor.may_for_all("lock", "attendance")


def may_agree(actor: Actor) -> bool:
    """Who keeps the registers, and who answers for what certificates say, agree on sessions to be made up."""
    return actor.may_for_all("U", "attendance") or actor.may_for_all("issue", "certificate")


def may_settle(actor: Actor) -> bool:
    """Who keeps the registers takes care of people who came along without a place."""
    return actor.may_for_all("U", "attendance")
