"""What is refused about status files."""

from lms.kernel.errors import DomainError
from lms.kernel.marking import N_


class MoreThanAllowance(DomainError):
    status = 422
    message = N_(
        "Both amounts together are more than the allowance of the year, %(allowance)s. Please lower the amount to be used here."
    )


class NoSideJob(DomainError):
    status = 422
    message = N_(
        "The allowance is for side jobs of at most a third of full-time work. Enter 0 as the amount to be used here if this is not one."
    )


class YearUnknown(DomainError):
    status = 422
    message = N_("There is no allowance entered for this year.")
