"""Who keeps rates, and who agrees on something else for a run."""

from lms.kernel.actor import Actor


def may_keep_rates(actor: Actor) -> bool:
    """Staff with the finance permission."""
    return actor.may_for_all("U", "fee-rate")


def may_agree(actor: Actor) -> bool:
    """What is paid for one run is agreed by whoever writes contracts or keeps rates."""
    return actor.may_for_all("U", "contract") or actor.may_for_all("U", "fee-rate")
