"""Clubs: runs without fixed end. Dates are made ahead, members come and go, parents are told, the team ends it."""

from dataclasses import replace
from datetime import date, time, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from lms.catalogue.models import Run, RunState
from lms.db import Begin
from lms.enrolment.clubs.letters import ClubLetters, month_to_tell, tell_of_end
from lms.enrolment.clubs.models import PlannedLeaving
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.enrolment.service import Enrolments
from lms.jobs.models import Job
from lms.kernel.clock import local
from lms.kernel.errors import NotFound
from lms.kernel.rights import Identity
from lms.messaging.models import Letter
from lms.scheduling.clubs.events import ClubEnded
from lms.scheduling.clubs.making import Pause
from lms.scheduling.clubs.models import ClubRule
from lms.scheduling.clubs.service import ClubPlan, Clubs, DayInThePast, DayTooFar, EndBeforeBegin
from lms.scheduling.errors import WrongState
from lms.scheduling.models import Session, SessionState, SkipCause, SkippedDate
from lms.web.module import Around
from tests.enrolment.places import VISITOR, look, named
from tests.making import BOTH, FixedClock, make_course, make_room, make_venue, staff

pytestmark = BOTH
PLANNER = staff(Identity.PROGRAMME)
TUESDAY = 1
FOUNDED = date(2026, 12, 8)


@pytest.fixture
def clubs(house: Around) -> Clubs:
    return Clubs(house)


async def robots(clubs: Clubs, begin: Begin, **given: object) -> Run:
    """Every Tuesday at four, from 8 December 2026 on, published."""
    venue = make_venue(federal_state="ST")
    room, course = make_room(venue), make_course("Robotik-AG")
    async with begin() as session:
        session.add_all([venue, course])
        await session.flush()
        session.add(room)
    plan = ClubPlan(
        run_id=uuid4(), course_id=course.id, first_day=FOUNDED, weekday=TUESDAY, starts_at=time(16), minutes=90,
        capacity=2, room_id=room.id,
    )  # fmt: skip
    run = await clubs.found(PLANNER, plan)
    assert (await clubs.found(PLANNER, plan)).id == run.id  # sent twice
    await clubs.scheduling.publish(PLANNER, run_id=run.id)
    return (await look(begin, run)).run


async def dates(begin: Begin, run_id: UUID) -> list[date]:
    async with begin.reading() as session:
        rows = await session.scalars(
            select(Session.starts_at)
            .where(Session.run_id == run_id, Session.state == SessionState.PLANNED)
            .order_by(Session.starts_at)
        )
        return [local(one).date() for one in rows]


async def test_a_club_knows_its_dates_of_ten_weeks_and_goes_on_by_itself(
    clubs: Clubs, begin: Begin, clock: FixedClock
) -> None:
    run = await robots(clubs, begin)
    assert run.is_open_ended
    before = await dates(begin, run.id)
    assert (before[0], {day.weekday() for day in before}) == (FOUNDED, {TUESDAY})
    assert date(2026, 12, 22) not in before  # school holidays in Saxony-Anhalt
    clock.forward(days=30)

    assert (await clubs.keep_going(), await clubs.keep_going()) == (1, 0)

    after = await dates(begin, run.id)
    shown = (await look(begin, run)).run
    assert len(after) > len(before) or after[-1] >= before[-1]
    assert shown.starts_at is not None
    assert shown.ends_at is not None
    assert shown.starts_at > clock() < shown.ends_at
    async with begin.reading() as session:
        rule = await session.get_one(ClubRule, run.id)
        skipped = (await session.scalars(select(SkippedDate).where(SkippedDate.run_id == run.id))).all()
        letters = (await session.scalars(select(Letter))).all()
    assert rule.made_until >= local(clock()).date() + timedelta(weeks=9)
    assert {one.cause for one in skipped} == {SkipCause.HOLIDAY}
    assert not letters  # nobody is told that it goes on as always


async def test_it_is_never_over_by_date_and_years_later_still_takes_people(
    clubs: Clubs, enrolments: Enrolments, begin: Begin, clock: FixedClock
) -> None:
    run = await robots(clubs, begin)
    with pytest.raises(WrongState):
        await clubs.scheduling.complete(PLANNER, run_id=run.id)
    for _ in range(6):
        clock.forward(days=60)
        await clubs.keep_going()

    placed = await enrolments.enrol(VISITOR, run_id=run.id, persons=[named()])

    assert placed.state is EnrolmentState.CONFIRMED


async def test_members_leave_at_the_end_of_the_month_and_the_next_moves_up(
    clubs: Clubs, enrolments: Enrolments, begin: Begin, clock: FixedClock
) -> None:
    run = await robots(clubs, begin)
    ada = (await enrolments.enrol(VISITOR, run_id=run.id, persons=[named()])).enrolments[0]
    await enrolments.enrol(VISITOR, run_id=run.id, persons=[named("Ben Zander")])
    waiting = await enrolments.enrol(VISITOR, run_id=run.id, persons=[named("Cem Kaya")])
    assert waiting.state is EnrolmentState.WAITING
    token = enrolments.signer.token("enrolment", ada.id, ada.link_version)
    with pytest.raises(NotFound):
        await enrolments.leave_at_months_end(VISITOR, enrolment_id=ada.id, token="geraten")

    day = await enrolments.leave_at_months_end(VISITOR, enrolment_id=ada.id, token=token)

    assert day == date(2026, 12, 31)
    assert await enrolments.leave_due() == 0
    await enrolments.stay_after_all(VISITOR, enrolment_id=ada.id, token=token)
    await enrolments.leave_at_months_end(VISITOR, enrolment_id=ada.id, token=token)
    clock.forward(days=28)  # 1 January
    await clubs.keep_going()
    assert (await enrolments.leave_due(), await enrolments.leave_due()) == (1, 0)
    states = [one.state for one in (await look(begin, run)).named]
    assert states == [EnrolmentState.CANCELLED, EnrolmentState.CONFIRMED, EnrolmentState.OFFERED]
    async with begin.reading() as session:
        assert await session.get(PlannedLeaving, ada.id) is None


