"""The table of contents of `feeds`, for app.py."""

from lms.feeds.caldav.door import CalDav
from lms.feeds.caldav.pages import PasswordPages
from lms.feeds.caldav.passwords import CalendarPasswords
from lms.feeds.offering import PublicCalendars
from lms.feeds.own import OwnFeeds
from lms.feeds.pages import Calendars
from lms.feeds.service import Feeds
from lms.feeds.sheets.pages import OwnSheetPages, StaffSheetPages
from lms.feeds.sheets.service import RHYTHM, Sheets
from lms.feeds.subscribing import Subscribing
from lms.jobs.worker import Periodic
from lms.privacy.contract import PersonalData
from lms.web.module import Around, Module


def _writing_sheets(around: Around) -> Periodic:
    sheets = Sheets(around)

    async def act() -> None:
        await sheets.write_monthly()

    return Periodic("write-month-sheets", RHYTHM, act)


MODULE = Module(
    name="feeds",
    controllers=[
        Calendars,
        PublicCalendars,
        Subscribing,
        OwnSheetPages,
        StaffSheetPages,
        CalDav,
        PasswordPages,
    ],
    services={
        "feeds": Feeds,
        "own_feeds": OwnFeeds,
        "sheets": Sheets,
        "calendar_passwords": CalendarPasswords,
    },
    periodic=[_writing_sheets],
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
        PersonalData(
            "sheet_wish",
            "person_id",
            "who gets the sheet of the coming month by post",
            "until the wish is taken back",
        ),
    ],
)
