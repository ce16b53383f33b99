"""The table of contents of `inhouse`, for app.py."""

from datetime import timedelta

from lms.inhouse.letters import LISTENERS
from lms.inhouse.pages.answering import OwnRequestPages, RequestByLink
from lms.inhouse.pages.asking import AskPages, DeskAskPages, OwnAskPages
from lms.inhouse.pages.desk import TrainingDeskPages
from lms.inhouse.pages.desk_request import TrainingRequestPages
from lms.inhouse.pages.offers import OfferPages
from lms.inhouse.service import InHouse
from lms.jobs.worker import Periodic
from lms.privacy.contract import PersonalData
from lms.web.module import Around, Module

HOURLY, DAILY = timedelta(hours=1), timedelta(days=1)


def _remind(around: Around) -> Periodic:
    inhouse = InHouse(around)

    async def act() -> None:
        await inhouse.lapse()
        await inhouse.remind()

    return Periodic("end-training-offers", HOURLY, act)


def _forget(around: Around) -> Periodic:
    inhouse = InHouse(around)

    async def act() -> None:
        await inhouse.forget()

    return Periodic("forget-training-requests", DAILY, act)


MODULE = Module(
    name="inhouse",
    controllers=[
        AskPages,
        OwnAskPages,
        DeskAskPages,
        RequestByLink,
        OwnRequestPages,
        TrainingDeskPages,
        TrainingRequestPages,
        OfferPages,
    ],
    services={"inhouse": InHouse},
    listeners=LISTENERS,
    periodic=[_remind, _forget],
    personal_data=[
        PersonalData(
            table="training_request",
            column="contact_id",
            purpose="to make a company an offer for training",
            kept="1 year after it came to nothing; as long as the invoice where a course came of it",
        ),
        PersonalData(
            table="training_offer",
            column="trainer_id",
            purpose="to reckon what an offer would take",
            kept="6 years, as a business letter",
        ),
    ],
)
