"""What is refused about qualifications."""

from lms.kernel.errors import DomainError
from lms.kernel.marking import N_


class KindThere(DomainError):
    message = N_("There is a kind of this name already.")


class KindNameMissing(DomainError):
    status = 422
    message = N_("Enter what it is called.")


class EndsBeforeSeen(DomainError):
    status = 422
    message = N_("It cannot have ended before you saw it. Please check both days.")
