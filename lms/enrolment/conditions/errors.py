"""What a run's own conditions refuse: each names the condition and what to do."""

from lms.kernel.errors import DomainError, Invalid
from lms.kernel.marking import N_


class ConditionUnmet(DomainError):
    """A condition of the run does not hold for somebody; the team may make an exception with a reason."""


class CodeWordNeeded(ConditionUnmet):
    message = N_(
        "This course needs a code word. You find it in your invitation. If you have none, please call us."
    )


class CodeWordWrong(ConditionUnmet):
    message = N_(
        "This is not the code word of this course. Please look at your invitation once more, or call us."
    )


class DeclarationNeeded(ConditionUnmet):
    message = N_(
        "This course is only for people who can confirm this: “%(declaration)s” If it does not apply, please choose another course, or call us."
    )


class ResidenceNeeded(ConditionUnmet):
    message = N_(
        "This course is only for people who live in %(residence)s. Please give the postal code and the town of %(name)s."
    )


class LivesElsewhere(ConditionUnmet):
    message = N_(
        "This course is only for people who live in %(residence)s. Please choose another course for %(name)s, or call us."
    )


class EarlierCourseMissing(ConditionUnmet):
    message = N_(
        "This course builds on “%(course)s”. We do not find that %(name)s has taken it. Please enrol in that course first, or call us."
    )


class EarlierCourseUnknown(ConditionUnmet):
    """Whether somebody has taken a course is told to nobody but themselves and whoever acts for them."""

    message = N_(
        "This course builds on “%(course)s”. Please sign in, so that we can see who has taken it, or call us."
    )


class TeamDecides(ConditionUnmet):
    """Nobody gets into a run that asks for the team's approval by moving there, or by taking over a place."""

    message = N_(
        "In this course the team decides about each enrolment. Please call us: we look at it together."
    )


class AnswerMissing(Invalid):
    """Carries `question`, in the words of the page."""

    message = N_("Please answer this question for %(name)s: “%(question)s”")


class AnswerRefused(Invalid):
    """An answer that the question does not have, or too long a text; carries `question`."""

    message = N_("This answer does not fit the question “%(question)s”. Please choose one of those listed.")


class NothingToDecide(DomainError):
    """The enrolment does not wait for the team's approval (any more)."""

    message = N_("This enrolment does not wait for a decision any more. Please look at how it stands now.")


class AnswersClosed(DomainError):
    message = N_("The course has begun, so the answers stay as they are. Please call us if one has changed.")


class QuestionUnfit(Invalid):
    message = N_("This question cannot be saved like that. Please check its answers and when it is asked.")


class AgesCrossed(Invalid):
    message = N_("The lowest age cannot be above the highest age.")
