"""What is refused about bank statements, with what to do instead."""

from lms.kernel.errors import DomainError, Invalid
from lms.kernel.marking import N_


class NotAStatement(Invalid):
    message = N_(
        "We cannot read this file. In your online banking choose “CAMT.053”, “MT940” or “CSV” and send that file."
    )


class OnlyPreliminary(Invalid):
    message = N_(
        "This file holds preliminary bookings (CAMT.052 or CAMT.054). Download the statement as CAMT.053 and send that."
    )


class EmptyStatement(Invalid):
    message = N_("There is no booking in this file. Choose a longer period in your online banking.")


class FileTooLarge(Invalid):
    message = N_("The file is larger than 10 MB. Choose a shorter period in your online banking.")


class TooManyRows(Invalid):
    message = N_("The file has more than 20,000 bookings. Choose a shorter period in your online banking.")


class UnsafeArchive(Invalid):
    message = N_(
        "This ZIP file does not look like one of a bank. Unpack it and send the files in it one by one."
    )


class WrongTable(Invalid):
    """A row of a table cannot be read; `row` counts from 1 with the heading."""

    message = N_(
        "Row %(row)s cannot be read: %(value)s is no %(what)s. Check which column is what, or download the file anew."
    )


class ColumnsUnknown(DomainError):
    """A table whose columns nobody has named yet; the page asks for them."""

    status = 422
    message = N_("We do not know the columns of this file yet. Say once which is which.")


class AlreadyDecided(DomainError):
    message = N_("Somebody has already decided about this line. Please look at it again.")


class NotYetDecided(DomainError):
    message = N_("Nobody has decided about this line, so there is nothing to take back.")


class PartsDiffer(Invalid):
    message = N_(
        "The parts come to %(sum)s, but the line is %(line)s. Change the parts so that both are the same."
    )


class NothingChosen(Invalid):
    message = N_("Choose what this money is for.")


class UnknownDebt(Invalid):
    message = N_("We cannot find this debt any more. Please search again.")


class ReasonNeeded(Invalid):
    message = N_("Write why, in a few words.")


class NotOurCurrency(Invalid):
    message = N_("This line is not in euros. Set it aside and clear it up with the bank.")


class OwnMatter(DomainError):
    """S-08: nobody books what they owe themselves."""

    status = 403
    message = N_("This payment is for yourself or your family. Please ask a colleague to book it.")


class AlreadyPaidBack(DomainError):
    message = N_(
        "This money has been paid back or promised meanwhile. Stop that first, then take the booking back."
    )


class NotToUndo(DomainError):
    message = N_("This cannot be taken back here: money that went out stays booked.")


class VoucherIsOut(DomainError):
    message = N_(
        "With this payment a gift voucher was sent, so it cannot be taken back here. Block the voucher first, then transfer the money back."
    )


class RefundNotOnItsWay(DomainError):
    message = N_(
        "This refund is not on its way any more. Please look at the refund first, then at this line again."
    )


class UnknownDebit(DomainError):
    message = N_(
        "We know no direct debit with the reference of this line. Please look it up at the bank, and set the line aside."
    )
