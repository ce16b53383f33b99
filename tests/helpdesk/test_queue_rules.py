"""Who is next, and how long it takes: the rule that stands on the page, played through."""

from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.helpdesk.queue.rules import (
    GRACE,
    Advises,
    Waits,
    ends_at,
    estimates,
    line,
    minutes_on_clock,
    next_for,
    rounded,
    usual_minutes,
    wait_for_new,
)
from tests.making import MOMENT

PHONES, BANKING, ELSTER = (UUID(int=number) for number in (1, 2, 3))
TOPICS = (None, PHONES, BANKING, ELSTER)
MINUTE = timedelta(minutes=1)


def waits(number: int, topic: UUID | None = PHONES, *, came: int = 0, due: int | None = None) -> Waits:
    """A number; minutes are counted from the moment the day begins."""
    return Waits(
        UUID(int=100 + number),
        number,
        topic,
        MOMENT + came * MINUTE,
        None if due is None else MOMENT + due * MINUTE,
    )


def numbers(line_: list[Waits]) -> list[int]:
    return [one.number for one in line_]


def test_who_came_first_is_called_first() -> None:
    walk_ins = [waits(2, came=4), waits(1, came=1), waits(3, came=9)]

    assert numbers(line(walk_ins, MOMENT + 10 * MINUTE)) == [1, 2, 3]


def test_an_appointment_comes_at_its_time_and_not_before() -> None:
    booked, walk_in = waits(2, came=2, due=10), waits(1, came=1)

    before = next_for((), [walk_in, booked], MOMENT + 9 * MINUTE)
    at_its_time = next_for((), [walk_in, booked], MOMENT + 10 * MINUTE)
    alone_and_early = next_for((), [booked], MOMENT + 9 * MINUTE)

    assert (before, at_its_time, alone_and_early) == (walk_in, booked, None)


@pytest.mark.parametrize(("late", "called"), [(10, [3, 1, 2]), (15, [3, 1, 2]), (16, [1, 3, 2])])
def test_who_is_a_little_late_is_next_and_who_is_very_late_queues_from_the_time_of_the_appointment(
    late: int, called: list[int]
) -> None:
    before, after = waits(1, came=5), waits(2, came=12)
    booked = waits(3, came=10 + late, due=10)

    order = numbers(line([before, after, booked], MOMENT + 40 * MINUTE))

    assert order == called


def test_nobody_comes_to_an_adviser_who_cannot_help_with_their_topic() -> None:
    elster, phones = waits(1, ELSTER), waits(2, PHONES, came=1)

    assert next_for({PHONES}, [elster, phones], MOMENT + MINUTE) == phones
    assert next_for({BANKING}, [elster, phones], MOMENT + MINUTE) is None
    assert next_for((), [elster, phones], MOMENT + MINUTE) == elster


def test_the_wait_is_what_is_left_of_conversations_and_of_those_in_front() -> None:
    advisers = [Advises(UUID(int=7), frozenset(), MOMENT + 8 * MINUTE)]
    minutes: dict[UUID | None, int] = {PHONES: 20}

    found = estimates([waits(1), waits(2, came=1)], advisers, minutes, MOMENT)

    assert found == {waits(1).ticket_id: 10, waits(2).ticket_id: 30}
    assert wait_for_new(PHONES, [waits(1), waits(2)], advisers, minutes, MOMENT) == 50


def test_an_appointment_that_is_to_come_makes_others_wait_longer() -> None:
    advisers = [Advises(UUID(int=7), frozenset(), MOMENT)]
    minutes: dict[UUID | None, int] = {PHONES: 20}
    booked = waits(0, came=10, due=10)

    found = estimates([waits(1), waits(2, came=1), booked], advisers, minutes, MOMENT)

    assert found == {waits(1).ticket_id: 0, booked.ticket_id: 20, waits(2).ticket_id: 40}


def test_nothing_is_promised_to_whom_nobody_can_help() -> None:
    advisers = [Advises(UUID(int=7), frozenset({PHONES}), MOMENT)]

    assert estimates([waits(1, ELSTER)], advisers, {}, MOMENT) == {}
    assert wait_for_new(PHONES, [waits(1, ELSTER)], advisers, {}, MOMENT) == 0
    assert wait_for_new(ELSTER, [], advisers, {}, MOMENT) is None
    assert wait_for_new(None, [], [], {}, MOMENT) is None


