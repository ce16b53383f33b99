"""Who may look at persons and change them, from the office."""

from lms.kernel.actor import Actor


def may_search(actor: Actor) -> bool:
    """Staff who work with people's data."""
    return actor.may_for_all("R", "person")


def may_change(actor: Actor) -> bool:
    """Staff with the enrolment permission."""
    return actor.may_for_all("U", "person")


def may_merge(actor: Actor) -> bool:
    """Staff with the enrolment permission (A2: erase, restrict, merge); the page asks them to prove who they are first."""
    return actor.may_for_all("erase", "erasure")
