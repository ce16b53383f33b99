"""The table of contents of `attendance`, for app.py."""

from datetime import timedelta

from lms.attendance.api import AttendanceDoor
from lms.attendance.checkin.service import CheckIns
from lms.attendance.events import MakeUpAgreed, MakeUpWithdrawn, ObjectionAnswered
from lms.attendance.letters import (
    tell_guests_of_changes,
    tell_of_answer,
    tell_of_make_up,
    tell_of_withdrawn_make_up,
)
from lms.attendance.make_up import MakeUps
from lms.attendance.objections import Objections
from lms.attendance.pages.archives import ArchivePages
from lms.attendance.pages.by_link import ComingByLinkPages
from lms.attendance.pages.coming import ComingPages
from lms.attendance.pages.device import DevicePages, WorkerPages
from lms.attendance.pages.evidence import EvidencePages
from lms.attendance.pages.lists import ListPages, SheetDoor
from lms.attendance.pages.objections import ObjectionPages, OwnObjectionPages
from lms.attendance.pages.proposals import ProposalPages
from lms.attendance.pages.register import RegisterPages
from lms.attendance.pages.runs import RunPages
from lms.attendance.pages.sessions import SessionPages
from lms.attendance.pages.walk_ins import WalkInPages
from lms.attendance.pages.wall import WallPages
from lms.attendance.service import Register
from lms.attendance.sheets.deciding import Deciding
from lms.attendance.sheets.printing import PrintedLists
from lms.attendance.sheets.sending import READ, Sending
from lms.attendance.walk_ins import WalkIns
from lms.attendance.word_home import WordHome
from lms.jobs.worker import Periodic
from lms.scheduling.events import SessionsChanged
from lms.web.module import Around, Module

TELLING = timedelta(minutes=5)
LOCKING = timedelta(hours=1)
FORGETTING = timedelta(days=1)


def _lock(around: Around) -> Periodic:
    async def act() -> None:
        await Register(around).lock_due()

    return Periodic("lock-registers", LOCKING, act)


def _forget(around: Around) -> Periodic:
    async def act() -> None:
        await Register(around).forget_arrived()
        await WalkIns(around).forget()

    return Periodic("forget-walk-ins", FORGETTING, act)


def _tell_parents(around: Around) -> Periodic:
    home = WordHome(around)

    async def act() -> None:
        await home.tell_missed()

    return Periodic("tell-parents", TELLING, act)


def _forget_photos(around: Around) -> Periodic:
    return Periodic("forget-attendance-photos", timedelta(days=1), Deciding(around).forget)


MODULE = Module(
    name="attendance",
    controllers=[
        RunPages,
        SessionPages,
        RegisterPages,
        ListPages,
        SheetDoor,
        EvidencePages,
        ArchivePages,
        ProposalPages,
        WallPages,
        ComingPages,
        ComingByLinkPages,
        WalkInPages,
        ObjectionPages,
        OwnObjectionPages,
        DevicePages,
        WorkerPages,
        AttendanceDoor,
    ],
    services={
        "attendance": Register,
        "make_ups": MakeUps,
        "walk_ins": WalkIns,
        "objections": Objections,
        "check_ins": CheckIns,
        "printed_lists": PrintedLists,
        "attendance_files": Sending,
        "deciding": Deciding,
    },
    tasks={READ: lambda around: Sending(around).read},
    listeners={
        ObjectionAnswered: [tell_of_answer],
        MakeUpAgreed: [tell_of_make_up],
        MakeUpWithdrawn: [tell_of_withdrawn_make_up],
        SessionsChanged: [tell_guests_of_changes],
    },
    periodic=[_lock, _forget, _forget_photos, _tell_parents],
)
