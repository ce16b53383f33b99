"""What the help desk refuses."""

from lms.kernel.errors import DomainError
from lms.kernel.marking import N_


class SlotTaken(DomainError):
    """Somebody was quicker, or the time has come too near."""

    message = N_("This time has just been taken by somebody else. Please choose another one.")


class EnoughAppointments(DomainError):
    """F-M05: this telephone number has as many appointments ahead as the desk allows."""

    message = N_(
        "There are already as many appointments for this telephone number as one person can have. Move or cancel one of them, or call us."
    )


class EnoughThatDay(DomainError):
    """F-M05: this telephone number has an appointment on that day already."""

    message = N_("There is already an appointment for this telephone number on that day. Choose another day.")


class AlreadyOver(DomainError):
    """The appointment is cancelled, done or past."""

    message = N_("This appointment can no longer be changed: it is over or has been cancelled.")


class NotYet(DomainError):
    """Nobody can have missed what has not begun."""

    message = N_("The appointment has not begun yet.")


class OfferOver(DomainError):
    """An earlier time was held, and the deadline has passed."""

    message = N_("The earlier time is no longer held for you. Your appointment stays as it was.")


class AddressNeeded(DomainError):
    """Nobody can visit an unknown place."""

    status = 422
    message = N_("Enter street and house number, so that we find you.")


class HoursOverlap(DomainError):
    """Hours that end before they begin."""

    status = 422
    message = N_("The end has to be after the beginning.")


class RoomElsewhere(DomainError):
    """The room of a desk is in its venue."""

    status = 422
    message = N_("This room is in another house. Choose a room of the venue.")


class AdviserAlready(DomainError):
    """One person is one adviser."""

    message = N_("This person is an adviser already.")


class ReasonMissing(DomainError):
    """Whoever is cancelled on reads why."""

    status = 422
    message = N_("Say in a few words why. The person reads it.")
