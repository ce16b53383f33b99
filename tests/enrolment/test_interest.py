"""Who wants to hear of a course is told once when a run of it can be booked (F-A08, F-E19)."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from lms.catalogue.models import Run, RunState
from lms.catalogue.search import TITLE, write_words
from lms.catalogue.words import Found
from lms.db import Begin
from lms.enrolment.lists.interest import Interests, Reach, Wanted
from lms.enrolment.lists.interested import calls_to_make, interest_counts, interested_in
from lms.enrolment.lists.models import Interest, InterestTold, InterestWay
from lms.enrolment.lists.telling import PURPOSE, tell_of_published
from lms.enrolment.models import PartyRule
from lms.enrolment.service import Enrolments
from lms.jobs.queue import announce
from lms.jobs.worker import Worker
from lms.kernel.errors import NotFound
from lms.messaging.models import Channel, Letter
from lms.scheduling.events import RunPublished
from lms.web.module import Around
from tests.enrolment.places import VISITOR, offered_run, people
from tests.making import BOTH, MOMENT, FixedClock, make_run, staff

pytestmark = BOTH
TEAM = staff()


@pytest.fixture
def interests(house: Around) -> Interests:
    return Interests(house)


def reach(name: str = "Ada Lehmann", **given: Any) -> Reach:
    usual = {"way": InterestWay.EMAIL, "email": f"{name}@example.com".replace(" ", ".").lower()}
    return Reach(name=name, **usual | given)


async def a_course(begin: Begin, **given: Any) -> UUID:
    """A course whose only run so far is over."""
    over = {"starts_at": MOMENT - timedelta(days=60), "ends_at": MOMENT - timedelta(days=30)}
    return (await offered_run(begin, state=RunState.COMPLETED, **over | given)).course_id


async def publish(begin: Begin, course_id: UUID, **given: Any) -> Run:
    from lms.catalogue.models import Course

    async with begin() as session:
        course = await session.get_one(Course, course_id)
        run = make_run(course, published_at=MOMENT, **given)
        session.add(run)
        await session.flush()
        announce(session, RunPublished(run_id=run.id), at=MOMENT)
    return run


async def letters(begin: Begin, kind: str) -> list[Letter]:
    async with begin.reading() as session:
        return list(
            await session.scalars(select(Letter).where(Letter.kind == kind).order_by(Letter.to_address))
        )


async def only(begin: Begin) -> Interest:
    async with begin.reading() as session:
        return (await session.scalars(select(Interest))).one()


async def test_an_address_counts_when_its_link_was_used_and_asking_again_says_nothing_new(
    interests: Interests, begin: Begin, clock: FixedClock
) -> None:
    course_id = await a_course(begin)
    form = uuid4()
    for key in (form, form, uuid4()):
        await interests.ask(VISITOR, wanted=Wanted(course_id=course_id), reach=reach(), form_id=key)
    interest = await only(begin)
    assert interest.confirmed_at is None
    async with begin.reading() as session:
        assert await interest_counts(session, [course_id]) == {}
    assert [one.to_address for one in await letters(begin, "interest_asked")] == ["ada.lehmann@example.com"]

    with pytest.raises(NotFound):
        await interests.confirm(interest_id=interest.id, token="falsch")
    for _ in range(2):
        await interests.confirm(interest_id=interest.id, token=interests.signer.token(PURPOSE, interest.id))

    async with begin.reading() as session:
        assert await interest_counts(session, [course_id]) == {course_id: 1}
    clock.forward(hours=1)
    await interests.ask(VISITOR, wanted=Wanted(course_id=course_id), reach=reach())
    assert len(await letters(begin, "interest_asked")) == 2
    assert (await only(begin)).id == interest.id


async def test_everybody_is_told_once_by_their_channel_however_often_the_worker_is_killed(
    interests: Interests, enrolments: Enrolments, begin: Begin, jobs: Worker
) -> None:
    full = await offered_run(begin, capacity=1)
    await enrolments.enrol(VISITOR, run_id=full.id, persons=people(1))
    await enrolments.enrol(VISITOR, run_id=full.id, persons=people(2, "Naechstes"), rule=PartyRule.NEXT_RUN)
    wanted = Wanted(course_id=full.course_id)
    await interests.ask(TEAM, wanted=wanted, reach=reach())
    await interests.ask(TEAM, wanted=Wanted(run_id=full.id), reach=reach())  # for that run alone
    await interests.ask(
        TEAM, wanted=wanted, reach=reach("Karl Ebert", way=InterestWay.PHONE, email="", phone="+49390412345")
    )
    await interests.ask(
        VISITOR,
        wanted=wanted,
        reach=reach("Ruth Ebert", way=InterestWay.POST, email="", street="Weg 1", postal_code="39340", city="Haldensleben"),
    )  # fmt: skip

    run = await publish(begin, full.course_id)
    await jobs.drain()
    for _ in range(2):  # killed before its mark was kept, and awake again
        async with begin() as session:
            await tell_of_published(session, RunPublished(run_id=run.id))
        await interests.tell_bookable()

    told = await letters(begin, "run_bookable")
    assert [(one.to_name, one.channel) for one in told] == [
        ("Ruth Ebert", Channel.POST),
        ("Ada Lehmann", Channel.EMAIL),
        ("Naechstes0 Muster", Channel.EMAIL),
    ]
    assert "/bescheid/" in told[1].text
    assert f"/anmelden/{run.id}" in told[1].text
    async with begin.reading() as session:
        calls = await calls_to_make(session, limit=10)
        waiting = await interested_in(session, full.course_id)
    assert [(one.interest.name, one.run.id) for one in calls] == [("Karl Ebert", run.id)]
    assert {one.name for one in waiting} >= {"Naechstes0 Muster", "Naechstes1 Muster", "Ruth Ebert"}
    await interests.called(TEAM, interest_id=calls[0].interest.id, run_id=run.id)
    async with begin.reading() as session:
        assert await calls_to_make(session, limit=10) == []


async def test_where_enrolment_opens_later_they_hear_of_it_that_day_also_who_proves_the_address_late(
    interests: Interests, begin: Begin, jobs: Worker, clock: FixedClock
) -> None:
    course_id = await a_course(begin)
    run = await publish(begin, course_id, enrolment_opens_at=MOMENT + timedelta(days=7))
    await interests.ask(TEAM, wanted=Wanted(run_id=run.id), reach=reach())
    await interests.ask(VISITOR, wanted=Wanted(course_id=course_id), reach=reach("Ben Weber"))
    await jobs.drain()
    assert (await interests.tell_bookable(), len(await letters(begin, "run_bookable"))) == (0, 0)

    clock.forward(days=7)
    assert (await interests.tell_bookable(), await interests.tell_bookable()) == (1, 0)

    async with begin.reading() as session:
        late = (await session.scalars(select(Interest).where(Interest.confirmed_at.is_(None)))).one()
    await interests.confirm(interest_id=late.id, token=interests.signer.token(PURPOSE, late.id))
    assert await interests.tell_bookable() == 1
    assert [one.to_name for one in await letters(begin, "run_bookable")] == ["Ada Lehmann", "Ben Weber"]


async def test_who_searched_in_vain_hears_of_a_course_that_fits_the_words(
    interests: Interests, begin: Begin, jobs: Worker
) -> None:
    course_id = await a_course(begin)
    async with begin() as session:
        await write_words(
            session, {course_id: {"tabletkurs": Found(TITLE, "Tabletkurs"), "foto": Found(TITLE, "Foto")}}
        )
    for name, words in (("Ada Lehmann", "Tablet Fotos"), ("Ben Weber", "tablet"), ("Cara Weber", "Steuer")):
        await interests.ask(TEAM, wanted=Wanted(words=words), reach=reach(name))

    await publish(begin, course_id)
    await jobs.drain()

    assert [one.to_name for one in await letters(begin, "run_bookable")] == ["Ben Weber"]


async def test_a_year_later_nobody_is_on_the_list_and_an_unproved_address_is_gone_after_a_week(
    interests: Interests, begin: Begin, clock: FixedClock
) -> None:
    course_id = await a_course(begin)
    await interests.ask(TEAM, wanted=Wanted(course_id=course_id), reach=reach())
    await interests.ask(VISITOR, wanted=Wanted(course_id=course_id), reach=reach("Ben Weber"))
    kept = await publish(begin, course_id)
    await interests.tell_bookable()

    clock.forward(days=7, seconds=1)
    assert (await interests.forget(), (await only(begin)).name) == (1, "Ada Lehmann")
    clock.forward(days=358)
    assert (await interests.forget(), await interests.forget()) == (1, 0)
    async with begin.reading() as session:
        assert await session.scalar(select(func.count()).select_from(InterestTold)) == 0
    assert kept.course_id == course_id


async def test_who_leaves_is_deleted_and_what_the_public_does_not_know_cannot_be_asked_for(
    interests: Interests, begin: Begin
) -> None:
    course_id = await a_course(begin)
    await interests.ask(TEAM, wanted=Wanted(course_id=course_id), reach=reach())
    interest = await only(begin)

    await interests.end(interest_id=interest.id, token=interests.signer.token(PURPOSE, interest.id))

    async with begin.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Interest)) == 0
    draft = await offered_run(begin, state=RunState.DRAFT)
    for wanted in (
        Wanted(course_id=draft.course_id),
        Wanted(run_id=draft.id),
        Wanted(course_id=uuid4()),
        Wanted(),
    ):
        with pytest.raises(NotFound):
            await interests.ask(VISITOR, wanted=wanted, reach=reach())
    await interests.ask(
        TEAM, wanted=Wanted(course_id=draft.course_id), reach=reach()
    )  # the team knows its drafts
