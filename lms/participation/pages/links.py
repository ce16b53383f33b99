"""What links in letters lead to: one's own vote, one's own wish. Opening a link changes nothing (S-13)."""

from dataclasses import dataclass
from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.enrolment.pages.private import PRIVATE
from lms.kernel.errors import DomainError, NotFound, Stale
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
from lms.participation.pages.parts import SPOKEN, address
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


@dataclass(frozen=True, slots=True)
class Link:
    """What stands in the address: the vote or the wish, and the token that opens it."""

    id: UUID
    token: str


async def link_of(linked_id: FromPath[UUID], token: FromPath[str]) -> Link:
    """Both together, unproved: services and pages ask the signer."""
    return Link(linked_id, token)


class VotePages(Controller):
    """One vote, for whoever holds its link."""

    path = "/wuensche/stimme/{linked_id:uuid}/{token:str}"
    opt = PUBLIC
    include_in_schema = False
    dependencies = {"link": Provide(link_of)}

    @get()
    async def show(self, link: NamedDependency[Link], around: NamedDependency[Around]) -> Template:
        """How the vote stands; the button that confirms it or takes it back."""
        return await _vote_page(around, link)

    @post("/bestaetigen")
    async def confirm(
        self, link: NamedDependency[Link], around: NamedDependency[Around], support: NamedDependency[Support]
    ) -> Template | Redirect:
        """Let it count."""
        try:
            given = await support.confirm(vote_id=link.id, token=link.token)
        except (NotOpenForVotes, AlreadySupported, VotesUsedUp, TwoVoters, Stale) as refusal:
            return await _vote_page(around, link, refusal)
        return after(vote_path(given.vote, link.token), COUNTED)

    @post("/zurueck")
    async def take_back(
        self, link: NamedDependency[Link], around: NamedDependency[Around], support: NamedDependency[Support]
    ) -> Template | Redirect:
        """Take it back."""
        try:
            vote = await support.withdraw(vote_id=link.id, token=link.token)
        except NotOpenForVotes as refusal:
            return await _vote_page(around, link, refusal)
        return after(vote_path(vote, link.token), TAKEN_BACK)


class OwnWishPages(Controller):
    """One wish, for whoever proposed it."""

    path = "/wuensche/mein/{linked_id:uuid}/{token:str}"
    opt = PUBLIC
    include_in_schema = False
    dependencies = {"link": Provide(link_of)}

    @get()
    async def show(self, link: NamedDependency[Link], around: NamedDependency[Around]) -> Template:
        """How the wish stands."""
        return await _wish_page(around, link)

    @post("/bestaetigen")
    async def prove(self, link: NamedDependency[Link], proposals: NamedDependency[Proposals]) -> Redirect:
        """The click of the mail."""
        wish = await proposals.prove(wish_id=link.id, token=link.token)
        return after(wish_path(wish, link.token), PROVEN)

    @post("/zurueck")
    async def withdraw(
        self,
        link: NamedDependency[Link],
        around: NamedDependency[Around],
        proposals: NamedDependency[Proposals],
    ) -> Template | Redirect:
        """Before it is published."""
        try:
            wish = await proposals.withdraw(wish_id=link.id, token=link.token)
        except CannotWithdraw as refusal:
            return await _wish_page(around, link, refusal)
        return after(wish_path(wish, link.token), WITHDRAWN)

    @post("/vergessen")
    async def forget(self, link: NamedDependency[Link], proposals: NamedDependency[Proposals]) -> Redirect:
        """No more letters."""
        wish = await proposals.forget(wish_id=link.id, token=link.token)
        return after(wish_path(wish, link.token), FORGOTTEN)


def _said(refusal: DomainError | None) -> dict[str, str]:
    return {"refusal": gettext(refusal.message, **refusal.params) if refusal else ""}


async def _vote_page(around: Around, link: Link, refusal: DomainError | None = None) -> Template:
    if not around.signer.matches(link.token, LINK, link.id):
        raise NotFound
    now = around.clock()
    async with around.begin.reading() as session:
        vote = await session.get(Vote, link.id)
        if vote is None:
            raise NotFound
        wish = await session.get_one(Wish, vote.wish_id)
        voting = await session.get(Round, vote.round_id) if vote.round_id else None
        left = await votes_left(session, voting, vote.voter_key) if voting else None
    address(voting)
    is_over = voting is not None and (voting.closed_at is not None or now >= voting.ends_at)
    has_run_out = vote.state is VoteState.PENDING and vote.expires_at is not None and vote.expires_at <= now
    return Template(
        "participation/vote.html",
        context={
            **SPOKEN, "vote": vote, "wish": wish, "voting": voting, "left": left, **_said(refusal),
            "vote_state": VOTE_STATES[vote.state], "is_over": is_over, "has_run_out": has_run_out,
            "here": vote_path(vote, link.token),
        },
        status_code=refusal.status if refusal else 200,
        headers=PRIVATE,
    )  # fmt: skip


async def _wish_page(around: Around, link: Link, refusal: DomainError | None = None) -> Template:
    if not around.signer.matches(link.token, proposing.LINK, link.id):
        raise NotFound
    async with around.begin.reading() as session:
        wish = await session.get(Wish, link.id)
        if wish is None:
            raise NotFound
        into = await session.get(Wish, wish.merged_into_id) if wish.merged_into_id else None
        address(await session.get(Round, wish.round_id) if wish.round_id else None)
    return Template(
        "participation/own_wish.html",
        context={
            **SPOKEN, "wish": wish, "into": into, **_said(refusal), "here": wish_path(wish, link.token),
            "is_open": wish.state in {WishState.UNPROVEN, WishState.SUBMITTED},
            "has_contact": bool(wish.email or wish.phone or wish.name or wish.person_id),
        },
        status_code=refusal.status if refusal else 200,
        headers=PRIVATE,
    )  # fmt: skip
