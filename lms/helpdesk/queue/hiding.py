"""Numbers that are too small to be shown, and those that must be hidden with them so that sums do not betray them.

A table is rows of counts; its margins are the sums of its rows, of its columns, and of everything. Whoever reads it may add and
subtract: in each row and column, margin included, either nothing is hidden or so much that what is hidden stays open.
"""

from collections.abc import Sequence

FEWEST = 5
"""Counts of one to four are hidden; nought tells of nobody."""
OPEN = 2 * FEWEST
"""What is hidden in one line has to add up to at least this: two of four each, known to be small, could be told from their sum."""


def shown(counts: Sequence[Sequence[int]]) -> list[list[int | None]]:
    """The table with its margins, the last row and the last column; None is hidden."""
    whole = _with_margins(counts)
    hidden = [[0 < one < FEWEST for one in row] for row in whole]
    lines = _lines(len(whole), len(whole[0]))
    while any(_hide_one_more(whole, hidden, line) for line in lines):
        pass
    return [
        [None if is_hidden else one for one, is_hidden in zip(row, marks, strict=True)]
        for row, marks in zip(whole, hidden, strict=True)
    ]


def shown_list(counts: Sequence[int]) -> list[int | None]:
    """One list and, as its last, its sum."""
    return [row[0] for row in shown([[one] for one in counts])]


def _with_margins(counts: Sequence[Sequence[int]]) -> list[list[int]]:
    rows = [[*row, sum(row)] for row in counts]
    width = len(rows[0]) if rows else 1
    return [*rows, [sum(row[column] for row in rows) for column in range(width)]]


def _lines(height: int, width: int) -> list[list[tuple[int, int]]]:
    """Every equation that a reader has: the cells of a row or column with their sum; of a list with one column, only that column."""
    down = [[(row, column) for row in range(height)] for column in range(width)]
    across = [[(row, column) for column in range(width)] for row in range(height)]
    return [*down, *across]


def _hide_one_more(whole: list[list[int]], hidden: list[list[bool]], line: list[tuple[int, int]]) -> bool:
    """Hide the smallest cell that is still shown in a line that gives something away. False: nothing (more) to hide."""
    secret = [(row, column) for row, column in line if hidden[row][column]]
    is_open = len(secret) > 1 and sum(whole[row][column] for row, column in secret) >= OPEN
    left = [(whole[row][column], row, column) for row, column in line if not hidden[row][column]]
    candidates = [one for one in left if one[0] > 0]
    if not secret or is_open or not candidates:
        return False
    _, row, column = min(candidates)
    hidden[row][column] = True
    return True
