"""What enrolment refuses, one type per reason."""

from lms.kernel.errors import DomainError, Invalid
from lms.kernel.marking import N_


class NotYetOpen(DomainError):
    """Carries `opens_at`, for the page to say when."""

    message = N_("Enrolment for this run has not started yet.")


class OnlyForFollowers(DomainError):
    """Before the public opening only who took part in the former run may enrol (F-E17)."""

    message = N_(
        "At the moment only people who took part in the former course can enrol here. Please enrol others when enrolment is open to all."
    )


class EarlyRightNotTheirs(DomainError):
    """Before the public opening a right to book early is for whoever it was given to, and who comes along."""

    message = N_(
        "At the moment only people who wished for this course can enrol here. Please enrol the person to whom we wrote."
    )


class EarlyRightUsed(DomainError):
    message = N_("Somebody has enrolled with this link already. Call us if you need more places.")


class TooManyForEarlyRight(DomainError):
    message = N_("This link is for fewer people. Please enrol others when enrolment is open to all.")


class WindowBackwards(Invalid):
    message = N_("Enter two days: former participants have to come before everybody else.")


class EnrolmentClosed(DomainError):
    message = N_("Enrolment for this run is closed. Please call us: perhaps there is a way.")


class RunNotOffered(DomainError):
    """A draft, cancelled or completed run takes nobody."""

    message = N_("This run cannot be booked.")


class RunFull(DomainError):
    """Only for whoever wants a place or nothing."""

    message = N_("All places are taken. You can join the waiting list: it costs nothing.")


class HoldLost(RunFull):
    """The place held for an application has gone to somebody else; what was typed is still there."""

    message = N_(
        "The place that we had reserved for you has meanwhile been given away. What you typed is still here. You can join the waiting list."
    )


class DropInNotOffered(DomainError):
    """No places for single sessions, or a session that is over, cancelled or of another run."""

    message = N_("This session cannot be booked alone. Please choose another one.")


class SessionFull(DomainError):
    """There is no waiting list for single sessions; carries `moment`, when the full one begins."""

    message = N_(
        "There is no place left for single visitors in one of these sessions. Please choose other sessions, or join the waiting list of the whole course."
    )


class AlreadyEnrolled(DomainError):
    message = N_("%(name)s already has a place in this run, or stands on its waiting list.")


class SamePersonTwice(Invalid):
    message = N_("%(name)s is named twice. Please name each person once.")


class NobodyNamed(Invalid):
    message = N_("Please say who takes part.")


class TooManyPersons(Invalid):
    message = N_("At most %(most)s persons can be enrolled at once. Please call us for larger groups.")


class BirthDateNeeded(Invalid):
    message = N_("This course has an age limit. Please give the birth date of %(name)s.")


class TooYoung(DomainError):
    message = N_(
        "This course is for people from %(age)s years on. Please choose another course for %(name)s, or call us."
    )


class TooOld(DomainError):
    message = N_(
        "This course is for people up to %(age)s years. Please choose another course for %(name)s, or call us."
    )


class GuardianNeeded(Invalid):
    message = N_("%(name)s is under 18. Please name the parent or guardian who agrees to the enrolment.")


class GuardianTooYoung(Invalid):
    message = N_("The parent or guardian has to be an adult.")


class ContactNeeded(Invalid):
    message = N_("Please give an e-mail address or a phone number, so that we can reach you.")


class PaymentMethodRefused(Invalid):
    message = N_("This way of paying is not possible for this run. Please choose another one.")


class NotHeldForPayment(DomainError):
    message = N_("This place is no longer held for a payment. Please enrol again, or call us.")


class NoConcession(Invalid):
    message = N_("This run has no reduced price.")


class PriceChanged(DomainError):
    """It would cost more than whoever sends the form has agreed to (L-10); nothing is booked."""

    message = N_("The price has changed meanwhile. Nothing has been sent yet. Please look at it once more.")


class OfferGone(DomainError):
    """The offer has lapsed, was declined, or ended with the run."""

    status = 410
    message = N_(
        "This offer is no longer valid. If you are still interested, you can join the waiting list again."
    )


class OfferAccepted(DomainError):
    """Declining what was accepted is cancelling, with its own rules."""

    message = N_("You have already accepted this place. You can cancel your enrolment instead.")


class NotWaiting(DomainError):
    message = N_("This enrolment is not on the waiting list.")


class RunIsOver(DomainError):
    message = N_("This run is over, so its enrolments stay as they are.")


class ConsentNotNeeded(DomainError):
    status = 410
    message = N_("This enrolment is not waiting for consent any more.")


class ReasonNeeded(Invalid):
    message = N_("Please state the reason.")


class NotPlaced(DomainError):
    """Only who has a place in a whole run can take it along, and only into a run that takes people."""

    message = N_("Only somebody with a place can change to another run, and only to one that is offered.")


class OthersWait(DomainError):
    message = N_(
        "Other people are waiting for a place in that run, and nobody is overtaken. Give the run more places first: the waiting list is served before anybody else."
    )


class BelowOccupied(DomainError):
    message = N_("%(occupied)s places are taken, so there cannot be fewer. Cancel enrolments first.")


class OrderBroken(DomainError):
    """The database refused to let somebody be overtaken: a fault of ours, answered as a wish to try again."""

    message = N_("Somebody was faster. Please try again.")


class CannotMove(DomainError):
    """Only a certain place for a whole run can be moved or handed over; single dates are given back and booked anew."""

    message = N_("This place cannot be changed like that any more. Please call us.")


class TooLateToMove(DomainError):
    message = N_("The free time for changing is over. Please call us: perhaps there is a way.")


class GuardianMustAgree(DomainError):
    message = N_("A parent or guardian of %(name)s has to agree anew. Please call us.")


class SumChanged(DomainError):
    """What the page has promised is not what it comes to now."""

    message = N_("The sum has changed meanwhile. Please look at it once more, and then send it again.")


class OwnMatter(DomainError):
    """S-08: nobody lets themselves off."""

    status = 403
    message = N_("Nobody decides about their own enrolment. Please ask a colleague.")


class NothingToLetOff(Invalid):
    message = N_("Enter at most what the enrolment costs: %(most)s.")


class AlreadyDecided(DomainError):
    message = N_("Somebody has decided about this already.")


class ConsentNeedsTeam(DomainError):
    """L-32: guardians disagree."""

    status = 409
    message = N_("For this child the team records the consent. Please call us: we clear it up together.")


class NoPlaceToShare(DomainError):
    message = N_("A part of the price can be taken over only for a whole course with a certain place that costs something, and not for what a company has ordered.")  # fmt: skip


class MoreThanPrice(Invalid):
    message = N_("This is more than what is left of the price. Please check the amount.")


class SharesAlready(DomainError):
    message = N_("This payer pays a part already. End that share first, then enter the new one.")


class NotApproved(DomainError):
    message = N_("The centre cannot accept a Bildungsgutschein: that takes an approval of the centre and of the course (AZAV).")  # fmt: skip
