"""The table of contents of `resources`, for app.py."""

from lms.privacy.contract import PersonalData
from lms.resources.devices.inventory import Inventory
from lms.resources.devices.pages import PAGES
from lms.web.module import Module

MODULE = Module(
    name="resources",
    controllers=[*PAGES],
    services={"inventory": Inventory},
    personal_data=[
        PersonalData(
            table="reservation",
            column="trainer_id",
            purpose="to keep trainers from being planned twice",
            kept="1 year after the session",
        ),
    ],
)
