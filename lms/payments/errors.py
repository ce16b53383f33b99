"""What paying online refuses."""

from lms.kernel.errors import DomainError, Invalid
from lms.kernel.marking import N_


class ProviderAway(DomainError):
    """The provider does not answer, or answers with faults; asking again later is safe, every call carries its key."""

    status = 503
    message = N_(
        "The payment service does not answer at the moment. Nothing was charged. Please try again in a few minutes."
    )


class ProviderRefused(DomainError):
    """The provider has understood and says no; `code` is its word for why."""

    status = 502
    message = N_(
        "The payment service has refused this. Nothing was charged. Please choose another way to pay."
    )

    def __init__(self, code: str = "", **params: object) -> None:
        super().__init__(**params)
        self.code = code


class NothingToPay(DomainError):
    message = N_("Nothing is left to pay here.")


class TooLittle(DomainError):
    """Below fifty cents no card payment is possible."""

    message = N_("This amount is too small to be paid online. Please transfer it or pay at our desk.")


class NotOfferedHere(Invalid):
    message = N_("Paying online is not possible here. Please choose another way.")


class ForgedEvent(Invalid):
    """S-51: without a valid signature nothing is read."""

    status = 400
    message = N_("This message is not signed as the payment service signs.")


class StillRunning(DomainError):
    message = N_("A payment for this is under way already. Please wait until it is decided.")
