"""What is refused about digital checks."""

from lms.kernel.errors import DomainError
from lms.kernel.marking import N_


class NoEdition(DomainError):
    message = N_(
        "The digital check is being written at the moment. Please come back in a few days, or call us."
    )


class CheckIsOver(DomainError):
    message = N_("This check is finished. Its answers do not change any more; you can begin a new one.")


class NotInThisCheck(DomainError):
    status = 422
    message = N_("These answers belong to other questions. Please choose again on this page.")


class UnknownCode(DomainError):
    status = 404
    message = N_("We do not know this code. Perhaps the check has been deleted.")


class KeptElsewhere(DomainError):
    message = N_("This check is already kept with a company.")


class NotFinished(DomainError):
    message = N_("Finish the check first, then you can keep it.")


class NoWords(DomainError):
    status = 422
    message = N_("Enter the German words.")


class TooMuchToAsk(DomainError):
    status = 422
    message = N_("At most ten areas with eight questions each. Short checks are answered more often.")


class NothingToPublish(DomainError):
    status = 422
    message = N_("An area needs at least one question before the check can be published: %(area)s")


class SameAsBefore(DomainError):
    message = N_("The draft is the same as the edition in use. There is nothing to publish.")


class WithoutAim(DomainError):
    status = 422
    message = N_("Choose a course or a consultation, one of the two.")
