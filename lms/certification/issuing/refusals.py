"""Why one document of a batch was not made, and where it can be put right: the one place that decides it.

It is kept with the document as data and read as a sentence in whatever language is asked for. No word of a library
reaches anybody.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from certificates import errors as library
from lms.certification.kinds.draft import Place, Unfit
from lms.certification.kinds.refusals import NothingAttended, NotOverYet
from lms.kernel.marking import N_
from lms.web.language import gettext


class NameNotPrintable(Unfit):
    message = N_(
        "These characters cannot be printed: %(characters)s. Please write the name as it stands in Latin letters."
    )
    where = Place.PERSON


class TextNotPrintable(Unfit):
    message = N_(
        "These characters cannot be printed: %(characters)s. Please take them out of the texts of the course, then repeat."
    )
    where = Place.RUN


class Contradictory(Unfit):
    message = N_(
        "What is recorded contradicts itself. Please check the dates and the attendance of this person, then repeat."
    )
    where = Place.RUN


class Nameless(Unfit):
    message = N_("The person has no name in our records.")
    where = Place.PERSON


class BornLater(Unfit):
    message = N_("The date of birth lies after the first day. Please correct it in the person's record.")
    where = Place.PERSON


class WithoutTitle(Unfit):
    message = N_("The course has no title.")
    where = Place.RUN


class EndsBeforeItBegins(Unfit):
    message = N_("The last day of the run lies before the first.")
    where = Place.RUN


class DayOutside(Unfit):
    message = N_("A day that was attended lies outside the period of the course.")
    where = Place.RUN


class ExamMissing(Unfit):
    message = N_("The result of the exam is missing.")
    where = Place.RUN


class EndedAlready(Unfit):
    message = N_("The end of validity lies before the day of issue.")


class WithoutIssuer(Unfit):
    message = N_("The centre has no name in its settings.")


class CannotBeDrawn(Unfit):
    message = N_(
        "The paper could not be drawn. Please try again; if it fails again, tell the technical support."
    )


class Interrupted(Unfit):
    message = N_(
        "Drawing was interrupted twice. Please try again; if it fails again, tell the technical support."
    )


class TooLong(Unfit):
    message = N_(
        "Drawing the paper took too long: a text of the course or a name is unusually long. Please shorten it, then repeat."
    )
    where = Place.RUN


class TooMuch(Unfit):
    message = N_(
        "The paper became too large to draw: a text of the course or a name is unusually long. Please shorten it, then repeat."
    )
    where = Place.RUN


class DesignUnfit(Unfit):
    message = N_(
        "The design cannot be drawn as it is. Please look at its preview, put it right, then repeat."
    )


class CannotBeSealed(Unfit):
    message = N_(
        "The electronic seal cannot be used: it has ended or was revoked. Please tell whoever keeps this service, and repeat"
        " when there is a new one."
    )


class Gone(Unfit):
    message = N_("The enrolment or the person is no longer recorded.")


class RevokedMeanwhile(Unfit):
    message = N_("The certificate that was to be replaced has been revoked meanwhile. No new one was issued.")


_CONTRADICTIONS: Sequence[tuple[library.Contradiction, type[Unfit]]] = (
    (library.Contradiction.NO_NAME, Nameless),
    (library.Contradiction.BORN_TOO_LATE, BornLater),
    (library.Contradiction.NO_COURSE, WithoutTitle),
    (library.Contradiction.ISSUED_TOO_EARLY, NotOverYet),
    (library.Contradiction.ENDS_BEFORE_IT_BEGINS, EndsBeforeItBegins),
    (library.Contradiction.DAY_OUTSIDE, DayOutside),
    (library.Contradiction.NOTHING_ATTENDED, NothingAttended),
    (library.Contradiction.EXAM_WITHOUT_RESULT, ExamMissing),
    (library.Contradiction.ENDED_ALREADY, EndedAlready),
    (library.Contradiction.NO_ISSUER, WithoutIssuer),
)
"""What is said of several, the first of these."""

_FAILURES: Sequence[tuple[type[library.CertificateError], type[Unfit]]] = (
    (library.SealUnusable, CannotBeSealed),
    (library.TookTooLong, TooLong),
    (library.TookTooMuchMemory, TooMuch),
    (library.WorkerLost, Interrupted),
    (library.DesignRefused, DesignUnfit),
    (library.UnknownDesign, DesignUnfit),
    (library.AssetRefused, DesignUnfit),
)
"""What happened, the narrower before the wider."""


@dataclass(frozen=True, slots=True)
class Advice:
    """A sentence in the reader's language, and where it can be put right."""

    sentence: str
    where: Place


def unfit(error: library.CertificateError, *, name: str = "") -> Unfit:
    """What the library refuses, as a reason that says what to do; `name` is the holder's."""
    if isinstance(error, library.Unprintable):
        is_in_name = any(character in name for character in error.characters)
        return (NameNotPrintable if is_in_name else TextNotPrintable)(characters=error.characters)
    if isinstance(error, library.InvalidCertificate):
        known = (kind() for said, kind in _CONTRADICTIONS for one in error.reasons if one.startswith(said))
        return next(known, Contradictory())
    return next((kind() for happened, kind in _FAILURES if isinstance(error, happened)), CannotBeDrawn())


def kept(refusal: Unfit) -> str:
    """A refusal as it is kept with the item."""
    said = {"message": refusal.message, "params": refusal.params, "where": refusal.where}
    return json.dumps(said, ensure_ascii=False, default=str)


def advice_for(reason: str) -> Advice:
    """What is kept with an item, for people. Items of former versions hold words of the library, and nobody reads these."""
    try:
        read = json.loads(reason)
        message, params, where = read["message"], read["params"], Place(read["where"])
        if isinstance(message, str) and isinstance(params, Mapping):
            return Advice(gettext(message, **params), where)
    except (ValueError, TypeError, KeyError):
        pass
    return Advice(gettext(CannotBeDrawn.message), CannotBeDrawn.where)
