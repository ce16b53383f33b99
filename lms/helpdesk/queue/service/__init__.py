"""What people do at a help desk on the day; every public method is one transaction."""

from lms.helpdesk.queue.service.calling import Calling
from lms.helpdesk.queue.service.drawing import Drawing
from lms.helpdesk.queue.service.duties import Duties
from lms.helpdesk.queue.service.nights import Nights
from lms.helpdesk.queue.service.noting import Noting


class HelpQueue(Drawing, Duties, Calling, Noting, Nights):
    """Numbers, calls, contacts, and the end of the day."""


__all__ = ["HelpQueue"]
