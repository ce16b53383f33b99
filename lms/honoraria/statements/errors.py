"""What we refuse about fee statements."""

from lms.kernel.errors import DomainError, Invalid
from lms.kernel.marking import N_


class NothingToSettle(DomainError):
    message = N_("There is nothing to settle for this month yet.")


class DeductionsExceed(DomainError):
    message = N_("The deductions are more than the fee. Please talk to the team of the centre.")


class ObjectionOpen(DomainError):
    message = N_("You have told us that something is not right. Please wait for our answer, or take it back.")


class StatementElsewhere(DomainError):
    message = N_("The statement is not in the state for this any more. Please look at it again.")


class OwnStatement(DomainError):
    """S-08."""

    status = 403
    message = N_("Nobody decides about their own fee statement. Please ask a colleague.")


class OwnChange(DomainError):
    """S-08: whoever changed what is paid does not approve it."""

    status = 403
    message = N_(
        "You have changed amounts of this statement yourself, or asked for it. Somebody else has to approve it."
    )


class ApprovedBefore(DomainError):
    message = N_(
        "You have approved this statement already. At this sum a second colleague has to approve it too."
    )


class AmountWrong(Invalid):
    message = N_("Enter an amount of more than zero and at most 10,000 euros.")


class LineElsewhere(DomainError):
    message = N_("This line cannot be changed any more.")


class NotHeld(DomainError):
    message = N_("This can only be said of a session that you have taught and that is over.")


class PayoutRunning(DomainError):
    message = N_(
        "The transfer of this statement is on its way. Please wait until the bank has carried it out or returned it."
    )


class TaxNumberMissing(Invalid):
    message = N_("Enter your tax number or your VAT id: it has to stand on the statement.")


class VatIdWrong(Invalid):
    message = N_("A German VAT id is DE and nine digits.")


class NoSuchKind(Invalid):
    message = N_("Choose from the list what the amount is for.")
