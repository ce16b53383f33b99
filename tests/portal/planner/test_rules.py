"""Opening hours, and what an address of the planner asks for."""

from datetime import date, time
from uuid import uuid4

import pytest

from lms.kernel.clock import at_venue
from lms.kernel.period import Period
from lms.portal.planner.asking import EVERYWHERE, Asked, asked_of, days_of
from lms.portal.planner.clashes import is_open
from lms.portal.planner.signs import opens_after
from lms.portal.planner.values import By, Hours, House, Span

FRIDAY = date(2026, 12, 4)
BREAK = [Hours(4, time(8), time(12)), Hours(4, time(13), time(20))]
HOUSES = [
    House(id=uuid4(), slug="alt", name="Alte Schule", sessions=1),
    House(id=uuid4(), slug="zentrum", name="Zentrum", sessions=7),
]


@pytest.mark.parametrize(
    ("hours", "begins", "ends", "verdict"),
    [
        ([], time(3), time(4), True),
        (BREAK, time(8), time(12), True),
        (BREAK, time(11), time(14), False),
        (BREAK, time(7, 59), time(9), False),
        (BREAK, time(19), time(20, 1), False),
        ([Hours(4, time(8), time(12)), Hours(4, time(12), time(20))], time(11), time(14), True),
        ([Hours(3, time(8), time(20))], time(9), time(10), False),
    ],
)
def test_a_room_is_open_when_its_hours_cover_the_whole_time(
    hours: list[Hours], begins: time, ends: time, verdict: object
) -> None:
    assert is_open(hours, Period(at_venue(FRIDAY, begins), at_venue(FRIDAY, ends))) is verdict


def test_the_next_opening_is_found_within_a_week() -> None:
    assert opens_after(BREAK, at_venue(FRIDAY, time(12, 30))) == at_venue(FRIDAY, time(13))
    assert opens_after(BREAK, at_venue(FRIDAY, time(21))) == at_venue(date(2026, 12, 11), time(8))
    assert opens_after([], at_venue(FRIDAY, time(21))) is None


@pytest.mark.parametrize(
    ("span", "first", "after"),
    [
        ("tag", date(2026, 12, 4), date(2026, 12, 5)),
        ("woche", date(2026, 11, 30), date(2026, 12, 7)),
        ("monat", date(2026, 12, 1), date(2027, 1, 1)),
        ("jahrhundert", date(2026, 12, 4), date(2026, 12, 5)),
    ],
)
def test_day_week_and_month_begin_where_one_expects(span: str, first: date, after: date) -> None:
    asked = asked_of({"zeitraum": span, "tag": "2026-12-04"}, date(2020, 1, 1))

    assert (asked.first, asked.after) == (first, after)


def test_nonsense_in_the_address_becomes_the_nearest_sense() -> None:
    asked = asked_of(
        {"nach": "<b>", "tag": "gestern", "seite": "-3", "konflikte": "ja", "ansicht": "schön"}, FRIDAY
    )

    assert asked == Asked(by=By.ROOM, span=Span.DAY, day=FRIDAY)
    assert days_of({"von": "2026-12-04", "bis": "2099-01-01"}, FRIDAY) == (FRIDAY, date(2027, 1, 15))
    assert days_of({"von": "2026-12-04", "bis": "2026-12-01"}, FRIDAY) == (FRIDAY, date(2026, 12, 5))


@pytest.mark.parametrize(
    ("asked", "venue"),
    [
        ({}, "zentrum"),
        ({"ort": "alle"}, EVERYWHERE),
        ({"ort": "alt"}, "alt"),
        ({"ort": "nirgends"}, EVERYWHERE),
        ({"zeitraum": "monat", "ort": "alle"}, "zentrum"),
        ({"zeitraum": "monat", "zeile": "abc"}, EVERYWHERE),
        ({"nach": "kursleitung"}, EVERYWHERE),
    ],
)
def test_rooms_begin_with_the_busiest_house_and_a_month_is_one_houses(
    asked: dict[str, str], venue: str
) -> None:
    assert asked_of(asked, FRIDAY).settled(HOUSES).venue == venue


def test_the_state_of_the_page_is_in_its_address() -> None:
    asked = asked_of({"nach": "geraete", "zeitraum": "woche", "ort": "alt", "konflikte": "1"}, FRIDAY)

    assert asked.next == ("/verwaltung/planer?nach=geraete&zeitraum=woche&tag=2026-12-07&ort=alt&konflikte=1")
    assert asked_of(asked.pairs(), date(2020, 1, 1)) == asked
