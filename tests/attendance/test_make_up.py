"""A missed session is made up in a parallel run: agreed by the team, marked by the trainer over there."""

import asyncio
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from lms.attendance.errors import (
    AlreadyMadeUp,
    ComesAnyway,
    NoSeatLeft,
    NothingMarked,
    NotInThisRun,
    NotMissed,
    NotParallel,
    NotTheirSession,
)
from lms.attendance.make_up import MakeUps, fitting_sessions
from lms.attendance.meetings import meetings
from lms.attendance.models import MakeUp, Presence
from lms.attendance.participants import participants
from lms.attendance.queries import records, register
from lms.attendance.service import Mark, Register
from lms.audit.models import AuditEntry
from lms.catalogue.models import Run
from lms.db import Begin
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.kernel.errors import Forbidden, NotFound
from lms.kernel.rights import Identity
from lms.people.models import Person
from lms.scheduling.models import Session, SessionState
from lms.web.module import Around
from tests.certification.eligibility.parallel import TEAM, A, P, Parallel, enrol, parallel_runs
from tests.making import BOTH, MOMENT, make_course, make_person, make_run, staff

pytestmark = BOTH


@pytest.fixture
async def two(begin: Begin) -> Parallel:
    return await parallel_runs(begin)


@pytest.fixture
def make_ups(house: Around) -> MakeUps:
    return MakeUps(house)


async def agree(make_ups: MakeUps, two: Parallel, **given: object) -> MakeUp:
    """Ada makes her second session up in the second of the other run."""
    wanted = {
        "enrolment_id": two.ada.id,
        "missed_session_id": two.first.meetings[1].id,
        "session_id": two.second.meetings[1].id,
    }
    return await make_ups.agree(TEAM, **wanted | given)  # type: ignore[arg-type]


async def test_the_guest_stands_in_the_other_register_takes_no_place_and_is_marked_like_everybody_else(
    make_ups: MakeUps, two: Parallel, begin: Begin, house: Around
) -> None:
    await agree(make_ups, two)
    async with begin.reading() as session:
        lines = await register(session, two.second.meetings[1])
        [meeting] = await meetings(session, Session.id == two.second.meetings[1].id)
        before = (await records(session, [two.ada.id]))[two.ada.id]
    await Register(house).mark(
        two.second.trainer,
        session_id=two.second.meetings[1].id,
        marks=[Mark(two.ada.id, Presence.LATE, 15)],
    )
    async with begin.reading() as session:
        after = (await records(session, [two.ada.id]))[two.ada.id]
        entry = await session.scalar(select(AuditEntry).where(AuditEntry.action == "attendance.marked"))

    assert [(one.name, one.guest_of) for one in lines] == [
        ("Cem Celik", ""),
        ("Ada Arndt", two.first.run.number),
    ]
    assert (meeting.expected, meeting.marked, meeting.run.occupied) == (2, 1, 1)
    assert (before.attended_minutes, after.attended_minutes) == (270, 345)
    assert (before.sessions_attended, after.sessions_attended) == (3, 4)
    assert entry is not None
    assert (entry.person_id, entry.after["presence"]) == (two.ada.person_id, "late")


async def test_a_guest_is_marked_in_that_session_only_and_by_nobody_but_its_trainer(
    make_ups: MakeUps, two: Parallel, house: Around
) -> None:
    await agree(make_ups, two)
    marks = [Mark(two.ada.id, Presence.PRESENT)]

    with pytest.raises(NotInThisRun):
        await Register(house).mark(two.second.trainer, session_id=two.second.meetings[2].id, marks=marks)
    with pytest.raises(NotFound):
        await Register(house).mark(two.first.trainer, session_id=two.second.meetings[1].id, marks=marks)


async def test_a_guest_without_a_mark_keeps_the_register_open(
    make_ups: MakeUps, two: Parallel, house: Around
) -> None:
    await agree(make_ups, two)

    with pytest.raises(NothingMarked):
        await Register(house).lock(TEAM, run_id=two.second.id)


async def test_agreed_twice_it_is_agreed_once_and_no_session_is_made_up_twice(
    make_ups: MakeUps, two: Parallel
) -> None:
    first, again = await agree(make_ups, two), await agree(make_ups, two)

    assert first.id == again.id
    with pytest.raises(AlreadyMadeUp):
        await agree(make_ups, two, session_id=two.second.meetings[2].id)
    with pytest.raises(AlreadyMadeUp):
        await agree(make_ups, two, missed_session_id=two.first.meetings[4].id)


async def test_two_who_agree_at_once_on_different_sessions_agree_on_one(
    make_ups: MakeUps, two: Parallel, begin: Begin
) -> None:
    outcomes = await asyncio.gather(
        *(agree(make_ups, two, session_id=two.second.meetings[number].id) for number in range(5)),
        return_exceptions=True,
    )

    async with begin.reading() as session:
        kept = (await session.scalars(select(MakeUp))).all()
    assert len(kept) == 1
    assert sum(isinstance(one, AlreadyMadeUp) for one in outcomes) == 4


