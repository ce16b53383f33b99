"""What we refuse about aid, one type for each reason."""

from lms.kernel.errors import DomainError
from lms.kernel.marking import N_


class NoRuleYet(DomainError):
    status = 422
    message = N_("No regulation is known for this day. Enter it in the table of rules first.")


class DeclarationMissing(DomainError):
    status = 422
    message = N_(
        "The company has not declared other aid yet. Its declaration has to be there before aid is granted."
    )


class CeilingExceeded(DomainError):
    """With this aid the company would have more than the regulation allows; some can still be granted."""

    message = N_(
        "With this amount the ceiling of %(ceiling)s would be exceeded: %(before)s count already, so at most %(left)s can be granted on %(day)s. The regulation knows no exception. Grant only what is left, and charge the company for the rest."
    )


class CeilingReached(DomainError):
    """The company has all that the regulation allows."""

    message = N_(
        "The ceiling of %(ceiling)s is reached: %(before)s count already, so nothing more can be granted on %(day)s. The regulation knows no exception. Charge the company the full price."
    )


class GrantedInFuture(DomainError):
    status = 422
    message = N_("The day of granting cannot lie ahead.")


class DeclaredInFuture(DomainError):
    status = 422
    message = N_("The day on the declaration cannot lie ahead.")


class AlreadyRecorded(DomainError):
    message = N_("There is a statement about this already: %(number)s.")


class StatementEnded(DomainError):
    message = N_("This statement does not hold any more.")


class AidReasonMissing(DomainError):
    status = 422
    message = N_("State the reason. It is kept.")


class EnteredTooEarly(DomainError):
    status = 422
    message = N_("The day of the entry cannot lie before the day of granting, or ahead.")
