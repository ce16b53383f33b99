"""What a report says of people's comings and goings, as plain values."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.attendance.sheets.lists import Session as Times
from lms.attendance.sheets.online import Reported, proposals_of
from lms.kernel.period import Period
from lms.meetings.errors import Unreadable
from lms.meetings.reports import report_of

TEN = datetime(2026, 12, 4, 9, 0, tzinfo=UTC)
WHO = uuid4()


def at(minute: float) -> datetime:
    return TEN + timedelta(minutes=minute)


def report(joins: list[Any], leaves: list[Any], **data: Any) -> bytes:
    attendee = {"ext_user_id": str(WHO), "name": "A", "joins": joins, "leaves": leaves}
    told = {"meeting_id": "m", "internal_meeting_id": "i-1", "data": {"attendees": [attendee], **data}}
    return json.dumps(told).encode()


def stays(body: bytes) -> list[tuple[float, float]]:
    found = report_of(body).stays[WHO]
    return [
        ((one.start - TEN) / timedelta(minutes=1), (one.end - TEN) / timedelta(minutes=1)) for one in found
    ]


@pytest.mark.parametrize(
    "written",
    [
        "2026-12-04T10:05:00.000+01:00", "2026-12-04 10:05:00 +0100", "2026-12-04 09:05:00 UTC", "2026-12-04T09:05:00Z",
        1796375100, 1796375100.0, 1796375100000,
    ],
)  # fmt: skip
def test_moments_are_read_as_servers_write_them(written: Any) -> None:
    assert stays(report([written], [at(20).isoformat()])) == [(5, 20)]


@pytest.mark.parametrize(
    ("joins", "leaves", "expected"),
    [
        ([0, 20], [10, 30], [(0, 10), (20, 30)]),
        ([0, 5], [30, 10], [(0, 30)]),  # a second device for a while
        ([0, 10], [10, 20], [(0, 20)]),  # loaded the page anew
        ([0], [], [(0, 90)]),  # still there when it ended
        ([], [10], []),
        ([10], [10], []),
    ],
)
def test_comings_and_goings_become_time_that_lies_apart(
    joins: list[int], leaves: list[int], expected: list[tuple[float, float]]
) -> None:
    body = report(
        [at(one).isoformat() for one in joins],
        [at(one).isoformat() for one in leaves],
        finish=at(90).isoformat(),
    )

    assert stays(body) == expected


@pytest.mark.parametrize("written", ["2026-12-04T10:05:00", "gestern", "", 1e300, -1e300])
def test_what_is_no_moment_is_refused(written: Any) -> None:
    with pytest.raises(Unreadable):
        report_of(report([written], []))


MINUTES = st.lists(st.tuples(st.integers(-30, 120), st.integers(1, 60)), max_size=6)


@given(MINUTES)
def test_a_proposal_always_fits_into_the_session_and_never_counts_more_than_was_there(
    times: list[tuple[int, int]],
) -> None:
    joins = [at(start).isoformat() for start, _ in times]
    leaves = [at(start + length).isoformat() for start, length in times]
    found = report_of(report(joins, leaves)).stays[WHO]

    (one,) = proposals_of([WHO], Reported({WHO: found}, ()), Times(TEN, at(90), 5), is_only_online=True)

    there = {minute for start, length in times for minute in range(max(start, 0), min(start + length, 90))}
    assert (one.minutes_there or 0) == len(there)
    assert one.minutes_late < 90
    assert (one.presence is not None and one.presence.value != "absent") <= bool(there)


def test_more_than_half_of_a_unit_missed_in_between_is_a_missed_unit() -> None:
    def proposed(*away: tuple[int, int]) -> tuple[int, ...]:
        ends = [0, *(minute for pair in away for minute in pair), 135]
        here = [Period(at(ends[i]), at(ends[i + 1])) for i in range(0, len(ends), 2)]
        who: UUID = WHO
        (one,) = proposals_of([who], Reported({who: here}, ()), Times(TEN, at(135), 5), is_only_online=True)
        return one.missed_units

    assert proposed((50, 70)) == ()
    assert proposed((50, 73)) == (2,)
    assert proposed((30, 80)) == (2,)
