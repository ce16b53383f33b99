"""What is refused about rooms of our own video conference."""

from lms.kernel.errors import DomainError
from lms.kernel.marking import N_


class ServerAway(DomainError):
    """The server does not answer, or with something that is no answer; said in the log, why."""

    status = 503
    message = N_("The video conference does not answer right now.")


class NotTheServer(DomainError):
    """A message that the server cannot have sent."""

    status = 401
    message = N_("This message does not come from our video conference.")


class Unreadable(DomainError):
    """A message of the server that cannot be read."""

    status = 422
    message = N_("This message of the video conference cannot be read.")
