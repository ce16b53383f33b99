"""What is refused about districts."""

from lms.kernel.errors import DomainError
from lms.kernel.marking import N_


class DistrictKnown(DomainError):
    message = N_("There is a district of this name already.")


class CountedInFuture(DomainError):
    status = 422
    message = N_("This day has not come yet.")


class CountWithoutSource(DomainError):
    status = 422
    message = N_("Say who counted the inhabitants, and on which day: figures per 1,000 inhabitants print it.")
