"""Hiding small numbers of persons so that sums do not betray them (A2, note 4): plain functions over tables.

A cell of one to four persons is hidden. A nought is shown: nobody stands behind it. As every row, column and total could give a
single hidden cell away, more cells are hidden until each small one could be anything in a range of five numbers or more, up
to five at least. A table that cannot be protected so is not shown at all.

A table is seen as a network: cells are arcs, sums are nodes, and a hidden cell can be other than it is exactly when a cycle of
hidden cells leads through it (Cox 1980, Suppression methodology and statistical disclosure control). That covers lists with
a total, tables with two margins, and sums of sums.
"""

import heapq
from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass

FEWEST = 5
WIDTH = FEWEST - 1
"""A small cell has to be able to grow by this much: then the greatest number possible is five at least, and the range as wide."""
Name = Hashable
Node = Hashable
OUTSIDE: Node = "outside"


@dataclass(frozen=True, slots=True)
class Cell:
    """One number that is published: it flows from the sum (node) it lessens to the sum it belongs to."""

    name: Name
    tail: Node
    head: Node
    value: int


@dataclass(frozen=True, slots=True)
class Mask:
    """What is hidden; `is_closed`: the table is not shown at all."""

    hidden: frozenset[Name] = frozenset()
    is_closed: bool = False

    def hides(self, name: Name) -> bool:
        """Whether this cell is not to be seen."""
        return self.is_closed or name in self.hidden


SHUT = Mask(is_closed=True)


def is_small(value: int) -> bool:
    """Whether a number of persons is hidden wherever it stands."""
    return 0 < value < FEWEST


def single(value: int) -> int | None:
    """A number of persons that stands alone; None where it is hidden."""
    return None if is_small(value) else value


def listed(*columns: Sequence[int]) -> Mask:
    """Which rows of a list are hidden, by their place. Every column adds up to a total that stands beneath or elsewhere.

    A row is hidden in all columns or in none. The totals stay in sight: where that cannot be, the list is closed.
    """
    tables = [
        [Cell(row, OUTSIDE, "sum", value) for row, value in enumerate(column)]
        + [Cell("sum", "sum", OUTSIDE, sum(column))]
        for column in columns
    ]
    return together(tables, shown={"sum"})


def crossed(*matrices: Sequence[Sequence[int]]) -> Mask:
    """Which cells of a table with both margins are hidden: (row, column), where a margin has the place after the last one.

    A margin hides at least what it hides as a list of its own: other papers print it so, and what each of them hides must be the same.
    """
    return together(
        [list(_cells(matrix)) for matrix in matrices], shown={_corner(matrix) for matrix in matrices},
        already=frozenset(name for matrix in matrices for name in _of_margins(matrix)),
    )  # fmt: skip


def _of_margins(matrix: Sequence[Sequence[int]]) -> Iterator[Name]:
    rows, columns = _corner(matrix)
    for sums, place in (
        ([sum(row) for row in matrix], lambda one: (one, columns)),
        ([sum(row[column] for row in matrix) for column in range(columns)], lambda one: (rows, one)),
    ):
        for one in listed(sums).hidden:
            yield place(one)


def _corner(matrix: Sequence[Sequence[int]]) -> tuple[int, int]:
    return len(matrix), len(matrix[0]) if matrix else 0


def _cells(matrix: Sequence[Sequence[int]]) -> Iterator[Cell]:
    rows, columns = len(matrix), len(matrix[0]) if matrix else 0
    for row, values in enumerate(matrix):
        for column, value in enumerate(values):
            yield Cell((row, column), ("row", row), ("column", column), value)
        yield Cell((row, columns), ("column", columns), ("row", row), sum(values))
    for column in range(columns):
        yield Cell(
            (rows, column), ("column", column), ("row", rows), sum(values[column] for values in matrix)
        )
    yield Cell((rows, columns), ("row", rows), ("column", columns), sum(map(sum, matrix)))


