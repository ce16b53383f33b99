"""A path as everybody reads it: the order, what comes next, and when it is offered."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from lms.catalogue.models import Course
from lms.certification.paths.rules import Demand, next_step
from lms.certification.paths.service import Paths, Plan
from lms.certification.paths.story import path_story, paths_with
from lms.db import Begin
from lms.enrolment.conditions.prerequisites import Prerequisites
from lms.kernel.errors import NotFound
from lms.kernel.rights import Identity
from lms.people.models import Person
from lms.web.module import Around
from tests.certification.holding import a_certificate, a_run_that_is_over
from tests.learning.published import a_place
from tests.making import BOTH, MOMENT, make_course, make_person, make_run, staff
from tests.office import counted, words_of
from tests.visiting import Browser, sign_in

A, B, C, D = (UUID(int=number) for number in range(1, 5))
REGISTRAR, PLANNER = staff(Identity.CERTIFICATES), staff(Identity.PROGRAMME)


@pytest.mark.parametrize(
    ("held", "taken", "before", "expected"),
    [
        pytest.param([], [], {}, A, id="the first"),
        pytest.param([A], [], {B: [A]}, B, id="what builds on it"),
        pytest.param([], [A], {B: [A]}, B, id="a place in the one before is enough"),
        pytest.param([], [], {A: [D], B: [D]}, C, id="what needs another course waits"),
        pytest.param([A, B, C], [], {}, None, id="the end"),
        pytest.param([], [A, B, C], {}, None, id="everything is under way"),
    ],
)
def test_what_comes_next(
    held: list[UUID], taken: list[UUID], before: dict[UUID, list[UUID]], expected: UUID | None
) -> None:
    demand = Demand(required=frozenset({A, B, C}))

    assert next_step(demand, held, taken, [A, B, C], before) == expected


class Scene:
    courses: list[Course]
    path_id: UUID
    ada: Person


@pytest.fixture
async def scene(house: Around, begin: Begin) -> Scene:
    """Ada holds the first certificate of three and has a place in the second course; the third is offered twice."""
    made = Scene()
    made.courses = [make_course("Tablet"), make_course("E-Mail"), make_course("Ämter online")]
    made.ada, made.path_id = make_person(), uuid4()
    tablet, mail, offices = made.courses
    later = make_run(offices, starts_at=MOMENT + timedelta(days=90), number="27-0009")
    sooner = make_run(offices, starts_at=MOMENT + timedelta(days=30), number="27-0003")
    closed = make_run(offices, starts_at=MOMENT + timedelta(days=9), number="27-0001", company_id=uuid4())
    full_of_mail = make_run(mail)
    async with begin() as session:
        session.add_all([*made.courses, made.ada])
        await session.flush()
        over, _ = await a_run_that_is_over(session, tablet)
        session.add_all([later, sooner, closed, full_of_mail])
        session.add(a_certificate(made.ada, over))
    await a_place(begin, full_of_mail.id, made.ada)
    plan = Plan("Sicher im Netz", "Safe online", "Ich kann vieles.\n", "", [(one.id, True) for one in made.courses])  # fmt: skip
    await Paths(house).add(REGISTRAR, plan, path_id=made.path_id)
    await Prerequisites(house).set(PLANNER, course_id=offices.id, before={mail.id: True, tablet.id: False}, seen="")  # fmt: skip
    return made


class TestInTheDatabase:
    pytestmark = BOTH

    async def test_one_sees_where_one_stands(self, begin: Begin, scene: Scene) -> None:
        async with begin.reading() as session:
            with counted() as seen:
                story = await path_story(session, scene.path_id, person_id=scene.ada.id, now=MOMENT)
            nobody = await path_story(session, scene.path_id, person_id=None, now=MOMENT)

        assert [(one.is_held, one.has_place, one.is_next) for one in story.steps] == [
            (True, False, False),
            (False, True, False),
            (False, False, True),
        ]
        assert (story.done, story.total) == (1, 3)
        assert story.next is not None
        assert story.next.offered is not None
        assert story.next.offered.number == "27-0003"
        assert [one.title_de for one in story.next.needed] == ["E-Mail"]
        assert [one.title_de for one in story.next.advised] == ["Tablet"]
        assert [one.is_held or one.has_place for one in nobody.steps] == [False] * 3
        assert len(seen) == 6

    async def test_an_ended_path_is_nobody_s_any_more(self, house: Around, begin: Begin, scene: Scene) -> None:  # fmt: skip
        async with begin.reading() as session:
            assert len(await paths_with(session, scene.courses[0].id)) == 1
        await Paths(house).retire(REGISTRAR, path_id=scene.path_id)

        async with begin.reading() as session:
            assert await paths_with(session, scene.courses[0].id) == []
            with pytest.raises(NotFound):
                await path_story(session, scene.path_id, person_id=None, now=MOMENT)


async def test_the_page_says_it_in_words(client: Browser, begin: Begin, scene: Scene) -> None:
    as_visitor = words_of((await client.get(f"/lernwege/{scene.path_id}")).text)
    listed = words_of((await client.get("/lernwege")).text)
    on_course = words_of((await client.get(f"/kurse/{scene.courses[2].slug}")).text)
    await sign_in(client, begin, person=scene.ada, is_known=True)

    own = words_of((await client.get(f"/lernwege/{scene.path_id}")).text)
    certificates = (await client.get("/meine-nachweise")).text

    assert "Einloggen und sehen, wo Sie stehen" in as_visitor
    assert "Nötig vorher: E-Mail" in as_visitor
    assert "Empfohlen vorher: Tablet" in as_visitor
    assert "Sicher im Netz" in listed
    assert "Dieser Kurs gehört zu einem Lernweg: Sicher im Netz" in on_course
    assert "E-Mail (nötig vorher)" in on_course.replace(" ,", ",").replace("  ", " ")
    assert "1 von 3 Kursen sind geschafft" in own
    assert "Das kommt als Nächstes: Ämter online" in own
    assert f"/lernwege/{scene.path_id}" in certificates
