"""Why one document of a batch was not made: kept with it as data, read as a sentence in whatever language is asked for."""

import json

from certificates.errors import CertificateError, InvalidCertificate, Unprintable
from lms.certification.kinds.draft import Unfit
from lms.kernel.errors import DomainError
from lms.kernel.marking import N_
from lms.web.language import gettext


class CannotBePrinted(Unfit):
    message = N_(
        "These characters cannot be printed: %(characters)s. Please write the name as it stands in Latin letters."
    )


class Contradictory(Unfit):
    message = N_(
        "What is recorded contradicts itself (%(reasons)s). Please check the dates and the attendance of this person."
    )


class CannotBeDrawn(Unfit):
    message = N_(
        "The paper could not be made from these texts: they are too long or too unusual. Please shorten the texts of the"
        " course, then repeat."
    )


class Gone(Unfit):
    message = N_("The enrolment or the person is no longer recorded.")


def unfit(error: CertificateError) -> Unfit:
    """What the library refuses, as a reason that says what to do."""
    if isinstance(error, Unprintable):
        return CannotBePrinted(characters=error.characters)
    if isinstance(error, InvalidCertificate):
        return Contradictory(reasons="; ".join(error.reasons))
    return CannotBeDrawn()


def kept(refusal: DomainError) -> str:
    """A refusal as it is kept with the item."""
    return json.dumps({"message": refusal.message, "params": refusal.params}, ensure_ascii=False, default=str)


def in_words(reason: str) -> str:
    """The sentence, in the reader's language; what was kept before this way of keeping stands as it is."""
    try:
        read = json.loads(reason)
        return gettext(read["message"], **read["params"])
    except (ValueError, TypeError, KeyError):
        return reason
