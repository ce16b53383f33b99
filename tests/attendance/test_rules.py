"""What is decided about people in a run, without any database."""

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.attendance.models import Presence
from lms.attendance.participants import AgeGroup, Emergency, Participant
from lms.attendance.queries import Line
from lms.attendance.roll import roll_of
from lms.attendance.rules import Taken, minutes_counted, unit_count
from lms.attendance.service import Mark


@pytest.mark.parametrize(
    ("said", "allowed"),
    [
        ([True], True),
        ([True, True], True),
        ([True, False], False),
        ([False], False),
        ([True, None], None),
        ([], None),
    ],
)
def test_a_child_goes_home_alone_only_when_everybody_responsible_agrees(
    said: list[bool | None], *, allowed: bool | None
) -> None:
    contacts = [Emergency("Karin Albers", "+493904777888", one) for one in said]
    child = Participant(uuid4(), "Cem", "Albers", AgeGroup.CHILD, contacts, (), "")

    assert child.may_go_home_alone is allowed


def line(presence: Presence | None = None, minutes_late: int = 0, note: str = "") -> Line:
    return Line(uuid4(), uuid4(), "Ada", "Berg", presence, minutes_late, note, None)


@pytest.mark.parametrize(
    ("known", "choice", "minutes", "mark"),
    [
        (line(), "present", "", (Presence.PRESENT, 0)),
        (line(), "late", "90", (Presence.LATE, 90)),
        (line(Presence.LATE, 10), "late", "10", None),
        (line(Presence.LATE, 10), "late", "25", (Presence.LATE, 25)),
        (line(Presence.LATE, 10), "absent", "10", (Presence.ABSENT, 0)),
        (line(), "", "", None),
        (line(), "somewhere", "", None),
    ],
)
def test_only_what_was_touched_becomes_a_mark(
    known: Line, choice: str, minutes: str, mark: tuple[Presence, int] | None
) -> None:
    shown = roll_of([known]).rows[0].shown
    sent = {
        f"wie-{known.enrolment_id}": choice,
        f"minuten-{known.enrolment_id}": minutes,
        f"notiz-{known.enrolment_id}": "",
        f"vorher-{known.enrolment_id}": shown,
    }

    made = roll_of([known], sent).marks(90)

    assert made == ([] if mark is None else [Mark(known.enrolment_id, *mark, based_on=0)])


def there(minutes: int, late: int, early: int, units: tuple[int, ...]) -> int:
    return minutes_counted(Taken(minutes, Presence.LATE, late, minutes_early=early, missed_units=units))


@pytest.mark.parametrize(
    ("late", "early", "units", "counted"),
    [
        (0, 0, (3,), 135),
        (10, 0, (1,), 135),  # the first ten minutes lie in the first unit: they are not lost twice
        (0, 60, (4,), 120),
        (100, 100, (), 0),
        (0, 0, (1, 2, 3, 4), 0),
        (0, 0, (4, 4, 9), 135),
    ],
)
def test_of_four_units_counts_what_is_left(
    late: int, early: int, units: tuple[int, ...], counted: int
) -> None:
    assert there(180, late, early, units) == counted


def test_minutes_beyond_whole_units_belong_to_the_last_unit() -> None:
    assert (unit_count(100), there(100, 0, 0, (2,)), unit_count(30), there(30, 0, 0, (1,))) == (2, 45, 1, 0)


@given(
    minutes=st.integers(1, 600),
    late=st.integers(0, 700),
    early=st.integers(0, 700),
    units=st.sets(st.integers(1, 14)),
)
def test_minutes_are_counted_one_by_one_and_none_is_lost_twice(
    minutes: int, late: int, early: int, units: set[int]
) -> None:
    last = unit_count(minutes)
    one_by_one = sum(
        late <= minute < minutes - early and min(minute // 45 + 1, last) not in units
        for minute in range(minutes)
    )

    assert there(minutes, late, early, tuple(sorted(units))) == one_by_one >= 0


def test_who_was_not_there_is_not_there_for_any_minute_whatever_else_is_noted() -> None:
    assert [minutes_counted(Taken(90, one, 5, minutes_early=5)) for one in (Presence.ABSENT, Presence.EXCUSED, None)] == [0, 0, 0]  # fmt: skip
