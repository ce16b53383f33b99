"""What the register refuses."""

from lms.kernel.errors import DomainError
from lms.kernel.marking import N_


class RegisterLocked(DomainError):
    message = N_("The attendance of this session is closed. The team can still correct it and states why.")


class TooEarly(DomainError):
    message = N_("Attendance can be marked from one hour before the session starts.")


class NotInThisRun(DomainError):
    status = 422
    message = N_("This person has no place in this course.")


class ReasonNeeded(DomainError):
    status = 422
    message = N_("Please state why the closed attendance is corrected.")


class NothingMarked(DomainError):
    message = N_("Some people have no mark yet. Please mark everybody before you close the attendance.")
