"""The table of contents of `participation`, for app.py."""

from datetime import timedelta

from lms.jobs.worker import Periodic
from lms.participation.ballots import Ballots
from lms.participation.forgetting import Forgetting
from lms.participation.letters import LISTENERS
from lms.participation.moderating import Moderation
from lms.participation.outcome.desk import WishOutcomePages
from lms.participation.outcome.listening import OUTCOME_LISTENERS, joined
from lms.participation.outcome.pages import OutcomePages
from lms.participation.outcome.service import Outcomes
from lms.participation.pages.ballots import BallotPages
from lms.participation.pages.counter import SlipPages
from lms.participation.pages.desk import WishDeskPages
from lms.participation.pages.links import OwnWishPages, VotePages
from lms.participation.pages.moderating import ModerationPages
from lms.participation.pages.offering import OfferPages
from lms.participation.pages.printing import PrintingPages
from lms.participation.pages.proposing import ProposalPages
from lms.participation.pages.public import WishListPages
from lms.participation.pages.recounting import RecountPages
from lms.participation.pages.round_desk import RoundDeskPages
from lms.participation.pages.rounds import RoundPages
from lms.participation.pages.supporting import SupportPages
from lms.participation.pages.watching import WatchPages
from lms.participation.proposing import Proposals
from lms.participation.residents import Residents
from lms.participation.rounds import Rounds
from lms.participation.supporting import Support
from lms.privacy.contract import PersonalData
from lms.web.module import Around, Module

DAILY, HOURLY = timedelta(days=1), timedelta(hours=1)


def _forget(around: Around) -> Periodic:
    return Periodic("forget-voters", DAILY, Forgetting(around).act)


def _watch(around: Around) -> Periodic:
    return Periodic("watch-votes", HOURLY, Forgetting(around).watch)


def _mark_held(around: Around) -> Periodic:
    outcomes = Outcomes(around)

    async def act() -> None:
        await outcomes.mark_held()

    return Periodic("mark-held-wishes", HOURLY, act)


MODULE = Module(
    name="participation",
    controllers=[
        WishListPages,
        ProposalPages,
        OfferPages,
        SupportPages,
        VotePages,
        OwnWishPages,
        RoundPages,
        WishDeskPages,
        ModerationPages,
        WatchPages,
        SlipPages,
        RoundDeskPages,
        BallotPages,
        PrintingPages,
        RecountPages,
        OutcomePages,
        WishOutcomePages,
    ],
    services={
        "proposals": Proposals,
        "moderation": Moderation,
        "support": Support,
        "voting_rounds": Rounds,
        "paper_ballots": Ballots,
        "residents": Residents,
        "outcomes": Outcomes,
    },
    listeners=joined(LISTENERS, OUTCOME_LISTENERS),
    periodic=[_forget, _watch, _mark_held],
    personal_data=[
        PersonalData(
            table="wish",
            column="person_id",
            purpose="to tell somebody what becomes of their wish",
            kept="1 year after the wish came in, then the wish names nobody",
        ),
        PersonalData(
            table="wish_offer",
            column="person_id",
            purpose="to call somebody who offered to teach or a room",
            kept="1 year after the offer came in",
        ),
        PersonalData(
            table="vote",
            column="person_id",
            purpose="to let somebody see and take back their votes, and tell them what becomes of the wish",
            kept="until 1 year after the vote; what is counted stays without a person",
        ),
    ],
)
