"""The table of contents of `lending`, for app.py."""

from datetime import timedelta

from lms.jobs.worker import Periodic
from lms.lending import events, letters
from lms.lending.api import LoanDoor
from lms.lending.pages.classroom import ClassroomPages
from lms.lending.pages.counter import CounterPages
from lms.lending.pages.new import NewLoanPages
from lms.lending.pages.overview import LendingPages
from lms.lending.pages.own import LoanLinkPages, OwnLoanPages
from lms.lending.pages.scan import ScanPages
from lms.lending.service import Lending
from lms.privacy.contract import PersonalData
from lms.web.module import Module

REMINDING = timedelta(hours=1)

MODULE = Module(
    name="lending",
    controllers=[
        LendingPages,
        ScanPages,
        NewLoanPages,
        CounterPages,
        ClassroomPages,
        OwnLoanPages,
        LoanLinkPages,
        LoanDoor,
    ],
    services={"lending": Lending},
    listeners={
        events.LoanReserved: [letters.confirm_reservation],
        events.LoanHandedOut: [letters.confirm_hand_over],
        events.LoanAgreed: [letters.send_agreement],
        events.LoanExtended: [letters.tell_new_end],
        events.LoanReturned: [letters.confirm_return],
        events.LoanCancelled: [letters.tell_of_cancellation],
    },
    periodic=[lambda around: Periodic("remind-of-loans", REMINDING, lambda: _remind(Lending(around)))],
    personal_data=[
        PersonalData(
            table="loan", column="person_id", purpose="to know who has a device", kept="1 year after its return"
        ),
        PersonalData(
            table="lending_block",
            column="person_id",
            purpose="to know who may not borrow for a while",
            kept="1 year after its end",
        ),
    ],
)  # fmt: skip


async def _remind(lending: Lending) -> None:
    await lending.remind()
