"""What is refused about passwords for calendar programmes."""

from lms.kernel.errors import DomainError
from lms.kernel.marking import N_


class TooManyPasswords(DomainError):
    status = 422
    message = N_(
        "You have ten passwords for calendar programs already. Remove one that you do not use any more."
    )
