"""What we refuse, one type per reason. Dates and names are put into words where the sentence is read."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from lms.kernel.errors import DomainError
from lms.kernel.marking import N_
from lms.web.formats import date_plain, moment_short
from lms.web.language import gettext


@dataclass(frozen=True, slots=True)
class Day:
    """A day, in the language of whoever reads it."""

    day: date

    def __str__(self) -> str:
        return date_plain(self.day)


@dataclass(frozen=True, slots=True)
class Moment:
    """A day and a time, in the language of whoever reads it."""

    at: datetime

    def __str__(self) -> str:
        return moment_short(self.at)


@dataclass(frozen=True, slots=True)
class Said:
    """Words of ours inside a sentence: "run 2041", "somebody else"."""

    message: str
    filling: str = ""

    def __str__(self) -> str:
        return gettext(self.message, name=self.filling)


SOMEBODY = Said(N_("somebody else"))


def run_named(number: str) -> Said:
    """A run as whom a device is promised to."""
    return Said(N_("run %(name)s"), number)


class UnknownDevice(DomainError):
    """No unit has this inventory number."""

    status = 404
    message = N_("There is no device with the number %(number)s. Please check the number on the label.")


class NotForLending(DomainError):
    """The model stays in the house."""

    message = N_("Devices of the kind “%(model)s” are not lent.")


class DeviceMissing(DomainError):
    """Nobody knows where it is, or it was given up."""

    message = N_(
        "Device %(number)s is noted as missing or no longer in use. Please change that in the inventory first."
    )


class InRepair(DomainError):
    """It cannot be used meanwhile."""

    message = N_("Device %(number)s is in repair.")


class InRepairUntil(DomainError):
    """It cannot be used meanwhile, and we know until when."""

    message = N_("Device %(number)s is in repair until %(end)s.")


class Promised(DomainError):
    """Somebody else, or a session, has it reserved in this time."""

    message = N_("Device %(number)s is promised to %(whom)s, from %(start)s to %(end)s.")


class NoneFree(DomainError):
    """Every unit of the model is taken."""

    message = N_("In this time no device of the kind “%(model)s” is free. Please choose other days.")


class StillOut(DomainError):
    """It has not come back yet."""

    message = N_("Device %(number)s is still with %(whom)s, until %(due)s. Take it back first.")


class MustBeWiped(DomainError):
    """The last person's things may still be on it (F-D12)."""

    message = N_("Device %(number)s has to be wiped and checked before the next person gets it.")


class PersonBlocked(DomainError):
    """The person may not borrow for a while."""

    message = N_("%(name)s may borrow again from %(day)s. Reason: %(reason)s")


class NeverLent(DomainError):
    """Nobody has it, so nobody can bring it back."""

    message = N_("Device %(number)s is not lent to anybody. There is nothing to take back.")


class NothingToWipe(DomainError):
    """A device somebody is using cannot be wiped."""

    message = N_("Device %(number)s is still with somebody. Take it back, then wipe it.")


class LoanIsOver(DomainError):
    """What has ended is not changed any more."""

    message = N_("This loan has ended. It cannot be changed any more.")


class NotReserved(DomainError):
    """Only what has not been handed out yet can be cancelled."""

    message = N_("The device has been handed out already. Take it back instead of cancelling.")


class NotOut(DomainError):
    """The device is not with the person."""

    message = N_("The device is not handed out at the moment.")


class EndsBeforeItBegins(DomainError):
    """The period is empty or reversed."""

    status = 422
    message = N_("The last day must not be before the first.")


class InThePast(DomainError):
    """The day is over."""

    status = 422
    message = N_("This day is over. Please choose today or a later day.")


class TooLong(DomainError):
    """Longer than we lend anything."""

    status = 422
    message = N_("A device is lent for at most %(days)s days at a time.")


class NobodyNamed(DomainError):
    """The name by which the terms are accepted is missing."""

    status = 422
    message = N_("Enter your first and family name. It stands in place of your signature.")


class NotInThisRun(DomainError):
    """Only people with a place in the run get its devices."""

    message = N_("This person has no place in the run.")


class NoClass(DomainError):
    """There is no session to hand out devices in."""

    message = N_("This session does not take place. No devices are handed out.")


class ClassIsOver(DomainError):
    """Devices are handed out until the session is over."""

    message = N_("This session is over. No devices are handed out any more.")


class ReasonNeeded(DomainError):
    """A block is explained to whoever is blocked."""

    status: ClassVar[int] = 422
    message = N_("Say why, in a short sentence.")
