"""What can be done about training for companies; every public method of `InHouse` is one transaction."""

from lms.inhouse.service.answering import Answering
from lms.inhouse.service.asking import Asking
from lms.inhouse.service.clarifying import Clarifying
from lms.inhouse.service.ending import Ending
from lms.inhouse.service.offering import Offering

__all__ = ["InHouse"]


class InHouse(Asking, Clarifying, Offering, Answering, Ending):
    """From the request to the answer, and what the clockwork does."""
