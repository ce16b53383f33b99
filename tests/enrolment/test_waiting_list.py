"""The waiting list, exactly as domain.md has it, and what a party may choose."""

import pytest

from lms.db import Begin
from lms.enrolment.errors import BelowOccupied, OfferAccepted, OfferGone, RunFull
from lms.enrolment.lists.interested import interested_in
from lms.enrolment.models import Enrolment, EnrolmentState, Offer, PartyRule
from lms.enrolment.queries import position_of, waiting_list
from lms.enrolment.service import Enrolments
from lms.enrolment.service.offering import open_offer
from lms.enrolment.values import Placement, Wants
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.kernel.rights import Identity
from tests.enrolment.places import VISITOR, history, look, offered_run, people, states, told
from tests.making import BOTH, FixedClock, staff

pytestmark = BOTH
CANCELLED, CONFIRMED, EXPIRED, OFFERED, WAITING = (
    EnrolmentState.CANCELLED,
    EnrolmentState.CONFIRMED,
    EnrolmentState.EXPIRED,
    EnrolmentState.OFFERED,
    EnrolmentState.WAITING,
)
TEAM = staff()
PLANNER = staff(Identity.PROGRAMME)


async def filled(enrolments: Enrolments, begin: Begin, *, capacity: int, waiting: int = 0) -> list[Placement]:
    run = await offered_run(begin, capacity=capacity)
    return [
        await enrolments.enrol(VISITOR, run_id=run.id, persons=[person])
        for person in people(capacity + waiting)
    ]


async def state_of(begin: Begin, placement: Placement) -> EnrolmentState:
    async with begin.reading() as session:
        return (await session.get_one(Enrolment, placement.enrolments[0].id)).state


async def offer_to(begin: Begin, placement: Placement) -> Offer:
    async with begin.reading() as session:
        found = await open_offer(session, placement.enrolments[0].party_id)
    assert found is not None
    return found


def token(enrolments: Enrolments, offer: Offer) -> str:
    return enrolments.signer.token("offer", offer.id)


async def test_a_place_given_back_is_offered_to_the_first_in_line(
    enrolments: Enrolments, begin: Begin, clock: FixedClock
) -> None:
    first, second, third = await filled(enrolments, begin, capacity=1, waiting=2)

    await enrolments.cancel(TEAM, enrolment_id=first.enrolments[0].id)

    offer = await offer_to(begin, second)
    assert [await state_of(begin, one) for one in (first, second, third)] == [CANCELLED, OFFERED, WAITING]
    assert (offer.deadline - clock()).total_seconds() == 48 * 3600
    assert await history(begin, second.enrolments[0].party_id) == [
        ("joined", "run_full"),
        ("offered", "place_freed"),
    ]
    assert (await told(begin))[:3] == ["EnrolmentCancelled", "PlaceConfirmed", "PlaceOffered"]


async def test_an_offer_is_accepted_by_its_link_alone_and_twice_is_as_good_as_once(
    enrolments: Enrolments, begin: Begin
) -> None:
    first, second = await filled(enrolments, begin, capacity=1, waiting=1)
    await enrolments.cancel(TEAM, enrolment_id=first.enrolments[0].id)
    offer = await offer_to(begin, second)

    for _ in range(2):
        placement = await enrolments.accept(VISITOR, offer_id=offer.id, token=token(enrolments, offer))

    assert (placement.state, placement.enrolments[0].id) == (CONFIRMED, second.enrolments[0].id)
    assert (await told(begin)).count("PlaceConfirmed") == 2
    with pytest.raises(OfferAccepted):
        await enrolments.decline(VISITOR, offer_id=offer.id, token=token(enrolments, offer))


async def test_without_the_link_somebody_elses_offer_does_not_exist(
    enrolments: Enrolments, begin: Begin
) -> None:
    first, second = await filled(enrolments, begin, capacity=1, waiting=1)
    await enrolments.cancel(TEAM, enrolment_id=first.enrolments[0].id)
    offer = await offer_to(begin, second)

    with pytest.raises(NotFound):
        await enrolments.accept(VISITOR, offer_id=offer.id)
    with pytest.raises(NotFound):
        await enrolments.decline(
            VISITOR, offer_id=offer.id, token=enrolments.signer.token("offer", second.order_id)
        )


