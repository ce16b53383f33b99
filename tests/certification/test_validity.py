"""How long certificates count, and who is reminded when: once each, and nobody who has renewed."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from certificates.document import Kind
from lms.attendance.models import Presence
from lms.catalogue.models import Course, Run
from lms.certification.eligibility.models import CourseRule
from lms.certification.kinds import taking_part
from lms.certification.models import Certificate, CertificateState
from lms.certification.validity.queries import endings
from lms.certification.validity.reminding import ExpiryReminders
from lms.certification.validity.service import Validity
from lms.db import Begin
from lms.kernel.errors import Forbidden
from lms.kernel.rights import Identity
from lms.messaging.models import Letter
from lms.people.models import Person
from lms.web.module import Around
from tests.certification.holding import a_certificate, a_place, a_run_that_is_over, an_item, mark
from tests.making import BOTH, MOMENT, FixedClock, make_course, make_person, make_run, staff

pytestmark = BOTH
REGISTRAR = staff(Identity.CERTIFICATES)
ENDS = date(2027, 3, 1)


class Scene:
    """Ada's certificate is valid until 1 March 2027; the next run of its course begins in January."""

    course: Course
    run: Run
    ada: Person
    paper: Certificate


@pytest.fixture
async def scene(begin: Begin) -> Scene:
    made = Scene()
    made.course, made.ada = make_course("Ersthelfer am Rechner"), make_person()
    async with begin() as session:
        session.add_all([made.course, made.ada])
        await session.flush()
        made.run, _ = await a_run_that_is_over(session, made.course, ended=MOMENT - timedelta(days=600))
        made.paper = a_certificate(made.ada, made.run, valid_until=ENDS)
        session.add(made.paper)
        session.add(make_run(made.course, number="R-NEU", starts_at=MOMENT + timedelta(days=100)))
        session.add(make_run(made.course, number="R-FIRMA", starts_at=MOMENT - timedelta(days=1)))
    return made


async def letters(begin: Begin) -> list[Letter]:
    async with begin.reading() as session:
        return list(await session.scalars(select(Letter).where(Letter.kind == "certificate_ends")))


async def test_a_holder_is_reminded_twice_in_good_time_with_the_next_dates(
    house: Around, scene: Scene, begin: Begin, clock: FixedClock
) -> None:
    reminders = ExpiryReminders(house)

    assert await reminders.remind() == 0
    clock.forward(days=27)
    assert [await reminders.remind(), await reminders.remind()] == [1, 0]
    clock.forward(days=46)
    assert [await reminders.remind(), await reminders.remind()] == [1, 0]
    clock.forward(days=20)
    assert await reminders.remind() == 0

    first, second = await letters(begin)
    assert "Ersthelfer am Rechner" in first.subject
    assert "1. März 2027" in first.subject
    assert "R-NEU" in first.text
    assert "R-FIRMA" not in first.text
    assert f"/kurse/{scene.course.slug}" in second.text


async def test_who_has_renewed_is_left_in_peace_and_keeps_the_old_paper(
    house: Around, scene: Scene, begin: Begin, clock: FixedClock
) -> None:
    async with begin() as session:
        newer, _ = await a_run_that_is_over(session, scene.course)
        session.add(a_certificate(scene.ada, newer, valid_until=date(2029, 3, 1)))
    clock.forward(days=27)

    assert await ExpiryReminders(house).remind() == 0
    async with begin.reading() as session:
        found, total = await endings(session)
    assert [(one.is_renewed, one.certificate.state) for one in found] == [
        (True, CertificateState.ISSUED),
        (False, CertificateState.ISSUED),
    ]
    assert total == 2


@pytest.mark.parametrize("state", [CertificateState.REVOKED, CertificateState.REPLACED])
async def test_what_no_longer_stands_is_not_reminded_of(
    house: Around, scene: Scene, begin: Begin, clock: FixedClock, state: CertificateState
) -> None:
    async with begin() as session:
        session.add(scene.paper)
        scene.paper.state, scene.paper.ended_at = state, MOMENT
    clock.forward(days=27)

    assert await ExpiryReminders(house).remind() == 0


async def test_a_deleted_person_is_written_to_no_more_and_nothing_breaks(
    house: Around, begin: Begin, scene: Scene, clock: FixedClock
) -> None:
    async with begin() as session:
        session.add(a_certificate(make_person("Fort", "Gegangen"), scene.run, valid_until=ENDS))
    clock.forward(days=27)

    assert await ExpiryReminders(house).remind() == 1


async def test_the_team_stops_the_reminders_when_somebody_asks_for_it(
    house: Around, scene: Scene, begin: Begin, clock: FixedClock
) -> None:
    with pytest.raises(Forbidden):
        await Validity(house).stop(staff(Identity.ENROLMENT), certificate_id=scene.paper.id)

    await Validity(house).stop(REGISTRAR, certificate_id=scene.paper.id)
    clock.forward(days=75)

    assert await ExpiryReminders(house).remind() == 0


async def test_the_certificate_of_a_course_says_until_when_it_counts(scene: Scene, begin: Begin) -> None:
    async with begin() as session:
        session.add(CourseRule(course_id=scene.course.id, valid_months=24))
        run, meetings = await a_run_that_is_over(session, scene.course)
        place = await a_place(session, run, scene.ada)
        await mark(session, place, meetings, *[Presence.PRESENT] * 4)
    item = an_item(Kind.ATTENDANCE, enrolment_id=place.id, person_id=scene.ada.id)

    async with begin.reading() as session:
        found = await taking_part.read(session, [item], today=date(2026, 12, 4))

    assert found.drafts[item.id].valid_until == date(2028, 12, 4)