def test_minutes_are_told_as_one_would_say_them() -> None:
    assert [rounded(one * MINUTE) for one in (-3, 0, 1, 5, 6, 22)] == [0, 0, 5, 5, 10, 25]
    assert [usual_minutes(one) for one in ([], [30], [10, 12, 240])] == [20, 30, 12]
    assert minutes_on_clock(MOMENT, MOMENT + 18 * MINUTE + timedelta(seconds=20)) == 18
    assert (minutes_on_clock(MOMENT, MOMENT), minutes_on_clock(MOMENT, MOMENT + timedelta(days=2))) == (
        1,
        480,
    )
    assert ends_at(MOMENT, 20, MOMENT + 45 * MINUTE) == MOMENT + 47 * MINUTE


@st.composite
def mornings(draw: st.DrawFn) -> tuple[list[Waits], list[frozenset[UUID]]]:
    """Up to twelve visitors in the order in which they come, and one to three advisers; somebody helps with everything."""
    came = sorted(draw(st.lists(st.integers(0, 120), min_size=1, max_size=12)))
    visitors = [
        waits(
            number,
            draw(st.sampled_from(TOPICS)),
            came=at,
            due=draw(st.none() | st.integers(max(0, at - 40), at + 60)),
        )
        for number, at in enumerate(came, 1)
    ]
    known = draw(st.lists(st.frozensets(st.sampled_from(TOPICS[1:])), max_size=2))
    return visitors, [frozenset(), *known]


@given(mornings(), st.integers(1, 45))
def test_on_any_morning_everybody_is_called_once_and_the_rule_holds(
    morning: tuple[list[Waits], list[frozenset[UUID]]], minutes: int
) -> None:
    visitors, advisers = morning
    calls: list[tuple[int, Waits, int]] = []
    free = dict.fromkeys(range(len(advisers)), 0)
    left = list(visitors)

    for minute in range(24 * 60):
        now = MOMENT + minute * MINUTE
        for adviser, since in free.items():
            there = [one for one in left if one.arrived_at <= now]
            chosen = next_for(advisers[adviser], there, now) if since <= minute else None
            if chosen is None:
                continue
            assert chosen.is_due(now)
            knows = advisers[adviser]
            assert chosen.topic_id is None or not knows or chosen.topic_id in knows
            fitting = [one for one in there if not knows or one.topic_id is None or one.topic_id in knows]
            _holds(chosen, [one for one in fitting if one is not chosen], now)
            calls.append((minute, chosen, adviser))
            left.remove(chosen)
            free[adviser] = minute + minutes

    assert left == []  # nobody starves
    assert sorted(one.number for _, one, _ in calls) == [one.number for one in visitors]


def _holds(chosen: Waits, others: list[Waits], now: object) -> None:
    due = [one for one in others if one.is_booked and one.is_due(now)]  # type: ignore[arg-type]
    if chosen.is_booked:
        assert all(one.due_at is None or chosen.due_at is None or chosen.due_at <= one.due_at for one in due)
        return
    assert due == []  # whose time has come is next
    same = [one for one in others if not one.is_booked and one.topic_id == chosen.topic_id]
    assert all((chosen.since, chosen.number) < (one.since, one.number) for one in same)


@given(mornings(), st.integers(5, 40))
def test_an_estimate_is_never_shorter_than_the_time_until_an_appointment_and_keeps_the_order_of_a_topic(
    morning: tuple[list[Waits], list[frozenset[UUID]]], minutes: int
) -> None:
    visitors, known = morning
    now = MOMENT + 120 * MINUTE
    advisers = [Advises(UUID(int=n), topics, now) for n, topics in enumerate(known, 1)]

    found = estimates(visitors, advisers, dict.fromkeys(TOPICS, minutes), now)

    assert found.keys() == {one.ticket_id for one in visitors}  # one adviser helps with everything
    for one in visitors:
        if one.is_booked and one.due_at is not None:
            assert found[one.ticket_id] >= rounded(one.due_at - now)
    for topic in TOPICS:
        walk_ins = [one for one in line(visitors, now) if one.topic_id == topic and not one.is_booked]
        told = [found[one.ticket_id] for one in walk_ins]
        assert told == sorted(told)


def test_the_grace_is_what_the_page_says() -> None:
    assert timedelta(minutes=15) == GRACE
