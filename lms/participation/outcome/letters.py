"""What supporters and the proposer of a wish are told: that they may enrol now, that the run does not take place, the answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Course, Run
from lms.enrolment.early.rights import grant, link_path
from lms.participation.events import WishAnswered
from lms.participation.models import Vote, VoteState, Wish, WishState
from lms.participation.outcome.events import WishReopened, WishRunOpened
from lms.people.models import Person
from lms.scheduling.entries import entries
from lms.scheduling.models import Session
from lms.web.language import use_locale
from lms.web.letters import Addressee, Reader, write_letter

FOLDER = "participation/letters/"
PARTY = 2
"""A supporter enrols themselves and somebody who comes along; how many places there are says the run."""
TOLD = frozenset({WishState.UNDER_REVIEW, WishState.PLANNED, WishState.DONE, WishState.REJECTED})


@dataclass(frozen=True, slots=True)
class Follower:
    """Somebody who wanted to hear of a wish: the vote or the wish itself, and who reads."""

    source_id: UUID
    person: Person | None
    name: str
    email: str
    language: str

    @property
    def reader(self) -> Reader | None:
        """To whom a letter goes; None where there is no way to reach them."""
        if self.person is not None:
            return self.person
        return Addressee(email=self.email, language=self.language, name=self.name) if self.email else None


async def open_for_supporters(session: AsyncSession, event: WishRunOpened) -> None:
    """Each of them gets a right to book early, and the link to it. Whoever gave no address tells their name on the telephone."""
    wish, run = await session.get_one(Wish, event.wish_id), await session.get_one(Run, event.run_id)
    if not run.early_days:
        return
    course = await session.get_one(Course, run.course_id)
    for one in await followers(session, wish):
        right = await grant(
            session, run_id=run.id, source_id=one.source_id, at=event.at, places=PARTY,
            person_id=one.person.id if one.person else None, name=one.name, email=one.email,
        )  # fmt: skip
        await _tell(
            session, wish, one, "wish_run_open", str(run.id), event.at, **await _about(session, run, course, one),
            link_path=link_path(session, right), public_at=run.enrolment_opens_at,
        )  # fmt: skip


async def tell_reopened(session: AsyncSession, event: WishReopened) -> None:
    """The course does not take place; the wish stays."""
    wish, run = await session.get_one(Wish, event.wish_id), await session.get_one(Run, event.run_id)
    for one in await followers(session, wish):
        await _tell(
            session, wish, one, "wish_run_cancelled", str(run.id), event.at, reason=run.cancelled_reason_de
        )


async def tell_supporters(session: AsyncSession, event: WishAnswered) -> None:
    """The public answer, for those who support the wish; the proposer gets a letter of their own."""
    wish = await session.get(Wish, event.wish_id)
    if wish is None or wish.version != event.version or wish.state not in TOLD:
        return
    for one in await followers(session, wish, with_proposer=False):
        answer = (wish.answer_en if one.language == "en" else "") or wish.answer_de
        await _tell(
            session,
            wish,
            one,
            "wish_news",
            str(event.version),
            event.at,
            state=wish.state.value,
            answer=answer,
        )


async def followers(session: AsyncSession, wish: Wish, *, with_proposer: bool = True) -> Sequence[Follower]:
    """Whose vote counts and who wants to hear of it, each once, then whoever proposed it."""
    rows = await session.execute(
        select(Vote, Person)
        .outerjoin(Person, Person.id == Vote.person_id)
        .where(Vote.wish_id == wish.id, Vote.state == VoteState.COUNTED, Vote.wants_news)
        .order_by(Vote.counted_at, Vote.id)
    )
    found = [Follower(vote.id, person, vote.name, vote.email, vote.language) for vote, person in rows]
    proposer = await session.get(Person, wish.person_id) if wish.person_id else None
    if with_proposer and (proposer is not None or wish.email):
        known = {one.person.id for one in found if one.person} | {
            one.email.lower() for one in found if one.email
        }
        if not {proposer.id if proposer else None, wish.email.lower()} & known:
            found.append(Follower(wish.id, proposer, wish.name, wish.email, wish.language))
    return found


async def _about(session: AsyncSession, run: Run, course: Course, one: Follower) -> dict[str, Any]:
    reader = one.reader
    language = "en" if reader is not None and reader.language == "en" else "de"
    with use_locale("en" if language == "en" else "de"):
        dates = [
            entry for entry in await entries(session, Session.run_id == run.id) if not entry.is_cancelled
        ]
    places = {entry.location for entry in dates}
    return {
        "course": (course.title_en if language == "en" else "") or course.title_de,
        "number": run.number,
        "first": next(iter(dates), None),
        "place": next(iter(places)) if len(places) == 1 else "",
        "price_cents": run.price_cents,
    }


async def _tell(
    session: AsyncSession, wish: Wish, one: Follower, name: str, version: str, at: Any, **more: Any
) -> None:
    reader = one.reader
    if reader is None:
        return
    await write_letter(
        session,
        key=f"{name}:{one.source_id}:{version}",
        kind=name,
        to=reader,
        template=f"{FOLDER}{name}.md",
        context={"title": wish.title, "wish_path": f"/wuensche/{wish.id}"} | more,
        about=("wish", wish.id),
        at=at,
    )
