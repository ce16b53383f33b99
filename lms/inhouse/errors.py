"""What we refuse about training for companies, one type for each reason."""

from lms.kernel.errors import DomainError
from lms.kernel.marking import N_


class NothingWished(DomainError):
    status = 422
    message = N_(
        "Tell us what you would like to learn, choose one of our courses, or say that you would like advice."
    )


class CompanySettled(DomainError):
    """Run and invoice are those of the company that the offer names."""

    message = N_("The company has ordered already. It cannot become another one any more.")


class DayOver(DomainError):
    status = 422
    message = N_("The offer names a day that is over already: %(day)s. Change the dates before you send it.")


class RequestOver(DomainError):
    """It has ended, or become a run."""

    message = N_("This request has ended in the meantime. The page shows how it stands now.")


class CompanyMissing(DomainError):
    status = 422
    message = N_("Say first which company it is. The offer needs its name and address.")


class AddressMissing(DomainError):
    status = 422
    message = N_("The company has no postal address yet. The offer needs one.")


class ValidityOver(DomainError):
    status = 422
    message = N_("The last day of the offer has to lie ahead.")


class TaxUnknown(DomainError):
    status = 422
    message = N_("No tax treatment of this kind is known for the day of the training. Choose another one.")


class OfferReplaced(DomainError):
    """A newer offer holds: `number` says which."""

    message = N_("This offer was replaced. Offer %(number)s is the one that holds now.")


class OfferLapsed(DomainError):
    message = N_("This offer was valid until %(day)s. Ask us, and we gladly make a new one.")


class OfferAnswered(DomainError):
    message = N_("This offer has been answered already. The page shows how.")


class NotAnswerable(DomainError):
    """A draft, or a request of which something else has become."""

    message = N_("This offer cannot be accepted any more. Please call us.")


class NameMissing(DomainError):
    status = 422
    message = N_("Enter your name: we keep who has accepted.")


class NotAcceptedYet(DomainError):
    message = N_("A closed run is made of an accepted offer. This one is not accepted.")


class TextMissing(DomainError):
    status = 422
    message = N_("Write something first.")
