"""Rooms and venues at the desk: their facts, when they are open and closed, how far they lie apart, how much they are used."""

from lms.portal.desk.rooms.closing_days import ClosingDayPages
from lms.portal.desk.rooms.closures import ClosurePages
from lms.portal.desk.rooms.equipment import EquipmentPages
from lms.portal.desk.rooms.facts import NewPlacePages, RoomPages
from lms.portal.desk.rooms.finding import FindingPages
from lms.portal.desk.rooms.hours import HoursPages
from lms.portal.desk.rooms.occupancy import OccupancyPages
from lms.portal.desk.rooms.overview import OverviewPages
from lms.portal.desk.rooms.photo import PhotoPages, PictureDoor
from lms.portal.desk.rooms.travel import TravelPages

ROOM_PAGES = (
    RoomPages,
    NewPlacePages,
    OverviewPages,
    HoursPages,
    ClosurePages,
    ClosingDayPages,
    EquipmentPages,
    PhotoPages,
    PictureDoor,
    TravelPages,
    FindingPages,
    OccupancyPages,
)
