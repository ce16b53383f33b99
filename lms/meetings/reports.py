"""What the server reports after a meeting: bytes in, stays out; no clock, no database.

The report is the JSON of `post_events_analytics_callback.rb` (bbb-record-core, since 2.3; keys as written there, version "1.0"):
`meeting_id` as we named it, `internal_meeting_id`, which ends with the `createTime` of the room, and `data.attendees` by the
`userID` that we gave (`ext_user_id`), with all their `joins` and `leaves`. How people talked, chatted and voted stands there as
well: it is not read.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from lms.kernel.period import Period
from lms.meetings.errors import Unreadable
from lms.meetings.joining import TEAM
from lms.web.sent import line_in, uuid_in

MOST_ATTENDEES = 2_000
MOST_MOMENTS = 500
MOST_OTHERS = 20
LONGEST_NAME = 60
LONGEST_ROOM = 120
_MILLISECONDS_FROM = 100_000_000_000
Moment = str | float
Moments = Annotated[list[Moment], Meta(max_length=MOST_MOMENTS)]


class Attendee(Struct):
    """One person, over all their comings and goings."""

    ext_user_id: str = ""
    name: str = ""
    moderator: bool = False
    joins: Moments = []
    leaves: Moments = []


class Data(Struct):
    """The part of the report about the people. `finish` is when the meeting ended."""

    attendees: Annotated[list[Attendee], Meta(max_length=MOST_ATTENDEES)]
    finish: Moment | None = None


class _Message(Struct):
    meeting_id: str
    internal_meeting_id: Annotated[str, Meta(min_length=1, max_length=LONGEST_ROOM)]
    data: Data


@dataclass(frozen=True, slots=True)
class Report:
    """Who was in one room: by enrolment, from when to when, apart and in order; `others` are names without a place."""

    meeting_id: str
    room: str
    stays: Mapping[UUID, Sequence[Period]]
    others: Sequence[str]


def report_of(body: bytes) -> Report:
    """What a message says. Somebody with two devices was there once. Raises Unreadable."""
    try:
        told = msgspec.json.decode(body, type=_Message)
        finish = None if told.data.finish is None else _moment(told.data.finish)
        stays: dict[UUID, Sequence[Period]] = {}
        others: list[str] = []
        for one in told.data.attendees:
            enrolment_id = uuid_in(one.ext_user_id)
            if enrolment_id is not None:
                stays[enrolment_id] = _stays(one, finish)
            elif not one.moderator and not one.ext_user_id.startswith(TEAM):
                others.append(line_in(one.name, LONGEST_NAME) or "?")
    except (msgspec.DecodeError, RecursionError, ValueError, OverflowError) as broken:
        raise Unreadable from broken
    if not told.internal_meeting_id.isascii() or not told.internal_meeting_id.isprintable():
        raise Unreadable
    return Report(told.meeting_id, told.internal_meeting_id, stays, list(dict.fromkeys(others))[:MOST_OTHERS])


def _stays(one: Attendee, finish: datetime | None) -> Sequence[Period]:
    """The server gives joins and leaves in two lists: whoever has joined more often than left is there."""
    steps = sorted(
        [(_moment(join), 0, 1) for join in one.joins] + [(_moment(leave), 1, -1) for leave in one.leaves]
    )
    found: list[Period] = []
    here, since = 0, None
    for at, _, step in steps:
        if step > 0:
            since = at if here == 0 else since
            here += 1
        elif here:
            here -= 1
            if here == 0 and since is not None and since < at:
                found.append(Period(since, at))
    if here and since is not None and finish is not None and since < finish:
        found.append(Period(since, finish))
    return merged(found)


def merged(periods: Iterable[Period]) -> Sequence[Period]:
    """The same time in periods that lie apart, in order."""
    found: list[Period] = []
    for one in sorted(periods, key=lambda period: period.start):
        if found and one.start <= found[-1].end:
            found[-1] = Period(found[-1].start, max(found[-1].end, one.end))
        else:
            found.append(one)
    return found


def _moment(told: Moment) -> datetime:
    """Seconds or milliseconds since 1970, or a time as Ruby writes it in JSON: ISO 8601, or `2026-12-04 10:00:00 +0100`.

    Raises ValueError, OverflowError.
    """
    if not isinstance(told, str):
        return datetime.fromtimestamp(told / 1000 if told >= _MILLISECONDS_FROM else told, UTC)
    text = told.strip().replace(" UTC", "+00:00").replace(" +", "+").replace(" -", "-")
    read = datetime.fromisoformat(text)
    if read.tzinfo is None:
        raise ValueError("a time without a zone")
    return read.astimezone(UTC)
