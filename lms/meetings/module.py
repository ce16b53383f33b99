"""The table of contents of `meetings`, for app.py."""

from datetime import timedelta

from lms.jobs.worker import Periodic
from lms.meetings.doors import LeftPages, MeetingDoor
from lms.meetings.hearing import ENDED, MISS, PROPOSE, Hearing
from lms.meetings.rooms import CLOSE, Rooms, close_rooms
from lms.scheduling.events import SessionsChanged
from lms.web.module import Around, Module

FORGETTING = timedelta(days=1)


def _forget(around: Around) -> Periodic:
    return Periodic("forget-meetings", FORGETTING, Hearing(around).forget)


MODULE = Module(
    name="meetings",
    controllers=[MeetingDoor, LeftPages],
    services={"meeting_rooms": Rooms, "meeting_reports": Hearing},
    tasks={
        CLOSE: lambda around: Rooms(around).close,
        ENDED: lambda around: Hearing(around).confirm_end,
        MISS: lambda around: Hearing(around).miss,
        PROPOSE: lambda around: Hearing(around).propose,
    },
    listeners={SessionsChanged: [close_rooms]},
    periodic=[_forget],
)
