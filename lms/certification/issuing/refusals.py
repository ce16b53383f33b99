"""Why one document of a batch was not made: kept with it as data, read as a sentence in whatever language is asked for."""

import json
from collections.abc import Sequence

from certificates.errors import CertificateError, InvalidCertificate, SealUnusable, Unprintable
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
        "What is recorded contradicts itself. Please check the dates and the attendance of this person, then repeat."
    )


class BornLater(Unfit):
    message = N_("The date of birth lies after the first day. Please correct it in the person's record.")


class NotOverYet(Unfit):
    message = N_("The last day is still to come.")


class NothingAttended(Unfit):
    message = N_("No attended unit is recorded.")


class CannotBeDrawn(Unfit):
    message = N_(
        "The paper could not be made from these texts: they are too long or too unusual. Please shorten the texts of the"
        " course, then repeat."
    )


class CannotBeSealed(Unfit):
    message = N_(
        "The electronic seal cannot be used: it has ended or was revoked. Please tell whoever keeps this service, and repeat"
        " when there is a new one."
    )


class Gone(Unfit):
    message = N_("The enrolment or the person is no longer recorded.")


# how the library begins its reasons, and what staff read
_KNOWN: Sequence[tuple[str, type[Unfit]]] = (
    ("born after", BornLater),
    ("issued before", NotOverYet),
    ("attended", NothingAttended),
)


def unfit(error: CertificateError) -> Unfit:
    """What the library refuses, as a reason that says what to do."""
    if isinstance(error, Unprintable):
        return CannotBePrinted(characters=error.characters)
    if isinstance(error, InvalidCertificate):
        return next((known() for said, known in _KNOWN if error.reasons[0].startswith(said)), Contradictory())
    if isinstance(error, SealUnusable):
        return CannotBeSealed()
    return CannotBeDrawn()


def kept(refusal: DomainError) -> str:
    """A refusal as it is kept with the item."""
    return json.dumps({"message": refusal.message, "params": refusal.params}, ensure_ascii=False, default=str)


def in_words(reason: str) -> str:
    """The sentence, in the reader's language; what was kept before this way of keeping stands as it is."""
    try:
        read = json.loads(reason)
        message, params = read["message"], read["params"]
        return gettext(message, **params)
    except (ValueError, TypeError, KeyError):
        return reason
