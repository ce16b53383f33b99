"""What is refused at the trainer's desk."""

from lms.kernel.errors import DomainError
from lms.kernel.marking import N_


class RunIsFull(DomainError):
    status = 409
    message = N_("This run has 2 GB of files already. Please delete what is no longer needed.")


class NobodyToWriteTo(DomainError):
    status = 422
    message = N_("There is nobody to write to. Please choose somebody else.")


class OthersByNow(DomainError):
    status = 409
    message = N_(
        "Since you looked, other people have joined or left. Please look at the number again and send then."
    )


class RepliesEnded(DomainError):
    status = 409
    message = N_("This message is too old to be answered here. Please call us.")


class AlreadyAnswered(DomainError):
    status = 409
    message = N_("Somebody else has answered this already.")


class NotInThisState(DomainError):
    status = 409
    message = N_("This is no longer possible: the proposal has moved on. Please look at where it stands.")


class ReasonMissing(DomainError):
    status = 422
    message = N_("Enter a reason.")


class NoProfileOfMinors(DomainError):
    status = 409
    message = N_("Nobody under 18 has a public page.")
