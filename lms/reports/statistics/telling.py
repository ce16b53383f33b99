"""The set of a year in words, for pages, files and papers.

Who does not see everything sees people by programme area, by age and by gender each as one list whose total stands in sight, with
small numbers hidden; other lists and tables would share margins that give them away (decision 0062).
"""

from collections.abc import Sequence

from lms.kernel.marking import N_
from lms.people.ages import GENDER_WORDS
from lms.reports.figures.whole import AGES, GENDERS, Data
from lms.reports.statistics.kinds import KINDS, SCENARIOS
from lms.reports.statistics.words import CHECKS, HEADS, TITLES, TOTALS, area_words, column_words, label_of
from lms.reports.suppression import Mask, is_small, listed
from lms.reports.telling import Section
from lms.reports.words import AGES as AGE_WORDS
from lms.reports.words import HIDDEN, units
from lms.web.charts import Bar, bars_of
from lms.web.csv import Cell
from lms.web.formats import number
from lms.web.language import gettext, ngettext

SHARED = frozenset({"vhs_areas", "vhs_contract", "vhs_ages", "vhs_genders"})
"""Lists in which everybody sees people."""
OF_PEOPLE = frozenset({"vhs_ages", "vhs_genders"})


def sections(data: Data, *, sees_all: bool) -> list[Section]:
    """Everything that may be shown, in the order of the set."""
    told = [_totals(data, sees_all=sees_all)]
    told += [_list(one, sees_all=sees_all) for one in data["lists"] if one["rows"]]
    return told


def _totals(data: Data, *, sees_all: bool) -> Section:
    found = data["totals"]
    rows: list[Sequence[Cell]] = []
    for key, words in TOTALS.items():
        value = found[key]
        if key.endswith("participants") and not sees_all and is_small(value):
            rows.append([gettext(words), HIDDEN])
        else:
            rows.append([gettext(words), units(value) if key.endswith("minutes") else value])
    return Section(
        "totals", gettext(N_("At a glance")),
        finding=ngettext(
            "%(units)s units were held in %(num)s event.", "%(units)s units were held in %(num)s events.", found["events"],
            units=number(units(found["minutes"])),
        ),
        head=[gettext(N_("What")), gettext(N_("How many"))], rows=rows,
        has_hidden=any(HIDDEN in row for row in rows),
    )  # fmt: skip


def row_words(key: str, row: str) -> str:
    """The words of a row of any list of the set."""
    if key == "vhs_ages":
        return gettext(AGE_WORDS[row])
    if key == "vhs_genders":
        return gettext(GENDER_WORDS.get(row, N_("not given")))
    return label_of(key, row)


def _list(one: Data, *, sees_all: bool) -> Section:
    key, columns, rows = one["key"], one["columns"], one["rows"]
    if key in OF_PEOPLE:
        columns = columns if sees_all else columns[:1]
    elif not sees_all and key not in SHARED:
        columns = columns[:2]
    place = 0 if key in OF_PEOPLE else 2
    mask = Mask()
    if not sees_all and key in SHARED:
        mask = listed([row[2 + place] for row in rows])
        if mask.is_closed and key in OF_PEOPLE:
            return Section(key, gettext(TITLES[key]), is_closed=True)

    def cell(line: int, column: int, value: int) -> Cell:
        if columns[column] == "minutes":
            return units(value)
        return HIDDEN if columns[column] == "participants" and mask.hides(line) else value

    shown: list[Sequence[Cell]] = [
        [row_words(key, row[0]), *(cell(line, column, row[2 + column]) for column in range(len(columns)))]
        for line, row in enumerate(rows)
    ]
    sums = [sum(row[2 + column] for row in rows) for column in range(len(columns))]
    is_small_whole = not sees_all and "participants" in columns and is_small(sums[place])
    shown.append(
        [
            gettext(N_("Total")),
            *(
                units(value) if name == "minutes" else HIDDEN if name == "participants" and is_small_whole else value
                for name, value in zip(columns, sums, strict=True)
            ),
        ]
    )  # fmt: skip
    return Section(
        key, gettext(TITLES[key]), finding=_finding(key, rows, mask), bars=_bars(key, rows, mask),
        head=[gettext(HEADS[key]), *(column_words(column) for column in columns)], rows=shown,
        has_hidden=any(HIDDEN in row for row in shown),
    )  # fmt: skip


