"""What is refused about reminders."""

from lms.kernel.errors import DomainError, Invalid
from lms.kernel.marking import N_


class NobodyToRemind(DomainError):
    message = N_(
        "Nobody has to be reminded now. Perhaps a colleague has just started a run, or somebody has paid."
    )


class OtherRunPreparing(DomainError):
    message = N_("Another run of reminders is just being written. Please wait until it is ready.")


class OwnReminder(DomainError):
    """S-08."""

    status = 403
    message = N_("Nobody decides about what they owe themselves. Please ask a colleague.")


class DayPassed(Invalid):
    message = N_("This day is over. Choose a later one.")


class DayFar(Invalid):
    message = N_("Reminders can rest for one year at most. Choose an earlier day.")


class NotOverdue(DomainError):
    message = N_("This claim has not been reminded three times, or is settled. It cannot be handed over.")
