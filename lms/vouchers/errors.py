"""What we refuse about vouchers. Each says what the person can do."""

from lms.kernel.errors import DomainError, Invalid
from lms.kernel.marking import N_


class VoucherRefused(DomainError):
    """A voucher or a code that cannot be used here and now."""

    message = N_("This voucher cannot be used here.")


class MistypedCode(VoucherRefused, Invalid):
    """The last sign does not fit the others."""

    status = 422
    message = N_("There is a typing error in this code. Please compare it with your voucher, sign by sign.")


class UnknownCode(VoucherRefused, Invalid):
    """No voucher of ours has this code."""

    status = 422
    message = N_("We do not know this code. Please check that you have typed all of it.")


class VoucherBlocked(VoucherRefused):
    """The team has blocked it."""

    message = N_("This voucher is blocked. Please ask us; our telephone number is at the bottom of the page.")


class VoucherExpired(VoucherRefused):
    """Its last day is over."""

    message = N_("This voucher was valid until %(day)s. Please ask us if you still want to use it.")


class VoucherNotYetValid(VoucherRefused):
    """Its first day is still to come."""

    message = N_("This code is valid from %(day)s on.")


class VoucherEmpty(VoucherRefused):
    """Nothing is left of it."""

    message = N_("Nothing is left on this voucher: it has been used.")


class VoucherTaken(VoucherRefused):
    """Somebody else was quicker with the same code, or the last of a budget."""

    message = N_(
        "Somebody else has used this code or this voucher a moment ago, and less is left of it. Nothing was sent. Please look at this page once more."
    )


class NotForThisCourse(VoucherRefused):
    """A discount code for other courses."""

    message = N_("This code is not for this course.")


class NotForSingleDates(VoucherRefused):
    """A discount code takes off the price of a whole course."""

    message = N_("This code is for whole courses. It cannot be used for single dates.")


class OncePerPerson(VoucherRefused):
    """The person has used this code before."""

    message = N_("%(name)s has used this code before. It can be used once by each person.")


class OneDiscountOnly(VoucherRefused):
    """Discounts do not add up."""

    message = N_("Only one discount code can be used. Please remove the other one first.")


class AlreadyAdded(VoucherRefused):
    """The same code a second time."""

    message = N_("You have added this voucher already.")


class NothingLeftToPay(VoucherRefused):
    """What is owed is covered."""

    message = N_("There is nothing left to pay.")


class DiscountTooLate(VoucherRefused):
    """The price is agreed already."""

    message = N_(
        "This is a discount code. It lessens the price when somebody enrols; now the price is agreed already."
    )


class WordTaken(Invalid):
    """Another code has this word."""

    message = N_("There is such a code already. Please choose another word.")


class WordUnfit(Invalid):
    """A word that cannot be a discount code."""

    message = N_("A code has 4 to 15 letters and digits.")


class NotAValueVoucher(Invalid):
    """Only a value voucher can do this."""

    message = N_("This is a discount code, and has no balance.")


class ReasonMissing(Invalid):
    """The history is to say why."""

    message = N_("Please write down the reason.")


class OwnVoucher(DomainError):
    """Nobody issues a voucher to themselves, or books their own payment (S-08)."""

    status = 403
    message = N_("This concerns yourself. Please ask a colleague to do it.")


class OrderEnded(DomainError):
    """The order was paid or cancelled before."""

    message = N_("This order is paid or cancelled already.")


class OtherAmount(Invalid):
    """What was paid is not what was ordered."""

    message = N_("The order is for another amount. Please check what was paid.")


class DayTooEarly(Invalid):
    """A day that lies before today, or before the one that holds now."""

    message = N_("Choose a later day.")
