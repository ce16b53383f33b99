"""What is refused about surveys."""

from lms.kernel.errors import DomainError
from lms.kernel.marking import N_


class NoQuestionText(DomainError):
    status = 422
    message = N_("Enter the question in German.")


class NoEnds(DomainError):
    status = 422
    message = N_("Enter what 1 means and what 5 means.")


class NoChoices(DomainError):
    status = 422
    message = N_("Enter two to ten answers, each on a line of its own.")


class TooManyQuestions(DomainError):
    status = 422
    message = N_("A questionnaire has at most 30 questions. Short ones are answered more often.")


class NothingToAsk(DomainError):
    status = 422
    message = N_("A questionnaire in use needs at least one question.")


class HasAnother(DomainError):
    message = N_("Another questionnaire is already used there. Take it off there first.")


class SurveyClosed(DomainError):
    status = 410
    message = N_("This survey has ended. Thank you all the same.")


class SurveyOpen(DomainError):
    message = N_("This is possible when the survey has ended.")


class WrongCodes(DomainError):
    status = 422
    message = N_("Nothing was entered. These codes do not belong to this survey: %(codes)s")


class UsedCodes(DomainError):
    message = N_("Nothing was entered. These places have answered already: %(codes)s")


class NoSheetDue(DomainError):
    message = N_("No sheet is waiting to be typed in. Enter the codes of the strips first.")


class NotAnAnswer(DomainError):
    status = 422
    message = N_("Choose one of the answers listed here.")
