"""Second and third choice (F-E16): a proposal that overtakes nobody, and an offer that costs nobody their place in line."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from lms.catalogue.models import Course, PaymentMethod, Run
from lms.db import Begin
from lms.enrolment.choices.errors import ChosenTwice, NoLongerFits, NotToBeChosen
from lms.enrolment.choices.reading import proposal_of
from lms.enrolment.choices.rules import Room, Why, Wish, propose
from lms.enrolment.models import Enrolment, EnrolmentState, Offer, SupportNeed
from lms.enrolment.service import Enrolments
from lms.enrolment.service.offering import open_offer
from lms.enrolment.values import Placement
from lms.jobs.worker import Worker
from lms.kernel.errors import DomainError, NotFound
from lms.messaging.models import Letter
from tests.enrolment.places import VISITOR, history, look, named, offered_run, people, states
from tests.making import BOTH, FixedClock, learner, make_person, make_run, staff

TEAM = staff()
CANCELLED, CONFIRMED, EXPIRED, OFFERED, WAITING = (
    EnrolmentState.CANCELLED,
    EnrolmentState.CONFIRMED,
    EnrolmentState.EXPIRED,
    EnrolmentState.OFFERED,
    EnrolmentState.WAITING,
)
MONDAY, TUESDAY = uuid4(), uuid4()


def test_each_party_gets_its_first_choice_with_places_for_all_of_it_and_each_place_is_given_once() -> None:
    pair, single, late = uuid4(), uuid4(), uuid4()

    lines = propose(
        [Wish(pair, 2, (MONDAY, TUESDAY)), Wish(single, 1, (MONDAY, TUESDAY)), Wish(late, 1, (TUESDAY,))],
        {MONDAY: Room(free=1), TUESDAY: Room(free=2)},
    )

    assert [(line.party_id, line.run_id) for line in lines] == [
        (pair, TUESDAY),
        (single, MONDAY),
        (late, None),
    ]
    assert [one.why for one in lines[0].verdicts] == [Why.TOO_FEW, Why.FITS]
    assert [one.why for one in lines[2].verdicts] == [Why.FULL]


def test_nobody_who_waits_there_is_overtaken_and_nobody_is_asked_twice() -> None:
    one = uuid4()

    def why(room: Room, *, size: int = 1, asked: dict[UUID, bool] | None = None) -> list[Why]:
        (line,) = propose([Wish(one, size, (MONDAY,), asked or {})], {MONDAY: room})
        return [verdict.why for verdict in line.verdicts]

    assert why(Room(free=2, smallest_waiting=2)) == [Why.OTHERS_WAIT]
    assert why(Room(free=2, smallest_waiting=3)) == [Why.FITS]
    assert why(Room(free=2, is_open=False)) == [Why.CLOSED]
    assert why(Room(free=2), asked={MONDAY: False}) == [Why.ASKED]
    assert why(Room(free=2), asked={MONDAY: True}) == [Why.PENDING]
    both = propose([Wish(one, 1, (MONDAY, TUESDAY), {TUESDAY: True})], {MONDAY: Room(2), TUESDAY: Room(2)})
    assert [(verdict.rank, verdict.why) for verdict in both[0].verdicts] == [(2, Why.PENDING)]


async def two_runs(begin: Begin, *, capacity: int = 2, other_cents: int = 3000) -> tuple[Run, Run]:
    """A full run and another of the same course with places."""
    full = await offered_run(begin, capacity=1, price_cents=2000)
    async with begin() as session:
        course = await session.get_one(Course, full.course_id)
        other = make_run(course, capacity=capacity, price_cents=other_cents)
        session.add(other)
    return full, other


async def waits(enrolments: Enrolments, run: Run, count: int = 1) -> Placement:
    """The run is filled, and then a party of this size joins the list."""
    await enrolments.enrol(
        VISITOR, run_id=run.id, persons=[named("Erste Person")], payment_method=PaymentMethod.INVOICE
    )
    return await enrolments.enrol(
        VISITOR, run_id=run.id, persons=people(count), payment_method=PaymentMethod.INVOICE
    )


def link(enrolments: Enrolments, placed: Placement) -> dict[str, Any]:
    first = placed.enrolments[0]
    return {"enrolment_id": first.id, "token": enrolments.signer.token("enrolment", first.id)}


async def offer_in(begin: Begin, run: Run) -> Offer:
    async with begin.reading() as session:
        found = await session.scalar(select(Enrolment).where(Enrolment.run_id == run.id))
        assert found is not None
        offer = await open_offer(session, found.party_id)
    assert offer is not None
    return offer


@BOTH
async def test_a_party_that_accepts_its_other_choice_leaves_the_line_at_the_new_price(
    enrolments: Enrolments, begin: Begin, clock: FixedClock, jobs: Worker
) -> None:
    full, other = await two_runs(begin)
    placed = await waits(enrolments, full, 2)
    party_id = placed.enrolments[0].party_id
    async with begin() as session:
        session.add(
            SupportNeed(enrolment_id=placed.enrolments[0].id, needs=["wheelchair"], consented_at=clock())
        )
    await enrolments.choose(VISITOR, **link(enrolments, placed), run_ids=[other.id])
    async with begin.reading() as session:
        ((proposed,), _) = await proposal_of(session, full.id, clock())
    assert proposed.line.run_id == other.id

    for _ in range(2):
        await enrolments.offer_choice(TEAM, party_id=party_id, run_id=other.id)

    assert (await states(begin, full), await states(begin, other)) == (
        [CONFIRMED, WAITING, WAITING], [OFFERED, OFFERED],
    )  # fmt: skip
    async with begin.reading() as session:
        ((pending,), _) = await proposal_of(session, full.id, clock())
    assert [one.why for one in pending.line.verdicts] == [Why.PENDING]
    offer = await offer_in(begin, other)
    assert await history(begin, offer.party_id) == [("joined", "other_choice"), ("offered", "place_freed")]

    await enrolments.accept(VISITOR, offer_id=offer.id, token=enrolments.signer.token("offer", offer.id))
    await jobs.drain()

    assert (await states(begin, full), await states(begin, other)) == (
        [CONFIRMED, CANCELLED, CANCELLED], [CONFIRMED, CONFIRMED],
    )  # fmt: skip
    there = (await look(begin, other)).named
    assert {one.price_cents for one in there} == {3000}
    async with begin.reading() as session:
        (need,) = (await session.scalars(select(SupportNeed))).all()
        kinds = (await session.scalars(select(Letter.kind))).all()
    assert need.enrolment_id in {one.id for one in there}
    assert "enrolment_moved" not in kinds  # it is a contract of its own, confirmed as such
    assert kinds.count("place_confirmed") == 3


@BOTH
async def test_a_party_that_declines_its_other_choice_keeps_its_place_in_the_line(
    enrolments: Enrolments, begin: Begin, clock: FixedClock
) -> None:
    full, other = await two_runs(begin)
    placed = await waits(enrolments, full)
    await enrolments.choose(VISITOR, **link(enrolments, placed), run_ids=[other.id])
    await enrolments.offer_choice(TEAM, party_id=placed.enrolments[0].party_id, run_id=other.id)
    offer = await offer_in(begin, other)

    await enrolments.decline(VISITOR, offer_id=offer.id, token=enrolments.signer.token("offer", offer.id))

    assert (await states(begin, full), await states(begin, other)) == ([CONFIRMED, WAITING], [EXPIRED])
    async with begin.reading() as session:
        ((line,), _) = await proposal_of(session, full.id, clock())
    assert [one.why for one in line.line.verdicts] == [Why.ASKED]


@BOTH
async def test_what_does_not_fit_any_more_is_refused_and_changes_nothing(
    enrolments: Enrolments, begin: Begin
) -> None:
    full, other = await two_runs(begin, capacity=1)
    elsewhere = await offered_run(begin)
    placed = await waits(enrolments, full)
    party_id, way = placed.enrolments[0].party_id, link(enrolments, placed)

    for run_ids, refusal in (
        ([other.id, other.id], ChosenTwice),
        ([full.id], NotToBeChosen),
        ([elsewhere.id], NotToBeChosen),
    ):
        with pytest.raises(refusal):
            await enrolments.choose(VISITOR, **way, run_ids=run_ids)
    with pytest.raises(NotFound):
        await enrolments.choose(VISITOR, enrolment_id=placed.enrolments[0].id, run_ids=[other.id])
    with pytest.raises(NotToBeChosen):
        await enrolments.offer_choice(TEAM, party_id=party_id, run_id=other.id)
    await enrolments.choose(VISITOR, **way, run_ids=[other.id])
    with pytest.raises(DomainError):
        await enrolments.offer_choice(learner(make_person()), party_id=party_id, run_id=other.id)
    await enrolments.enrol(
        VISITOR, run_id=other.id, persons=[named("Schnelle Person")], payment_method=PaymentMethod.INVOICE
    )
    with pytest.raises(NoLongerFits):
        await enrolments.offer_choice(TEAM, party_id=party_id, run_id=other.id)

    assert (await states(begin, full), await states(begin, other)) == ([CONFIRMED, WAITING], [CONFIRMED])
