"""Small numbers are hidden, and nobody finds them by adding and subtracting."""

from itertools import product

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lms.helpdesk.queue.hiding import FEWEST, shown, shown_list


def test_what_is_large_is_shown_with_its_sum() -> None:
    assert shown_list([12, 0, 7]) == [12, 0, 7, 19]
    assert shown([[5, 6], [7, 0]]) == [[5, 6, 11], [7, 0, 7], [12, 6, 18]]


def test_what_is_small_is_hidden_and_the_next_smallest_with_it() -> None:
    assert shown_list([12, 3, 9]) == [12, None, None, 24]
    assert shown_list([3]) == [None, None]
    assert shown_list([]) == [0]


def test_two_small_ones_that_their_sum_would_betray_take_a_third_with_them() -> None:
    assert shown_list([4, 4, 20, 30]) == [None, None, None, 30, 58]


@given(st.lists(st.integers(0, 9), min_size=1, max_size=4))
@settings(max_examples=150)
def test_no_hidden_number_of_a_list_can_be_worked_out(counts: list[int]) -> None:
    told = shown_list(counts)
    small = [index for index, one in enumerate(counts) if 0 < one < FEWEST]

    assert all(told[index] is None for index in small)
    fitting = [
        guess
        for guess in product(*([one] if one is not None else range(1, 25) for one in told[:-1]))
        if told[-1] is None or sum(guess) == told[-1]
    ]
    for index in small:
        assert len({guess[index] for guess in fitting}) > 1


@given(st.lists(st.lists(st.integers(0, 12), min_size=3, max_size=3), min_size=2, max_size=4))
def test_in_a_table_no_line_gives_a_single_number_away(counts: list[list[int]]) -> None:
    told = shown(counts)
    assume(any(one is None for row in told for one in row))

    for line in [*told, *(list(column) for column in zip(*told, strict=True))]:
        hidden = sum(one is None for one in line)
        shown_ones = [one for one in line if one]
        assert hidden != 1 or not shown_ones
