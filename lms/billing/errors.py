"""What the books refuse."""

from lms.kernel.errors import DomainError, Invalid
from lms.kernel.marking import N_


class AmountNotPositive(Invalid):
    message = N_("The amount has to be more than zero.")


class MoreThanOwed(Invalid):
    message = N_("This is more than what is still owed. Please check the amount.")


class MoreThanPaid(Invalid):
    message = N_("This is more than what was paid. Please check the amount.")


class NoteNeeded(Invalid):
    message = N_("Write how it was settled, for example: transferred on 4 December.")


class OwnRefund(DomainError):
    """S-08: nobody settles what they owe or are owed themselves."""

    status = 403
    message = N_("Nobody settles their own matters. Please ask a colleague.")


class OtherRequestOpen(DomainError):
    message = N_("There is a later request about this enrolment. Please look at that one.")


class LessGiven(Invalid):
    message = N_("This is less than the amount. Enter what you were handed.")


class NothingToReverse(DomainError):
    message = N_("This receipt reverses another one. It cannot be reversed itself.")


class AlreadyReversed(DomainError):
    message = N_("This receipt has been reversed already.")
