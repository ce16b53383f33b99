"""What is refused to those who ask for a certificate."""

from lms.kernel.errors import DomainError
from lms.kernel.marking import N_


class StandsAlready(DomainError):
    message = N_("This certificate has been issued already. You find it under “My certificates”.")


class NotToBeHad(DomainError):
    """Not recognised, not over, or not one's own run: there is nothing to ask for."""

    message = N_(
        "This confirmation cannot be issued: the course is not recognised for educational leave, or it is not over yet."
    )


class NothingTaughtThere(DomainError):
    status = 422
    message = N_("In this time no session of yours is on record. Choose another time.")


class WhyMissing(DomainError):
    status = 422
    message = N_("Please state why. The person who asked reads this sentence.")


class WishAnswered(DomainError):
    message = N_("This request has been answered before.")
