"""What is refused about the day at a help desk."""

from lms.kernel.errors import DomainError
from lms.kernel.marking import N_


class NotAtWork(DomainError):
    status = 409
    message = N_("Say first that you are there: then you can call people.")


class NoAdviser(DomainError):
    status = 403
    message = N_("You are not among the advisers of this help desk. The team can add you.")


class NotYourHours(DomainError):
    """Who is under 18 helps in the hours in which the team has put them down, beside an adult (§ 14 (1) JArbSchG)."""

    status = 403
    message = N_("You call people in your own shifts. At the moment you are not down for this place.")


class NothingFree(DomainError):
    status = 409
    message = N_("Somebody else was faster: this number has just been called.")


class TurnIsOver(DomainError):
    status = 409
    message = N_("This number is no longer at that point. Look at the page anew.")


class TooLateToUndo(DomainError):
    status = 409
    message = N_("This can be taken back for 15 minutes only.")


class NoNumbersNow(DomainError):
    status = 409
    message = N_("Numbers are given while the help desk is open. Please ask the team.")


class NoSuchAppointment(DomainError):
    status = 404
    message = N_("We find no appointment of today with this number. Please ask the team.")


class NotThatDay(DomainError):
    status = 422
    message = N_("Enter a day of the last four weeks, today at the latest.")


class UnknownTopicAsked(DomainError):
    status = 422
    message = N_("Choose what it was about.")
