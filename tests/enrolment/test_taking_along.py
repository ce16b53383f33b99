"""Taking a place along into another run of the course: the place, the books and what the person needs go with it."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

import pytest

from lms.billing.cashier import Cashier
from lms.billing.queries import balance_of, documents_of
from lms.catalogue.models import Course, PaymentMethod, Run
from lms.db import Begin
from lms.enrolment.errors import AlreadyEnrolled, OthersWait, RunFull
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.enrolment.service import Enrolments
from lms.enrolment.service.taking_along import both_locked, move_party
from lms.enrolment.values import Placement
from lms.kernel.rights import Identity
from lms.web.module import Around
from tests.enrolment.places import VISITOR, look, named, offered_run, people
from tests.making import BOTH, make_run, staff

pytestmark = BOTH
TEAM = staff(Identity.ENROLMENT)
CONFIRMED, CANCELLED = EnrolmentState.CONFIRMED, EnrolmentState.CANCELLED


async def two_runs(begin: Begin, **given: int) -> tuple[Run, Run]:
    one = await offered_run(begin, price_cents=6000)
    async with begin() as session:
        course = await session.get_one(Course, one.course_id)
        other = make_run(course, **{"price_cents": 6000} | given)
        session.add(other)
    return one, other


async def enrolled(enrolments: Enrolments, run: Run, *names: str) -> Placement:
    return await enrolments.enrol(
        VISITOR,
        run_id=run.id,
        persons=[named(name) for name in names],
        payment_method=PaymentMethod.INVOICE,
    )


async def moved(house: Around, one: Run, other: Run, ids: Sequence[UUID]) -> list[Enrolment]:
    async with house.begin() as session:
        locked = await both_locked(session, one.id, other.id, at=house.clock(), settings=house.settings)
        claims = [await session.get_one(Enrolment, one_id) for one_id in ids]
        return await move_party(*locked, TEAM, claims)


async def test_the_place_and_what_was_paid_go_along(
    enrolments: Enrolments, begin: Begin, house: Around
) -> None:
    one, other = await two_runs(begin)
    placed = await enrolled(enrolments, one, "Ada Lehmann")
    old = placed.enrolments[0]
    await Cashier(house).take_cash(TEAM, enrolment_id=old.id, amount_cents=2500, form_key="one")

    (new,) = await moved(house, one, other, [old.id])

    before, after = await look(begin, one), await look(begin, other)
    assert [(e.state, e.ended_reason) for e in before.enrolments] == [(CANCELLED, "moved")]
    assert [(e.state, e.person_id, e.price_cents) for e in after.enrolments] == [
        (CONFIRMED, old.person_id, 6000)
    ]
    assert (before.run.occupied, after.run.occupied) == (0, 1)
    async with begin.reading() as session:
        books = await balance_of(session, [old.id, new.id])
        papers = await documents_of(session, [old.id, new.id])
    assert [(b.charged_cents, b.paid_cents) for b in (books[old.id], books[new.id])] == [(0, 0), (6000, 2500)]
    assert [(p.kind.value, p.total_cents) for p in papers] == [
        ("invoice", 6000),
        ("invoice", 6000),
        ("credit_note", -6000),
    ]


async def test_who_moves_overtakes_nobody_and_takes_no_place_that_is_not_there(
    enrolments: Enrolments, begin: Begin, house: Around
) -> None:
    one, other = await two_runs(begin, capacity=2)
    pair = await enrolled(enrolments, one, "Ada Lehmann", "Ben Lehmann")
    twin = await enrolled(enrolments, one, "Cem Aydin")
    await enrolled(enrolments, other, "Cem Aydin")

    with pytest.raises(RunFull):
        await moved(house, one, other, [each.id for each in pair.enrolments])
    with pytest.raises(AlreadyEnrolled):
        await moved(house, one, other, [twin.enrolments[0].id])
    await enrolled(enrolments, other, "Dora Lenz", "Emil Lenz")  # two who need more than the one place left
    full = await enrolled(enrolments, other, "Finn Brandt")
    assert full.state is CONFIRMED
    await enrolments.cancel(TEAM, enrolment_id=full.enrolments[0].id)
    alone = await enrolled(enrolments, one, "Gerd Voss")
    await moved(house, one, other, [alone.enrolments[0].id])  # fits where the pair does not

    assert (await look(begin, other)).run.occupied == 2
    assert (await look(begin, one)).run.occupied == 3


async def test_who_waits_there_is_served_first(enrolments: Enrolments, begin: Begin, house: Around) -> None:
    one, other = await two_runs(begin, capacity=1)
    alone = await enrolled(enrolments, one, "Ada Lehmann")
    await enrolled(enrolments, other, "Ben Kurz")
    await enrolled(enrolments, other, "Cem Aydin")
    async with begin() as session:  # the list stands still, so that a free place stays free
        stored = await session.get_one(Run, other.id)
        stored.promotion_ends_at = house.clock()
        stored.capacity = 2

    with pytest.raises(OthersWait):
        await moved(house, one, other, [alone.enrolments[0].id])


async def test_last_places_are_given_once_when_two_runs_move_into_one(
    enrolments: Enrolments, begin: Begin, house: Around
) -> None:
    one, other = await two_runs(begin, capacity=3)
    pairs = [
        await enrolments.enrol(
            VISITOR, run_id=one.id, persons=people(2, stem), payment_method=PaymentMethod.INVOICE
        )
        for stem in ("Anna", "Bert", "Cora")
    ]

    done = await asyncio.gather(
        *(moved(house, one, other, [each.id for each in pair.enrolments]) for pair in pairs),
        return_exceptions=True,
    )

    assert sorted(type(result).__name__ for result in done) == ["RunFull", "RunFull", "list"]
    assert ((await look(begin, one)).run.occupied, (await look(begin, other)).run.occupied) == (4, 2)
