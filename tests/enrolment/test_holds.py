"""A place held while the form is filled in, and what is sent in the end."""

from uuid import uuid4

import pytest

from lms.db import Begin
from lms.enrolment.errors import EnrolmentClosed, HoldLost, NotYetOpen, RunFull
from lms.enrolment.models import Application, EnrolmentState, PartyRule
from lms.enrolment.service import Enrolments
from lms.enrolment.values import Wants
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from tests.enrolment.places import VISITOR, look, named, offered_run, people, told
from tests.making import BOTH, FixedClock

pytestmark = BOTH
CONFIRMED, EXPIRED, WAITING = EnrolmentState.CONFIRMED, EnrolmentState.EXPIRED, EnrolmentState.WAITING
BROWSER = "a-browser-with-a-long-random-key"


async def test_opening_the_form_holds_a_place_for_half_an_hour_that_activity_renews(
    enrolments: Enrolments, begin: Begin, clock: FixedClock
) -> None:
    run = await offered_run(begin, capacity=1)

    application = await enrolments.hold(VISITOR, run_id=run.id, browser_key=BROWSER)
    clock.forward(minutes=20)
    touched = await enrolments.touch(
        VISITOR, application_id=application.id, browser_key=BROWSER, answers={"name": "Ada"}
    )

    assert touched.held_until is not None
    assert (touched.held_until - clock()).total_seconds() == 1800
    assert touched.answers == {"name": "Ada"}
    assert (await look(begin, run)).run.occupied == 1
    with pytest.raises(RunFull):
        await enrolments.enrol(VISITOR, run_id=run.id, persons=[named()], wants=Wants.PLACE)


async def test_the_same_browser_gets_the_same_form_again(enrolments: Enrolments, begin: Begin) -> None:
    run = await offered_run(begin)

    first = await enrolments.hold(VISITOR, run_id=run.id, browser_key=BROWSER)
    second = await enrolments.hold(VISITOR, run_id=run.id, browser_key=BROWSER)

    assert first.id == second.id
    assert (await look(begin, run)).run.occupied == 1


async def test_another_browser_cannot_touch_it(enrolments: Enrolments, begin: Begin) -> None:
    run = await offered_run(begin)
    application = await enrolments.hold(VISITOR, run_id=run.id, browser_key=BROWSER)

    with pytest.raises(NotFound):
        await enrolments.touch(VISITOR, application_id=application.id, browser_key="another", answers={})
    with pytest.raises(NotFound):
        await enrolments.enrol(
            VISITOR, run_id=run.id, persons=[named()], application_id=application.id, browser_key="another"
        )


async def test_sending_the_form_turns_the_held_place_into_a_booking_and_twice_is_as_good_as_once(
    enrolments: Enrolments, begin: Begin
) -> None:
    run = await offered_run(begin, capacity=1)
    application = await enrolments.hold(VISITOR, run_id=run.id, browser_key=BROWSER)

    placements = [
        await enrolments.enrol(
            VISITOR, run_id=run.id, persons=[named()], application_id=application.id, browser_key=BROWSER
        )
        for _ in range(2)
    ]

    assert [(one.state, one.order_id) for one in placements] == [(CONFIRMED, placements[0].order_id)] * 2
    assert await told(begin) == ["PlaceConfirmed"]
    async with begin.reading() as session:
        kept = await session.get_one(Application, application.id)
    assert (kept.answers, kept.held_until) == ({}, None)


async def test_a_lost_hold_loses_nothing_that_was_typed(
    enrolments: Enrolments, begin: Begin, clock: FixedClock
) -> None:
    run = await offered_run(begin, capacity=1)
    application = await enrolments.hold(VISITOR, run_id=run.id, browser_key=BROWSER)
    await enrolments.touch(
        VISITOR, application_id=application.id, browser_key=BROWSER, answers={"name": "Ada"}
    )
    clock.forward(minutes=30)
    await enrolments.enrol(VISITOR, run_id=run.id, persons=[named("Ben Schnell")])

    with pytest.raises(HoldLost):
        await enrolments.enrol(
            VISITOR, run_id=run.id, persons=[named()], application_id=application.id, wants=Wants.PLACE
        )
    again = await enrolments.touch(
        VISITOR, application_id=application.id, browser_key=BROWSER, answers={"name": "Ada"}
    )
    placement = await enrolments.enrol(
        VISITOR, run_id=run.id, persons=[named()], application_id=application.id
    )

    assert (again.held_until, again.answers) == (None, {"name": "Ada"})
    assert (placement.state, placement.position) == (WAITING, 1)


async def test_a_hold_that_ran_out_is_taken_again_where_a_place_is_free(
    enrolments: Enrolments, begin: Begin, clock: FixedClock
) -> None:
    run = await offered_run(begin, capacity=1)
    application = await enrolments.hold(VISITOR, run_id=run.id, browser_key=BROWSER)
    clock.forward(minutes=45)

    again = await enrolments.touch(VISITOR, application_id=application.id, browser_key=BROWSER, answers={})

    assert again.held_until is not None
    assert (await look(begin, run)).run.occupied == 1


async def test_no_hold_lasts_longer_than_two_hours(
    enrolments: Enrolments, begin: Begin, clock: FixedClock
) -> None:
    run = await offered_run(begin, capacity=1)
    application = await enrolments.hold(VISITOR, run_id=run.id, browser_key=BROWSER)

    for _ in range(7):
        clock.forward(minutes=20)
        application = await enrolments.touch(
            VISITOR, application_id=application.id, browser_key=BROWSER, answers={}
        )

    assert application.held_until is None


