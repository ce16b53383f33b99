"""What links in letters lead to: one's own vote, one's own wish. Opening a link changes nothing (S-13)."""

from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.enrolment.pages.private import PRIVATE
from lms.kernel.errors import NotFound
from lms.kernel.marking import N_
from lms.participation import proposing
from lms.participation.counting import votes_left
from lms.participation.errors import (
    AlreadySupported,
    CannotWithdraw,
    NotOpenForVotes,
    TwoVoters,
    VotesUsedUp,
)
from lms.participation.letters import vote_path, wish_path
from lms.participation.models import Round, Vote, VoteState, Wish, WishState
from lms.participation.pages.parts import SPOKEN
from lms.participation.pages.supporting import COUNTED
from lms.participation.proposing import Proposals
from lms.participation.supporting import LINK, Support
from lms.participation.words import VOTE_STATES
from lms.web.access import PUBLIC
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.notices import after, declare

TAKEN_BACK = declare("stimme-zurueck", N_("Your vote is taken back. It counts no more."))
PROVEN = declare(
    "kurswunsch-bestaetigt", N_("Thank you. Your wish has arrived. We read it before it is published.")
)
WITHDRAWN = declare("kurswunsch-zurueck", N_("Your wish is withdrawn."))
FORGOTTEN = declare(
    "kurswunsch-vergessen", N_("Your contact details are deleted. You get no more letters about this wish.")
)


class VotePages(Controller):
    """One vote, for whoever holds its link."""

    path = "/wuensche/stimme/{vote_id:uuid}/{token:str}"
    opt = PUBLIC
    include_in_schema = False

    @get()
    async def show(
        self, vote_id: FromPath[UUID], token: FromPath[str], around: NamedDependency[Around]
    ) -> Template:
        """How the vote stands; the button that confirms it or takes it back."""
        return await _vote_page(around, vote_id, token)

    @post("/bestaetigen")
    async def confirm(
        self,
        vote_id: FromPath[UUID],
        token: FromPath[str],
        around: NamedDependency[Around],
        support: NamedDependency[Support],
    ) -> Template | Redirect:
        """Let it count."""
        try:
            given = await support.confirm(vote_id=vote_id, token=token)
        except (NotOpenForVotes, AlreadySupported, VotesUsedUp, TwoVoters) as refusal:
            words = gettext(refusal.message, **refusal.params)
            return await _vote_page(around, vote_id, token, refusal=words, status=refusal.status)
        return after(vote_path(given.vote, token), COUNTED)

    @post("/zurueck")
    async def take_back(
        self,
        vote_id: FromPath[UUID],
        token: FromPath[str],
        around: NamedDependency[Around],
        support: NamedDependency[Support],
    ) -> Template | Redirect:
        """Take it back."""
        try:
            vote = await support.withdraw(vote_id=vote_id, token=token)
        except NotOpenForVotes as refusal:
            return await _vote_page(
                around, vote_id, token, refusal=gettext(refusal.message), status=refusal.status
            )
        return after(vote_path(vote, token), TAKEN_BACK)


class OwnWishPages(Controller):
    """One wish, for whoever proposed it."""

    path = "/wuensche/mein/{wish_id:uuid}/{token:str}"
    opt = PUBLIC
    include_in_schema = False

    @get()
    async def show(
        self, wish_id: FromPath[UUID], token: FromPath[str], around: NamedDependency[Around]
    ) -> Template:
        """How the wish stands."""
        return await _wish_page(around, wish_id, token)

    @post("/bestaetigen")
    async def prove(
        self, wish_id: FromPath[UUID], token: FromPath[str], proposals: NamedDependency[Proposals]
    ) -> Redirect:
        """The click of the mail."""
        wish = await proposals.prove(wish_id=wish_id, token=token)
        return after(wish_path(wish, token), PROVEN)

    @post("/zurueck")
    async def withdraw(
        self,
        wish_id: FromPath[UUID],
        token: FromPath[str],
        around: NamedDependency[Around],
        proposals: NamedDependency[Proposals],
    ) -> Template | Redirect:
        """Before it is published."""
        try:
            wish = await proposals.withdraw(wish_id=wish_id, token=token)
        except CannotWithdraw as refusal:
            return await _wish_page(
                around, wish_id, token, refusal=gettext(refusal.message), status=refusal.status
            )
        return after(wish_path(wish, token), WITHDRAWN)

    @post("/vergessen")
    async def forget(
        self, wish_id: FromPath[UUID], token: FromPath[str], proposals: NamedDependency[Proposals]
    ) -> Redirect:
        """No more letters."""
        wish = await proposals.forget(wish_id=wish_id, token=token)
        return after(wish_path(wish, token), FORGOTTEN)


async def _vote_page(
    around: Around, vote_id: UUID, token: str, *, refusal: str = "", status: int = 200
) -> Template:
    if not around.signer.matches(token, LINK, vote_id):
        raise NotFound
    now = around.clock()
    async with around.begin.reading() as session:
        vote = await session.get(Vote, vote_id)
        if vote is None:
            raise NotFound
        wish = await session.get_one(Wish, vote.wish_id)
        voting = await session.get(Round, vote.round_id) if vote.round_id else None
        left = await votes_left(session, voting, vote.voter_key) if voting else None
    is_over = voting is not None and (voting.closed_at is not None or now >= voting.ends_at)
    has_run_out = vote.state is VoteState.PENDING and vote.expires_at is not None and vote.expires_at <= now
    return Template(
        "participation/vote.html",
        context={
            **SPOKEN, "vote": vote, "wish": wish, "voting": voting, "left": left, "refusal": refusal,
            "vote_state": VOTE_STATES[vote.state], "is_over": is_over, "has_run_out": has_run_out,
            "here": vote_path(vote, token),
        },
        status_code=status,
        headers=PRIVATE,
    )  # fmt: skip


async def _wish_page(
    around: Around, wish_id: UUID, token: str, *, refusal: str = "", status: int = 200
) -> Template:
    if not around.signer.matches(token, proposing.LINK, wish_id):
        raise NotFound
    async with around.begin.reading() as session:
        wish = await session.get(Wish, wish_id)
        if wish is None:
            raise NotFound
        into = await session.get(Wish, wish.merged_into_id) if wish.merged_into_id else None
    return Template(
        "participation/own_wish.html",
        context={
            **SPOKEN, "wish": wish, "into": into, "refusal": refusal, "here": wish_path(wish, token),
            "is_open": wish.state in {WishState.UNPROVEN, WishState.SUBMITTED},
            "has_contact": bool(wish.email or wish.phone or wish.name or wish.person_id),
        },
        status_code=status,
        headers=PRIVATE,
    )  # fmt: skip
