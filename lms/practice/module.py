"""The table of contents of `practice`, for app.py."""

from datetime import timedelta

from lms.enrolment.events import PlaceConfirmed
from lms.jobs.worker import Periodic
from lms.practice.calls.letters import tell_of_help
from lms.practice.calls.pages import HelpPages, SessionHelpPages
from lms.practice.calls.service import HelpCalls
from lms.practice.events import HelpAnswered
from lms.practice.kiosk.pages import KioskPages
from lms.practice.kiosk.self_test_pages import KioskSelfTestPages
from lms.practice.kiosk.service import Kiosks, Visits
from lms.practice.kiosk.staff_pages import TabletPages
from lms.practice.lesson_pages import ExercisePages
from lms.practice.lessons import PracticeLessons
from lms.practice.self_test.pages import OwnSelfTestPages, SelfTestPages
from lms.practice.self_test.service import SelfTests
from lms.practice.slips.pages import SlipPages
from lms.practice.slips.service import Slips, count_what_was_learned
from lms.privacy.contract import PersonalData
from lms.web.module import Around, Module

ENDING = timedelta(hours=1)
WIPING = timedelta(minutes=1)
FORGETTING = timedelta(days=1)


def _end_calls(around: Around) -> Periodic:
    return Periodic("end-help-calls", ENDING, HelpCalls(around).end_overdue)


def _wipe(around: Around) -> Periodic:
    return Periodic("wipe-public-tablets", WIPING, Visits(around).wipe_idle)


def _forget(around: Around) -> Periodic:
    async def act() -> None:
        await Slips(around).forget()
        await SelfTests(around).forget()

    return Periodic("forget-slips", FORGETTING, act)


MODULE = Module(
    name="practice",
    controllers=[
        ExercisePages,
        SessionHelpPages,
        HelpPages,
        SelfTestPages,
        OwnSelfTestPages,
        SlipPages,
        KioskPages,
        KioskSelfTestPages,
        TabletPages,
    ],
    services={
        "practice_lessons": PracticeLessons,
        "help_calls": HelpCalls,
        "self_tests": SelfTests,
        "slips": Slips,
        "kiosks": Kiosks,
        "visits": Visits,
    },
    listeners={HelpAnswered: [tell_of_help], PlaceConfirmed: [count_what_was_learned]},
    personal_data=[
        PersonalData(
            table="learned_before",
            column="person_id",
            purpose="to count lessons done at a public tablet in courses booked later",
            kept="2 years",
        ),
        PersonalData(
            table="self_assessment",
            column="person_id",
            purpose="to show somebody how their digital skills grow; kept with consent only",
            kept="until deleted by them, 3 years at most",
        ),
    ],
    periodic=[_end_calls, _wipe, _forget],
)
