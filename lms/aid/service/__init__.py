"""What the cashiers do about de-minimis aid; every public method of `Aid` is one transaction."""

from lms.aid.service.following import Following
from lms.aid.service.granting import Granting
from lms.aid.service.knowing import Knowing

__all__ = ["Aid"]


class Aid(Granting, Following, Knowing):
    """What has to be known, granting, and what follows."""
