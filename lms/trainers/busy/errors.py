"""What is refused about calendars of trainers."""

from lms.kernel.errors import DomainError
from lms.kernel.marking import N_


class AddressUnfit(DomainError):
    status = 422
    message = N_(
        "This is no address of a calendar that we may read. It begins with https:// or webcal:// and leads to a calendar on "
        "the Internet. In your calendar it is often called “secret address in iCal format”."
    )


class TooManyCalendars(DomainError):
    status = 422
    message = N_("You have named five calendars already. Remove one before you add another.")