async def test_a_declined_offer_goes_to_the_next_and_its_party_leaves_the_list(
    enrolments: Enrolments, begin: Begin
) -> None:
    first, second, third = await filled(enrolments, begin, capacity=1, waiting=2)
    await enrolments.cancel(TEAM, enrolment_id=first.enrolments[0].id)
    offer = await offer_to(begin, second)

    for _ in range(2):
        await enrolments.decline(VISITOR, offer_id=offer.id, token=token(enrolments, offer))

    assert [await state_of(begin, one) for one in (second, third)] == [EXPIRED, OFFERED]
    with pytest.raises(OfferGone):
        await enrolments.accept(VISITOR, offer_id=offer.id, token=token(enrolments, offer))
    assert (await told(begin)).count("OfferDeclined") == 1


async def test_a_lapsed_offer_goes_to_the_next_even_while_the_worker_sleeps(
    enrolments: Enrolments, begin: Begin, clock: FixedClock
) -> None:
    first, second, third = await filled(enrolments, begin, capacity=1, waiting=2)
    await enrolments.cancel(TEAM, enrolment_id=first.enrolments[0].id)
    offer = await offer_to(begin, second)
    clock.forward(hours=48)

    with pytest.raises(OfferGone):
        await enrolments.accept(VISITOR, offer_id=offer.id, token=token(enrolments, offer))

    assert [await state_of(begin, one) for one in (second, third)] == [EXPIRED, OFFERED]
    assert (await history(begin, second.enrolments[0].party_id))[-1] == ("lapsed", "deadline_passed")
    assert "OfferLapsed" in await told(begin)


async def test_the_worker_lapses_what_is_due_and_asks_the_next(
    enrolments: Enrolments, begin: Begin, clock: FixedClock
) -> None:
    first, second, third = await filled(enrolments, begin, capacity=1, waiting=2)
    await enrolments.cancel(TEAM, enrolment_id=first.enrolments[0].id)
    assert await enrolments.lapse_due() == 0
    clock.forward(hours=48, seconds=1)

    assert (await enrolments.lapse_due(), await enrolments.lapse_due()) == (1, 0)

    assert [await state_of(begin, one) for one in (second, third)] == [EXPIRED, OFFERED]


async def test_an_offer_never_outlives_the_end_of_promotion(
    enrolments: Enrolments, begin: Begin, clock: FixedClock
) -> None:
    first, second = await filled(enrolments, begin, capacity=1, waiting=1)
    clock.forward(days=27, hours=20)

    await enrolments.cancel(TEAM, enrolment_id=first.enrolments[0].id)

    offer = await offer_to(begin, second)
    assert (offer.deadline - clock()).total_seconds() == 4 * 3600


async def test_a_party_that_stays_together_keeps_its_position_and_lets_smaller_ones_pass(
    enrolments: Enrolments, begin: Begin
) -> None:
    run = await offered_run(begin, capacity=2)
    placed = [await enrolments.enrol(VISITOR, run_id=run.id, persons=[one]) for one in people(2)]
    pair = await enrolments.enrol(VISITOR, run_id=run.id, persons=people(2, "Paar"))
    single = await enrolments.enrol(VISITOR, run_id=run.id, persons=people(1, "Allein"))
    assert (pair.position, single.position) == (1, 2)

    await enrolments.cancel(TEAM, enrolment_id=placed[0].enrolments[0].id)
    assert [await state_of(begin, one) for one in (pair, single)] == [WAITING, OFFERED]
    await enrolments.decline(TEAM, offer_id=(await offer_to(begin, single)).id)
    await enrolments.cancel(TEAM, enrolment_id=placed[1].enrolments[0].id)

    offer = await offer_to(begin, pair)
    accepted = await enrolments.accept(VISITOR, offer_id=offer.id, token=token(enrolments, offer))
    assert [one.state for one in accepted.enrolments] == [CONFIRMED, CONFIRMED]
    assert await history(begin, pair.enrolments[0].party_id) == [
        ("joined", "run_full"), ("skipped", "needs_more_places"), ("offered", "place_freed"), ("accepted", "")
    ]  # fmt: skip


