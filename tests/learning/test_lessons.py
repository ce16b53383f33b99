"""Learning on: what is done, where one was, and who may; through the service, on both databases."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from lms.db import Begin
from lms.jobs.models import Job
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.kernel.rights import Identity
from lms.learning.errors import NotYetOpen
from lms.learning.lessons.errors import NoSuchPlace
from lms.learning.lessons.reading import left_at
from lms.learning.lessons.service import OwnLessons
from lms.learning.models import Progress
from lms.learning.queries import place_of
from lms.people.models import Person
from lms.web.module import Around
from tests.learning.lessons import Lessons, make_lessons
from tests.making import BOTH, FixedClock

pytestmark = BOTH


@pytest.fixture
async def there(begin: Begin, house: Around) -> Lessons:
    return await make_lessons(begin, house.settings.files)


@pytest.fixture
def own(house: Around) -> OwnLessons:
    return OwnLessons(house)


def actor_for(person: Person, *roles: Identity, wards: frozenset = frozenset()) -> Actor:  # type: ignore[type-arg]
    return Actor(
        identities=frozenset({Identity.LEARNER, *roles}), account_id=uuid4(), person_id=person.id,
        name=person.name, acts_for=wards, wards=wards,
    )  # fmt: skip


async def test_one_goes_on_where_one_was_until_it_is_done(
    own: OwnLessons, there: Lessons, begin: Begin, clock: FixedClock
) -> None:
    ada = actor_for(there.taught.people["ada"])
    mine = {"enrolment_id": there.taught.ada.id}
    await own.keep_place(ada, **mine, lesson_id=there.ids[0], place="text-der-film")
    clock.forward(minutes=5)
    await own.keep_place(ada, **mine, lesson_id=there.ids[1], place="")
    clock.forward(minutes=5)
    await own.keep_place(ada, **mine, lesson_id=there.ids[0], place="text-danach")

    async def going_on() -> tuple[object, str, int]:
        async with begin.reading() as session:
            place = await place_of(session, ada, there.taught.ada.id, clock())
        found = left_at(place)
        progress = place.progress.get(found.lesson.lesson_id) if found else None
        return found and found.lesson.lesson_id, progress.place if progress else "", place.done

    assert await going_on() == (there.ids[0], "text-danach", 0)
    await own.mark(ada, **mine, lesson_id=there.ids[0], done=True)
    assert await going_on() == (there.ids[1], "", 1)
    await own.mark(ada, **mine, lesson_id=there.ids[1], done=True)
    assert await going_on() == (there.ids[2], "", 2)
    await own.mark(ada, **mine, lesson_id=there.ids[0], done=False)
    assert await going_on() == (there.ids[0], "text-danach", 1)


async def test_two_tabs_at_once_are_as_good_as_one(own: OwnLessons, there: Lessons, begin: Begin) -> None:
    ada = actor_for(there.taught.people["ada"])
    here = {"enrolment_id": there.taught.ada.id, "lesson_id": there.ids[0]}

    await asyncio.gather(
        *(own.mark(ada, **here, done=True) for _ in range(4)),
        *(own.keep_place(ada, **here, place=f"text-{n}") for n in range(4)),
    )

    async with begin.reading() as session:
        rows = (await session.scalars(select(Progress))).all()
        told = await session.scalar(
            select(func.count()).select_from(Job).where(Job.kind.contains("LessonDone"))
        )
    assert [(row.done_at is not None, row.place[:5]) for row in rows] == [(True, "text-")]
    assert told == 1


async def test_a_guardian_helps_a_child_and_nobody_else_gets_in(own: OwnLessons, there: Lessons) -> None:
    people, ben = there.taught.people, there.taught.ben
    vera = actor_for(people["vera"], wards=frozenset({people["ben"].id}))
    await own.mark(vera, enrolment_id=ben.id, lesson_id=there.ids[0], done=True)

    strangers = [
        actor_for(people["ada"]),
        actor_for(people["jonas"], Identity.TRAINER),
        *(
            actor_for(people["jonas"], role)
            for role in (Identity.PROGRAMME, Identity.ENROLMENT, Identity.ADMINISTRATOR)
        ),
    ]
    for stranger in strangers:
        with pytest.raises(NotFound):
            await own.mark(stranger, enrolment_id=ben.id, lesson_id=there.ids[0], done=True)


async def test_what_is_not_open_or_not_there_is_refused(
    own: OwnLessons, there: Lessons, clock: FixedClock
) -> None:
    ada, mine = actor_for(there.taught.people["ada"]), {"enrolment_id": there.taught.ada.id}

    with pytest.raises(NotYetOpen):
        await own.mark(ada, **mine, lesson_id=there.ids[3], done=True)
    for lesson_id in (there.ids[2], uuid4()):  # a quiz is done in its own way
        with pytest.raises(NotFound):
            await own.mark(ada, **mine, lesson_id=lesson_id, done=True)
    for place in ("x" * 201, "text-ä", "a\nb", "<script>", "\u202e"):
        with pytest.raises(NoSuchPlace):
            await own.keep_place(ada, **mine, lesson_id=there.ids[0], place=place)
    clock.forward(days=7, hours=1)
    await own.mark(ada, **mine, lesson_id=there.ids[3], done=True)
    assert clock() - there.edition.published_at > timedelta(days=7)
