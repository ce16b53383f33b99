"""Two countings of the same report side by side: plain functions over their data."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lms.reports.figures.whole import Data


@dataclass(frozen=True, slots=True)
class Difference:
    """One number that is another today. `where` is "totals", "money" or the key of a list; `row` a key in it; None: not there."""

    where: str
    row: str
    label: str
    column: str
    then: int | None
    today: int | None


def differences(then: Data, today: Data) -> list[Difference]:
    """Every number that differs, in the order of the report."""
    return list(_differences(then, today))


def _differences(then: Data, today: Data) -> Iterator[Difference]:
    for where in ("totals", "money"):
        for key in {**then[where], **today[where]}:
            before, after = then[where].get(key), today[where].get(key)
            if before != after:
                yield Difference(where, key, "", "", before, after)
    later = {one["key"]: one for one in today["lists"]}
    for one in then["lists"]:
        old, new = _rows(one), _rows(later.get(one["key"], {"rows": [], "columns": []}))
        for row in {**old, **new}:
            label = (old.get(row) or new[row])[0]
            before_row, after_row = old.get(row, ("", {}))[1], new.get(row, ("", {}))[1]
            for column in {**before_row, **after_row}:
                before, after = before_row.get(column), after_row.get(column)
                if before != after:
                    yield Difference(one["key"], row, label, column, before, after)


def _rows(one: Data) -> Mapping[str, tuple[str, Mapping[str, int]]]:
    return {row[0]: (row[1], dict(zip(one["columns"], row[2:], strict=True))) for row in one["rows"]}
