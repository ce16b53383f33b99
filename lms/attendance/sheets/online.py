"""Who was in our own video conference → proposals for the register. Nothing is marked here: the trainer confirms."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.attendance.models import Presence
from lms.attendance.queries import Line, register
from lms.attendance.rules import unit_count, whole_marking
from lms.attendance.sheets.lists import Session as Times
from lms.attendance.sheets.models import Evidence, EvidenceKind, EvidenceState
from lms.attendance.sheets.proposing import Proposal, Why
from lms.audit.trail import record
from lms.kernel.actor import SYSTEM
from lms.kernel.clock import MINUTES_PER_UNIT
from lms.kernel.period import Period
from lms.scheduling.models import Session
from lms.web.csv import Cell, csv_text
from lms.web.language import gettext, use_locale

Stays = Mapping[UUID, Sequence[Period]]
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Reported:
    """Who was online from when to when, by enrolment, apart and in order; `others` are people without a place."""

    stays: Stays
    others: Sequence[str]
    is_late: bool = False
    """Whether it comes too late to be proposed: then it is kept with the session, and nothing else."""


def proposals_of(
    enrolment_ids: Sequence[UUID], reported: Reported, times: Times, *, is_only_online: bool
) -> Sequence[Proposal]:
    """What the report says of everybody who is expected.

    Who was not there is absent only where nobody can have been there in another way: in the room, or as somebody whom we do
    not know. In between counts what is missed of a unit: more than half of it, and it is missed.
    """
    are_all_known = is_only_online and not reported.others
    return [
        _proposal(one, reported.stays.get(one, ()), times, are_all_known=are_all_known)
        for one in enrolment_ids
    ]


def _proposal(enrolment_id: UUID, stays: Sequence[Period], times: Times, *, are_all_known: bool) -> Proposal:
    whole = Period(times.starts_at, times.ends_at)
    here = [
        Period(max(one.start, whole.start), min(one.end, whole.end)) for one in stays if one.overlaps(whole)
    ]
    minutes = _minutes(sum((one.end - one.start for one in here), timedelta()))
    if not here and are_all_known:
        return Proposal(enrolment_id, Presence.ABSENT)
    if not minutes:
        return Proposal(enrolment_id, None, why=Why.TOO_SHORT if here else Why.NOT_ONLINE)
    late, early = _minutes(here[0].start - whole.start), _minutes(whole.end - here[-1].end)
    late, early = (one if one > times.grace else 0 for one in (late, early))
    missed = _missed(here, whole, late, early)
    if not whole_marking(whole.minutes, late, early, missed):
        return Proposal(enrolment_id, None, why=Why.TOO_SHORT, minutes_there=minutes)
    presence = Presence.LATE if late else Presence.PRESENT
    return Proposal(enrolment_id, presence, late, Why.NONE, early, missed, minutes_there=minutes)


def _missed(here: Sequence[Period], whole: Period, late: int, early: int) -> tuple[int, ...]:
    """The units, from 1, of which somebody missed more than half between coming and going."""
    came, went = whole.start + late * MINUTE, whole.end - early * MINUTE
    last = unit_count(whole.minutes)
    missed = []
    for number in range(1, last + 1):
        begins = whole.start + (number - 1) * MINUTES_PER_UNIT * MINUTE
        ends = whole.end if number == last else begins + MINUTES_PER_UNIT * MINUTE
        away = _shared(Period(begins, ends), came, went) - sum(
            (_shared(one, begins, ends) for one in here), timedelta()
        )
        if away * 2 > ends - begins:
            missed.append(number)
    return tuple(missed)


def _shared(one: Period, start: datetime, end: datetime) -> timedelta:
    return max(min(one.end, end) - max(one.start, start), timedelta())


def _minutes(time: timedelta) -> int:
    return max(int(time / MINUTE), 0)


async def propose(
    session: AsyncSession,
    meeting: Session,
    reported: Reported,
    *,
    grace: int,
    now: datetime,
    kept_until: date,
) -> None:
    """Keep the report with the session as evidence, with what it proposes; call it with the run locked.

    The same report again is one; another one takes the place of the one before as long as nobody has decided about that. A
    closed register proposes nothing.
    """
    lines = await register(session, meeting)
    content = _table(lines, reported)
    digest = hashlib.sha256(content).hexdigest()
    mine = (Evidence.session_id == meeting.id, Evidence.kind == EvidenceKind.MEETING)
    if await session.scalar(select(Evidence.id).where(*mine, Evidence.sha256 == digest)) is not None:
        return
    is_open = meeting.locked_at is None and not reported.is_late
    proposals = proposals_of(
        [line.enrolment_id for line in lines],
        reported,
        Times(meeting.starts_at, meeting.ends_at, grace),
        is_only_online=meeting.room_id is None,
    )
    found = await session.scalar(
        select(Evidence).where(*mine, Evidence.state == EvidenceState.READ).with_for_update()
    )
    if found is None or not is_open:
        found = Evidence(
            session_id=meeting.id,
            kind=EvidenceKind.MEETING,
            state=EvidenceState.READ if is_open else EvidenceState.KEPT,
            media_type="text/csv",
            sha256=digest,
            sent_at=now,
            sent_by=None,
            kept_until=kept_until,
            content=content,
        )
        session.add(found)
    else:
        found.content, found.sha256, found.sent_at = content, digest, now
    if is_open:
        found.proposals, found.unknown = [one.as_json() for one in proposals], list(reported.others)
    record(
        session, SYSTEM, "attendance.evidence", at=now, kind="session", object_id=meeting.id,
        after={"sha256": digest, "kind": found.kind.value, "state": found.state.value},
    )  # fmt: skip


def _table(lines: Sequence[Line], reported: Reported) -> bytes:
    """The report as people read it, in German: of those who have a place, when they came and went."""
    with use_locale("de"):
        head = [gettext("Name"), gettext("Joined at"), gettext("Left at")]
        rows: list[Sequence[Cell]] = [
            [line.name, stay.start, stay.end]
            for line in lines
            for stay in reported.stays.get(line.enrolment_id, ())
        ]
        return csv_text([head, *rows, *([name, "", ""] for name in reported.others)]).encode("utf-8-sig")