async def test_parents_get_next_months_dates_once_and_hear_of_the_end(
    clubs: Clubs, enrolments: Enrolments, begin: Begin, clock: FixedClock, house: Around
) -> None:
    run = await robots(clubs, begin)
    letters = ClubLetters(house)
    mia = await enrolments.enrol(
        staff(),
        run_id=run.id,
        persons=[named("Mia Brandt", birth_date=date(2010, 5, 1), email=None)],
        contact=named("Jan Brandt"),
    )
    async with begin() as session:  # her father has consented
        (await session.get_one(Enrolment, mia.enrolments[0].id)).state = EnrolmentState.CONFIRMED
    await enrolments.enrol(VISITOR, run_id=run.id, persons=[named()])
    assert await letters.tell_parents() == 0
    assert month_to_tell(date(2026, 11, 24)) == date(2026, 12, 1)
    clock.forward(days=22)  # 26 December
    assert (await letters.tell_parents(), await letters.tell_parents()) == (1, 0)

    await clubs.end(PLANNER, run_id=run.id, last_day=date(2027, 1, 12), reason="Der Raum wird umgebaut.")
    await clubs.end(PLANNER, run_id=run.id, last_day=date(2027, 1, 12), reason="noch einmal")
    async with begin() as session:
        await tell_of_end(
            session,
            ClubEnded(run_id=run.id, last_day=date(2027, 1, 12), reason="Der Raum wird umgebaut."),
        )
        kinds = [letter.kind for letter in await session.scalars(select(Letter))]
    assert (kinds.count("club_dates"), kinds.count("club_ended")) == (1, 2)


async def test_an_ended_club_is_a_run_like_any_other(clubs: Clubs, begin: Begin, clock: FixedClock) -> None:
    run = await robots(clubs, begin)
    with pytest.raises(DayInThePast):
        await clubs.end(PLANNER, run_id=run.id, last_day=date(2026, 12, 1), reason="")
    await clubs.end(PLANNER, run_id=run.id, last_day=date(2026, 12, 31), reason="Zu wenige")

    ended = (await look(begin, run)).run
    assert (await dates(begin, run.id))[-1] == date(2026, 12, 15)
    assert not ended.is_open_ended
    clock.forward(days=20)
    assert await clubs.keep_going() == 0
    assert (await clubs.scheduling.complete(PLANNER, run_id=run.id)).state is RunState.COMPLETED


async def test_a_club_without_a_date_pauses_and_its_members_hear_when_it_goes_on(
    clubs: Clubs, enrolments: Enrolments, begin: Begin, clock: FixedClock
) -> None:
    """Its room is taken for longer than dates are known: it stays in the programme, takes people, and is not over."""
    run = await robots(clubs, begin)
    await enrolments.enrol(VISITOR, run_id=run.id, persons=[named()])
    trouble = Pause(local(clock()).date(), date(2027, 3, 31), "Der Raum wird umgebaut.")
    for wrong, refusal in (
        (replace(trouble, first_day=date(2026, 11, 1)), DayInThePast),
        (replace(trouble, last_day=date(2028, 3, 1)), DayTooFar),
        (replace(trouble, first_day=date(2027, 4, 1)), EndBeforeBegin),
    ):
        with pytest.raises(refusal):
            await clubs.pause(PLANNER, run_id=run.id, pause=wrong)

    await clubs.pause(PLANNER, run_id=run.id, pause=trouble)
    await clubs.pause(PLANNER, run_id=run.id, pause=trouble)

    paused = (await look(begin, run)).run
    assert await dates(begin, run.id) == []
    assert (paused.is_pausing, paused.is_open_ended) == (True, True)
    assert paused.starts_at is not None
    assert local(paused.starts_at).date() == date(2027, 4, 6)
    clock.forward(days=40)
    await enrolments.enrol(VISITOR, run_id=run.id, persons=[named("Ben Zander")])
    clock.forward(days=10)
    assert (await clubs.keep_going(), await clubs.keep_going()) == (0, 0)
    clock.forward(days=20)
    await clubs.keep_going()
    after = (await look(begin, run)).run
    async with begin.reading() as session:
        told = [
            len(job.payload["changes"])
            for job in await session.scalars(select(Job).order_by(Job.created_at))
            if "is_quiet" in job.payload and not job.payload["is_quiet"]
        ]
    assert not after.is_pausing
    assert (await dates(begin, run.id))[0] == date(2027, 4, 6)
    assert len(told) == 2  # which dates drop out, and when it goes on


async def test_a_club_may_end_behind_the_dates_that_are_known(
    clubs: Clubs, begin: Begin, clock: FixedClock
) -> None:
    run = await robots(clubs, begin)

    await clubs.end(PLANNER, run_id=run.id, last_day=date(2027, 6, 15), reason="Sommer")

    met = await dates(begin, run.id)
    assert met[-1] == date(2027, 6, 15)
    assert len(met) > 18
