"""Courses that build on others (F-I07): what is needed is asked for in plain words, and the team may let somebody in."""

import asyncio
from collections.abc import Mapping
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from lms.audit.models import AuditEntry
from lms.catalogue.models import Course, Run
from lms.db import Begin
from lms.enrolment.conditions.errors import EarlierCourseMissing, EarlierCourseUnknown
from lms.enrolment.conditions.models import Admission
from lms.enrolment.conditions.prerequisites import (
    GoesInCircles,
    Prerequisites,
    goes_in_circles,
    mark_of,
)
from lms.enrolment.conditions.queries import asks_of, prerequisites_of
from lms.enrolment.conditions.values import Said
from lms.enrolment.models import EnrolmentState
from lms.enrolment.service import Enrolments
from lms.kernel.errors import Forbidden, NotFound, Stale
from lms.kernel.rights import Identity
from lms.web.module import Around
from tests.enrolment.places import VISITOR, named
from tests.making import BOTH, learner, make_course, make_person, make_run, staff

pytestmark = BOTH
TEAM, PLANNER = staff(), staff(Identity.PROGRAMME)
A, B, C, D = (UUID(int=number) for number in range(1, 5))


class Way:
    """A beginners' course that the next one builds on, and a run of each."""

    beginners: Course
    advanced: Course
    first: Run
    second: Run


@pytest.fixture
async def way(begin: Begin) -> Way:
    made = Way()
    made.beginners, made.advanced = make_course("Tablet 1"), make_course("Tablet 2", title_en="Tablet two")
    made.first, made.second = make_run(made.beginners), make_run(made.advanced)
    async with begin() as session:
        session.add_all([made.beginners, made.advanced])
        await session.flush()
        session.add_all([made.first, made.second])
    return made


async def build(house: Around, course: Course, before: Mapping[UUID, bool], seen: str = "") -> None:
    await Prerequisites(house).set(PLANNER, course_id=course.id, before=before, seen=seen)


@pytest.mark.parametrize(
    ("needed", "others", "circle"),
    [
        pytest.param([B], {}, None, id="one before the other"),
        pytest.param([B], {B: [A]}, B, id="each before the other"),
        pytest.param([B], {B: [C], C: [D], D: [A]}, B, id="over three corners"),
        pytest.param([B, C], {B: [D], C: [D]}, None, id="two ways to the same beginning"),
        pytest.param([B], {C: [D], D: [C]}, None, id="a circle elsewhere ends the search as well"),
        pytest.param([B], {B: [C], C: [B]}, None, id="a circle ahead"),
    ],
)
def test_nothing_builds_on_itself(
    database: str, needed: list[UUID], others: dict[UUID, list[UUID]], circle: UUID | None
) -> None:
    del database
    assert goes_in_circles(A, needed, others) == circle


async def test_who_has_not_taken_what_is_needed_is_told_so_and_who_has_gets_in(
    house: Around, begin: Begin, enrolments: Enrolments, way: Way
) -> None:
    await build(house, way.advanced, {way.beginners.id: True})
    mia = make_person("Mia", "Sommer")
    async with begin() as session:
        session.add(mia)

    with pytest.raises(EarlierCourseUnknown):
        await enrolments.enrol(VISITOR, run_id=way.second.id, persons=[named()])
    with pytest.raises(EarlierCourseMissing) as missing:
        await enrolments.enrol(learner(mia), run_id=way.second.id, persons=[mia.id])
    await enrolments.enrol(learner(mia), run_id=way.first.id, persons=[mia.id])
    placed = await enrolments.enrol(learner(mia), run_id=way.second.id, persons=[mia.id])

    assert missing.value.params == {"name": "Mia Sommer", "course": "Tablet 1"}
    assert placed.state is EnrolmentState.CONFIRMED


async def test_the_team_may_let_somebody_in_with_a_reason(
    house: Around, begin: Begin, enrolments: Enrolments, way: Way
) -> None:
    await build(house, way.advanced, {way.beginners.id: True})

    with pytest.raises(EarlierCourseMissing):
        await enrolments.enrol(TEAM, run_id=way.second.id, persons=[named()])
    said = Said(override_reason="Kann es schon.")
    await enrolments.enrol(TEAM, run_id=way.second.id, persons=[named()], said=said)

    async with begin.reading() as session:
        assert [one.override_reason for one in await session.scalars(select(Admission))] == ["Kann es schon."]


async def test_what_is_recommended_is_only_said(
    house: Around, begin: Begin, enrolments: Enrolments, way: Way
) -> None:
    await build(house, way.advanced, {way.beginners.id: False})

    placed = await enrolments.enrol(VISITOR, run_id=way.second.id, persons=[named()])

    async with begin.reading() as session:
        asks = await asks_of(session, way.second)
    assert (placed.state, [one.id for one in asks.advised], list(asks.needed)) == (
        EnrolmentState.CONFIRMED,
        [way.beginners.id],
        [],
    )


async def test_only_the_programme_team_sets_them_and_nobody_overwrites_somebody_else(
    house: Around, begin: Begin, way: Way
) -> None:
    service = Prerequisites(house)
    with pytest.raises(Forbidden):
        await service.set(staff(Identity.ENROLMENT), course_id=way.advanced.id, before={}, seen="")
    with pytest.raises(NotFound):
        await build(house, way.advanced, {uuid4(): True})
    await build(house, way.advanced, {way.beginners.id: True})
    with pytest.raises(Stale):
        await build(house, way.advanced, {}, seen="")
    with pytest.raises(GoesInCircles):
        await build(house, way.beginners, {way.advanced.id: True})
    await build(house, way.beginners, {way.advanced.id: False})  # a recommendation closes no circle

    async with begin.reading() as session:
        seen = mark_of((await prerequisites_of(session, [way.advanced.id]))[way.advanced.id])
    await build(house, way.advanced, {}, seen=seen)
    async with begin.reading() as session:
        kinds = [one.action for one in await session.scalars(select(AuditEntry))]
        assert await prerequisites_of(session, [way.advanced.id]) == {}
    assert kinds.count("course.prerequisites") == 3


async def test_two_at_once_close_no_circle(house: Around, begin: Begin, way: Way) -> None:
    done = await asyncio.gather(
        build(house, way.advanced, {way.beginners.id: True}),
        build(house, way.beginners, {way.advanced.id: True}),
        return_exceptions=True,
    )

    assert sorted(type(one).__name__ for one in done) == ["GoesInCircles", "NoneType"]
