"""What is refused about other choices."""

from lms.kernel.errors import DomainError, Invalid
from lms.kernel.marking import N_


class ChosenTwice(Invalid):
    message = N_("Choose each course only once.")


class NotToBeChosen(DomainError):
    message = N_("One of these courses cannot be chosen any more. Please look at the list once more.")


class NoLongerFits(DomainError):
    message = N_("Meanwhile there is no place for all of them there, or somebody else waits there.")


class PricesDiffer(DomainError):
    """Who pays a reduced price, and who does not, cannot be told apart in one order without the reasons."""

    message = N_(
        "Some of them pay a reduced price and others do not. Please speak with them and enrol them by hand."
    )
