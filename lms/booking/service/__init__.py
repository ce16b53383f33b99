"""What people and the team can do about bookings; every public method is one transaction."""

from lms.booking.service.changing import Changes
from lms.booking.service.deciding import Decisions
from lms.booking.service.presence import Presence
from lms.booking.service.requesting import Requests


class Bookings(Requests, Decisions, Changes, Presence):
    """Requesting, deciding, changing, being there."""
