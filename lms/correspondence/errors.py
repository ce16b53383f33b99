"""Why a rule cannot be as somebody wants it."""

from lms.kernel.errors import DomainError
from lms.kernel.marking import N_


class ImpossibleMoment(DomainError):
    """A moment that these people do not have."""

    status = 422
    message = N_(
        "This moment does not fit the people you have chosen. Choose another moment or other people."
    )


class UnknownNameInRule(DomainError):
    """A name in braces that texts of this rule do not know."""

    status = 422
    message = N_("%(found)s means nothing here. Use only the names that stand under the text.")


class NoText(DomainError):
    """A rule that would say nothing."""

    status = 422
    message = N_("Write a subject and a text.")
