"""Moving a programme into the future, and filling in what its source leaves open."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.catalogue.vhs import ImportedRun, ImportedSession, likely_sessions, shift_dates, weeks_until_future


def a_run(first: date, last: date | None = None, **more: object) -> ImportedRun:
    run = ImportedRun(
        guid="1", number="1", printed_number="1", title="Kurs", starts_on=first, ends_on=last or first, row=1
    )
    return replace(run, **more)  # type: ignore[arg-type]


DAYS = st.dates(min_value=date(2000, 1, 1), max_value=date(2030, 12, 31))


@given(st.lists(DAYS, min_size=1, max_size=8), DAYS)
def test_a_shifted_programme_begins_in_the_week_after_today_and_keeps_weekdays_and_gaps(
    firsts: list[date], today: date
) -> None:
    runs = [a_run(first, first + timedelta(days=30), sessions=(ImportedSession(first),)) for first in firsts]

    shifted = shift_dates(runs, today)

    gaps = {moved.starts_on - run.starts_on for run, moved in zip(runs, shifted, strict=True)}
    (gap,) = gaps
    assert gap == timedelta(weeks=weeks_until_future(runs, today))
    assert min(run.starts_on for run in shifted) > today
    assert [run.starts_on.weekday() for run in shifted] == [first.weekday() for first in firsts]
    assert all(
        (run.sessions[0].day, run.ends_on) == (run.starts_on, run.starts_on + timedelta(days=30))
        for run in shifted
    )
    assert shift_dates(shifted, today) == shifted
    if gap:
        assert min(run.starts_on for run in shifted) - today <= timedelta(days=14)


def test_no_runs_need_no_shift() -> None:
    assert shift_dates([], date(2026, 11, 22)) == ()


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        # one afternoon of eight units
        (a_run(date(2026, 5, 9), units=8), [(date(2026, 5, 9), time(10), time(16))]),
        # five days, educational leave
        (
            a_run(date(2026, 5, 11), date(2026, 5, 15), units=40),
            [(date(2026, 5, day), time(9), time(15)) for day in range(11, 16)],
        ),
        # three Tuesday evenings, two units each
        (
            a_run(date(2026, 5, 5), date(2026, 5, 19), units=6),
            [(date(2026, 5, day), time(18), time(19, 30)) for day in (5, 12, 19)],
        ),
        # Tuesdays and Thursdays in the morning
        (
            a_run(date(2026, 5, 5), date(2026, 5, 14), units=12, part_of_day="morning"),
            [(date(2026, 5, day), time(9), time(11, 15)) for day in (5, 7, 12, 14)],
        ),
        # nothing said: the first and the last day, two units
        (
            a_run(date(2026, 5, 5), date(2026, 5, 7)),
            [(date(2026, 5, day), time(18), time(19, 30)) for day in (5, 7)],
        ),
        # the number of meetings is known
        (
            a_run(date(2026, 5, 5), date(2026, 5, 26), meetings=3),
            [(date(2026, 5, day), time(18), time(19, 30)) for day in (5, 12, 26)],
        ),
    ],
)
def test_dates_nobody_names_are_assumed_and_say_so(
    run: ImportedRun, expected: list[tuple[date, time, time]]
) -> None:
    assert likely_sessions(run) == tuple(ImportedSession(*session, assumed=True) for session in expected)


def test_dates_that_are_named_stay_and_only_lack_their_times() -> None:
    known = ImportedSession(date(2026, 5, 5), time(17), time(19))
    begun = ImportedSession(date(2026, 5, 12), time(23, 30))
    run = a_run(date(2026, 5, 5), date(2026, 5, 12), sessions=(known, begun), units=4)

    assert likely_sessions(run) == (known, replace(begun, ends=time(23, 45), assumed=True))


@given(
    DAYS,
    st.integers(min_value=0, max_value=4000),
    st.none() | st.integers(min_value=1, max_value=5000),
    st.none() | st.integers(min_value=1, max_value=50),
)
def test_assumed_dates_are_always_possible(
    first: date, span: int, units: int | None, meetings: int | None
) -> None:
    run = a_run(first, first + timedelta(days=span), units=units, meetings=meetings)

    sessions = likely_sessions(run)

    days = [session.day for session in sessions]
    assert days == sorted(set(days))
    assert days[0] == run.starts_on
    assert days[-1] == run.ends_on or meetings == 1
    assert all(session.starts and session.ends and session.starts < session.ends for session in sessions)
    assert len(days) <= 250
