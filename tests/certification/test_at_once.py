"""The same thing at the same moment, and a worker that dies: every reminder, path and request is there once."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

from sqlalchemy import func, select

from lms.attendance.models import Presence
from lms.certification.models import Certificate
from lms.certification.paths.models import Path
from lms.certification.paths.service import Paths, Plan
from lms.certification.validity.reminding import ExpiryReminders
from lms.certification.wishes.models import ProofWish
from lms.certification.wishes.service import ProofWishes
from lms.db import Begin
from lms.kernel.clock import local, system_clock
from lms.kernel.rights import Identity
from lms.messaging.models import Letter
from lms.web.module import Around
from tests.certification.holding import a_certificate, a_place, a_recognition, a_run_that_is_over, mark
from tests.certification.killing import killed_when
from tests.making import BOTH, learner, make_course, make_person, staff

pytestmark = BOTH
HOLDERS = 12
REMINDERS = select(Letter).where(Letter.kind == "certificate_ends")


async def holders(begin: Begin) -> list[Certificate]:
    """So many people whose certificates end in a month."""
    now = system_clock()
    course = make_course()
    people = [make_person(f"Person{number}", "Meier") for number in range(HOLDERS)]
    async with begin() as session:
        session.add_all([course, *people])
        await session.flush()
        run, _ = await a_run_that_is_over(session, course, ended=now - timedelta(days=700))
        papers = [
            a_certificate(person, run, valid_until=local(now).date() + timedelta(days=30))
            for person in people
        ]
        session.add_all(papers)
    return papers


async def written(begin: Begin) -> int:
    async with begin.reading() as session:
        return await session.scalar(select(func.count()).select_from(REMINDERS.subquery())) or 0


async def test_everybody_is_reminded_once_although_the_worker_is_killed_and_two_go_on(
    house: Around, begin: Begin
) -> None:
    papers = await holders(begin)

    async def are_some_written() -> bool:
        return await written(begin) >= 3

    await killed_when(are_some_written, house)

    reminders = ExpiryReminders(replace(house, clock=system_clock))
    await asyncio.gather(reminders.remind(), reminders.remind())

    async with begin.reading() as session:
        letters = Counter(letter.about_id for letter in await session.scalars(REMINDERS))
        reminded = await session.scalars(select(Certificate.reminded_at))
    assert letters == Counter({paper.id: 1 for paper in papers})
    assert all(reminded)


async def test_a_path_and_a_request_sent_twice_at_once_are_there_once(house: Around, begin: Begin) -> None:
    course, ada, registrar = make_course(), make_person(), staff(Identity.CERTIFICATES)
    async with begin() as session:
        session.add_all([course, ada])
        await session.flush()
        session.add(a_recognition(course))
        run, meetings = await a_run_that_is_over(session, course)
        place = await a_place(session, run, ada)
        await mark(session, place, meetings, *[Presence.PRESENT] * 4)
    plan, path_id = Plan("Weg", "", "", "", [(course.id, True)]), uuid4()

    await asyncio.gather(*(Paths(house).add(registrar, plan, path_id=path_id) for _ in range(4)))
    wishes = await asyncio.gather(
        *(
            ProofWishes(house).ask_for_employer(learner(ada), enrolment_id=place.id, wish_id=uuid4())
            for _ in range(4)
        )
    )

    async with begin.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Path)) == 1
        assert await session.scalar(select(func.count()).select_from(ProofWish)) == 1
    assert len({wish.id for wish in wishes}) == 1
