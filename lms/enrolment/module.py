"""The table of contents of `enrolment`, for app.py."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from lms.enrolment.api import EnrolmentDoor
from lms.enrolment.clubs.letters import ClubLetters
from lms.enrolment.condition_door import ConditionDoor
from lms.enrolment.conditions.listening import follow_copy
from lms.enrolment.conditions.prerequisites import Prerequisites
from lms.enrolment.early import rights
from lms.enrolment.letters import LISTENERS
from lms.enrolment.letters.paying import REMIND, reminder
from lms.enrolment.letters.places import CONTRACT, contract_sender
from lms.enrolment.lists.following import FollowUps
from lms.enrolment.lists.interest import Interests
from lms.enrolment.minimum.letters import LISTENERS as ABOUT_SMALL_RUNS
from lms.enrolment.minimum.pages import ProposalPages
from lms.enrolment.minimum.service import MinimumNumbers
from lms.enrolment.pages.answers import AnswerPages
from lms.enrolment.pages.checking import CheckingPages
from lms.enrolment.pages.consents import ConsentPages
from lms.enrolment.pages.dropping_in import DropInLinkPages, DropInPages, OwnDropInPages
from lms.enrolment.pages.early import EarlyBookingPages
from lms.enrolment.pages.following import FollowUpPages
from lms.enrolment.pages.handing_over import OwnSubstitutePages, SubstituteLinkPages
from lms.enrolment.pages.interest import InterestPages
from lms.enrolment.pages.links import LinkPages, OwnCancelPages
from lms.enrolment.pages.moving import MoveLinkPages, OwnMovePages
from lms.enrolment.pages.offers import OfferPages, OwnOfferPages
from lms.enrolment.pages.other_choices import ChoicesLinkPages, OwnChoicesPages
from lms.enrolment.pages.participants import ParticipantPages
from lms.enrolment.pages.proofs import ProofPages
from lms.enrolment.pages.redeeming import PaymentPages
from lms.enrolment.pages.withdrawing import WithdrawalPages
from lms.enrolment.pages.wizard import WizardPages
from lms.enrolment.pricing.service import Pricing
from lms.enrolment.seats.contacts import Seats
from lms.enrolment.service import Enrolments
from lms.enrolment.service.withdrawing import SETTLE
from lms.jobs.worker import Periodic
from lms.privacy.contract import PersonalData
from lms.scheduling.events import RunCopied
from lms.web.module import Around, Module

LAPSING = timedelta(seconds=20)
ASKING = timedelta(minutes=1)
FORGETTING = timedelta(hours=1)
REMINDING = timedelta(minutes=15)
TELLING = timedelta(minutes=1)
KEPT = "three years after the run (part B, section B5); with an invoice as long as that"


def _lapse(around: Around) -> Periodic:
    enrolments = Enrolments(around)

    async def act() -> None:
        await enrolments.lapse_due()
        await enrolments.settle_cancelled_sessions()

    return Periodic("lapse-places", LAPSING, act)


def _ask(around: Around) -> Periodic:
    numbers = MinimumNumbers(around)

    async def act() -> None:
        await numbers.ask_whoever_came()

    return Periodic("ask-newcomers", ASKING, act)


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


def _settle_withdrawal(around: Around) -> Callable[[dict[str, Any]], Awaitable[None]]:
    enrolments = Enrolments(around)

    async def act(payload: dict[str, Any]) -> None:
        await enrolments.settle_withdrawal(withdrawal_id=UUID(payload["withdrawal_id"]))

    return act


def _forget_proofs(around: Around) -> Periodic:
    pricing = Pricing(around)

    async def act() -> None:
        await pricing.forget_proofs()

    return Periodic("forget-proofs", FORGETTING, act)


def _forget_answers(around: Around) -> Periodic:
    enrolments = Enrolments(around)

    async def act() -> None:
        await enrolments.forget_answers()

    return Periodic("forget-answers", FORGETTING, act)


def _tell(around: Around) -> Periodic:
    interests, follow_ups = Interests(around), FollowUps(around)

    async def act() -> None:
        await interests.tell_bookable()
        await follow_ups.invite_due()

    return Periodic("tell-bookable-runs", TELLING, act)


def _look_after_clubs(around: Around) -> Periodic:
    enrolments, letters = Enrolments(around), ClubLetters(around)

    async def act() -> None:
        await enrolments.leave_due()
        await letters.tell_parents()

    return Periodic("look-after-clubs", REMINDING, act)


def _forget_interest(around: Around) -> Periodic:
    interests = Interests(around)

    async def act() -> None:
        await interests.forget()
        async with around.begin() as session:
            await rights.forget(session, around.clock())

    return Periodic("forget-interest", FORGETTING, act)


MODULE = Module(
    name="enrolment",
    controllers=[
        WizardPages,
        ParticipantPages,
        CheckingPages,
        PaymentPages,
        DropInPages,
        DropInLinkPages,
        OwnDropInPages,
        LinkPages,
        AnswerPages,
        OwnCancelPages,
        MoveLinkPages,
        OwnMovePages,
        ChoicesLinkPages,
        OwnChoicesPages,
        SubstituteLinkPages,
        OwnSubstitutePages,
        WithdrawalPages,
        OfferPages,
        OwnOfferPages,
        ProofPages,
        ConsentPages,
        ProposalPages,
        InterestPages,
        FollowUpPages,
        EarlyBookingPages,
        EnrolmentDoor,
        ConditionDoor,
    ],
    services={
        "enrolment": Enrolments,
        "numbers": MinimumNumbers,
        "pricing": Pricing,
        "company_seats": Seats,
        "interests": Interests,
        "follow_ups": FollowUps,
        "prerequisites": Prerequisites,
    },
    listeners={**LISTENERS, **ABOUT_SMALL_RUNS, RunCopied: [follow_copy]},
    tasks={SETTLE: _settle_withdrawal, CONTRACT: contract_sender, REMIND: reminder},
    periodic=[
        _lapse,
        _ask,
        _remind,
        _forget,
        _forget_proofs,
        _forget_answers,
        _tell,
        _forget_interest,
        _look_after_clubs,
    ],
    personal_data=[
        PersonalData("enrolment", "person_id", "who takes part in a run", KEPT),
        PersonalData(
            "enrolment", "contact_id", "who enrolled them, gets the letters and owes the price", KEPT
        ),
        PersonalData("seat_order", "contact_id", "who ordered seats for a company", KEPT),
        PersonalData("seat_notice", "person_id", "who was told what the company may see", KEPT),
        PersonalData(
            "concession_proof",
            "person_id",
            "whose reason for a reduced price the team has seen proved",
            "until the proof holds no longer",
        ),
        PersonalData(
            "interest",
            "person_id",
            "to tell somebody when a course can be booked",
            "12 months, or until they leave the list",
        ),
        PersonalData(
            "absence_word",
            "guardian_id",
            "which parents want to hear that a child did not come",
            "until they say otherwise, or the enrolment goes",
        ),
        PersonalData(
            "early_booking",
            "person_id",
            "who may enrol before everybody else",
            "30 days after the run is open to all",
        ),
        PersonalData("enrolment", "guardian_id", "who consents for a minor", KEPT),
        PersonalData("proposal_inquiry", "reader_id", "who was asked about a change of the course", KEPT),
    ],
)
