"""What is refused about paying in parts."""

from lms.kernel.errors import DomainError, Invalid
from lms.kernel.marking import N_


class NothingToPart(DomainError):
    message = N_("Nothing is owed on this account, so there is nothing to pay in parts.")


class RatesTooSmall(Invalid):
    message = N_("A rate is 5 euros at least. Choose fewer rates.")


class RatesCount(Invalid):
    message = N_("Choose 2 to 24 rates.")


class FirstDayPassed(Invalid):
    message = N_("The first rate is due today at the earliest. Choose a later day.")


class FirstDayFar(Invalid):
    message = N_("The first rate is due within three months. Choose an earlier day.")


class SumHasChanged(DomainError):
    message = N_("The sum that is owed has changed meanwhile. Please look at the plan again.")
