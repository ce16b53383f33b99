"""Everything the planner shows, in a constant number of statements however much there is."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import RunState
from lms.kernel.actor import Actor
from lms.kernel.period import Period
from lms.portal.planner import clashes, gathering
from lms.portal.planner.gathering import MOST_SESSIONS, Holding
from lms.portal.planner.values import (
    NOT_PLACED,
    ONLINE,
    By,
    Condition,
    Conflict,
    Entry,
    House,
    Lane,
    Named,
    Openings,
    Plan,
    Set,
    Trouble,
    Wanted,
)
from lms.resources.models import Closure, ReservationKind
from lms.scheduling.models import RunNeed, SessionState
from lms.web.language import gettext

MOST_UNPLACED = 60
"""So many entries of a lane without a resource are shown; an imported programme may have thousands."""

CAN_MOVE = (RunState.DRAFT, RunState.PUBLISHED, RunState.CONFIRMED)
KINDS: Mapping[ReservationKind, Condition] = {
    ReservationKind.SESSION: Condition.BOOKED,
    ReservationKind.BOOKING: Condition.BOOKED,
    ReservationKind.LOAN: Condition.LENT,
    ReservationKind.REPAIR: Condition.REPAIR,
    ReservationKind.CLOSURE: Condition.CLOSED,
    ReservationKind.APPOINTMENT: Condition.BOOKED,
    ReservationKind.HELP_DESK: Condition.BOOKED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What the statements gave."""

    meetings: Sequence[Any]
    teachers: Mapping[UUID, Sequence[Named]]
    holdings: Sequence[Holding]
    needs: Mapping[UUID, Sequence[tuple[RunNeed, str]]]
    held: Mapping[tuple[UUID, UUID], int]
    absences: Mapping[UUID, Sequence[Period]]
    closures: Sequence[Closure]
    openings: Openings


async def read_plan(
    session: AsyncSession, actor: Actor, wanted: Wanted, now: datetime, houses: Sequence[House] = ()
) -> Plan:
    """The lanes with their entries and conflicts; ten statements at most. Names and titles only for whoever may read them.

    Conflicts are looked for in what is not over yet.
    """
    lanes = await gathering.lanes(session, wanted)
    gathered = Gathered(
        meetings=await gathering.meetings(session, wanted),
        teachers=await gathering.teachers(session, wanted),
        holdings=await gathering.holdings(session, wanted),
        needs=await gathering.needs(session, wanted),
        held=await gathering.models_held(session, wanted),
        absences=await gathering.absences(session, wanted.period)
        if actor.may_for_all("R", "availability")
        else {},
        closures=await gathering.closures(session, wanted.period),
        openings=await gathering.openings(session),
    )
    by_owner = defaultdict(list)
    for holding in gathered.holdings:
        by_owner[holding.owner].append(holding)
    requests = dict(_requests(gathered.holdings))
    entries = [
        *_sessions(gathered, by_owner, now),
        *_others(by_owner, actor),
        *(_absent(gathered.absences, lanes) if wanted.by is By.TRAINER else ()),
    ]
    judged = [
        entry.with_conflicts(_conflicts(entry, gathered, requests.get(entry.key, ())))
        if entry.ends_at > now and entry.condition is not Condition.CANCELLED
        else entry
        for entry in entries
    ]
    return Plan(
        wanted=wanted,
        lanes=_laid(lanes, judged, wanted),
        houses=houses,
        is_cut=len(gathered.meetings) > MOST_SESSIONS,
    )


