"""What is refused about packages of others."""

from lms.kernel.errors import DomainError, TooMany
from lms.kernel.marking import N_


class ReportTooLarge(DomainError):
    """More than any package keeps about one learner (SCORM 2004 allows 64,000 signs)."""

    status = 413
    message = N_("The exercise wants to save more than is possible. What was saved before stays as it is.")


class PackageReplaced(DomainError):
    """The lesson has another package by now."""

    status = 409
    message = N_("This exercise has been replaced by a newer one. Please reload the page.")


class ReportsTooOften(TooMany):
    """More reports a minute than a person causes."""

    message = N_("The exercise saves too often. What was saved before stays as it is.")
