"""Re-enrolment: who took part in a run enrols in the one that follows it before everybody else (F-E17)."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from lms.catalogue.models import Run
from lms.db import Begin
from lms.enrolment.errors import NotYetOpen, OnlyForFollowers, WindowBackwards
from lms.enrolment.lists.following import FollowUps, purpose, used
from lms.enrolment.models import EnrolmentState
from lms.enrolment.service import Enrolments
from lms.enrolment.values import Placement
from lms.kernel.errors import NotFound, Stale
from lms.kernel.rights import Identity
from lms.messaging.models import Letter
from lms.web.module import Around
from tests.enrolment.places import VISITOR, look, named, offered_run, people
from tests.making import BOTH, MOMENT, FixedClock, staff

pytestmark = BOTH
TEAM = staff()
PLANNER = staff(Identity.PROGRAMME)
KEY = "b" * 43


@pytest.fixture
def follow_ups(house: Around) -> FollowUps:
    return FollowUps(house)


async def two_runs(
    enrolments: Enrolments, follow_ups: FollowUps, begin: Begin, *, capacity: int = 3
) -> tuple[Placement, Run]:
    """Ada takes part; the run that follows opens for her on 7 and for everybody on 14 December."""
    before = await offered_run(begin)
    ada = await enrolments.enrol(VISITOR, run_id=before.id, persons=[named()])
    after = await offered_run(begin, capacity=capacity)
    await follow_ups.set_window(
        PLANNER,
        run_id=after.id,
        follows_run_id=before.id,
        from_day=(MOMENT + timedelta(days=3)).date(),
        public_day=(MOMENT + timedelta(days=10)).date(),
        version=1,
    )
    return ada, after


async def test_the_letters_link_opens_the_form_early_and_only_for_who_took_part(
    enrolments: Enrolments, follow_ups: FollowUps, begin: Begin, clock: FixedClock
) -> None:
    ada, after = await two_runs(enrolments, follow_ups, begin)
    mine, link = ada.enrolments[0].id, enrolments.signer.token(purpose(after.id), ada.enrolments[0].id)
    with pytest.raises(NotYetOpen):
        await enrolments.hold(VISITOR, run_id=after.id, browser_key=KEY, follows=mine, token=link)
    clock.forward(days=3)

    assert (await follow_ups.invite_due(), await follow_ups.invite_due()) == (1, 0)
    async with begin.reading() as session:
        [letter] = await session.scalars(select(Letter).where(Letter.kind == "follow_up_opens"))
    assert f"/weitermelden/{after.id}/{mine}/{link}" in letter.text
    with pytest.raises(NotFound):
        await enrolments.hold(VISITOR, run_id=after.id, browser_key=KEY, follows=mine, token="falsch")
    with pytest.raises(NotYetOpen):
        await enrolments.hold(VISITOR, run_id=after.id, browser_key="c" * 43)
    with pytest.raises(NotYetOpen):
        await enrolments.enrol(VISITOR, run_id=after.id, persons=[named()])

    form = await enrolments.hold(VISITOR, run_id=after.id, browser_key=KEY, follows=mine, token=link)
    assert (form.held_places, form.answers["person"]["given_name"]) == (1, "Ada")
    with pytest.raises(OnlyForFollowers):
        await enrolments.enrol(
            VISITOR, run_id=after.id, persons=people(1), application_id=form.id, browser_key=KEY
        )
    placed = await enrolments.enrol(
        VISITOR, run_id=after.id, persons=[named()], application_id=form.id, browser_key=KEY
    )

    assert placed.state is EnrolmentState.CONFIRMED
    async with begin.reading() as session:
        assert await used(session, await session.get_one(Run, after.id)) == (1, 1)


async def test_no_place_is_kept_back_when_enrolment_is_open_to_all(
    enrolments: Enrolments, follow_ups: FollowUps, begin: Begin, clock: FixedClock
) -> None:
    ada, after = await two_runs(enrolments, follow_ups, begin, capacity=1)
    link = enrolments.signer.token(purpose(after.id), ada.enrolments[0].id)
    clock.forward(days=10)

    await enrolments.enrol(VISITOR, run_id=after.id, persons=people(1))
    form = await enrolments.hold(
        VISITOR, run_id=after.id, browser_key=KEY, follows=ada.enrolments[0].id, token=link
    )

    assert form.held_places == 0
    assert (await look(begin, after)).occupied == 1
    assert await follow_ups.invite_due() == 0


async def test_the_team_enrols_anybody_and_sets_windows_that_make_sense(
    enrolments: Enrolments, follow_ups: FollowUps, begin: Begin, clock: FixedClock
) -> None:
    ada, after = await two_runs(enrolments, follow_ups, begin)
    clock.forward(days=3)

    assert (
        await enrolments.enrol(TEAM, run_id=after.id, persons=people(1))
    ).state is EnrolmentState.CONFIRMED

    day = MOMENT.date()
    with pytest.raises(WindowBackwards):
        await follow_ups.set_window(
            PLANNER, run_id=after.id, follows_run_id=ada.enrolments[0].run_id, from_day=day, public_day=day, version=2
        )  # fmt: skip
    with pytest.raises(Stale):
        await follow_ups.set_window(
            PLANNER, run_id=after.id, follows_run_id=None, from_day=None, public_day=None, version=1
        )
    with pytest.raises(NotFound):
        await follow_ups.set_window(
            PLANNER, run_id=after.id, follows_run_id=after.id, from_day=day, public_day=day, version=2
        )
