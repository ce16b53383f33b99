"""What is refused about practice, calls for help, public tablets and slips."""

from lms.kernel.errors import DomainError
from lms.kernel.marking import N_


class NoSuchStep(DomainError):
    status = 404
    message = N_("This exercise does not have so many steps.")


class TakenByAnother(DomainError):
    status = 409
    message = N_("Somebody else is on the way already.")


class CallIsOver(DomainError):
    status = 409
    message = N_("This call for help is over already. Nothing more has to be done.")


class WordsForHelp(DomainError):
    status = 422
    message = N_("Write what helps the person to go on.")


class NotATablet(DomainError):
    status = 403
    message = N_("This page is only there on the tablets in our house.")


class OtherTablet(DomainError):
    status = 403
    message = N_("This page is too old. Begin anew on the start page.")


class WrongTabletCode(DomainError):
    status = 422
    message = N_("This code is not right, or it is too old. The team can show you a new one.")


class NameForTablet(DomainError):
    status = 422
    message = N_("Write where the tablet stands.")


class NothingToTake(DomainError):
    status = 409
    message = N_("There is nothing yet that could be written on a slip.")


class UnknownSlip(DomainError):
    status = 404
    message = N_("We do not know this code, or it is older than 90 days.")


class SlipIsUsed(DomainError):
    status = 409
    message = N_("This slip has been used already. Each code works once.")
