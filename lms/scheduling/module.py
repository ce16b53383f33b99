"""The table of contents of `scheduling`, for app.py."""

from datetime import timedelta

from lms.catalogue.events import CourseChanged
from lms.jobs.worker import Periodic
from lms.privacy.contract import PersonalData
from lms.scheduling.api import PlanningDoor
from lms.scheduling.care import DeviceCare
from lms.scheduling.clubs.service import Clubs
from lms.scheduling.devices import RunDevices
from lms.scheduling.invitations import forget_invitations
from lms.scheduling.letters import LISTENERS
from lms.scheduling.pages import DEVICE_PAGES, CoursePatternPages, NewRunPages
from lms.scheduling.patterns import Patterns
from lms.scheduling.rooms import Rooms
from lms.scheduling.searchable import find_again
from lms.scheduling.service import Scheduling
from lms.scheduling.service.copying import COPY
from lms.scheduling.teaching_letters import LISTENERS as TEACHING_LISTENERS
from lms.web.module import Around, Module

FORGETTING = timedelta(days=1)

GOING_ON = timedelta(minutes=2)


def _keep_clubs_going(around: Around) -> Periodic:
    clubs = Clubs(around)

    async def act() -> None:
        await clubs.keep_going()

    return Periodic("keep-clubs-going", GOING_ON, act)


MODULE = Module(
    name="scheduling",
    controllers=[NewRunPages, CoursePatternPages, PlanningDoor, *DEVICE_PAGES],
    services={
        "scheduling": Scheduling,
        "rooms": Rooms,
        "run_devices": RunDevices,
        "device_care": DeviceCare,
        "patterns": Patterns,
        "clubs": Clubs,
    },
    listeners={CourseChanged: [find_again], **LISTENERS, **TEACHING_LISTENERS},
    tasks={COPY: lambda around: Scheduling(around).copy_ordered},
    periodic=[
        lambda around: Periodic("forget-invitations", FORGETTING, lambda: forget_invitations(around)),
        _keep_clubs_going,
    ],
    personal_data=[
        PersonalData(
            table="invitation",
            column="person_id",
            purpose="to move and remove what an invitation has entered in somebody's calendar",
            kept="until the date is over",
        ),
        PersonalData(
            table="run_trainer",
            column="person_id",
            purpose="to name who teaches",
            kept="as long as the run is kept",
        ),
        PersonalData(
            table="substitution",
            column="absent_id",
            purpose="to find somebody who stands in",
            kept="as long as the run is kept",
        ),
        PersonalData(
            table="substitution",
            column="substitute_id",
            purpose="to know who stood in",
            kept="as long as the run is kept",
        ),
        PersonalData(
            table="substitute_offer",
            column="person_id",
            purpose="to ask who can stand in",
            kept="as long as the run is kept",
        ),
        PersonalData(
            table="session_trainer",
            column="person_id",
            purpose="to name who teaches",
            kept="as long as the run is kept",
        ),
    ],
)
