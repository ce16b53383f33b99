"""The rows of districts in words: what was found, the chart of pairs, and the same numbers as a table."""

from collections.abc import Mapping, Sequence

from lms.kernel.marking import N_
from lms.reports.fairness.counting import Row
from lms.reports.telling import HIDDEN, Section
from lms.web.charts import Bar, pairs_of
from lms.web.csv import Cell
from lms.web.formats import number
from lms.web.language import gettext, ngettext

COLUMNS: Mapping[str, str] = {
    "runs": N_("Runs"),
    "sessions": N_("Sessions held"),
    "capacity": N_("Places offered"),
    "kits": N_("Stops of the travelling kits"),
    "places": N_("Enrolments there"),
    "persons": N_("Participants who live there"),
}
RATES = ("sessions", "persons")
"""What is told for each 1,000 inhabitants: what is offered, and whom it reaches."""
UNKNOWN = N_("elsewhere or unknown")


def told(rows: Sequence[Row]) -> Section:
    """The table with its finding. Numbers of people that may not be shown are dashes."""
    head = [
        gettext(N_("District")), *(gettext(words) for words in COLUMNS.values()), gettext(N_("Inhabitants")),
        gettext(N_("Sessions per 1,000 inhabitants")), gettext(N_("Participants per 1,000 inhabitants")),
    ]  # fmt: skip
    shown: list[Sequence[Cell]] = [
        [
            name_of(row),
            *(_cell(row.shown(key)) for key in COLUMNS),
            row.inhabitants or HIDDEN,
            *(_cell(row.per_thousand(key)) for key in RATES),
        ]
        for row in rows
    ]
    return Section(
        "ortsteile", gettext(N_("By district")), finding=finding(rows), bars=bars(rows), head=head, rows=shown,
        has_hidden=any(row.hidden for row in rows),
    )  # fmt: skip


def name_of(row: Row) -> str:
    """What the district is called."""
    return row.name or gettext(UNKNOWN)


def finding(rows: Sequence[Row]) -> str:
    """Who gets least; nothing where too little is known to compare."""
    rated = [(rate, row.name) for row in rows if (rate := row.per_thousand("sessions")) is not None]
    if len(rated) < 2 or not any(rate for rate, _ in rated):
        return ""
    empty = [name for rate, name in rated if not rate]
    if empty:
        return ngettext(
            "Nothing was offered in %(num)s district: %(names)s.",
            "Nothing was offered in %(num)s districts: %(names)s.", len(empty), names=", ".join(empty),
        )  # fmt: skip
    least, name = min(rated)
    if all(rate == least for rate, _ in rated):
        return gettext(N_("All districts get equally many sessions per 1,000 inhabitants."))
    return gettext(
        N_("%(name)s gets the fewest sessions per 1,000 inhabitants: %(rate)s."),
        name=name,
        rate=number(least),
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
