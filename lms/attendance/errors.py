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


class MarkedMeanwhile(DomainError):
    message = N_("Somebody else has marked this person meanwhile. Look at both and choose.")


class MoreThanTheSession(DomainError):
    status = 422
    message = N_("Nothing is left of the session. Then mark the person as not there.")


class WalkInUnnamed(DomainError):
    status = 422
    message = N_("Enter the name.")


class AlreadySettled(DomainError):
    message = N_("Somebody has taken care of this already.")


class NothingToObject(DomainError):
    message = N_("There is no mark of this session that you could object to.")


class AlreadyObjected(DomainError):
    message = N_("You have told us already. You get an answer by letter.")


class WordsNeeded(DomainError):
    status = 422
    message = N_("Please write what is not right.")


class AnswerNeeded(DomainError):
    status = 422
    message = N_("Please write why. The person reads it.")


class NothingChanged(DomainError):
    status = 422
    message = N_("This is how it is marked already. Choose something else, or decline.")


class NotTheirSession(DomainError):
    status = 422
    message = N_("This session does not belong to the course of this person.")


class NotMissed(DomainError):
    message = N_("This person was there. There is nothing to make up.")


class NotParallel(DomainError):
    status = 422
    message = N_("Choose a session of another run of the same course that takes place.")


class ComesAnyway(DomainError):
    message = N_("This person has a place in that run and comes to the session anyway.")


class AlreadyMadeUp(DomainError):
    message = N_("This session is made up already, or the person is a guest in the chosen session already.")


class NoSeatLeft(DomainError):
    message = N_("Every seat of that session is taken. Tick the box if the person shall come all the same.")