def _sessions(
    gathered: Gathered, by_owner: Mapping[str, Sequence[Holding]], now: datetime
) -> Iterator[Entry]:
    for meeting, run, title_de, title_en, room, venue_id, venue in gathered.meetings[:MOST_SESSIONS]:
        key = f"session:{meeting.id}"
        is_cancelled = meeting.state == SessionState.CANCELLED or run.state is RunState.CANCELLED
        holdings = by_owner.get(key, ())
        yield Entry(
            key=key,
            id=meeting.id,
            run_id=run.id,
            number=run.number,
            condition=Condition.CANCELLED if is_cancelled else Condition(run.state.value),
            starts_at=meeting.starts_at,
            ends_at=meeting.ends_at,
            title_de=title_de,
            title_en=title_en,
            room=Named(meeting.room_id, room) if room else None,
            venue=venue or "",
            venue_id=venue_id,
            is_online=bool(meeting.online_url) and not room,
            trainers=gathered.teachers.get(meeting.id, ()),
            devices=_sets(holdings),
            people=run.occupied + meeting.drop_ins,
            seats=run.capacity + run.drop_in_places,
            may_move=not is_cancelled
            and run.state in CAN_MOVE
            and meeting.locked_at is None
            and meeting.ends_at > now,
            is_tentative=any(not holding.is_firm for holding in holdings),
        )


def _others(by_owner: Mapping[str, Sequence[Holding]], actor: Actor) -> Iterator[Entry]:
    """Bookings, loans, repairs and closures; one entry for each room or set, however many devices."""
    may_see_titles = actor.may_for_all("R", "room-booking")
    may_see_people = actor.may_for_all("R", "person")
    may_see_loans = actor.may_for_all("R", "loan") and may_see_people
    for owner, all_of_one in by_owner.items():
        groups: dict[tuple[UUID | None, Period], list[Holding]] = defaultdict(list)
        for holding in all_of_one:
            if holding.session_id is None:
                groups[holding.resource, holding.period].append(holding)
        for group in groups.values():
            first = group[0]
            shown = first.held or first.period
            words, number = first.purpose, ""
            if first.kind is ReservationKind.BOOKING:
                words = first.title or first.purpose
                names = [first.organisation or (first.booker if may_see_people else "")]
                words = " – ".join([words, *filter(None, names)]) if may_see_titles else ""
            elif first.kind in {ReservationKind.APPOINTMENT, ReservationKind.HELP_DESK}:
                words, number = gettext("Help desk"), first.purpose
            elif first.kind is ReservationKind.LOAN:
                words, number = (first.borrower if may_see_loans else ""), first.loan_reference
            condition = KINDS[first.kind]
            if condition is Condition.BOOKED and not first.is_firm:
                condition = Condition.REQUESTED
            yield Entry(
                key=owner,
                id=first.booking or first.loan or first.cause_id,
                number=number,
                condition=condition,
                starts_at=shown.start,
                ends_at=shown.end,
                title_de=words,
                room=first.room,
                venue=first.venue,
                venue_id=first.venue_id,
                trainers=[Named(first.trainer_id, "")] if first.trainer_id else (),
                devices=_sets(group),
                people=first.people,
                is_tentative=not first.is_firm,
            )


def _absent(absences: Mapping[UUID, Sequence[Period]], lanes: Sequence[Lane]) -> Iterator[Entry]:
    names = {lane.id: lane.name for lane in lanes}
    for person_id, periods in absences.items():
        for number, period in enumerate(periods):
            yield Entry(
                key=f"away:{person_id}:{number}",
                condition=Condition.AWAY,
                starts_at=period.start,
                ends_at=period.end,
                title_de="",
                trainers=[Named(person_id, names.get(str(person_id), ""))],
            )


def _sets(holdings: Sequence[Holding]) -> Sequence[Set]:
    counts = Counter((holding.set.id, holding.set.name) for holding in holdings if holding.set)
    return [Set(id_, name, count) for (id_, name), count in sorted(counts.items(), key=lambda one: one[0][1])]


def _requests(holdings: Sequence[Holding]) -> Iterator[tuple[str, Sequence[Conflict]]]:
    """For each owner of requests: which firm reservations of the same thing they meet."""
    firm: dict[UUID, list[Holding]] = defaultdict(list)
    for holding in holdings:
        if holding.is_firm and holding.resource is not None and holding.set is None:
            firm[holding.resource].append(holding)
    met: dict[str, list[Conflict]] = defaultdict(list)
    for holding in holdings:
        if holding.is_firm or holding.resource is None:
            continue
        for other in firm.get(holding.resource, ()):
            if other.owner != holding.owner and other.period.overlaps(holding.period):
                about = other.purpose if other.session_id else ""
                name = holding.room.name if holding.room else ""
                met[holding.owner].append(Conflict(Trouble.OVERLAP, name, about))
    yield from met.items()


