"""What is refused on the pages of lessons."""

from lms.kernel.errors import DomainError
from lms.kernel.marking import N_


class NoSuchPlace(DomainError):
    status = 422
    message = N_("This place is not in the lesson any more. Please choose another one.")
