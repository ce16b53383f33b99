"""What is refused about lessons."""

from lms.kernel.errors import DomainError
from lms.kernel.marking import N_


class NotYetOpen(DomainError):
    status = 409
    message = N_("This lesson is not open yet. You see in the list when it opens.")


class PlaceNeeded(DomainError):
    status = 404
    message = N_("Lessons can be read by whoever has a place in the course.")


class NothingToPublish(DomainError):
    status = 422
    message = N_("There is no lesson yet. Write the first one, then publish.")