def _conflicts(entry: Entry, gathered: Gathered, requests: Sequence[Conflict]) -> Sequence[Conflict]:
    found = list(requests)
    if entry.run_id is None and entry.condition not in {Condition.BOOKED, Condition.REQUESTED}:
        return found
    if entry.room is not None and entry.venue_id is not None:
        found += clashes.closed(
            entry,
            [
                (Period(one.starts_at, one.ends_at), one.reason)
                for one in gathered.closures
                if entry.room.id == one.room_id or (one.room_id is None and entry.venue_id == one.venue_id)
            ],
        )
        found += clashes.out_of_hours(entry, gathered.openings.of(entry.room.id, entry.venue_id))
    if entry.run_id is not None:
        found += clashes.away(entry, gathered.absences)
        found += _missing(entry, gathered)
    return found


def _missing(entry: Entry, gathered: Gathered) -> Iterator[Conflict]:
    """Devices that the run needs and this session has not got; a note says that fewer will do."""
    for need, name in gathered.needs.get(entry.run_id, ()) if entry.run_id else ():
        wants_kit = need.kit_id is not None
        wanted = need.kit_id or need.model_id
        has = gathered.held.get((entry.id, wanted), 0) if entry.id and wanted else 0
        has = min(has, 1) if wants_kit else has
        wants = 1 if wants_kit else need.count
        if has < wants and not need.note:
            yield Conflict(Trouble.SHORT, name, has=has, wants=wants)


def _laid(lanes: Sequence[Lane], entries: Sequence[Entry], wanted: Wanted) -> Sequence[Lane]:
    on: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.conflicts or not wanted.only_conflicts:
            for key in _places(entry, wanted.by):
                on[key].append(entry)
    found = []
    for lane in (
        *lanes,
        *_unknown(on, lanes, entries, wanted),
        Lane(id=ONLINE, name=""),
        Lane(id=NOT_PLACED, name=""),
    ):
        mine = sorted(on.get(lane.id, ()), key=lambda entry: (entry.starts_at, entry.number))
        is_special = lane.id in {ONLINE, NOT_PLACED}
        if (wanted.lane and lane.id != wanted.lane) or (not mine and (is_special or wanted.only_conflicts)):
            continue
        shown = mine[:MOST_UNPLACED] if is_special else mine
        found.append(replace(lane, entries=shown, left_out=len(mine) - len(shown)))
    return found


def _unknown(
    on: Mapping[str, Sequence[Entry]], lanes: Sequence[Lane], entries: Sequence[Entry], wanted: Wanted
) -> Sequence[Lane]:
    """People who teach without being trainers of the house any more."""
    if wanted.by is not By.TRAINER:
        return ()
    known = {lane.id for lane in lanes}
    names = {str(one.id): one.name for entry in entries for one in entry.trainers if one.name}
    return [Lane(id=id_, name=names[id_]) for id_ in on if id_ in names and id_ not in known]


def _places(entry: Entry, by: By) -> Sequence[str]:
    """The lanes on which an entry lies."""
    is_session = entry.run_id is not None
    if by is By.ROOM:
        if entry.room is not None:
            return (str(entry.room.id),)
        return ((ONLINE if entry.is_online else NOT_PLACED),) if is_session else ()
    if by is By.TRAINER:
        if entry.trainers:
            return [str(trainer.id) for trainer in entry.trainers]
        return (NOT_PLACED,) if is_session else ()
    places = [str(one.id) for one in entry.devices]
    if any(conflict.trouble is Trouble.SHORT for conflict in entry.conflicts):
        places.append(NOT_PLACED)
    return places
