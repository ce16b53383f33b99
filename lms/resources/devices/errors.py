"""What the inventory refuses."""

from lms.kernel.errors import DomainError
from lms.kernel.marking import N_


class NumberTaken(DomainError):
    message = N_("The inventory number %(number)s is taken already. Each device has a number of its own.")


class NoSuchNumber(DomainError):
    status = 422
    message = N_("There is no device with the number %(number)s.")


class NoNumbers(DomainError):
    status = 422
    message = N_("Enter at least one inventory number.")


class NoSuchThing(DomainError):
    status = 422
    message = N_("The model, kit or place chosen is no longer there. Please choose again.")


class KitNeedsName(DomainError):
    message = N_("Another kit has this name already. Please choose another name.")
