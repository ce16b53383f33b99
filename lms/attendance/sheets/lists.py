"""The list of a meeting service, or any list with names → proposals for the register (F-H07)."""

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from lms.attendance.models import Presence
from lms.attendance.sheets.errors import NobodyInTable, OtherDay
from lms.attendance.sheets.proposing import Proposal, Why
from lms.kernel.clock import ZONE, local
from lms.people.rules import matching

HEADS = {
    "name": (
        "name",
        "teilnehmer",
        "participant",
        "anzeigename",
        "display name",
        "vollstandiger name",
        "full name",
    ),
    "given": ("vorname", "first name", "given name"),
    "family": ("nachname", "familienname", "last name", "surname", "family name"),
    "email": ("e mail", "email", "user email", "e mail adresse", "mail"),
    "joined": (
        "join time",
        "first join",
        "beitrittszeit",
        "beitritt",
        "beginn",
        "start",
        "eintritt",
        "joined",
        "von",
    ),
    "left": ("leave time", "last leave", "verlassen", "ende", "end", "austritt", "left", "bis"),
}
"""How columns are called by Zoom, Teams, BigBlueButton and by hand, folded; a head may say more after it."""
FORMS = (
    "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%Y, %H:%M:%S", "%d.%m.%Y, %H:%M", "%d.%m.%y, %H:%M:%S", "%d.%m.%y %H:%M",
    "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y, %I:%M:%S %p",
    "%m/%d/%y, %I:%M:%S %p", "%m/%d/%Y %I:%M %p", "%d/%m/%Y %H:%M:%S",
)  # fmt: skip
CLOCK_ONLY = ("%H:%M:%S", "%H:%M")
LINES_BEFORE_HEAD = 40
MOST_UNKNOWN = 100
_NEXT_PART = re.compile(r"\d{1,2}\. ")


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody who is expected."""

    enrolment_id: UUID
    given_name: str
    family_name: str
    email: str


@dataclass(frozen=True, slots=True)
class Entry:
    """Somebody in the file: as named there, and when they came and went; None where the file says nothing readable."""

    name: str
    email: str
    joined_at: datetime | None
    left_at: datetime | None
    has_time: bool


@dataclass(frozen=True, slots=True)
class Session:
    """When it is (aware), and how many minutes later one is late, or sooner one has left early."""

    starts_at: datetime
    ends_at: datetime
    grace: int


def proposals_of(
    cells: Sequence[Sequence[str]], people: Sequence[Known], session: Session
) -> tuple[Sequence[Proposal], Sequence[str]]:
    """What the list says of everybody who is expected, and who in it is unknown. Raises NobodyInTable, OtherDay.

    Who is not in it was absent, unless somebody in it is unknown: that may be the same person under another name.
    """
    entries = _of_this_day(list(_entries(cells, session)), session)
    found: dict[UUID, list[Entry]] = defaultdict(list)
    doubtful: set[UUID] = set()
    unknown: list[str] = []
    for entry in entries:
        same = _who(entry, people)
        if not same:
            unknown.append(entry.name or entry.email)
        elif len(same) > 1:
            doubtful |= {one.enrolment_id for one in same}
        else:
            found[same[0].enrolment_id].append(entry)
    unknown = list(dict.fromkeys(unknown))[:MOST_UNKNOWN]
    made = []
    for one in people:
        if one.enrolment_id in found:
            made.append(_proposal(one.enrolment_id, found[one.enrolment_id], session))
        elif one.enrolment_id in doubtful:
            made.append(Proposal(one.enrolment_id, None, why=Why.SAME_NAME))
        elif unknown:
            made.append(Proposal(one.enrolment_id, None, why=Why.NOT_IN_LIST))
        else:
            made.append(Proposal(one.enrolment_id, Presence.ABSENT))
    return made, unknown


def _proposal(enrolment_id: UUID, entries: Sequence[Entry], session: Session) -> Proposal:
    """Who comes and goes several times was there from the first time on, to the last one where the file says it."""
    if not any(entry.has_time for entry in entries):
        return Proposal(enrolment_id, Presence.PRESENT)
    came = [entry.joined_at for entry in entries if entry.joined_at is not None]
    went = [entry.left_at for entry in entries if entry.left_at is not None]
    if len(came) < len(entries):
        return Proposal(enrolment_id, None, why=Why.TIME)
    first, last = min(came), max(went) if len(went) == len(entries) else session.ends_at
    if first >= session.ends_at or last <= max(first, session.starts_at):
        return Proposal(enrolment_id, None, why=Why.TIME)
    late, early = _minutes(first - session.starts_at), _minutes(session.ends_at - last)
    late, early = (minutes if minutes > session.grace else 0 for minutes in (late, early))
    return Proposal(enrolment_id, Presence.LATE if late else Presence.PRESENT, late, minutes_early=early)


def _minutes(time: timedelta) -> int:
    return math.floor(time.total_seconds() / 60)


def _who(entry: Entry, people: Iterable[Known]) -> Sequence[Known]:
    """Everybody who may be meant: by the address if one has it, else by the name in either order."""
    by_address = [one for one in people if entry.email and one.email.casefold() == entry.email.casefold()]
    if len(by_address) == 1:
        return by_address
    words = _words(entry.name)
    return [
        one
        for one in by_address or people
        if words and words == _words(f"{one.given_name} {one.family_name}")
    ]


def _words(name: str) -> list[str]:
    return sorted(matching(name.split("(", maxsplit=1)[0].replace(",", " "), "").split())


def _entries(cells: Sequence[Sequence[str]], session: Session) -> Iterator[Entry]:
    start, columns = _head(cells)
    for row in cells[start:]:
        value = {key: row[at].strip() if at < len(row) else "" for key, at in columns.items()}
        name = value.get("name") or f"{value.get('given', '')} {value.get('family', '')}".strip()
        email = value.get("email", "") if "@" in value.get("email", "") else ""
        if len(columns) > 1 and _NEXT_PART.match(name) and sum(bool(cell) for cell in row) == 1:
            return  # reports of Teams have several parts, each under a numbered heading
        if not name and not email:
            continue
        yield Entry(
            name,
            email,
            _moment(value.get("joined", ""), session),
            _moment(value.get("left", ""), session),
            has_time=bool(value.get("joined")),
        )


def _head(cells: Sequence[Sequence[str]]) -> tuple[int, dict[str, int]]:
    """The first row below the one that names columns, and where they are."""
    for number, row in enumerate(cells[:LINES_BEFORE_HEAD]):
        heads = [matching(cell.split("(")[0].replace(":", " "), "") for cell in row]
        columns = {
            key: next(at for at, head in enumerate(heads) if head in words)
            for key, words in HEADS.items()
            if any(head in words for head in heads)
        }
        if "name" in columns or {"given", "family"} <= set(columns) or "email" in columns:
            return number + 1, columns
    raise NobodyInTable


def _of_this_day(entries: Sequence[Entry], session: Session) -> Sequence[Entry]:
    day = local(session.starts_at).date()
    kept = [one for one in entries if one.joined_at is None or local(one.joined_at).date() == day]
    if not entries:
        raise NobodyInTable
    if not kept:
        raise OtherDay
    return kept


def _moment(text: str, session: Session) -> datetime | None:
    """A moment as written on the wall clock of the venues; a time alone is on the day of the session."""
    plain = text.replace("\u202f", " ").strip().removesuffix(" Uhr").removesuffix("Z")
    for form in (*FORMS, *CLOCK_ONLY):
        try:
            read = datetime.strptime(plain, form)  # noqa: DTZ007 - the zone is ours, below
        except ValueError:
            continue
        if form in CLOCK_ONLY:
            read = datetime.combine(local(session.starts_at).date(), read.time())
        return read.replace(tzinfo=ZONE)
    return None
