"""What is refused about persons, in words that say what to do."""

from lms.kernel.errors import DomainError
from lms.kernel.marking import N_


class BornInFuture(DomainError):
    status = 422
    message = N_("This birth date lies in the future. Please check day, month and year.")


class NotUnderAge(DomainError):
    status = 422
    message = N_(
        "This person is 18 or older. Please add them as an adult: then they decide who acts for them."
    )


class StillUnderAge(DomainError):
    status = 422
    message = N_(
        "This person is under 18. Please add them as a child: a parent or guardian decides for them."
    )


class TooManyPersons(DomainError):
    status = 409
    message = N_("You act for %(most)s persons already. If you need more, please call us.")


class JointNeeded(DomainError):
    status = 422
    message = N_("Please confirm that you may decide for the child. If you are not sure, please call us.")


class AddressNeeded(DomainError):
    status = 422
    message = N_("Please enter street, postcode and town. We write a letter there.")


class MandateOver(DomainError):
    status = 409
    message = N_("This mandate, or the question for it, has ended. If you need it, please ask anew.")


class NotForYou(DomainError):
    status = 403
    message = N_(
        "This invitation went to another e-mail address. Please sign in with the account of that address."
    )


class NoOneself(DomainError):
    status = 422
    message = N_("You cannot give a mandate to yourself. Please enter the address of the other person.")


class CodeWrong(DomainError):
    status = 422
    message = N_("Sign and code do not fit together, or have expired. Please check both in the letter.")


class MandateNotWider(DomainError):
    status = 422
    message = N_("You can only make the mandate smaller. Only the person you act for can allow more.")


class MandateDoubled(DomainError):
    status = 409
    message = N_("There is such a mandate already. Please change it, or end it first.")


class MandateEmpty(DomainError):
    status = 422
    message = N_("Choose at least one thing that is allowed.")


class MandatePast(DomainError):
    status = 422
    message = N_("The last day lies in the past. Please enter a day that is still to come, or none.")


class LastHead(DomainError):
    status = 409
    message = N_("Somebody has to act for the household. Please name another person for it first.")


class NotDecidedHere(DomainError):
    status = 403
    message = N_("About photos of themselves, people decide alone from 16 on.")


class PaperFromFuture(DomainError):
    status = 422
    message = N_("The paper cannot have been seen on a day that is still to come. Please check the date.")


class SamePerson(DomainError):
    status = 422
    message = N_("This is the same record twice. There is nothing to merge.")


class BothInRun(DomainError):
    message = N_(
        "Both records have a live enrolment in %(runs)s. Please cancel one of the two first, then merge again."
    )


class ActForEachOther(DomainError):
    message = N_(
        "One of the two decides or acts for the other, or booked as parent. Then they are two people. If that was a mistake, please ask the administrators."
    )


class BothTeach(DomainError):
    message = N_("Both records are trainers. Please let the planners remove one of the two first.")


class AccountHasRoles(DomainError):
    message = N_(
        "The account that would be locked has roles in the team. Please let the administrators take them away first, or merge the other way round."
    )
