"""The table of contents of `feeds`, for app.py."""

from lms.feeds.pages import Calendars, Subscribing
from lms.feeds.service import Feeds
from lms.privacy.contract import PersonalData
from lms.web.module import Module

MODULE = Module(
    name="feeds",
    controllers=[Calendars, Subscribing],
    services={"feeds": Feeds},
    personal_data=[
        PersonalData(
            "feed",
            "person_id",
            "whose calendar address it is",
            "until it is revoked, or unused for 13 months",
        )
    ],
)
