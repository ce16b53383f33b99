"""The table of contents of `helpdesk`, for app.py."""

from datetime import timedelta

from lms.helpdesk.letters import LISTENERS
from lms.helpdesk.pages import CONTROLLERS
from lms.helpdesk.questions.pages import DeskQuestionPages
from lms.helpdesk.questions.service import DeskQuestions
from lms.helpdesk.queue import contents as queue
from lms.helpdesk.service import Appointments, DeskRhythm, EarlierWishes, HelpDesks
from lms.jobs.worker import Periodic
from lms.privacy.contract import PersonalData
from lms.web.module import Around, Module

BEAT, REMINDING, HOLDING, FORGETTING = (
    timedelta(minutes=2), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=12),
)  # fmt: skip


def _lapse(around: Around) -> Periodic:
    wishes = EarlierWishes(around)

    async def act() -> None:
        await wishes.lapse()

    return Periodic("offer-earlier-times", BEAT, act)


def _remind(around: Around) -> Periodic:
    rhythm = DeskRhythm(around)

    async def act() -> None:
        await rhythm.remind()

    return Periodic("remind-of-appointments", REMINDING, act)


def _hold(around: Around) -> Periodic:
    return Periodic("hold-rooms-of-help-desks", HOLDING, DeskRhythm(around).hold_rooms)


def _forget(around: Around) -> Periodic:
    rhythm = DeskRhythm(around)

    async def act() -> None:
        await rhythm.forget()

    return Periodic("forget-who-was-helped", FORGETTING, act)


MODULE = Module(
    name="helpdesk",
    controllers=[*CONTROLLERS, DeskQuestionPages, *queue.CONTROLLERS],
    services={
        "appointments": Appointments,
        "earlier_wishes": EarlierWishes,
        "help_desks": HelpDesks,
        **queue.SERVICES,
        "desk_questions": DeskQuestions,
    },
    listeners=LISTENERS,
    periodic=[_lapse, _remind, _hold, _forget, *queue.PERIODIC],
    personal_data=[
        PersonalData(
            table="adviser",
            column="person_id",
            purpose="to say who helps at the help desk",
            kept="as long as their appointments are kept",
        ),
        PersonalData(
            table="appointment",
            column="person_id",
            purpose="to keep a time at the help desk for somebody",
            kept="30 days after the appointment",
        ),
    ],
)
