"""What is refused about trainers' times."""

from lms.kernel.errors import DomainError
from lms.kernel.marking import N_


class EndsBeforeItBegins(DomainError):
    status = 422
    message = N_("The end lies before the beginning. Please check both.")


class OverAlready(DomainError):
    status = 422
    message = N_("This lies in the past. Please enter a time that is still to come.")


class HoursOverlap(DomainError):
    status = 422
    message = N_("Two of these spans overlap. Please write each hour once.")


class SeenInFuture(DomainError):
    status = 422
    message = N_(
        "The certificate cannot have been seen on a day that is still to come. Please check the date."
    )


class ConductPeriod(DomainError):
    status = 422
    message = N_("Enter until when it is valid: a day after it was seen, and at most five years later.")
