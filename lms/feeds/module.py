"""The table of contents of `feeds`, for app.py."""

from lms.feeds.caldav.door import CalDav
from lms.feeds.caldav.pages import PasswordPages
from lms.feeds.caldav.passwords import CalendarPasswords
from lms.feeds.pages import Calendars, Subscribing
from lms.feeds.service import Feeds
from lms.privacy.contract import PersonalData
from lms.web.module import Module

MODULE = Module(
    name="feeds",
    controllers=[Calendars, Subscribing, CalDav, PasswordPages],
    services={"feeds": Feeds, "calendar_passwords": CalendarPasswords},
    personal_data=[
        PersonalData(
            "calendar_state",
            "person_id",
            "to say what has changed since a calendar was synchronised",
            "the last twelve states",
        ),
        PersonalData(
            "feed",
            "person_id",
            "whose calendar address it is",
            "until it is revoked, or unused for 13 months",
        ),
    ],
)
