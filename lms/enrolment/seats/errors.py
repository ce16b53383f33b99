"""What seats refuse, one type per reason."""

from lms.kernel.errors import DomainError, Invalid
from lms.kernel.marking import N_


class TooManySeats(Invalid):
    message = N_("You can order between 1 and %(most)s seats at once. Please call us for more.")


class MoreNamesThanSeats(Invalid):
    message = N_(
        "You have named more people than you order seats. Please order more seats or name fewer people."
    )


class NotEnoughSeats(DomainError):
    """Carries `free`, how many seats could be had now."""

    message = N_(
        "There are not enough free places for your order; free now: %(free)s. Nothing was booked. You can order fewer seats, or as many as there are."
    )


class NamingOver(DomainError):
    message = N_(
        "The time for naming people is over for this course. Please call us: perhaps there is a way."
    )


class SeatTaken(DomainError):
    """Somebody named this seat a moment earlier, or it was given back."""

    message = N_("This seat is not free any more. Please look at the list again.")


class NobodyToReplace(DomainError):
    message = N_("Nobody is named for this seat yet.")


class NoSuchSeats(DomainError):
    message = N_("These seats cannot be given back: they are named, or were given back already.")


class LinkTooLarge(Invalid):
    message = N_("So many seats are not free. A link can be for at most %(free)s seats.")


class LinkEndsWrong(Invalid):
    message = N_("The link has to end in the future, and before the time for naming people is over.")


class LinkGone(DomainError):
    """Stopped, expired, used up, or the seats are gone."""

    status = 410
    message = N_("This link does not work any more. Please ask your company for another one.")


class SeatOfCompany(DomainError):
    """The company pays, so it decides what becomes of the seat."""

    message = N_(
        "Your company has booked this place. If you cannot come, please tell your company: it can name somebody else."
    )


class InvitationGone(DomainError):
    status = 410
    message = N_("This invitation does not work any more. Please ask your colleagues for a new one.")


class InvitedUnderOtherAddress(DomainError):
    message = N_(
        "The invitation was sent to another e-mail address. Please sign in with the account of that address."
    )


class LastContact(DomainError):
    message = N_("A company needs at least one contact. Please invite somebody else first, or call us.")
