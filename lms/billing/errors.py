"""What the books refuse."""

from collections.abc import Sequence

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


class FactsMissing(Invalid):
    """§ 14 (4) UStG: something that has to stand on the invoice is not known. `missing` are words of `mandatory.Missing`."""

    message = N_("This invoice cannot be issued yet: something is missing.")

    def __init__(self, missing: Sequence[str]) -> None:
        super().__init__()
        self.missing = missing


class CannotReverse(DomainError):
    message = N_("This document is reversed already, or is a credit note itself.")


class ReverseAtEnrolment(DomainError):
    message = N_("Cancel the enrolment or change its price instead: the invoice is reversed by that.")


class DayPassed(Invalid):
    message = N_("Choose a day from today on. What has been invoiced keeps its tax.")


class NoSuchTreatment(Invalid):
    message = N_("We do not know this kind of tax treatment. Please choose one from the list.")


class RulesBroken(Invalid):
    """An official rule for electronic invoices refuses it, in the words of the rule."""

    message = N_("The official rules for electronic invoices refuse this invoice: %(sentence)s")

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence=sentence)
