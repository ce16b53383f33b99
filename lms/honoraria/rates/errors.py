"""What is refused about rates."""

from lms.kernel.errors import DomainError
from lms.kernel.marking import N_


class RateHolds(DomainError):
    message = N_(
        "This rate has been in force already: contracts and statements rest on it. Enter a new rate from a later day on."
    )


class RateInPast(DomainError):
    status = 422
    message = N_(
        "There is a rate for that time already, and it is not changed afterwards. Choose a day from today on."
    )


class RateThere(DomainError):
    message = N_("There is a rate from this day on already. Change that one, or choose another day.")
