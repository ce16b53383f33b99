"""What is refused about contracts."""

from lms.kernel.errors import DomainError
from lms.kernel.marking import N_


class NothingToAgree(DomainError):
    message = N_(
        "A contract needs dates and a fee. Enter the sessions of the run, and a rate or a fee for this run, then try again."
    )


class ContractThere(DomainError):
    message = N_("There is a contract for this trainer and run already that waits for an answer.")


class NothingHasChanged(DomainError):
    message = N_(
        "This contract was accepted, and dates and fee are still the same. A new version is not needed."
    )


class NotOffered(DomainError):
    message = N_("This contract is not waiting for an answer any more. Look at the list for its state.")


class Outdated(DomainError):
    message = N_(
        "Dates or fee have changed since this contract was offered. It cannot be accepted any more: the team offers a new version."
    )


class BeingDrawn(DomainError):
    message = N_("The contract is being written at the moment. Please try again in a minute.")


class NotRead(DomainError):
    status = 422
    message = N_("Please confirm that you have read the contract and agree.")


class AnotherName(DomainError):
    status = 422
    message = N_("Type your name as it stands in the contract: %(name)s")


class SignedLater(DomainError):
    status = 422
    message = N_("The day of the signature lies in the future. Please check the date.")


class UnknownName(DomainError):
    status = 422
    message = N_(
        "%(found)s means nothing here. Use only the placeholders listed above, exactly as they are written there."
    )


class LooseBrace(DomainError):
    status = 422
    message = N_(
        "There is a curly bracket that belongs to no placeholder. Take it away, or write the whole placeholder."
    )


class NameMissing(DomainError):
    status = 422
    message = N_("The text has to name these, so that the contract is complete: %(names)s")


class NotAScan(DomainError):
    status = 422
    message = N_("The scan has to be a PDF file of at most 5 MB.")
