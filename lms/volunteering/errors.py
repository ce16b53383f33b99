"""What is refused about helpers, their shifts, hours and allowances."""

from typing import ClassVar

from lms.kernel.errors import DomainError
from lms.kernel.marking import N_


class TooYoungToHelp(DomainError):
    """Nobody of this age helps here."""

    status: ClassVar[int] = 422
    message = N_("You can help from the age of %(age)s on. Come back then, we look forward to you.")


class BirthDateUnlikely(DomainError):
    """A birth date that lies ahead, or more than a long life ago."""

    status: ClassVar[int] = 422
    message = N_("Check the birth date: it cannot be right.")


class GuardianMissing(DomainError):
    """Somebody under 18 without anybody who can consent."""

    status: ClassVar[int] = 422
    message = N_("You are under 18. Enter the name of a parent or guardian and how we reach them.")


class NotReachable(DomainError):
    """Neither e-mail address nor telephone number."""

    status: ClassVar[int] = 422
    message = N_("Enter an e-mail address or a telephone number, so that we can answer.")


class NotAHelper(DomainError):
    """Not approved (yet), or no longer with us."""

    message = N_("You can take shifts as soon as the team has said yes.")


class ConsentMissing(DomainError):
    """Under 18, and no guardian agrees."""

    message = N_("Your parent or guardian has not agreed yet. We have written to them.")


class ConsentNotOpen(DomainError):
    """Nobody is asked any more: too late, of age by now, or over."""

    message = N_("This consent is not needed any more.")


class ConsentByTeam(DomainError):
    """The guardians disagree (L-32): the team clears it up with both."""

    message = N_("We have to speak with you first. Please call us.")


class ShiftFull(DomainError):
    """Somebody else was faster."""

    message = N_("The last place of this shift was just taken. Perhaps another one suits you.")


class ShiftOver(DomainError):
    """It has begun, or was called off."""

    message = N_("This shift is not open any more.")


class SeatForAdult(DomainError):
    """Nobody under age is alone at a desk."""

    message = N_(
        "Nobody under 18 is alone at the desk: this place is for an experienced adult. As soon as one is there, others can join."
    )


class NotInHomes(DomainError):
    """At people's homes each adviser is alone with them: nobody sits beside the young there."""

    message = N_("Under 18, people help at our places, not at other people's homes.")


class TooYoungForShift(DomainError):
    """The shift asks for an age."""

    message = N_("This shift is for helpers from the age of %(age)s on.")


class AtNight(DomainError):
    """A helper under age at night."""

    message = N_(
        "Under 18 you help between %(first)s and %(last)s only, not at night. This shift is from %(starts)s to %(ends)s."
    )


class TooLateForChild(DomainError):
    """A helper under 15 in the evening."""

    message = N_(
        "Under 15 you help between %(first)s and %(last)s only. This shift is from %(starts)s to %(ends)s."
    )


class TooLongForAge(DomainError):
    """More in one day than somebody of this age may do."""

    message = N_("At your age you help at most %(most)s a day. With this shift it would be more.")


class DuringSchool(DomainError):
    """A school day before school is over."""

    message = N_("On school days you help from %(time)s on, when school is over.")


class ShiftOverlaps(DomainError):
    """The helper is somewhere else at that time."""

    message = N_("You have another shift at this time.")


class TooLateToWithdraw(DomainError):
    """It is so near that the team has to be called."""

    message = N_("It is too late to withdraw here. Please call us, so that we find somebody else.")


class ShiftEndsTooEarly(DomainError):
    """From and until the wrong way round."""

    status: ClassVar[int] = 422
    message = N_("The shift ends before it begins. Check both times.")


class ShiftInThePast(DomainError):
    """A day that is over."""

    status: ClassVar[int] = 422
    message = N_("This day is over. Choose a day to come.")


class PlacesTaken(DomainError):
    """More helpers than places would be left."""

    message = N_("%(taken)s helpers have taken this shift. There cannot be fewer places.")


class ShiftNotOver(DomainError):
    """Hours before the shift is over."""

    message = N_("You can enter the hours as soon as the shift is over.")


class HoursUnlikely(DomainError):
    """More than the day can hold."""

    status: ClassVar[int] = 422
    message = N_("Enter hours and minutes, at most %(most)s more than planned.")


class HoursReasonMissing(DomainError):
    """A correction without a word."""

    status: ClassVar[int] = 422
    message = N_("Say in a few words why the time is another one.")


class HoursSettled(DomainError):
    """They stand on a certificate or are in an allowance."""

    message = N_(
        "These hours stand on a certificate or are in an approved allowance. They cannot be changed any more."
    )


class NoHoursLeft(DomainError):
    """Nothing for a certificate: not a full hour that does not stand on one."""

    message = N_("There is no full hour that does not stand on a certificate already.")


class NothingToPay(DomainError):
    """Nothing is left to approve or to pay."""

    message = N_("There is nothing left to pay here.")


class OwnAllowance(DomainError):
    """Nobody approves their own allowance (S-08)."""

    message = N_(
        "This is about yourself or somebody of your household. Somebody else of the team has to do it."
    )


class WrongIban(DomainError):
    """Not the number of an account."""

    status: ClassVar[int] = 422
    message = N_("This is not the number of a bank account. Check the IBAN.")


class RateExists(DomainError):
    """An earlier rate, or one from today on, is never changed: what was promised stays."""

    status: ClassVar[int] = 422
    message = N_("Choose a day to come: what has held until today stays as it is.")
