"""What the books refuse to do."""

from lms.kernel.errors import DomainError, Invalid
from lms.kernel.marking import N_


class MonthNotOver(DomainError):
    message = N_("This month is not over yet. It can be closed from ten minutes after its end.")


class OtherMonthFirst(DomainError):
    message = N_("Months are closed one after the other. Please close the month before first.")


class BookedMeanwhile(DomainError):
    """S-71: what was looked at is not what would be closed."""

    message = N_("Something was booked while you looked at it. Please look at the sums again and close then.")


class NumbersMissing(DomainError):
    message = N_(
        "DATEV needs the number of the consultant and of the client. Enter them with the accounts first."
    )


class AccountUnfit(Invalid):
    message = N_("An account is a number of %(length)s digits. Please check “%(account)s”.")


class TooManyBookings(DomainError):
    """DATEV: at most 99,999 bookings in one batch."""

    message = N_("These are too many bookings for one file. Please choose a shorter time.")


class NameTaken(Invalid):
    message = N_("There is a profile of this name already. Please choose another name.")


class ColumnsMissing(Invalid):
    message = N_("Choose at least one column.")


class PeriodUnfit(Invalid):
    message = N_("The first day has to be before the last, and both lie in the past.")