async def test_what_does_not_fit_together_is_refused(make_ups: MakeUps, two: Parallel, begin: Begin) -> None:
    other_course, there = make_course("Anderes"), make_person("Dana", "Dorn")
    other_run = make_run(other_course)
    async with begin() as session:
        session.add(other_course)
        await session.flush()
        session.add(other_run)
        await session.flush()
        elsewhere = Session(
            run_id=other_run.id,
            starts_at=two.second.meetings[0].starts_at,
            ends_at=two.second.meetings[0].ends_at,
            changed_at=two.second.meetings[0].changed_at,
        )
        session.add(elsewhere)
    dana = await enrol(begin, two.first, there, [A, P, P, P, P])

    with pytest.raises(NotMissed):
        await agree(make_ups, two, missed_session_id=two.first.meetings[0].id)
    with pytest.raises(NotTheirSession):
        await agree(make_ups, two, enrolment_id=two.cem.id)
    with pytest.raises(NotTheirSession):
        await agree(make_ups, two, missed_session_id=two.second.meetings[0].id)
    with pytest.raises(NotParallel):
        await agree(make_ups, two, session_id=two.first.meetings[0].id)
    with pytest.raises(NotParallel):
        await agree(make_ups, two, session_id=elsewhere.id)
    with pytest.raises(NotFound):
        await agree(make_ups, two, enrolment_id=uuid4())
    async with begin() as session:
        await session.execute(
            update(Session)
            .where(Session.id == two.second.meetings[3].id)
            .values(state=SessionState.CANCELLED)
        )
    with pytest.raises(NotParallel):
        await agree(make_ups, two, session_id=two.second.meetings[3].id)
    also = await enrol_known(begin, two, dana)
    with pytest.raises(ComesAnyway):
        await agree(make_ups, two, enrolment_id=also.id, missed_session_id=two.first.meetings[0].id)


async def enrol_known(begin: Begin, two: Parallel, one: Enrolment) -> Enrolment:
    """The same person gets a place in the second run as well; gives back the first place."""
    async with begin() as session:
        person = await session.get_one(Person, one.person_id)
    await enrol(begin, two.second, person, [None] * 5)
    return one


async def test_a_full_session_takes_a_guest_only_when_that_is_wanted(
    make_ups: MakeUps, two: Parallel, begin: Begin
) -> None:
    async with begin() as session:
        await session.execute(update(Run).where(Run.id == two.second.id).values(capacity=1))

    with pytest.raises(NoSeatLeft):
        await agree(make_ups, two)

    assert (await agree(make_ups, two, even_if_full=True)).session_id == two.second.meetings[1].id


async def test_taken_back_it_counts_no_more_and_another_can_be_agreed(
    make_ups: MakeUps, two: Parallel, begin: Begin, house: Around
) -> None:
    made = await agree(make_ups, two)
    await Register(house).mark(
        TEAM, session_id=two.second.meetings[1].id, marks=[Mark(two.ada.id, Presence.PRESENT)]
    )

    await make_ups.withdraw(TEAM, make_up_id=made.id)
    await make_ups.withdraw(TEAM, make_up_id=made.id)
    another = await agree(make_ups, two, session_id=two.second.meetings[3].id)

    async with begin.reading() as session:
        now = (await records(session, [two.ada.id]))[two.ada.id]
        lines = await register(session, two.second.meetings[1])
        trail = (
            await session.scalars(select(AuditEntry.action).where(AuditEntry.action.startswith("make_up")))
        ).all()
    assert another.id != made.id
    assert (now.attended_minutes, [one.name for one in lines]) == (270, ["Cem Celik"])
    assert sorted(trail) == ["make_up.agreed", "make_up.agreed", "make_up.withdrawn"]


@pytest.mark.parametrize("roles", [(Identity.TRAINER,), (Identity.PROGRAMME,), (Identity.FINANCE,)])
async def test_only_those_who_keep_registers_or_issue_certificates_agree(
    make_ups: MakeUps, two: Parallel, roles: tuple[Identity, ...]
) -> None:
    with pytest.raises(Forbidden):
        await make_ups.agree(
            staff(*roles),
            enrolment_id=two.ada.id,
            missed_session_id=two.first.meetings[1].id,
            session_id=two.second.meetings[1].id,
        )


async def test_fitting_are_the_sessions_of_other_runs_those_with_the_same_number_first(
    two: Parallel, begin: Begin
) -> None:
    async with begin.reading() as session:
        found = await fitting_sessions(session, two.ada, two.first.meetings[1])
        for_cem = await fitting_sessions(session, two.cem, two.second.meetings[0])

    assert [(one.number, one.free) for one in found] == [(2, 11), (1, 11), (3, 11), (4, 11), (5, 11)]
    assert {one.run_number for one in found} == {two.second.run.number}
    assert {one.run_number for one in for_cem} == {two.first.run.number}


async def test_who_gives_the_place_back_is_no_guest_any_more(
    make_ups: MakeUps, two: Parallel, begin: Begin
) -> None:
    await agree(make_ups, two, missed_session_id=two.first.meetings[4].id)
    async with begin() as session:
        row = await session.get_one(Enrolment, two.ada.id)
        row.state = EnrolmentState.CANCELLED
    async with begin.reading() as session:
        lines = await register(session, two.second.meetings[1])

    assert [one.name for one in lines] == ["Cem Celik"]


async def test_those_who_teach_know_their_guests_and_whom_to_call_about_a_child(
    make_ups: MakeUps, two: Parallel, begin: Begin
) -> None:
    await agree(make_ups, two)
    async with begin.reading() as session:
        there = await participants(session, two.second.id, today=MOMENT.date(), with_emergency=True)
        here = await participants(session, two.first.id, today=MOMENT.date(), with_emergency=True)

    assert [(one.name, len(one.only)) for one in there] == [("Ada Arndt", 1), ("Cem Celik", 0)]
    assert [(one.name, len(one.only)) for one in here] == [("Ada Arndt", 0), ("Ben Berg", 0)]
