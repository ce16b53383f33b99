"""Choosing devices: by examples, and by a naive oracle."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.kernel.period import Period
from lms.scheduling.equipping_rules import (
    Need,
    Taken,
    Unit,
    assign,
    choose,
    is_free,
    is_in_repair,
)

TABLET, LAPTOP = UUID(int=1), UUID(int=2)
CASE_A, CASE_B, TROLLEY = UUID(int=11), UUID(int=12), UUID(int=13)
CENTRE, VILLAGE, LIBRARY = UUID(int=21), UUID(int=22), UUID(int=23)
NOON = datetime(2026, 12, 7, 12, tzinfo=UTC)


def units(first: int, count: int, *, model: UUID = TABLET, kit: UUID | None = None, home: UUID | None = CENTRE,
          travels: bool = False, turnaround: int = 0) -> list[Unit]:  # fmt: skip
    return [
        Unit(id=UUID(int=1000 + number), number=f"{number:04}", model_id=model, kit_id=kit, home_id=home,
             travels=travels, turnaround_minutes=turnaround)
        for number in range(first, first + count)
    ]  # fmt: skip


def numbers(chosen: Sequence[Unit]) -> list[str]:
    return sorted(unit.number for unit in chosen)


def span(from_hour: float, to_hour: float) -> Period:
    return Period(NOON + timedelta(hours=from_hour), NOON + timedelta(hours=to_hour))


def ways(one: UUID | None, other: UUID | None) -> int:
    return 0 if one is None or other is None or one == other else 40


def test_a_kit_that_is_at_home_here_comes_first_and_stays_together() -> None:
    at_hand = units(1, 12, kit=CASE_A, home=CENTRE) + units(20, 10, kit=CASE_B, home=VILLAGE)

    assert numbers(choose(at_hand, 8, venue_id=VILLAGE)) == [f"{number:04}" for number in range(20, 28)]


def test_the_smallest_group_that_suffices_alone_is_taken() -> None:
    at_hand = units(1, 12, kit=CASE_A) + units(20, 5, kit=CASE_B) + units(30, 2)

    assert numbers(choose(at_hand, 4, venue_id=CENTRE)) == ["0020", "0021", "0022", "0023"]
    assert len(choose(at_hand, 14, venue_id=CENTRE)) == 14


def test_where_nothing_is_at_home_the_travelling_kit_is_taken() -> None:
    at_hand = units(1, 10, kit=CASE_A) + units(20, 10, kit=CASE_B, travels=True)

    assert numbers(choose(at_hand, 10, venue_id=VILLAGE)) == [f"{number:04}" for number in range(20, 30)]


def test_what_a_session_holds_already_it_keeps() -> None:
    at_hand = units(1, 12, kit=CASE_A)

    assert numbers(choose(at_hand, 2, venue_id=CENTRE, held={at_hand[7].id})) == ["0001", "0008"]


def test_a_kit_takes_all_its_units_and_no_others() -> None:
    at_hand = units(1, 4, kit=CASE_A) + units(20, 4, kit=CASE_B)
    free = {unit.id for unit in at_hand}

    given_to = assign([Need(count=2, model_id=TABLET), Need(count=1, kit_id=CASE_A)], at_hand, free=free)

    assert numbers(given_to.units) == ["0001", "0002", "0003", "0004", "0020", "0021"]
    assert given_to.shortages == []


def test_a_kit_of_which_somebody_has_a_unit_is_short_and_an_empty_kit_as_well() -> None:
    at_hand = units(1, 4, kit=CASE_A)
    needs = [Need(count=1, kit_id=CASE_A, name="Koffer A"), Need(count=1, kit_id=CASE_B, name="Koffer B")]

    given_to = assign(needs, at_hand, free={unit.id for unit in at_hand[1:]})

    assert [(one.name, one.wanted, one.found) for one in given_to.shortages] == [
        ("Koffer A", 4, 3),
        ("Koffer B", 1, 0),
    ]


@pytest.mark.parametrize(
    ("taken", "venue", "free"),
    [
        (span(-2, 0), CENTRE, True),
        (span(-2, 0.1), CENTRE, False),
        (span(2.25, 4), CENTRE, True),  # ends at 14:00, ready 14:15
        (span(2.2, 4), CENTRE, False),
        (span(-2, -0.5), VILLAGE, False),  # 30 minutes for a way of 40
        (span(-2, -0.75), VILLAGE, True),
        (span(2.75, 4), VILLAGE, False),  # ready at 14:15, there at 14:55
        (span(3, 4), VILLAGE, True),
        (span(-2, 0), None, True),
    ],
)
def test_turnaround_and_the_way_count_on_both_sides(*, taken: Period, venue: UUID | None, free: bool) -> None:
    (unit,) = units(1, 1, turnaround=15)

    found = is_free(
        unit, span(0, 2), venue_id=CENTRE, taken=[Taken(period=taken, venue_id=venue)], travel=ways
    )

    assert found is free


def test_a_repair_that_begins_within_the_turnaround_counts() -> None:
    (unit,) = units(1, 1, turnaround=30)

    assert is_in_repair(unit, span(0, 2), [Taken(period=span(2.25, 50), is_repair=True)])
    assert not is_in_repair(unit, span(0, 2), [Taken(period=span(2.5, 50), is_repair=True)])
    assert not is_in_repair(unit, span(0, 2), [Taken(period=span(1, 50))])


AT_HAND = [
    *units(1, 5, kit=CASE_A), *units(10, 4, kit=CASE_B, home=VILLAGE, travels=True), *units(20, 3),
    *units(30, 6, model=LAPTOP, kit=TROLLEY, home=LIBRARY),
]  # fmt: skip
SOME = st.frozensets(st.sampled_from(AT_HAND))
NEEDS = st.lists(
    st.one_of(
        st.builds(lambda model, count: Need(count=count, model_id=model), st.sampled_from([TABLET, LAPTOP]), st.integers(1, 15)),
        st.builds(lambda kit: Need(count=1, kit_id=kit), st.sampled_from([CASE_A, CASE_B, TROLLEY])),
    ),
    max_size=4,
    unique_by=lambda need: need.model_id or need.kit_id,
)  # fmt: skip


@given(NEEDS, SOME, SOME, st.sampled_from([CENTRE, VILLAGE, LIBRARY, None]), SOME)
def test_as_many_as_there_are_never_twice_and_never_what_is_taken(
    needs: list[Need],
    sound: frozenset[Unit],
    free: frozenset[Unit],
    venue: UUID | None,
    held: frozenset[Unit],
) -> None:
    ids = {unit.id for unit in free}

    found = assign(
        needs,
        sorted(sound, key=lambda unit: unit.number),
        free=ids,
        venue_id=venue,
        held={one.id for one in held},
    )

    given_out = [unit.id for unit in found.units]
    assert len(given_out) == len(set(given_out))
    assert set(given_out) <= ids & {unit.id for unit in sound}
    left = set(sound & free)
    short = {}
    for need in [*(one for one in needs if one.kit_id), *(one for one in needs if one.model_id)]:
        fitting = {
            one for one in left if need.kit_id in {None, one.kit_id} and need.model_id in {None, one.model_id}
        }
        wanted = need.count if need.model_id else max(1, sum(one.kit_id == need.kit_id for one in sound))
        got = min(wanted, len(fitting))
        left -= set(sorted(fitting, key=lambda one: one.number)[:got])
        if got < wanted:
            short[need] = (wanted, got)
    assert {one.need: (one.wanted, one.found) for one in found.shortages} == short
