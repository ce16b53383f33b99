"""The table of contents of `resources`, for app.py."""

from lms.privacy.contract import PersonalData
from lms.resources.devices.inventory import Inventory
from lms.resources.devices.pages import PAGES
from lms.resources.service import (
    ClosingDays,
    Closures,
    EquipmentList,
    OpeningTimes,
    RoomPhotos,
    TravelWays,
)
from lms.web.module import Module

MODULE = Module(
    name="resources",
    controllers=[*PAGES],
    services={
        "closing_day_marks": ClosingDays,
        "closures": Closures,
        "equipment_list": EquipmentList,
        "opening_times": OpeningTimes,
        "room_photos": RoomPhotos,
        "travel_ways": TravelWays,
        "inventory": Inventory,
    },
    personal_data=[
        PersonalData(
            table="reservation",
            column="trainer_id",
            purpose="to keep trainers from being planned twice",
            kept="1 year after the session",
        ),
    ],
)