async def test_a_party_that_may_be_split_stands_on_the_list_as_single_persons(
    enrolments: Enrolments, begin: Begin
) -> None:
    run = await offered_run(begin, capacity=1)

    placement = await enrolments.enrol(VISITOR, run_id=run.id, persons=people(3), rule=PartyRule.SPLIT)

    assert [one.state for one in placement.enrolments] == [CONFIRMED, WAITING, WAITING]
    assert len({one.party_id for one in placement.enrolments}) == 3
    async with begin.reading() as session:
        line = await waiting_list(session, run.id)
    assert [(one.rank, one.names) for one in line] == [(1, ("Person1 Muster",)), (2, ("Person2 Muster",))]


async def test_who_wants_the_next_run_goes_to_its_interest_list_instead(
    enrolments: Enrolments, begin: Begin
) -> None:
    run = await offered_run(begin, capacity=1)
    await enrolments.enrol(VISITOR, run_id=run.id, persons=people(1))

    placement = await enrolments.enrol(
        VISITOR, run_id=run.id, persons=people(1, "Naechstes"), rule=PartyRule.NEXT_RUN
    )

    assert (placement.state, placement.position) == (EXPIRED, None)
    async with begin.reading() as session:
        interested = [one.name for one in await interested_in(session, run.course_id)]
    assert interested == ["Naechstes0 Muster"]


async def test_a_newcomer_who_fits_still_joins_at_the_end_while_somebody_waiting_would_fit(
    enrolments: Enrolments, begin: Begin
) -> None:
    run = await offered_run(begin, capacity=2)
    await enrolments.enrol(VISITOR, run_id=run.id, persons=people(1))
    pair = await enrolments.enrol(VISITOR, run_id=run.id, persons=people(2, "Paar"))

    newcomer = await enrolments.enrol(VISITOR, run_id=run.id, persons=people(1, "Neu"))

    assert (pair.state, newcomer.state) == (WAITING, CONFIRMED)  # the pair does not fit into one place
    await enrolments.cancel(TEAM, enrolment_id=newcomer.enrolments[0].id)
    again = await enrolments.enrol(VISITOR, run_id=run.id, persons=people(2, "Zweites"))
    assert (again.state, again.position) == (WAITING, 2)


async def test_after_the_end_of_promotion_the_list_stands_still(
    enrolments: Enrolments, begin: Begin, clock: FixedClock
) -> None:
    run = await offered_run(begin, capacity=1, promotion_ends_at=clock.moment.replace(hour=20))
    first = await enrolments.enrol(VISITOR, run_id=run.id, persons=people(1))
    waiting = await enrolments.enrol(VISITOR, run_id=run.id, persons=people(1, "Wartet"))
    clock.forward(hours=12)

    await enrolments.cancel(TEAM, enrolment_id=first.enrolments[0].id)
    newcomer = await enrolments.enrol(VISITOR, run_id=run.id, persons=people(1, "Neu"))

    assert [await state_of(begin, one) for one in (waiting, newcomer)] == [WAITING, WAITING]
    await enrolments.leave(TEAM, enrolment_id=waiting.enrolments[0].id)
    await enrolments.leave(TEAM, enrolment_id=newcomer.enrolments[0].id)
    last = await enrolments.enrol(VISITOR, run_id=run.id, persons=people(1, "Letztes"))
    assert last.state is CONFIRMED


