"""The table of contents of `volunteering`, for app.py."""

from datetime import timedelta

from lms.jobs.worker import Periodic
from lms.privacy.contract import PersonalData
from lms.volunteering.letters import LISTENERS
from lms.volunteering.pages.becoming import BecomingPages
from lms.volunteering.pages.changing import ShiftChangePages
from lms.volunteering.pages.consents import HelperConsentPages
from lms.volunteering.pages.helpers import HelperDeskPages
from lms.volunteering.pages.money import HelperMoneyPages
from lms.volunteering.pages.own import OwnHelperPages, OwnHelperWay
from lms.volunteering.pages.own_hours import OwnHoursPages
from lms.volunteering.pages.settings import HelperSettingsPages
from lms.volunteering.pages.shift import ShiftPages
from lms.volunteering.pages.shifts import ShiftWeekPages
from lms.volunteering.rhythm import HelperRhythm
from lms.volunteering.service import HelperAllowances, HelperHours, Helpers, Shifts
from lms.web.module import Around, Module

OFTEN, DAILY = timedelta(minutes=15), timedelta(days=1)


def _open(around: Around) -> Periodic:
    shifts = Shifts(around)

    async def act() -> None:
        await shifts.open_due()

    return Periodic("open-weekly-shifts", DAILY, act)


def _remind(around: Around) -> Periodic:
    rhythm = HelperRhythm(around)

    async def act() -> None:
        await rhythm.remind()
        await rhythm.ask_for_hours()

    return Periodic("remind-helpers", OFTEN, act)


def _forget(around: Around) -> Periodic:
    rhythm = HelperRhythm(around)

    async def act() -> None:
        await rhythm.forget()

    return Periodic("forget-helpers", DAILY, act)


MODULE = Module(
    name="volunteering",
    controllers=[
        BecomingPages,
        HelperConsentPages,
        OwnHelperWay,
        OwnHelperPages,
        OwnHoursPages,
        HelperDeskPages,
        ShiftWeekPages,
        ShiftPages,
        ShiftChangePages,
        HelperSettingsPages,
        HelperMoneyPages,
    ],
    services={
        "helpers": Helpers,
        "shifts": Shifts,
        "helper_hours": HelperHours,
        "helper_allowances": HelperAllowances,
    },
    listeners=LISTENERS,
    periodic=[_open, _remind, _forget],
    personal_data=[
        PersonalData(
            table="helper",
            column="person_id",
            purpose="to plan who helps at the help desk, to certify hours and to pay allowances",
            kept="90 days after the end; hours and allowances 8 years (§ 147 AO)",
        ),
        PersonalData(
            table="helper",
            column="guardian_id",
            purpose="to ask whoever decides for a young helper",
            kept="as long as the helper is kept",
        ),
    ],
)
