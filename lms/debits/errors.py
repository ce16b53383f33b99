"""What direct debit refuses."""

from lms.kernel.errors import DomainError, Invalid
from lms.kernel.marking import N_


class IbanWrong(Invalid):
    message = N_(
        "This IBAN has a typing error. Please compare it with your card or your bank statement, sign by sign."
    )


class IbanTooShort(IbanWrong):
    message = N_(
        "This IBAN is too short: %(count)s signs. In this country it has %(right)s. Perhaps one is missing."
    )


class IbanTooLong(IbanWrong):
    message = N_(
        "This IBAN is too long: %(count)s signs. In this country it has %(right)s. Perhaps one is there twice."
    )


class IbanSigns(IbanWrong):
    message = N_(
        "In this IBAN a sign cannot be right. It begins with two letters; in Germany only digits follow. "
        "Perhaps a letter O stands for a zero."
    )


class NotAnIban(IbanWrong):
    message = N_(
        "This is no IBAN. A German one begins with DE and has 22 signs. It stands on your bank card."
    )


class BankUnknown(IbanWrong):
    message = N_(
        "There is no bank with this bank code. Please compare the IBAN with your card, sign by sign."
    )


class OutsideSepa(IbanWrong):
    message = N_("We cannot collect from an account in this country. Please choose another way to pay.")


class HolderNeeded(Invalid):
    message = N_("Enter to whom the account belongs.")


class AccountNeeded(Invalid):
    message = N_("For direct debit we need your account. Enter the IBAN, or choose another way to pay.")


class MandateNotUsable(DomainError):
    message = N_(
        "We may not collect by this mandate any more. Enter the account anew, or choose another way to pay."
    )


class DebitNotOffered(DomainError):
    message = N_("Direct debit is not set up here. Please choose another way to pay.")


class SignedInFuture(Invalid):
    message = N_("This day is still to come. Enter the day that stands beside the signature.")


class NothingToCollect(DomainError):
    message = N_("There is nothing to collect now. Perhaps a colleague has just made the file.")


class PreviewChanged(DomainError):
    message = N_("Something has changed since you opened this page. Please look at the list once more.")


class FileNotOpen(DomainError):
    message = N_(
        "This file is no longer waiting: a colleague has dealt with it. Please look at the page again."
    )


class FileOutdated(DomainError):
    message = N_(
        "Since this file was made a mandate has ended: %(names)s. Do not hand it in. Withdraw the file, and make a new one."
    )


class DebitUnderWay(DomainError):
    message = N_("This is in a file for the bank already and cannot be stopped here.")


class OwnDebit(DomainError):
    """S-08: nobody decides about collections from their own account."""

    status = 403
    message = N_("Nobody settles their own matters. Please ask a colleague.")
