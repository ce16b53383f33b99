"""From wish to course: planned in one act, supporters first, held, or called off and open again (U6, F-N10)."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from lms.catalogue.models import Audience, Run, RunState
from lms.db import Begin
from lms.enrolment.early.models import EarlyBooking
from lms.enrolment.events import RunCancelled
from lms.kernel.rights import Identity
from lms.messaging.models import Letter
from lms.participation.errors import WishDecided
from lms.participation.models import Vote, VoteState, Way, Wish, WishRun, WishState
from lms.participation.outcome.desk import draft_of
from lms.participation.outcome.events import WishReopened, WishRunOpened
from lms.participation.outcome.letters import open_for_supporters, tell_reopened
from lms.participation.outcome.reading import account, history_of
from lms.participation.outcome.service import Outcomes, reopen
from lms.scheduling.service import Scheduling
from lms.web.module import Around
from tests.making import BOTH, MOMENT, FixedClock, make_course, make_venue, staff

pytestmark = BOTH
PLANNER = staff(Identity.PROGRAMME)
DAY = timedelta(days=1)


@pytest.fixture
def outcomes(house: Around) -> Outcomes:
    return Outcomes(house)


async def wished(begin: Begin, **given: Any) -> Wish:
    """Nähen mit dem Tablet: three support it, one on paper without address, one who wants to hear nothing."""
    usual: dict[str, Any] = {
        "title": "Nähen mit dem Tablet", "text": "Schnittmuster aus dem Netz laden und nähen.", "original": {},
        "matching": "naehen mit dem tablet", "created_at": MOMENT - 20 * DAY, "published_at": MOMENT - 19 * DAY,
        "state": WishState.PUBLISHED, "district": "Uthmöden", "supporters": 3, "points": 3,
        "for_whom": Audience.SENIORS, "email": "vera@example.com", "name": "Vera Vogt",
    }  # fmt: skip
    wish = Wish(**(usual | given))
    async with begin() as session:
        session.add(wish)
        await session.flush()
        supporters: list[dict[str, Any]] = [
            {
                "email": "ada.lehmann@example.com",
                "name": "Ada Lehmann",
                "wants_news": True,
                "way": Way.ONLINE,
            },
            {"name": "Otto Papier", "wants_news": True, "way": Way.PAPER},
            {"way": Way.ONLINE},
        ]
        for number, facts in enumerate(supporters):
            session.add(
                Vote(
                    wish_id=wish.id, voter_key=f"v{number}", created_at=MOMENT - 9 * DAY, state=VoteState.COUNTED,
                    counted_at=MOMENT - 9 * DAY, **facts,
                )
            )  # fmt: skip
    return wish


async def planned(house: Around, outcomes: Outcomes, wish: Wish, *, days: int = 7) -> UUID:
    """A draft run of a new course, bound to the wish."""
    course = make_course("Nähen mit dem Tablet")
    async with house.begin() as session:
        session.add(course)
    run_id = uuid4()
    await Scheduling(house).add_idea(PLANNER, course_id=course.id, run_id=run_id, note="")
    await outcomes.plan(PLANNER, wish_id=wish.id, run_id=run_id, days=days, note="Uthmöden, abends")
    return run_id


async def test_one_act_plans_a_run_in_the_words_and_the_district_of_the_wish(
    house: Around, outcomes: Outcomes, begin: Begin
) -> None:
    wish = await wished(begin)
    venue = make_venue("Dorfgemeinschaftshaus", district="Uthmöden")
    async with begin() as session:
        session.add(venue)

    run_id = await planned(house, outcomes, wish)
    await outcomes.plan(PLANNER, wish_id=wish.id, run_id=run_id, days=7)  # sent twice

    words = draft_of(wish)
    assert (words.title_de, words.audiences) == ("Nähen mit dem Tablet", (Audience.SENIORS,))
    async with begin.reading() as session:
        run = await session.get_one(Run, run_id)
        kept = await session.get_one(Wish, wish.id)
        assert (run.venue_id, run.early_days, kept.state) == (venue.id, 7, WishState.PLANNED)
        assert kept.answer_de
        assert await session.scalar(select(func.count()).select_from(WishRun)) == 1
        assert [step.state for step in await history_of(session, wish.id)] == ["planned"]
    with pytest.raises(WishDecided):
        await outcomes.plan(
            PLANNER, wish_id=(await wished(begin, state=WishState.REJECTED)).id, run_id=run_id, days=7
        )


async def test_supporters_get_the_link_and_whoever_has_no_address_keeps_the_right(
    house: Around, outcomes: Outcomes, begin: Begin
) -> None:
    wish = await wished(begin)
    run_id = await planned(house, outcomes, wish)
    async with begin() as session:
        (await session.get_one(Run, run_id)).enrolment_opens_at = MOMENT + 7 * DAY
    for _ in range(2):
        async with begin() as session:
            await open_for_supporters(session, WishRunOpened(wish_id=wish.id, run_id=run_id, at=MOMENT))

    async with begin.reading() as session:
        rights = (await session.scalars(select(EarlyBooking).where(EarlyBooking.run_id == run_id))).all()
        letters = (await session.scalars(select(Letter).where(Letter.kind == "wish_run_open"))).all()
    assert {one.name for one in rights} == {"Ada Lehmann", "Otto Papier", "Vera Vogt"}
    assert {one.to_address for one in letters} == {"ada.lehmann@example.com", "vera@example.com"}
    assert all(f"/vorab/{run_id}/" in one.text for one in letters)


async def test_a_cancelled_run_opens_its_wish_again_and_says_so(
    house: Around, outcomes: Outcomes, begin: Begin
) -> None:
    wish = await wished(begin)
    run_id = await planned(house, outcomes, wish)
    async with begin() as session:
        (await session.get_one(Run, run_id)).state = RunState.CANCELLED
        await reopen(session, RunCancelled(run_id=run_id))
        await reopen(session, RunCancelled(run_id=run_id))
        await tell_reopened(session, WishReopened(wish_id=wish.id, run_id=run_id, at=MOMENT))

    async with begin.reading() as session:
        assert (await session.get_one(Wish, wish.id)).state is WishState.UNDER_REVIEW
        kinds = (await session.scalars(select(Letter.kind))).all()
    assert kinds.count("wish_run_cancelled") == 2


async def test_what_was_held_stands_in_the_public_account(
    house: Around, outcomes: Outcomes, begin: Begin, clock: FixedClock
) -> None:
    wish = await wished(begin)
    await wished(begin, title="Drohnen fliegen", state=WishState.REJECTED, answered_at=MOMENT - 9 * DAY)
    run_id = await planned(house, outcomes, wish)
    async with begin() as session:
        run = await session.get_one(Run, run_id)
        run.state, run.starts_at, run.ends_at = RunState.CONFIRMED, MOMENT + DAY, MOMENT + 2 * DAY
    assert await outcomes.mark_held() == 0
    clock.forward(days=3)
    assert await outcomes.mark_held() == 0  # nobody came
    async with begin() as session:
        (await session.get_one(Run, run_id)).occupied = 6

    assert (await outcomes.mark_held(), await outcomes.mark_held()) == (1, 0)

    async with begin.reading() as session:
        told = await account(session)
    assert (told.total.wishes, told.total.answered, told.total.planned, told.total.held) == (2, 2, 1, 1)
    assert [story.participants(clock()) for story in told.stories] == [6]
