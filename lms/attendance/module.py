"""The table of contents of `attendance`, for app.py."""

from datetime import timedelta

from lms.attendance.api import AttendanceDoor
from lms.attendance.events import MakeUpAgreed, MakeUpWithdrawn, ObjectionAnswered
from lms.attendance.letters import (
    tell_guests_of_changes,
    tell_of_answer,
    tell_of_make_up,
    tell_of_withdrawn_make_up,
)
from lms.attendance.make_up import MakeUps
from lms.attendance.objections import Objections
from lms.attendance.pages.device import DevicePages, WorkerPages
from lms.attendance.pages.objections import ObjectionPages, OwnObjectionPages
from lms.attendance.pages.register import RegisterPages
from lms.attendance.pages.runs import RunPages
from lms.attendance.pages.sessions import SessionPages
from lms.attendance.pages.walk_ins import WalkInPages
from lms.attendance.service import Register
from lms.attendance.walk_ins import WalkIns
from lms.jobs.worker import Periodic
from lms.scheduling.events import SessionsChanged
from lms.web.module import Around, Module

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


MODULE = Module(
    name="attendance",
    controllers=[
        RunPages,
        SessionPages,
        RegisterPages,
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
    },
    listeners={
        ObjectionAnswered: [tell_of_answer],
        MakeUpAgreed: [tell_of_make_up],
        MakeUpWithdrawn: [tell_of_withdrawn_make_up],
        SessionsChanged: [tell_guests_of_changes],
    },
    periodic=[_lock, _forget],
)
