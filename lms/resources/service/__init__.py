"""Keeping the facts of places true; one class per subject, one public method per transaction."""

from lms.resources.service.closing_days import ClosingDays
from lms.resources.service.closures import Closures
from lms.resources.service.equipping import EquipmentList
from lms.resources.service.opening import OpeningTimes
from lms.resources.service.photographing import RoomPhotos
from lms.resources.service.travelling import TravelWays

__all__ = ["ClosingDays", "Closures", "EquipmentList", "OpeningTimes", "RoomPhotos", "TravelWays"]
