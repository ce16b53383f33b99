"""The table of contents of `feeds`, for app.py."""

from lms.feeds.own import OwnFeeds
from lms.feeds.pages import Calendars
from lms.feeds.service import Feeds
from lms.feeds.subscribing import Subscribing
from lms.privacy.contract import PersonalData
from lms.web.module import Module

MODULE = Module(
    name="feeds",
    controllers=[Calendars, Subscribing],
    services={"feeds": Feeds, "own_feeds": OwnFeeds},
    personal_data=[
        PersonalData(
            "feed",
            "person_id",
            "whose calendar address it is",
            "until it is revoked, or unused for 13 months",
        ),
        PersonalData(
            "sheet_wish",
            "person_id",
            "who gets the sheet of the coming month by post",
            "until the wish is taken back",
        ),
    ],
)
