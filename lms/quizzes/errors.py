"""What is refused about quizzes."""

from lms.kernel.errors import DomainError
from lms.kernel.marking import N_


class NoAttemptLeft(DomainError):
    status = 409
    message = N_("No attempt is left. Ask your trainer if you would like another one.")


class NothingToAnswer(DomainError):
    status = 409
    message = N_("This quiz has no questions yet. Please come back later.")


class TimeIsOver(DomainError):
    status = 409
    message = N_("The time is over. What you had saved until then counts.")


class HandedInAlready(DomainError):
    status = 409
    message = N_("This attempt is handed in already. Its answers cannot be changed any more.")


class NumberNeeded(DomainError):
    status = 422
    message = N_("This is no number. Write it in digits, for example 12 or 3,5.")


class OtherUnitNeeded(DomainError):
    status = 422
    message = N_("This is no number. Write it in digits, with or without %(unit)s behind it.")


class AnswerTooLong(DomainError):
    status = 422
    message = N_("Your answer is too long. Shorten it to at most %(most)s characters.")


class PlaceTakenTwice(DomainError):
    status = 422
    message = N_("Two lines have the same place. Give each line a place of its own.")
