"""Numbers in words: every list and table of a report with its finding, its bars and its rows, for pages, files and papers alike.

Who does not see everything (`Sight`) sees small numbers of persons hidden, and as many more as it takes (`suppression`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lms.kernel.marking import N_
from lms.reports.figures.spans import Span
from lms.reports.figures.whole import Data
from lms.reports.suppression import SHUT, Mask, crossed, is_small, listed
from lms.reports.words import (
    ABOUT_PERSONS,
    AGES,
    COLUMNS,
    GENDERS,
    HIDDEN,
    MONEY,
    ROW_HEADS,
    TITLES,
    TOTALS,
    label_of,
    percent,
    units,
)
from lms.web.charts import Bar, bars_of
from lms.web.csv import Cell
from lms.web.formats import amount, number
from lms.web.language import gettext, ngettext

Counted = tuple[str, Mapping[str, int]]
"""A row of a list: its words, and its numbers by column."""


@dataclass(frozen=True, slots=True)
class Sight:
    """Who looks: finance sees all numbers. `is_part`: the report is about a part of the programme, which others could subtract.

    `without_persons`: about a choice of one's own no number of persons is told, for two choices give away what lies between them.
    `without_rows`: persons are told in the totals alone.
    """

    sees_all: bool = False
    is_part: bool = False
    without_persons: bool = False
    without_rows: bool = False

    @property
    def tells_rows(self) -> bool:
        """Whether persons stand in lists and tables."""
        return not (self.without_persons or self.without_rows)


def sight_of(span: Span, *, sees_all: bool = False, is_choice: bool = False, is_part: bool = False) -> Sight:
    """What may be told about these days: rows of persons of a calendar year, totals of whole months, else none (decision 0069).

    A funder's report is about the days that the funder asks for, which `Reports.make` looks at.
    """
    if sees_all or is_part:
        return Sight(sees_all=sees_all, is_part=is_part)
    return Sight(without_persons=is_choice or not span.is_of_months(), without_rows=not span.is_year)


@dataclass(frozen=True, slots=True)
class Section:
    """One subject: what was found, a chart, and the same numbers as a table. `is_closed`: too few persons to show any."""

    key: str
    title: str
    finding: str = ""
    bars: Sequence[Bar] = ()
    head: Sequence[str] = ()
    rows: Sequence[Sequence[Cell]] = ()
    is_closed: bool = False
    has_hidden: bool = False
    note: str = ""
    names: Sequence[str] = field(default=())


def sections(data: Data, sight: Sight) -> list[Section]:
    """Everything that may be shown, in the order of the report."""
    shut = not sight.sees_all and is_small(data["totals"]["persons"])
    told = [totals(data, sight)]
    told += [_list(one, sight, shut=shut) for one in data["lists"] if one["rows"] and _fits(one, sight)]
    if data["totals"]["persons"] and sight.tells_rows:
        told += _crosses(data["crosses"], sight, shut=shut)
    return told


def _fits(one: Data, sight: Sight) -> bool:
    if not sight.tells_rows and "minutes" not in one["columns"]:
        return False
    return not (sight.is_part and one["key"] == "lines" and len(one["rows"]) == 1)


def totals(data: Data, sight: Sight) -> Section:
    """The numbers that stand alone."""
    rows: list[Sequence[Cell]] = []
    found, hidden = data["totals"], False
    for key, words in TOTALS.items():
        value = found.get(key)
        if value is None or (sight.without_persons and key in ABOUT_PERSONS):
            continue
        beside = found["places"] - value if key == "seated" else value
        if not sight.sees_all and key in ABOUT_PERSONS and (is_small(value) or is_small(beside)):
            hidden = True
            rows.append([gettext(words), HIDDEN])
            continue
        rows.append([gettext(words), units(value) if key == "minutes" else value])
    if sight.without_persons:
        return _glance(found, rows, has_hidden=False)
    is_open = sight.sees_all or not (is_small(found["seated"]) or is_small(found["places"] - found["seated"]))
    share = percent(found["seated"], found["capacity"]) if is_open else HIDDEN
    rows.append([gettext(N_("Use of the places")), share])
    if sight.sees_all or not (is_small(found["left"]) or is_small(found["places"])):
        lost = percent(found["left"], found["left"] + found["places"])
        rows.append([gettext(N_("Places given back, of all")), lost])
    return _glance(found, rows, has_hidden=hidden)


def _glance(found: Data, rows: Sequence[Sequence[Cell]], *, has_hidden: bool) -> Section:
    return Section(
        "totals", gettext(N_("At a glance")),
        finding=ngettext(
            "%(units)s units were held in %(num)s run.", "%(units)s units were held in %(num)s runs.", found["runs"],
            units=number(units(found["minutes"])),
        ),
        head=[gettext(N_("What")), gettext(N_("How many"))], rows=rows, has_hidden=has_hidden,
    )  # fmt: skip


def money(data: Data) -> Section:
    """What came in and was spent, in euros."""
    found = data["money"]
    balance = found["income"] - found["fees"] - found["rooms"]
    rows: list[Sequence[Cell]] = [
        [gettext(words), found[key] if key == "runs" else amount(found[key])] for key, words in MONEY.items()
    ]
    rows.append([gettext(N_("Left over, or added by the centre")), amount(balance)])
    finding = covered_words(found["income"], found["fees"] + found["rooms"])
    return Section(
        "money", gettext(N_("Income and cost")), finding=finding,
        head=[gettext(N_("What")), gettext(N_("Amount"))], rows=rows,
    )  # fmt: skip


def covered_words(income: int, spent: int) -> str:
    """How far the income goes; more than all of it is said as a sum, for a percentage in thousands tells nobody anything."""
    if not spent:
        return gettext(N_("No fees and no rooms were paid for runs that ended in this time."))
    if income > spent:
        return gettext(
            N_("The income covers fees and rooms, and %(sum)s are left over."), sum=amount(income - spent)
        )
    return gettext(N_("The income covers %(share)s of fees and rooms."), share=percent(income, spent))


def _list(one: Data, sight: Sight, *, shut: bool) -> Section:
    key, columns = one["key"], list(one["columns"])
    rows: list[Counted] = [
        (label_of(key, row[0], row[1]), dict(zip(columns, row[2:], strict=True))) for row in one["rows"]
    ]
    if not sight.tells_rows:
        columns = [column for column in columns if column not in {"places", "persons"}]
    of_persons = [column for column in ("places", "persons") if column in columns]
    if sight.is_part and not sight.sees_all and "persons" in columns and "places" in columns:
        columns.remove("places")  # enrolments of a part could be subtracted from those of the whole
        of_persons = ["persons"]
    mask = Mask()
    if of_persons and not sight.sees_all:
        mask = SHUT if shut else listed(*([row[1][column] for row in rows] for column in of_persons))
    if mask.is_closed and not set(columns) - {"places", "persons", "capacity"}:
        return Section(key, gettext(TITLES[key]), is_closed=True)
    with_share = {"places", "capacity"} <= set(columns)
    shown: list[Sequence[Cell]] = [
        [words, *(_cell(column, values[column], mask.hides(place)) for column in columns)]
        + (
            [HIDDEN if mask.hides(place) else percent(values["places"], values["capacity"])]
            if with_share
            else []
        )
        for place, (words, values) in enumerate(rows)
    ]
    measure = next(one for one in ("minutes", "persons") if one in columns)
    adding = [column for column in columns if column != "persons" or len(columns) <= 2]
    bottom: list[Cell] = [gettext(N_("Total"))]
    for column in columns:
        whole = sum(values[column] for _, values in rows)
        bottom.append(_cell(column, whole, mask.is_closed) if column in adding else "")
    if with_share:
        bottom.append(
            "" if mask.is_closed else percent(*(sum(v[c] for _, v in rows) for c in ("places", "capacity")))
        )
    head = [gettext(ROW_HEADS[key]), *(gettext(COLUMNS[column]) for column in columns)]
    return Section(
        key, gettext(TITLES[key]),
        finding=_finding(rows, measure, mask),
        bars=_bars(rows, measure, mask),
        head=[*head, gettext(N_("Use"))] if with_share else head,
        rows=[*shown, bottom],
        has_hidden=bool(of_persons) and any(mask.hides(place) for place in range(len(rows))),
    )  # fmt: skip


def _cell(column: str, value: int, hidden: bool) -> Cell:  # noqa: FBT001 - a fact of the cell, no switch
    if hidden and column in {"places", "persons"}:
        return HIDDEN
    return units(value) if column == "minutes" else value


def _finding(rows: Sequence[Counted], measure: str, mask: Mask) -> str:
    seen = [
        (values[measure], words)
        for place, (words, values) in enumerate(rows)
        if measure == "minutes" or not mask.hides(place)
    ]
    whole = sum(values[measure] for _, values in rows)
    if not seen or not whole:
        return ""
    most, words = max(seen, key=lambda one: one[0])
    if measure == "minutes":
        return gettext(
            N_("Most units: %(name)s, %(part)s of %(whole)s."),
            name=words, part=number(units(most)), whole=number(units(whole)),
        )  # fmt: skip
    return gettext(
        N_("Most participants: %(name)s, %(part)s of %(whole)s."),
        name=words,
        part=number(most),
        whole=number(whole),
    )


def _bars(rows: Sequence[Counted], measure: str, mask: Mask) -> Sequence[Bar]:
    told: list[tuple[str, float | None, str]] = []
    for place, (words, values) in enumerate(rows):
        value = values[measure]
        if measure != "minutes" and mask.hides(place):
            told.append((words, None, HIDDEN))
        else:
            told.append((words, float(value), number(units(value) if measure == "minutes" else value)))
    return bars_of(told)


def _crosses(crosses: Sequence[Data], sight: Sight, *, shut: bool) -> list[Section]:
    """Both tables by age and gender, with one mask: what is hidden in one is hidden in the other."""
    if sight.is_part and not sight.sees_all:
        crosses = [one for one in crosses if one["key"].endswith("_persons")]
    mask = Mask() if sight.sees_all else SHUT if shut else crossed(*(one["cells"] for one in crosses))
    return [_cross(one, mask) for one in crosses]


def _age(one: Data, row: int) -> str:
    band = one["rows"][row]
    return gettext(AGES[band])


def _gender(one: Data, place: int) -> str:
    gender = one["columns"][place]
    return gettext(GENDERS[gender])


def _cross(one: Data, mask: Mask) -> Section:
    key = one["key"]
    title = gettext(TITLES[key])
    if mask.is_closed:
        return Section(one["key"], title, is_closed=True)
    cells, last_row, last = one["cells"], len(one["rows"]), len(one["columns"])
    columns = [place for place in range(last) if any(row[place] for row in cells)]
    rows = [place for place in range(last_row) if any(cells[place])]

    def seen(row: int, column: int, value: int) -> Cell:
        return HIDDEN if mask.hides((row, column)) else value

    sums = [sum(row) for row in cells]
    shown: list[Sequence[Cell]] = [
        [_age(one, row), *(seen(row, column, cells[row][column]) for column in columns), seen(row, last, sums[row])]
        for row in rows
    ]  # fmt: skip
    below = [seen(last_row, column, sum(row[column] for row in cells)) for column in columns]
    shown.append([gettext(N_("Total")), *below, sum(sums)])
    banded = [(_age(one, row), sums[row], mask.hides((row, last))) for row in rows]
    told = [
        (words, None if hid else float(value), HIDDEN if hid else number(value))
        for words, value, hid in banded
    ]
    open_ = [(value, words) for words, value, hid in banded if not hid]
    finding = ""
    if open_:
        most, words = max(open_, key=lambda found: found[0])
        sentence = (
            N_("The largest age group among participants: %(name)s, %(part)s of %(whole)s.")
            if key.endswith("_persons")
            else N_("The largest age group among enrolments: %(name)s, %(part)s of %(whole)s.")
        )
        finding = gettext(sentence, name=words, part=number(most), whole=number(sum(sums)))
    return Section(
        one["key"], title, finding=finding, bars=bars_of(told),
        head=[gettext(N_("Age")), *(_gender(one, place) for place in columns), gettext(N_("Total"))],
        rows=shown, has_hidden=any(HIDDEN in row for row in shown),
    )  # fmt: skip


def flat(told: Sequence[Section]) -> list[list[Cell]]:
    """All sections one below the other, for a spreadsheet."""
    rows: list[list[Cell]] = []
    for one in told:
        rows.append([one.title])
        if one.is_closed:
            rows.append([gettext(N_("Not shown: too few people."))])
        else:
            rows += [list(one.head), *(list(row) for row in one.rows)]
        rows.append([])
    return rows
