"""What is refused to people who enter themselves."""

from lms.kernel.errors import DomainError
from lms.kernel.marking import N_


class WrongCode(DomainError):
    status = 422
    message = N_("This code is not right. It changes every minute: type the one that is on the wall now.")


class TicketOver(DomainError):
    status = 410
    message = N_("Too much time has passed. Type the code that is on the wall now.")


class CheckInClosed(DomainError):
    message = N_(
        "Nobody can enter themselves in this session any more. Please tell the trainer that you are here."
    )


class CheckInTooEarly(DomainError):
    message = N_("It is too early. You can enter yourself from one hour before the session starts.")


class CheckInTooLate(DomainError):
    message = N_("The session is over. If you were there, please tell the trainer.")


class NotExpected(DomainError):
    status = 422
    message = N_(
        "With these details we find nobody who is expected in this session. Please check them, or tell the trainer that you are here."
    )


class SeveralPeople(DomainError):
    status = 422
    message = N_(
        "These details fit several people. Type the number of your enrolment, it stands in your confirmation."
    )
