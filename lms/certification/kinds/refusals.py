"""Why one document cannot be made, in words that say what to do."""

from lms.certification.kinds.draft import Place, Unfit
from lms.kernel.marking import N_


class NothingAttended(Unfit):
    message = N_("Less than one unit of 45 minutes was attended. There is nothing to confirm.")
    where = Place.RUN


class NotOverYet(Unfit):
    message = N_("The run is not over yet. Issue the confirmation after the last session.")
    where = Place.RUN


class MarksMissing(Unfit):
    message = N_("Some sessions have no attendance mark yet. Complete the attendance, then try again.")
    where = Place.RUN


class NotRecognised(Unfit):
    message = N_(
        "The course has no recognition for educational leave on record. Enter it in the rules of the course, then try again."
    )
    where = Place.RUN


class NothingTaught(Unfit):
    message = N_("No session is on record that this person has taught. Check who is named in the sessions.")
    where = Place.RUN


class ModulesMissing(Unfit):
    message = N_("The person does not hold the valid certificates of all modules of this path.")
    where = Place.PERSON


class Unreadable(Unfit):
    message = N_(
        "What was entered for this document is incomplete or contradicts itself. Enter it again in a new form."
    )
