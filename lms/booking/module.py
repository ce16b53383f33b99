"""The table of contents of `booking`, for app.py."""

from datetime import timedelta

from lms.booking.api import BookingDoor
from lms.booking.letters import LISTENERS
from lms.booking.pages.finder import RoomFinderPages
from lms.booking.pages.groups import GroupPages
from lms.booking.pages.links import BookingPages
from lms.booking.pages.request import RequestPages
from lms.booking.pages.staff import BookingDeskPages
from lms.booking.pages.waiting import DoorPages, WishPages
from lms.booking.service import Bookings
from lms.booking.tariffs import Tariffs
from lms.booking.wishes import Wishes
from lms.jobs.worker import Periodic
from lms.privacy.contract import PersonalData
from lms.web.module import Around, Module

EVERY_MINUTE = timedelta(minutes=1)


def _release(around: Around) -> Periodic:
    bookings = Bookings(around)

    async def act() -> None:
        await bookings.release_unused()

    return Periodic("release-unused-rooms", EVERY_MINUTE, act)


def _tell(around: Around) -> Periodic:
    wishes = Wishes(around)

    async def act() -> None:
        await wishes.tell()

    return Periodic("tell-free-slots", EVERY_MINUTE, act)


MODULE = Module(
    name="booking",
    controllers=[
        RoomFinderPages,
        RequestPages,
        WishPages,
        DoorPages,
        BookingPages,
        BookingDeskPages,
        GroupPages,
        BookingDoor,
    ],
    services={"bookings": Bookings, "wishes": Wishes, "tariffs": Tariffs},
    listeners=LISTENERS,
    periodic=[_release, _tell],
    personal_data=[
        PersonalData(
            table="booking", column="booker_id", purpose="to let somebody use a room", kept="1 year after the last date"
        ),
        PersonalData(
            table="slot_wish",
            column="person_id",
            purpose="to tell somebody that a room has fallen free",
            kept="until the wished time is over",
        ),
    ],
)  # fmt: skip
