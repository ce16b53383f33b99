"""What we refuse while a quiz is written."""

from lms.kernel.errors import DomainError
from lms.kernel.marking import N_


class QuizIsFull(DomainError):
    """More than anybody could answer; mostly questions taken over twice."""

    message = N_("A quiz has at most %(most)s questions.")


class TooManyParts(DomainError):
    """A question that was brought in and is larger than the form."""

    message = N_(
        "This question has more parts than the form can show. Please change it in the program it comes from, and bring it in again."
    )


class OnlyGroup(DomainError):
    """The last group cannot go: questions would stand nowhere."""

    message = N_(
        "This is the only group of questions. It can stay as it is: without a number all of its questions come."
    )
