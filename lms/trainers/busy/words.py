"""Why a calendar could not be read, in words that say what to do."""

from collections.abc import Mapping

from lms.kernel.marking import N_
from lms.trainers.busy.models import Failure

FAILURES: Mapping[Failure, str] = {
    Failure.AWAY: N_("The address does not answer. We try again by ourselves."),
    Failure.REFUSED: N_("The address leads on and on. Please copy it from your calendar once more."),
    Failure.MISSING: N_(
        "There is no calendar at this address any more, or it is locked. Please copy the address from your calendar once more."
    ),
    Failure.NOT_PUBLIC: N_(
        "The address leads to a place that we do not read: it has to be on the open Internet and to begin with https://."
    ),
    Failure.TOO_LARGE: N_("The calendar is larger than 5 MB. Please give us one with fewer entries."),
    Failure.UNREADABLE: N_(
        "What came is no calendar that we can read. Please check that it is the address in iCal format."
    ),
}
