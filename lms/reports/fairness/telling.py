"""The rows of districts in words: what was found, the chart of pairs, and the same numbers as a table."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from lms.kernel.marking import N_
from lms.reports.fairness.counting import Row
from lms.reports.telling import Section
from lms.reports.words import HIDDEN
from lms.web.charts import Bar, pairs_of
from lms.web.csv import Cell
from lms.web.formats import number
from lms.web.language import gettext, ngettext

COLUMNS: Mapping[str, str] = {
    "runs": N_("Runs"),
    "sessions": N_("Sessions held"),
    "capacity": N_("Places offered"),
    "desk_times": N_("Places at the help desk"),
    "kits": N_("Stops of the travelling kits"),
    "places": N_("Enrolments there"),
    "visits": N_("Visits to the help desk"),
    "persons": N_("Participants who live there"),
}
OFFERED = ("runs", "sessions", "capacity", "desk_times", "kits")
REACHED = ("places", "visits", "persons")
RATES: Mapping[str, str] = {
    "sessions": N_("Sessions per 1,000 inhabitants"),
    "persons": N_("Participants per 1,000 inhabitants"),
}
"""What is told for each 1,000 inhabitants: what is offered, and whom it reaches."""
INHABITANTS, PER_HEAD = "inhabitants", "per head: "
"""Columns of a table beside the numbers that were counted."""
UNKNOWN = N_("elsewhere or unknown")


def told(rows: Sequence[Row]) -> Section:
    """Everything in one table, to take away. Numbers of people that may not be shown are dashes."""
    columns = [*COLUMNS, INHABITANTS, *(f"{PER_HEAD}{one}" for one in RATES)]
    return _table("ortsteile", gettext(N_("By district")), rows, columns)


def parts(rows: Sequence[Row]) -> Sequence[Section]:
    """The same in two tables that fit a page: what was offered, with the finding and its chart, and whom it has reached.

    What is nought everywhere is left out.
    """
    offered, reached = (
        [one for one in columns if any(row.counts[one] for row in rows)] for columns in (OFFERED, REACHED)
    )
    first = _table("angebot", gettext(N_("What was offered")), rows, [*offered, f"{PER_HEAD}sessions"])
    second = _table(
        "menschen", gettext(N_("Whom it has reached")), rows, [*reached, INHABITANTS, f"{PER_HEAD}persons"]
    )
    return [replace(first, finding=finding(rows), bars=bars(rows)), second]


def _table(key: str, title: str, rows: Sequence[Row], columns: Sequence[str]) -> Section:
    return Section(
        key, title, head=[gettext(N_("District")), *(_heading(one) for one in columns)],
        rows=[[name_of(row), *(_number(row, one) for one in columns)] for row in rows],
        has_hidden=any(row.hidden & set(columns) for row in rows),
    )  # fmt: skip


def _heading(column: str) -> str:
    if column == INHABITANTS:
        return gettext(N_("Inhabitants"))
    if column.startswith(PER_HEAD):
        return gettext(RATES[column.removeprefix(PER_HEAD)])
    return gettext(COLUMNS[column])


def _number(row: Row, column: str) -> Cell:
    if column == INHABITANTS:
        return row.inhabitants or HIDDEN
    if column.startswith(PER_HEAD):
        return _cell(row.per_thousand(column.removeprefix(PER_HEAD)))
    return _cell(row.shown(column))


def name_of(row: Row) -> str:
    """What the district is called."""
    return row.name or gettext(UNKNOWN)


def finding(rows: Sequence[Row]) -> str:
    """Who gets least; nothing where too little is known to compare."""
    rated = [(rate, row) for row in rows if (rate := row.per_thousand("sessions")) is not None]
    if len(rated) < 2 or not any(rate for rate, _ in rated):
        return ""
    without = [row for rate, row in rated if not rate]
    if without:
        empty = [row.name for row in without if not row.counts["desk_times"]]
        helped = [row.name for row in without if row.counts["desk_times"]]
        return " ".join(_without(empty, helped))
    least, row = min(rated, key=lambda one: one[0])
    if all(rate == least for rate, _ in rated):
        return gettext(N_("All districts get equally many sessions per 1,000 inhabitants."))
    return gettext(
        N_("%(name)s gets the fewest sessions per 1,000 inhabitants: %(rate)s."),
        name=row.name,
        rate=number(least),
    )


def _without(empty: Sequence[str], helped: Sequence[str]) -> Iterator[str]:
    if empty:
        yield ngettext(
            "Nothing was offered in %(num)s district: %(names)s.",
            "Nothing was offered in %(num)s districts: %(names)s.", len(empty), names=", ".join(empty),
        )  # fmt: skip
    if helped:
        yield gettext(
            N_("No session, but the help desk: that is what was offered in %(names)s."),
            names=", ".join(helped),
        )


def bars(rows: Sequence[Row]) -> Sequence[Bar]:
    """Two bars for each district whose inhabitants are known."""
    return pairs_of(
        [
            (row.name, row.per_thousand("sessions"), _words(row, "sessions"), row.per_thousand("persons"), _words(row, "persons"))
            for row in rows
            if row.inhabitants
        ],
        (gettext(N_("Sessions")), gettext(N_("Participants"))),
    )  # fmt: skip


def sources(rows: Sequence[Row]) -> Sequence[tuple[str, object, str]]:
    """By whom and when inhabitants were counted, each source once with its districts: (names, day, source)."""
    found: dict[tuple[object, str], list[str]] = {}
    for row in rows:
        if row.inhabitants:
            found.setdefault((row.counted_on, row.source), []).append(row.name)
    return [(", ".join(names), day, source) for (day, source), names in found.items()]


def uncounted(rows: Sequence[Row]) -> Sequence[str]:
    """Districts whose inhabitants nobody has entered."""
    return [row.name for row in rows if row.name and not row.inhabitants]


def _cell(value: float | None) -> Cell:
    return HIDDEN if value is None else value


def _words(row: Row, key: str) -> str:
    rate = row.per_thousand(key)
    return HIDDEN if rate is None else number(rate)
