"""Small numbers stay hidden whatever is added or taken away: nobody can be read out of the sums (A2, note 4)."""

from collections.abc import Iterator, Mapping, Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from lms.reports.suppression import FEWEST, OUTSIDE, SHUT, Cell, crossed, is_small, listed, single, together

NUMBERS = st.one_of(st.integers(0, 6), st.integers(0, 40))
Matrix = Sequence[Sequence[int]]


def consistent(matrix: Matrix, hides: Mapping[tuple[int, int], bool]) -> Iterator[dict[tuple[int, int], int]]:
    """Every table that looks like the published one, as somebody with patience would try them all: margins included."""
    rows, columns = len(matrix), len(matrix[0])
    places = [(row, column) for row in range(rows) for column in range(columns)]
    by_column = [sum(row[column] for row in matrix) for column in range(columns)]

    def fits(name: tuple[int, int], found: int, true: int) -> bool:
        return found > 0 if hides[name] else found == true

    def tried(place: int, table: dict[tuple[int, int], int]) -> Iterator[dict[tuple[int, int], int]]:
        if place and place % columns == 0:
            row = place // columns - 1
            if not fits((row, columns), sum(table[row, c] for c in range(columns)), sum(matrix[row])):
                return
        if place == len(places):
            sums = [sum(table[r, c] for r in range(rows)) for c in range(columns)]
            if sum(sums) == sum(by_column) and all(
                fits((rows, c), sums[c], by_column[c]) for c in range(columns)
            ):
                yield table
            return
        row, column = places[place]
        true = matrix[row][column]
        for value in range(1, true + FEWEST) if hides[row, column] else (true,):
            yield from tried(place + 1, table | {(row, column): value})

    return tried(0, {})


@given(st.lists(NUMBERS, min_size=1, max_size=12))
def test_a_small_row_of_a_list_could_always_be_five_or_more(values: list[int]) -> None:
    mask = listed(values)

    if mask.is_closed:
        return
    hidden = [value for row, value in enumerate(values) if mask.hides(row)]
    assert all(mask.hides(row) for row, value in enumerate(values) if is_small(value))
    assert 0 not in hidden
    for value in hidden:
        if is_small(value):
            greatest = sum(hidden) - (len(hidden) - 1)
            assert greatest >= value + FEWEST - 1


@settings(max_examples=40)
@given(
    st.integers(2, 3).flatmap(
        lambda wide: st.lists(
            st.lists(st.integers(0, 7), min_size=wide, max_size=wide), min_size=2, max_size=2
        )
    )
)
def test_whoever_tries_every_table_finds_a_range_for_each_small_cell(matrix: Matrix) -> None:
    mask = crossed(matrix)

    if mask.is_closed:
        return
    rows, columns = len(matrix), len(matrix[0])
    hides = {(r, c): mask.hides((r, c)) for r in range(rows + 1) for c in range(columns + 1)}
    small = [(r, c) for r in range(rows) for c in range(columns) if is_small(matrix[r][c])]
    assert all(hides[place] for place in small)
    reached = {place: {matrix[place[0]][place[1]]} for place in small}
    for table in consistent(matrix, hides):
        for place in small:
            reached[place].add(table[place])
    for values in reached.values():
        assert max(values) >= FEWEST
        assert max(values) - min(values) >= FEWEST - 1


@settings(max_examples=40)
@given(st.lists(st.lists(NUMBERS, min_size=3, max_size=3), min_size=2, max_size=5))
def test_a_margin_hides_what_the_same_numbers_hide_as_a_list(matrix: Matrix) -> None:
    """The national statistics print ages and genders of the same enrolments as lists."""
    mask = crossed(matrix)

    for row in listed([sum(values) for values in matrix]).hidden:
        assert mask.hides((row, 3))
    for column in listed([sum(values[column] for values in matrix) for column in range(3)]).hidden:
        assert mask.hides((len(matrix), column))


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 4)), min_size=1, max_size=9))
def test_what_is_hidden_of_the_persons_is_hidden_of_their_enrolments_too(rows: list[tuple[int, int]]) -> None:
    persons = [count for count, _ in rows]
    enrolments = [count + (more if count else 0) for count, more in rows]

    mask = listed(persons, enrolments)

    if not mask.is_closed:
        for column in (persons, enrolments):
            hidden = [value for row, value in enumerate(column) if mask.hides(row)]
            assert all(sum(hidden) - len(hidden) + 1 >= value + 4 for value in hidden if is_small(value))


@given(st.lists(st.lists(NUMBERS, min_size=3, max_size=3), min_size=2, max_size=4))
def test_sums_of_sums_do_not_give_a_part_away(parts: list[list[int]]) -> None:
    cells = [Cell("all", "all", OUTSIDE, sum(map(sum, parts)))]
    for number, values in enumerate(parts):
        cells.append(Cell(("sum", number), ("part", number), "all", sum(values)))
        cells += [
            Cell((number, place), OUTSIDE, ("part", number), value) for place, value in enumerate(values)
        ]

    mask = together([cells], shown={"all"})

    if mask.is_closed:
        return
    for number, values in enumerate(parts):
        hidden = [value for place, value in enumerate(values) if mask.hides((number, place))]
        if hidden and not mask.hides(("sum", number)):
            assert len(hidden) >= 2
            assert all(sum(hidden) - len(hidden) + 1 >= value + 4 for value in hidden if is_small(value))


def test_a_nought_is_shown_and_a_second_row_is_hidden_beside_a_small_one() -> None:
    mask = listed([3, 0, 12, 30])

    assert [mask.hides(row) for row in range(4)] == [True, False, True, False]


def test_what_cannot_be_protected_is_not_shown() -> None:
    assert listed([4, 1]) == SHUT
    assert listed([2]) == SHUT
    assert listed([0, 0]).hidden == frozenset()


def test_a_small_number_alone_is_hidden() -> None:
    assert [single(value) for value in (0, 1, 4, 5)] == [0, None, None, 5]