async def test_an_expired_hold_goes_to_whoever_waits(
    enrolments: Enrolments, begin: Begin, clock: FixedClock
) -> None:
    run = await offered_run(begin, capacity=1)
    await enrolments.hold(VISITOR, run_id=run.id, browser_key=BROWSER)
    waiting = await enrolments.enrol(VISITOR, run_id=run.id, persons=[named()])
    clock.forward(minutes=31)

    await enrolments.lapse_due()

    assert waiting.state is WAITING
    assert sorted(one.state for one in (await look(begin, run)).enrolments) == [
        EXPIRED,
        EnrolmentState.OFFERED,
    ]


async def test_giving_up_frees_the_place(enrolments: Enrolments, begin: Begin) -> None:
    run = await offered_run(begin, capacity=1)
    application = await enrolments.hold(VISITOR, run_id=run.id, browser_key=BROWSER)

    await enrolments.give_up(VISITOR, application_id=application.id, browser_key=BROWSER)

    assert (await look(begin, run)).run.occupied == 0


async def test_one_browser_holds_three_places_and_one_address_twelve(
    enrolments: Enrolments, begin: Begin
) -> None:
    runs = [await offered_run(begin) for _ in range(4)]
    many = await offered_run(begin, capacity=30)
    other = Actor(address="198.51.100.1")

    of_browser = [await enrolments.hold(other, run_id=run.id, browser_key=BROWSER) for run in runs]
    of_address = [
        await enrolments.hold(VISITOR, run_id=many.id, browser_key=f"browser-{number}")
        for number in range(13)
    ]

    assert [one.held_until is None for one in of_browser] == [False, False, False, True]
    assert [one.held_until is None for one in of_address] == [False] * 12 + [True]


async def test_a_group_grows_into_free_places_and_a_split_one_keeps_at_least_the_held_one(
    enrolments: Enrolments, begin: Begin
) -> None:
    run = await offered_run(begin, capacity=4)
    first = await enrolments.hold(VISITOR, run_id=run.id, browser_key=BROWSER)
    pair = await enrolments.enrol(VISITOR, run_id=run.id, persons=people(2), application_id=first.id)
    second = await enrolments.hold(VISITOR, run_id=run.id, browser_key=BROWSER)
    await enrolments.enrol(VISITOR, run_id=run.id, persons=[named("Letzter Platz")])

    split = await enrolments.enrol(
        VISITOR, run_id=run.id, persons=people(2, "Andere"), application_id=second.id, rule=PartyRule.SPLIT
    )

    assert [one.state for one in pair.enrolments] == [CONFIRMED, CONFIRMED]
    assert [one.state for one in split.enrolments] == [CONFIRMED, WAITING]
    assert (await look(begin, run)).run.occupied == 4


async def test_a_group_that_does_not_fit_gives_its_held_place_to_whoever_waited(
    enrolments: Enrolments, begin: Begin
) -> None:
    run = await offered_run(begin, capacity=2)
    await enrolments.enrol(VISITOR, run_id=run.id, persons=[named("Erste Person")])
    application = await enrolments.hold(VISITOR, run_id=run.id, browser_key=BROWSER)
    waiting = await enrolments.enrol(VISITOR, run_id=run.id, persons=[named("Wartet Schon")])

    group = await enrolments.enrol(VISITOR, run_id=run.id, persons=people(2), application_id=application.id)

    assert (group.state, group.position) == (WAITING, 1)
    states = {one.person_id: one.state for one in (await look(begin, run)).enrolments}
    assert states[waiting.enrolments[0].person_id] is EnrolmentState.OFFERED


async def test_a_form_is_opened_only_while_enrolment_is_and_finished_even_after(
    enrolments: Enrolments, begin: Begin, clock: FixedClock
) -> None:
    later = await offered_run(begin, enrolment_opens_at=clock.moment.replace(hour=12))
    run = await offered_run(begin, enrolment_closes_at=clock.moment.replace(minute=10))
    with pytest.raises(NotYetOpen):
        await enrolments.hold(VISITOR, run_id=later.id, browser_key=BROWSER)
    application = await enrolments.hold(VISITOR, run_id=run.id, browser_key=BROWSER)
    clock.forward(minutes=15)

    placement = await enrolments.enrol(
        VISITOR, run_id=run.id, persons=[named()], application_id=application.id
    )

    assert placement.state is CONFIRMED
    with pytest.raises(EnrolmentClosed):
        await enrolments.hold(VISITOR, run_id=run.id, browser_key="another")


async def test_a_key_makes_a_request_count_once(enrolments: Enrolments, begin: Begin) -> None:
    run = await offered_run(begin)
    key = uuid4().hex

    first, second = [
        await enrolments.enrol(
            VISITOR, run_id=run.id, persons=[named()], idempotency_key=key, idempotency_body=b"the same"
        )
        for _ in range(2)
    ]

    assert first.order_id == second.order_id
    assert await told(begin) == ["PlaceConfirmed"]


async def test_forms_that_nobody_goes_on_with_are_forgotten_after_a_day(
    enrolments: Enrolments, begin: Begin, clock: FixedClock
) -> None:
    run = await offered_run(begin)
    await enrolments.hold(VISITOR, run_id=run.id, browser_key=BROWSER)
    clock.forward(hours=25)

    assert (await enrolments.forget_applications(), await enrolments.forget_applications()) == (1, 0)
