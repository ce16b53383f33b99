"""What we refuse."""

from lms.kernel.errors import DomainError
from lms.kernel.marking import N_


class AlreadySent(DomainError):
    """News that are on their way are not changed any more."""

    message = N_("This news is on its way already. Stop it, or write a new one.")


class NoReaders(DomainError):
    """Nobody asked for such news."""

    message = N_("Nobody has asked for news like this. Choose more topics, or nobody in particular.")


class TooEarly(DomainError):
    """News are not sent in the past."""

    message = N_("This moment has passed. Choose a later one, or send at once.")