def _measure(key: str) -> int:
    return 2 if key in OF_PEOPLE else 3


def _finding(key: str, rows: Sequence[Sequence[int]], mask: Mask) -> str:
    place = _measure(key)
    whole = sum(row[place] for row in rows)
    seen = [row for line, row in enumerate(rows) if key not in OF_PEOPLE or not mask.hides(line)]
    if not seen or not whole:
        return ""
    most = max(seen, key=lambda row: row[place])
    name = row_words(key, str(most[0]))
    if key in OF_PEOPLE:
        return gettext(
            N_("Most enrolments: %(name)s, %(part)s of %(whole)s."), name=name, part=number(most[place]), whole=number(whole)
        )  # fmt: skip
    return gettext(
        N_("Most units: %(name)s, %(part)s of %(whole)s."),
        name=name, part=number(units(most[place])), whole=number(units(whole)),
    )  # fmt: skip


def _bars(key: str, rows: Sequence[Sequence[int]], mask: Mask) -> Sequence[Bar]:
    place = _measure(key)
    told: list[tuple[str, float | None, str]] = []
    for line, row in enumerate(rows):
        is_hidden = key in OF_PEOPLE and mask.hides(line)
        value = number(row[place] if key in OF_PEOPLE else units(row[place]))
        told.append(
            (
                row_words(key, str(row[0])),
                None if is_hidden else float(row[place]),
                HIDDEN if is_hidden else value,
            )
        )
    return bars_of(told)


def event_head(*, sees_all: bool) -> list[Cell]:
    """The first row of the list of events."""
    head: list[Cell] = [
        gettext(N_("Course number")), gettext(N_("Course")), gettext(N_("First day")), gettext(N_("Programme area")),
        gettext(N_("Subject field")), gettext(N_("Kind of event")), gettext(N_("Scenario")), gettext(N_("For a company")),
        gettext(N_("Sessions held")), gettext(N_("Units held")),
    ]  # fmt: skip
    if not sees_all:
        return head
    people = [
        *(f"{gettext(N_('Age'))}: {gettext(AGE_WORDS[one])}" for one in AGES),
        *(f"{gettext(N_('Gender'))}: {row_words('vhs_genders', one)}" for one in GENDERS),
    ]
    return [*head, gettext(N_("Enrolments")), gettext(N_("counted by hand")), *people]


def event_rows(data: Data, *, sees_all: bool) -> list[list[Cell]]:
    """One row for each event; people for those alone who see all numbers."""
    rows: list[list[Cell]] = []
    for one in data["events"]:
        kind, scenario = KINDS[one["kind"]], SCENARIOS[one["scenario"]]
        row: list[Cell] = [
            one["number"], one["title"], one["first_day"], area_words(one["area"]), one["field"],
            gettext(kind), gettext(scenario),
            gettext(N_("yes")) if one["contract"] else gettext(N_("no")), one["sessions"], units(one["minutes"]),
        ]  # fmt: skip
        if sees_all:
            row += [
                one["participants"], gettext(N_("no")) if one["typed"] is None else gettext(N_("yes")),
                *(one["ages"][name] for name in AGES), *(one["genders"][name] for name in GENDERS),
            ]  # fmt: skip
        rows.append(row)
    return [event_head(sees_all=sees_all), *rows]


def finding_rows(data: Data) -> list[list[Cell]]:
    """What the checks found, and why it is right."""
    return [
        [
            gettext(N_("Plausibility check")),
            gettext(N_("About")),
            gettext(N_("Course")),
            gettext(N_("Reason")),
        ],
        *(
            [
                gettext(CHECKS[check]),
                area_words(subject) if check.endswith("_changed") else subject,
                title,
                reason,
            ]
            for check, subject, title, _, _, reason in data["findings"]
        ),
    ]
