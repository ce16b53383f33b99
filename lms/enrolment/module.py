"""The table of contents of `enrolment`, for app.py."""

from datetime import timedelta

from lms.enrolment.api import EnrolmentDoor
from lms.enrolment.letters import LISTENERS
from lms.enrolment.pages.checking import CheckingPages
from lms.enrolment.pages.consents import ConsentPages
from lms.enrolment.pages.dropping_in import DropInLinkPages, DropInPages, OwnDropInPages
from lms.enrolment.pages.links import LinkPages, OwnCancelPages
from lms.enrolment.pages.offers import OfferPages, OwnOfferPages
from lms.enrolment.pages.participants import ParticipantPages
from lms.enrolment.pages.wizard import WizardPages
from lms.enrolment.service import Enrolments
from lms.jobs.worker import Periodic
from lms.privacy.contract import PersonalData
from lms.web.module import Around, Module

LAPSING = timedelta(seconds=20)
FORGETTING = timedelta(hours=1)
REMINDING = timedelta(minutes=15)
KEPT = "three years after the run (part B, section B5); with an invoice as long as that"


def _lapse(around: Around) -> Periodic:
    enrolments = Enrolments(around)

    async def act() -> None:
        await enrolments.lapse_due()
        await enrolments.settle_cancelled_sessions()

    return Periodic("lapse-places", LAPSING, act)


def _remind(around: Around) -> Periodic:
    enrolments = Enrolments(around)

    async def act() -> None:
        await enrolments.remind_guardians()

    return Periodic("remind-guardians", REMINDING, act)


def _forget(around: Around) -> Periodic:
    enrolments = Enrolments(around)

    async def act() -> None:
        await enrolments.forget_applications()

    return Periodic("forget-applications", FORGETTING, act)


MODULE = Module(
    name="enrolment",
    controllers=[
        WizardPages,
        ParticipantPages,
        CheckingPages,
        DropInPages,
        DropInLinkPages,
        OwnDropInPages,
        LinkPages,
        OwnCancelPages,
        OfferPages,
        OwnOfferPages,
        ConsentPages,
        EnrolmentDoor,
    ],
    services={"enrolment": Enrolments},
    listeners=LISTENERS,
    periodic=[_lapse, _remind, _forget],
    personal_data=[
        PersonalData("enrolment", "person_id", "who takes part in a run", KEPT),
        PersonalData(
            "enrolment", "contact_id", "who enrolled them, gets the letters and owes the price", KEPT
        ),
        PersonalData("enrolment", "guardian_id", "who consents for a minor", KEPT),
    ],
)