def together(
    tables: Sequence[Sequence[Cell]], *, shown: Collection[Name] = (), already: frozenset[Name] = frozenset()
) -> Mask:
    """One mask for tables of the same cells (persons, enrolments): what is hidden in one is hidden in all. `shown` stay in sight.

    `already` are hidden in any case.
    """
    hidden = already
    while True:
        before = hidden
        for cells in tables:
            found = protected(cells, hidden, shown=shown)
            if found is None:
                return SHUT
            hidden = found
        if hidden == before:
            return Mask(hidden)


def protected(
    cells: Sequence[Cell], already: Collection[Name] = (), *, shown: Collection[Name] = ()
) -> frozenset[Name] | None:
    """The names of the cells to hide; None where hiding cells is not enough."""
    small = [cell for cell in cells if is_small(cell.value)]
    if any(cell.name in shown for cell in small):
        return None
    hidden = {*already, *(cell.name for cell in small)}
    for cell in sorted(small, key=lambda one: one.value):
        if freedom(cells, hidden, cell) >= WIDTH:
            continue
        way = _cheapest(cells, hidden, cell, shown)
        if way is None:
            return None
        hidden |= way
    return frozenset(hidden)


def freedom(cells: Sequence[Cell], hidden: Collection[Name], cell: Cell, *, up_to: int = WIDTH) -> int:
    """By how much this hidden cell could be greater, for all that the cells in sight say; counted up to `up_to`.

    Whoever reads the table knows that every hidden cell is one at least. The greatest flow from the cell's head back to its tail.
    """
    room: dict[tuple[Node, Node], int] = {}
    for one in cells:
        if one.name == cell.name or one.name not in hidden:
            continue
        room[one.tail, one.head] = room.get((one.tail, one.head), 0) + up_to
        room[one.head, one.tail] = room.get((one.head, one.tail), 0) + max(one.value - 1, 0)
    ways: dict[Node, list[Node]] = {}
    for tail, head in room:
        ways.setdefault(tail, []).append(head)
    flow = 0
    while flow < up_to:
        path = _path(room, ways, cell.head, cell.tail)
        if path is None:
            break
        amount = min(up_to - flow, *(room[step] for step in path))
        for tail, head in path:
            room[tail, head] -= amount
            room[head, tail] = room.get((head, tail), 0) + amount
        flow += amount
    return flow


def _path(
    room: Mapping[tuple[Node, Node], int], ways: Mapping[Node, Sequence[Node]], start: Node, goal: Node
) -> list[tuple[Node, Node]] | None:
    came: dict[Node, Node] = {start: start}
    waiting = [start]
    for node in waiting:
        for after in ways.get(node, ()):
            if after not in came and room[node, after] > 0:
                came[after] = node
                waiting.append(after)
    if goal not in came:
        return None
    path = []
    while goal != start:
        path.append((came[goal], goal))
        goal = came[goal]
    return path


def _cheapest(
    cells: Sequence[Cell], hidden: Collection[Name], cell: Cell, shown: Collection[Name]
) -> set[Name] | None:
    """The names on the way back from the head to the tail of the cell that hides the fewest persons more."""
    ways: dict[Node, list[tuple[Node, int, Name]]] = {}
    for one in cells:
        if one.name == cell.name or one.value == 0 or one.name in shown:
            continue
        cost = 0 if one.name in hidden else one.value
        ways.setdefault(one.tail, []).append((one.head, cost, one.name))
        if one.value > WIDTH:
            ways.setdefault(one.head, []).append((one.tail, cost, one.name))
    count = 0
    best: dict[Node, int] = {}
    queue: list[tuple[int, int, Node, frozenset[Name]]] = [(0, count, cell.head, frozenset())]
    while queue:
        spent, _, node, names = heapq.heappop(queue)
        if node == cell.tail:
            return set(names)
        if best.get(node, spent + 1) <= spent:
            continue
        best[node] = spent
        for after, cost, name in ways.get(node, ()):
            count += 1
            heapq.heappush(queue, (spent + cost, count, after, names | {name}))
    return None
