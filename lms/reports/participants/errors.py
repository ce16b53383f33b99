"""What is refused, in a sentence that says what to do."""

from lms.kernel.errors import DomainError
from lms.kernel.marking import N_


class AnswersIncomplete(DomainError):
    """A needed answer is missing, or something was sent that is not on offer."""

    status = 422
    message = N_("Please answer every question. Where it is voluntary, you can choose “no answer”.")


class ConsentMissing(DomainError):
    """Without consent nothing is kept."""

    status = 422
    message = N_("Without consent we keep nothing. Tick the box, or decline to answer.")


class NotAsked(DomainError):
    """Nobody is asked now."""

    message = N_("Nothing is asked here any more.")


class GuardianNeeded(DomainError):
    """A minor's guardians disagree: nothing is agreed to by link (L-32)."""

    message = N_("Please call us about these questions: they cannot be answered here.")


class SurveyOff(DomainError):
    """No questions for this line."""

    message = N_("This funding line asks no questions. Switch the questions on first.")


class QuestionBroken(DomainError):
    """A question needs two answers at least."""

    status = 422
    message = N_("A question needs at least two answers to choose from.")
