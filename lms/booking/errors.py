"""What we refuse when somebody wants a room, one type for each reason."""

from lms.kernel.errors import DomainError
from lms.kernel.marking import N_


class EndsTooLate(DomainError):
    """The end is not after the beginning, or on another day."""

    status = 422
    message = N_(
        "The end has to be later than the beginning, and on the same day: a booking does not go beyond midnight."
    )


class TooManyDates(DomainError):
    status = 422
    message = N_("A booking has at most %(most)s dates. Choose fewer, or book the rest later.")


class NoDates(DomainError):
    status = 422
    message = N_("No date fits what you entered. Check the day and the end of the series.")


class DatesInThePast(DomainError):
    status = 422
    message = N_("This time is already over. Choose a later one.")


class TooFarAhead(DomainError):
    """The group may not book so far ahead."""

    message = N_("%(group)s can book up to %(days)s days ahead. The last possible day at present is %(day)s.")


class QuotaExceeded(DomainError):
    """More hours in one week than the group's rule allows."""

    message = N_(
        "%(group)s may use at most %(hours)s hours a week. In the week from %(week)s you want %(wanted)s, and %(left)s are left."
    )


class TooManyPeople(DomainError):
    status = 422
    message = N_("%(room)s has %(seats)s seats, too few for %(people)s people. Choose a larger room.")


class NotForOthers(DomainError):
    message = N_("This room cannot be booked. Please choose another one.")


class DatesNotFree(DomainError):
    """Some of the dates cannot be had as they were asked for; each has to be left out or put into another room."""

    message = N_("Not every date is free. Choose for each of them: leave it out, or take another room.")


class AlreadyDecided(DomainError):
    message = N_("This request has been decided in the meantime. The page shows how it stands now.")


class OwnRequest(DomainError):
    """S-08: nobody decides on their own request."""

    status = 403
    message = N_("You cannot decide on your own request. Somebody else of the team has to do it.")


class ReasonNeeded(DomainError):
    status = 422
    message = N_("State the reason. The person reads it in the letter.")


class NotOpenAnyMore(DomainError):
    """A date that is over, or a booking that has ended."""

    message = N_("This cannot be changed any more. Please call us if something is not right.")


class SlotIsFree(DomainError):
    """A wish for a time at which the room is free."""

    message = N_("The room is free at this time. You can request it right away.")


class NothingToCheckIn(DomainError):
    message = N_(
        "We find no booking with this number for this room right now. You can check in from %(minutes)s minutes before it begins."
    )


class GroupInUse(DomainError):
    message = N_("This short name is taken by another group.")
