"""What deciding about a small run refuses, one type per reason."""

from lms.kernel.errors import DomainError, Invalid
from lms.kernel.marking import N_


class ProposalOpen(DomainError):
    """One question at a time: the database refuses a second one."""

    message = N_("People are being asked about this run already. Withdraw that proposal first.")


class ProposalEnded(DomainError):
    status = 410
    message = N_("This question has been decided already, so nothing can be changed about it any more.")


class NobodyEnrolled(DomainError):
    message = N_("Nobody has a place in this run, so nobody can be asked. You can only cancel or move it.")


class NobodyAgreed(DomainError):
    message = N_(
        "Nobody has agreed, so this cannot be carried out. Withdraw the proposal and choose another way."
    )


class AnswersMissing(DomainError):
    """Before the deadline, while somebody has not answered."""

    message = N_(
        "Not everybody has answered yet, and the deadline is not over. Please wait, or ask those who are missing by telephone."
    )


class NewcomersNotAsked(DomainError):
    message = N_("Somebody has got a place meanwhile and has not been asked. Ask them first.")


class AgreedDatesChanged(DomainError):
    """The dates are not those that people were asked about."""

    message = N_(
        "The dates have been changed since people were asked. Withdraw the proposal and ask again with the dates that hold now."
    )


class DeadlineTooEarly(Invalid):
    message = N_("The deadline has to lie in the future, and before the run begins.")


class NothingChosen(Invalid):
    message = N_("Choose which sessions drop out. At least one session has to stay.")


class NothingChanges(Invalid):
    message = N_("This would change nothing for anybody, so nobody has to be asked.")


class NoSuchRun(Invalid):
    """Another course, a run that is over or not offered, or the same one."""

    message = N_("Choose another run of the same course that has not begun and takes people.")


class TooFewPlaces(DomainError):
    """Carries `free` and `needed`."""

    message = N_(
        "The other run has %(free)s free places, and %(needed)s people would come. Give it more places first, or choose another run."
    )


class FeeTooHigh(Invalid):
    message = N_("The fee of a place has to lie between 0 and 10,000 euros.")
