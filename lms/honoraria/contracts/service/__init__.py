"""What can be done about contracts; every public method is one transaction."""

from lms.honoraria.contracts.service.answering import Answering
from lms.honoraria.contracts.service.offering import Offering
from lms.honoraria.contracts.service.wording import Rewording

__all__ = ["Contracts"]


class Contracts(Offering, Answering, Rewording):
    """Draft, offer, answer, withdraw, remind; and the words of the house."""
