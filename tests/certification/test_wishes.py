"""Asking for certificates: by whom, about what, once; and what the team answers."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from lms.attendance.models import Presence
from lms.certification.errors import NobodyQualifies
from lms.certification.life.service import Certification
from lms.certification.models import Batch, BatchItem
from lms.certification.wishes.errors import (
    NothingTaughtThere,
    NotToBeHad,
    WhyMissing,
    WishAnswered,
)
from lms.certification.wishes.forgetting import forget_answered
from lms.certification.wishes.models import ProofWish
from lms.certification.wishes.queries import OPEN, asked, leaves_of
from lms.certification.wishes.service import ProofWishes
from lms.db import Begin
from lms.enrolment.models import Enrolment
from lms.jobs.worker import Worker
from lms.kernel.actor import Actor
from lms.kernel.errors import Forbidden, NotFound
from lms.kernel.rights import Identity
from lms.messaging.models import Letter
from lms.people.models import Person
from lms.web.module import Around
from tests.certification.holding import a_place, a_recognition, a_run_that_is_over, mark, teach
from tests.making import BOTH, MOMENT, FixedClock, learner, make_course, make_person, staff

pytestmark = BOTH
REGISTRAR = staff(Identity.CERTIFICATES)
TODAY = date(2026, 12, 4)
PERIOD = (date(2026, 11, 1), date(2026, 11, 30))


class Scene:
    """Ada was in a recognised course that Jonas has taught; another one is still running."""

    ada: Person
    jonas: Person
    place: Enrolment
    early: Enrolment
    unrecognised: Enrolment


@pytest.fixture
async def scene(begin: Begin) -> Scene:
    made = Scene()
    course, other = make_course(), make_course()
    made.ada, made.jonas = make_person(), make_person("Jonas", "Krüger")
    async with begin() as session:
        session.add_all([course, other, made.ada, made.jonas])
        await session.flush()
        session.add(a_recognition(course))
        run, meetings = await a_run_that_is_over(session, course)
        await teach(session, run, made.jonas)
        made.place = await a_place(session, run, made.ada)
        await mark(session, made.place, meetings, *[Presence.PRESENT] * 4)
        coming, _ = await a_run_that_is_over(session, course, ended=MOMENT + timedelta(weeks=3))
        made.early = await a_place(session, coming, made.ada)
        unknown, _ = await a_run_that_is_over(session, other)
        made.unrecognised = await a_place(session, unknown, made.ada)
    return made


def teacher(person: Person) -> Actor:
    return replace(learner(person), identities=frozenset({Identity.LEARNER, Identity.TRAINER}))


async def count(begin: Begin, what: type[ProofWish] | type[Batch] | type[BatchItem]) -> int:
    async with begin.reading() as session:
        return await session.scalar(select(func.count()).select_from(what)) or 0


async def test_a_learner_asks_once_and_the_team_issues_it_once(
    house: Around, scene: Scene, begin: Begin
) -> None:
    wishes, certification, ada = ProofWishes(house), Certification(house), learner(scene.ada)
    first, same = [
        await wishes.ask_for_employer(
            ada, enrolment_id=scene.place.id, wish_id=uuid4(), employer="Ohre Logistik GmbH"
        )
        for _ in range(2)
    ]
    order = await wishes.order_of(REGISTRAR, wish_id=first.id)
    for _ in range(2):
        await certification.start_batch(REGISTRAR, batch_id=first.id, orders=[order], title="x")

    assert first.id == same.id
    assert (await count(begin, ProofWish), await count(begin, Batch), await count(begin, BatchItem)) == (
        1,
        1,
        1,
    )
    assert order.particulars["employer"] == "Ohre Logistik GmbH"
    assert "Sachsen-Anhalt" in order.particulars["law_de"]
    async with begin.reading() as session:
        assert await asked(session, OPEN) == []
    with pytest.raises(WishAnswered):
        await wishes.decline(REGISTRAR, wish_id=first.id, reason="zu spät")


async def test_only_ones_own_recognised_course_that_is_over_can_be_asked_for(
    house: Around, scene: Scene, begin: Begin
) -> None:
    wishes = ProofWishes(house)
    for place in (scene.early, scene.unrecognised):
        with pytest.raises(NotToBeHad):
            await wishes.ask_for_employer(learner(scene.ada), enrolment_id=place.id, wish_id=uuid4())
    for stranger in (learner(scene.jonas), teacher(scene.jonas)):
        with pytest.raises(NotFound):
            await wishes.ask_for_employer(stranger, enrolment_id=scene.place.id, wish_id=uuid4())

    async with begin.reading() as session:
        found = await leaves_of(session, [scene.ada.id], today=TODAY)
    assert list(found) == [scene.place.id]
    assert await count(begin, ProofWish) == 0


async def test_a_guardian_asks_for_their_household(house: Around, scene: Scene) -> None:
    guardian = learner(scene.jonas, acts_for=frozenset({scene.ada.id}))

    wish = await ProofWishes(house).ask_for_employer(guardian, enrolment_id=scene.place.id, wish_id=uuid4())

    assert wish.person_id == scene.ada.id


async def test_a_trainer_asks_about_their_own_teaching_and_nobody_elses(
    house: Around, scene: Scene, begin: Begin
) -> None:
    wishes, other = ProofWishes(house), make_person("Mira", "Engel")
    async with begin() as session:
        session.add(other)
    run_id = scene.place.run_id

    of_run = await wishes.ask_for_teaching(teacher(scene.jonas), wish_id=uuid4(), run_id=run_id)
    of_period = await wishes.ask_for_teaching(teacher(scene.jonas), wish_id=uuid4(), period=PERIOD)
    again = await wishes.ask_for_teaching(teacher(scene.jonas), wish_id=uuid4(), period=PERIOD)

    assert of_run.id != of_period.id == again.id
    with pytest.raises(NothingTaughtThere):
        await wishes.ask_for_teaching(teacher(other), wish_id=uuid4(), run_id=run_id)
    with pytest.raises(NothingTaughtThere):
        await wishes.ask_for_teaching(
            teacher(scene.jonas), wish_id=uuid4(), period=(date(2025, 1, 1), date(2025, 2, 1))
        )
    with pytest.raises(Forbidden):
        await wishes.ask_for_teaching(learner(scene.jonas), wish_id=uuid4(), run_id=run_id)


async def test_the_team_says_no_with_a_reason_and_the_person_reads_it(
    house: Around, scene: Scene, begin: Begin, jobs: Worker
) -> None:
    wishes = ProofWishes(house)
    wish = await wishes.ask_for_employer(learner(scene.ada), enrolment_id=scene.place.id, wish_id=uuid4())
    with pytest.raises(WhyMissing):
        await wishes.decline(REGISTRAR, wish_id=wish.id, reason="  ")
    with pytest.raises(Forbidden):
        await wishes.decline(staff(Identity.ENROLMENT), wish_id=wish.id, reason="nein")

    await wishes.decline(REGISTRAR, wish_id=wish.id, reason="Der Bescheid ist abgelaufen.")
    await jobs.drain()

    async with begin.reading() as session:
        letter = (await session.scalars(select(Letter).where(Letter.kind == "proof_declined"))).one()
    assert "Der Bescheid ist abgelaufen." in letter.text
    with pytest.raises(WishAnswered):
        await wishes.order_of(REGISTRAR, wish_id=wish.id)
    again = await wishes.ask_for_employer(learner(scene.ada), enrolment_id=scene.place.id, wish_id=uuid4())
    assert again.id != wish.id


async def test_what_cannot_be_issued_twice_is_not_begun_twice(
    house: Around, scene: Scene, begin: Begin
) -> None:
    wishes, certification = ProofWishes(house), Certification(house)
    wish = await wishes.ask_for_teaching(teacher(scene.jonas), wish_id=uuid4(), run_id=scene.place.run_id)
    order = await wishes.order_of(REGISTRAR, wish_id=wish.id)
    await certification.start_batch(REGISTRAR, batch_id=wish.id, orders=[order], title="x")

    with pytest.raises(NobodyQualifies):
        await certification.start_batch(REGISTRAR, batch_id=uuid4(), orders=[order], title="x")
    assert await count(begin, BatchItem) == 1


async def test_a_year_after_the_answer_the_request_is_forgotten(
    house: Around, scene: Scene, begin: Begin, clock: FixedClock
) -> None:
    wishes, certification = ProofWishes(house), Certification(house)
    declined = await wishes.ask_for_employer(learner(scene.ada), enrolment_id=scene.place.id, wish_id=uuid4())
    await wishes.decline(REGISTRAR, wish_id=declined.id, reason="nein")
    issued = await wishes.ask_for_teaching(teacher(scene.jonas), wish_id=uuid4(), run_id=scene.place.run_id)
    order = await wishes.order_of(REGISTRAR, wish_id=issued.id)
    await certification.start_batch(REGISTRAR, batch_id=issued.id, orders=[order], title="x")
    waiting = await wishes.ask_for_teaching(teacher(scene.jonas), wish_id=uuid4(), period=PERIOD)

    await forget_answered(begin, clock)
    before = await count(begin, ProofWish)
    clock.forward(days=366)
    await forget_answered(begin, clock)

    async with begin.reading() as session:
        left = (await session.scalars(select(ProofWish.id))).all()
    assert (before, left) == (3, [waiting.id])
