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


class NotTogether(DomainError):
    message = N_(
        "These invoices cannot be put together any more. Choose at least two that are not paid and not overdue."
    )


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


class ReasonMissing(Invalid):
    message = N_("State the reason.")


class OwnRequest(DomainError):
    """S-08: a second person is somebody else."""

    status = 403
    message = N_("Nobody approves what they have asked for themselves. Please ask a colleague.")


class AlreadyDecided(DomainError):
    message = N_("This has been decided already.")


class RefundRunning(DomainError):
    message = N_("A refund for this is on its way already. Please look at that one first.")


class SettledOtherwise(DomainError):
    message = N_(
        "Somebody has noted that this was settled: %(note)s. If that is not so, open the request again first."
    )


class NoOnlinePayment(Invalid):
    message = N_(
        "Choose the online payment to which the money goes back. There is not so much left of this one."
    )


class AccountNeeded(Invalid):
    message = N_("Enter whose account it is, and the IBAN.")


class WrongIban(Invalid):
    message = N_("This IBAN is not right. Please compare it with your bank card or your account statement.")


class NoSepaAccount(Invalid):
    message = N_(
        "We can only transfer to accounts in the SEPA area. Please name another account, or call us."
    )


class LinkOver(DomainError):
    """The link that asked for an IBAN was used, replaced, or is too old."""

    status = 410
    message = N_("This link does not hold any more. If we still need your bank details, please call us.")


class RefundElsewhere(DomainError):
    message = N_("The refund is not in the state for this any more. Please look at it again.")


class NotOver(DomainError):
    message = N_("This refund is in a transfer file. Withdraw the file first.")


class NothingToTransfer(DomainError):
    message = N_("Nothing waits for a transfer.")


class NoAccountOfOurs(DomainError):
    message = N_("The centre has no IBAN in its settings. Without one no transfer file can be made.")


class HandedOutBefore(DomainError):
    message = N_(
        "%(name)s has downloaded this file already, on %(day)s. A file is handed out once, so that nothing is paid twice. "
        "If it got lost, withdraw it and make a new one."
    )


class FileGone(DomainError):
    message = N_(
        "This does not work with this file: not downloaded yet, with the bank already, or withdrawn."
    )


class DayAhead(Invalid):
    message = N_("This day is still to come. Enter the day on which the money left.")


class NothingWrittenOff(DomainError):
    message = N_("This was not written off, or it was taken back already.")