async def test_a_waiting_party_leaves_as_one_and_the_others_move_up(
    enrolments: Enrolments, begin: Begin
) -> None:
    run = await offered_run(begin, capacity=1)
    await enrolments.enrol(VISITOR, run_id=run.id, persons=people(1))
    pair = await enrolments.enrol(VISITOR, run_id=run.id, persons=people(2, "Paar"))
    behind = await enrolments.enrol(VISITOR, run_id=run.id, persons=people(1, "Dahinter"))
    link = enrolments.signer.token("enrolment", pair.enrolments[1].id)

    for _ in range(2):
        await enrolments.leave(VISITOR, enrolment_id=pair.enrolments[1].id, token=link)

    async with begin.reading() as session:
        assert await position_of(session, behind.enrolments[0].party_id) == 1
        assert await position_of(session, pair.enrolments[0].party_id) is None
    assert await states(begin, run) == [CONFIRMED, CANCELLED, CANCELLED, WAITING]
    assert (await history(begin, pair.enrolments[0].party_id))[-1] == ("left", "by_person")


async def test_once_placed_each_person_of_a_party_cancels_alone(enrolments: Enrolments, begin: Begin) -> None:
    run = await offered_run(begin)
    pair = await enrolments.enrol(VISITOR, run_id=run.id, persons=people(2))

    await enrolments.cancel(TEAM, enrolment_id=pair.enrolments[0].id)

    assert sorted(await states(begin, run)) == [CANCELLED, CONFIRMED]
    assert (await look(begin, run)).run.occupied == 1


async def test_more_places_serve_the_list_at_once_and_never_are_there_fewer_than_taken(
    enrolments: Enrolments, begin: Begin
) -> None:
    placements = await filled(enrolments, begin, capacity=2, waiting=3)
    run_id = placements[0].enrolments[0].run_id

    run = await enrolments.change_capacity(PLANNER, run_id=run_id, capacity=4)

    assert (run.occupied, run.waiting, run.capacity) == (4, 1, 4)
    assert [await state_of(begin, one) for one in placements] == [
        CONFIRMED,
        CONFIRMED,
        OFFERED,
        OFFERED,
        WAITING,
    ]
    with pytest.raises(BelowOccupied):
        await enrolments.change_capacity(PLANNER, run_id=run_id, capacity=3)


async def test_cancelling_a_run_ends_every_entry_and_offer(enrolments: Enrolments, begin: Begin) -> None:
    placements = await filled(enrolments, begin, capacity=2, waiting=2)
    run_id = placements[0].enrolments[0].run_id
    await enrolments.cancel(TEAM, enrolment_id=placements[0].enrolments[0].id)
    offer = await offer_to(begin, placements[2])

    for _ in range(2):
        run = await enrolments.cancel_run(PLANNER, run_id=run_id, reason_de="Kursleitung erkrankt")

    assert (run.occupied, run.waiting, run.state) == (0, 0, "cancelled")
    assert [await state_of(begin, one) for one in placements] == [CANCELLED] * 4
    with pytest.raises(OfferGone):
        await enrolments.accept(VISITOR, offer_id=offer.id, token=token(enrolments, offer))
    assert (await told(begin)).count("RunCancelled") == 1
    assert (await history(begin, placements[3].enrolments[0].party_id))[-1] == (
        "run_cancelled",
        "run_cancelled",
    )


async def test_whoever_wants_a_place_or_nothing_changes_nothing(enrolments: Enrolments, begin: Begin) -> None:
    run = await offered_run(begin, capacity=1)
    await enrolments.enrol(VISITOR, run_id=run.id, persons=people(1))

    with pytest.raises(RunFull):
        await enrolments.enrol(VISITOR, run_id=run.id, persons=people(1, "Neu"), wants=Wants.PLACE)

    assert await states(begin, run) == [CONFIRMED]


async def test_a_stranger_can_neither_leave_nor_cancel_for_others(
    enrolments: Enrolments, begin: Begin
) -> None:
    first, second = await filled(enrolments, begin, capacity=1, waiting=1)
    stranger = Actor(
        identities=frozenset({Identity.LEARNER}), account_id=first.order_id, person_id=second.order_id
    )

    for someone in (VISITOR, stranger):
        with pytest.raises(NotFound):
            await enrolments.leave(someone, enrolment_id=second.enrolments[0].id)
        with pytest.raises(NotFound):
            await enrolments.cancel(someone, enrolment_id=first.enrolments[0].id)
