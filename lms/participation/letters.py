"""What we write to whoever wishes and votes. Nobody needs an account; who gave no mail address reads the public answer."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from lms.db import links_of
from lms.jobs.queue import Event
from lms.jobs.worker import Listener
from lms.messaging.models import AddressForm
from lms.participation import events, proposing, supporting
from lms.participation.models import Round, RoundAudience, Vote, VoteState, Wish, WishState
from lms.people.models import Person
from lms.web.letters import Addressee, Reader, write_letter

FOLDER = "participation/letters/"


async def confirm_wish(session: AsyncSession, event: events.WishReceived) -> None:
    """It has arrived; or, where the internet address has sent in many: please confirm it."""
    wish = await session.get(Wish, event.wish_id)
    if wish is not None and wish.state in {WishState.SUBMITTED, WishState.UNPROVEN}:
        await _to_proposer(session, wish, "wish_received" if event.is_proven else "wish_confirm", event.at, 1)


async def tell_published(session: AsyncSession, event: events.WishPublished) -> None:
    """The wish stands in the list; others can support it."""
    wish = await session.get(Wish, event.wish_id)
    if wish is not None:
        await _to_proposer(
            session, wish, "wish_published", event.at, 1, is_changed=wish.original.get("title") != wish.title
        )


async def tell_answer(session: AsyncSession, event: events.WishAnswered) -> None:
    """What becomes of the wish, or why nothing does, or which other wish it has become part of."""
    wish = await session.get(Wish, event.wish_id)
    if wish is None or wish.version != event.version:
        return
    into = await session.get(Wish, wish.merged_into_id) if wish.merged_into_id else None
    await _to_proposer(
        session, wish, "wish_answered", event.at, event.version, state=wish.state.value,
        answer=(wish.answer_en if wish.language == "en" else "") or wish.answer_de,
        other=into.title if into else "", other_path=f"/wuensche/{into.id}" if into else "",
        is_public=wish.published_at is not None and wish.state is not WishState.MERGED,
    )  # fmt: skip


async def ask_to_confirm(session: AsyncSession, event: events.VoteAsked) -> None:
    """The link with which a vote counts; to whoever supports the wish already, the link to take the vote back."""
    vote = await session.get(Vote, event.vote_id)
    if vote is None or (not event.already and vote.state is not VoteState.PENDING):
        return
    wish = await session.get_one(Wish, vote.wish_id)
    token = links_of(session).signer.token(supporting.LINK, vote.id)
    await write_letter(
        session,
        key=f"vote:{vote.id}:{event.at.isoformat()}",
        kind="vote_already" if event.already else "vote_confirm",
        to=Addressee(
            email=event.email, language=event.language, address_form=await _address_form(session, vote)
        ),
        template=f"{FOLDER}{'vote_already' if event.already else 'vote_confirm'}.md",
        context={
            "title": wish.title,
            "points": vote.points,
            "until": vote.expires_at,
            "vote_path": vote_path(vote, token) if event.is_own else "",
        },
        about=("vote", vote.id),
        at=event.at,
    )


async def _address_form(session: AsyncSession, vote: Vote) -> AddressForm:
    """Where the young vote everybody is a "du", as on the page of the voting."""
    voting = await session.get(Round, vote.round_id) if vote.round_id else None
    is_young = voting is not None and voting.audience is RoundAudience.YOUTH
    return AddressForm.INFORMAL if is_young else AddressForm.FORMAL


def vote_path(vote: Vote, token: str) -> str:
    """Where a vote is confirmed, seen and taken back without an account."""
    return f"/wuensche/stimme/{vote.id}/{token}"


def wish_path(wish: Wish, token: str) -> str:
    """Where a proposer sees their wish."""
    return f"/wuensche/mein/{wish.id}/{token}"


async def _to_proposer(
    session: AsyncSession, wish: Wish, name: str, at: datetime, version: int, **more: Any
) -> None:
    person = await session.get(Person, wish.person_id) if wish.person_id else None
    to: Reader | None = person
    if person is None and wish.email:
        to = Addressee(email=wish.email, language=wish.language, name=wish.name)
    if to is None:
        return
    token = links_of(session).signer.token(proposing.LINK, wish.id)
    await write_letter(
        session,
        key=f"{name}:{wish.id}:{version}",
        kind=name,
        to=to,
        template=f"{FOLDER}{name}.md",
        context={
            "title": wish.title,
            "own_path": wish_path(wish, token),
            "wish_path": f"/wuensche/{wish.id}",
        }
        | more,
        about=("wish", wish.id),
        at=at,
    )


LISTENERS: Mapping[type[Event], Sequence[Listener]] = {
    events.WishReceived: [confirm_wish],
    events.WishPublished: [tell_published],
    events.WishAnswered: [tell_answer],
    events.VoteAsked: [ask_to_confirm],
}
