"""What the books refuse."""

from lms.kernel.errors import Invalid
from lms.kernel.marking import N_


class AmountNotPositive(Invalid):
    message = N_("The amount has to be more than zero.")


class MoreThanOwed(Invalid):
    message = N_("This is more than what is still owed. Please check the amount.")


class MoreThanPaid(Invalid):
    message = N_("This is more than what was paid. Please check the amount.")
