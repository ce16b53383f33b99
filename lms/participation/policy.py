"""Who may do what about wishes and votes: Actor and facts in, bool out."""

from lms.kernel.actor import Actor


def may_propose(actor: Actor) -> bool:
    """Anybody, also without an account; the team for whoever calls or writes."""
    return actor.may("C", "wish")


def may_moderate(actor: Actor) -> bool:
    """Publishes, merges, answers: the programme team."""
    return actor.may_for_all("U", "wish")


def may_take_votes(actor: Actor) -> bool:
    """Types in paper and takes votes at the counter."""
    return actor.may_for_all("C", "ballot")


def may_keep_rounds(actor: Actor) -> bool:
    """Makes rounds, states results, takes entries back."""
    return actor.may_for_all("U", "ballot")
