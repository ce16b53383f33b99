"""The planner's pages: the table, the timeline with its data, and the addresses of the signs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from litestar import Controller, MediaType, Request, Response, get
from litestar.di import NamedDependency
from litestar.response import Template
from sqlalchemy import select

from lms.db import Begin
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import Clock, local, today
from lms.kernel.rights import Scope
from lms.portal.planner import gathering, words
from lms.portal.planner.actions import Acts, acts_for
from lms.portal.planner.asking import DATA, EVERYWHERE, LANES, PLANNER, Asked, asked_of, days_of
from lms.portal.planner.reading import read_plan
from lms.portal.planner.values import NOT_PLACED, ONLINE, By, Entry, Lane, Plan, Span
from lms.resources.models import Room, Venue
from lms.web.access import may
from lms.web.formats import date_long, date_short, month
from lms.web.language import current_language, gettext, translated
from lms.web.module import Around
from lms.web.pagination import page_of
from lms.web.templating import url


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the table: lanes on which something begins, the names of those still taken from before, and of the free."""

    day: date
    lanes: Sequence[Lane]
    still: Sequence[str]
    free: Sequence[str]


class EntryOut(msgspec.Struct, omit_defaults=True):
    """A block of the timeline. Times are the wall clock of the venues, without offset."""

    id: str
    lanes: Sequence[str]
    start: str
    end: str
    time: str
    title: str
    lines: Sequence[str]
    state: str
    kind: str
    sign: str
    conflicts: Sequence[str] = ()
    path: str = ""
    move: str = ""
    is_session: bool = False


class LaneOut(msgspec.Struct):
    """A row of the timeline."""

    id: str
    name: str
    about: str
    is_place: bool


class PlanOut(msgspec.Struct):
    """What the timeline draws."""

    lanes: Sequence[LaneOut]
    entries: Sequence[EntryOut]


class PlannerPages(Controller):
    """For the team; whoever may change the plan finds the acts as well."""

    path = PLANNER
    opt = may("R", "plan", of=Scope.ALL)
    include_in_schema = False

    @get()
    async def show(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
    ) -> Template:
        """The table, or the frame of the timeline; the state is in the address."""
        ensure(actor.may_for_all("R", "plan"), actor)
        asked, plan = await _read(asked_of(request.query_params, today(clock)), actor, begin, clock)
        page = page_of(
            plan.lanes[(asked.page - 1) * LANES : asked.page * LANES], number=asked.page, size=LANES,
            total=len(plan.lanes), path=PLANNER, query=asked.pairs(),
        )  # fmt: skip
        acts = acts_for(actor, request.app)
        return Template(
            "portal/planner/planner.html",
            context={
                "asked": asked,
                "plan": plan,
                "page": page,
                "title": _title(asked),
                "days": [] if asked.as_timeline else list(_days(page.items, asked)),
                "acts": acts,
                "words": words,
                "today": today(clock),
                "everywhere": EVERYWHERE,
                "data": url(f"{DATA}?{_data_query(asked)}"),
                "kinds": [(by, translated(words.KINDS[by])) for by in By],
                "spans": [(span, translated(words.SPANS[span])) for span in Span],
                "one": translated(words.ONE[asked.by]),
            },
        )

    @get("/daten")
    async def data(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
    ) -> Response[bytes | None]:
        """The blocks of the days [von, bis) as JSON; 304 when the browser's copy is still true (RFC 9110, 13.1.2)."""
        ensure(actor.may_for_all("R", "plan"), actor)
        first, after = days_of(request.query_params, today(clock))
        span = (
            Span.DAY if (after - first).days == 1 else Span.WEEK if (after - first).days <= 7 else Span.MONTH
        )
        asked = replace(asked_of(request.query_params, first), span=span, day=first)
        asked, plan = await _read(asked, actor, begin, clock, (first, after))
        lanes = plan.lanes[(asked.page - 1) * LANES : asked.page * LANES]
        body = msgspec.json.encode(_out(lanes, asked.by, acts_for(actor, request.app)))
        tag = f'"{sha256(body).hexdigest()[:20]}.{current_language()}"'
        headers = {"etag": tag, "cache-control": "private, no-cache", "vary": "Cookie, Accept-Encoding"}
        given = request.headers.get("if-none-match", "")
        if tag in {part.strip().removeprefix("W/") for part in given.split(",")}:
            return Response(None, status_code=304, headers=headers)
        return Response(body, media_type=MediaType.JSON, headers=headers)

    @get("/schilder")
    async def signs(
        self, actor: NamedDependency[Actor], begin: NamedDependency[Begin], around: NamedDependency[Around]
    ) -> Template:
        """The addresses to type into a tablet at a door or a screen in a hall."""
        ensure(actor.may_for_all("R", "plan"), actor)
        async with begin.reading() as session:
            venues = (await session.scalars(select(Venue).order_by(Venue.name))).all()
            rooms: dict[UUID, list[Room]] = {venue.id: [] for venue in venues}
            for room in await session.scalars(select(Room).order_by(Room.name)):
                rooms[room.venue_id].append(room)
        return Template(
            "portal/planner/signs.html",
            context={"venues": venues, "rooms": rooms, "own": around.settings.public_url.rstrip("/")},
        )


async def _read(
    asked: Asked, actor: Actor, begin: Begin, clock: Clock, days: tuple[date, date] | None = None
) -> tuple[Asked, Plan]:
    async with begin.reading() as session:
        wanted = asked.wanted(())
        houses = await gathering.houses(session, wanted.period)
        settled = asked.settled(houses)
        wanted = settled.wanted(houses)
        if days is not None:
            wanted = replace(wanted, first=days[0], after=days[1])
        return settled, await read_plan(session, actor, wanted, clock(), houses)


def _title(asked: Asked) -> str:
    if asked.span is Span.DAY:
        return date_long(asked.first)
    if asked.span is Span.MONTH:
        return month(asked.first)
    last = asked.after - timedelta(days=1)
    return gettext(
        "Week %(week)s: %(first)s to %(last)s",
        week=asked.first.isocalendar().week,
        first=date_short(asked.first),
        last=date_short(last),
    )


def _days(lanes: Sequence[Lane], asked: Asked) -> Iterator[Day]:
    """Each entry on its first day, what began earlier on the first of those looked at."""
    for number in range((asked.after - asked.first).days):
        day = asked.first + timedelta(days=number)
        busy: list[Lane] = []
        still: list[str] = []
        free: list[str] = []
        for lane in lanes:
            mine = [entry for entry in lane.entries if max(entry.first_day, asked.first) == day]
            if mine:
                left_out = lane.left_out if lane.entries[-1] in mine else 0
                busy.append(replace(lane, entries=mine, left_out=left_out))
            elif lane.name and not asked.only_conflicts:
                goes_on = any(_covers(entry, day) for entry in lane.entries)
                (still if goes_on else free).append(lane.name)
        yield Day(day, busy, still, free)


def _covers(entry: Entry, day: date) -> bool:
    return entry.first_day <= day <= local(entry.ends_at).date()


def _data_query(asked: Asked) -> str:
    span = {"von": asked.first.isoformat(), "bis": asked.after.isoformat()}
    kept = {
        name: value for name, value in asked.pairs().items() if name not in {"tag", "zeitraum", "ansicht"}
    }
    return urlencode(span | kept)


def _out(lanes: Sequence[Lane], by: By, acts: Acts) -> PlanOut:
    on: dict[str, list[str]] = {}
    entries: dict[str, Entry] = {}
    for lane in lanes:
        for entry in lane.entries:
            key = f"{entry.key}@{entry.starts_at.timestamp():.0f}"
            if by is not By.DEVICES and entry.run_id is None and entry.room is not None:
                key += f"@{entry.room.id}"
            on.setdefault(key, []).append(lane.id)
            entries[key] = entry
    return PlanOut(
        lanes=[
            LaneOut(
                lane.id,
                words.lane_name(lane, by),
                words.lane_about(lane, by),
                by is By.ROOM and lane.id not in {NOT_PLACED, ONLINE},
            )
            for lane in lanes
        ],
        entries=[_entry_out(key, entry, on[key], acts, by) for key, entry in entries.items()],
    )


def _entry_out(key: str, entry: Entry, lanes: Sequence[str], acts: Acts, by: By) -> EntryOut:
    state, sign = words.state_of(entry)
    lines = [
        words.trainers_of(entry) if by is not By.TRAINER else words.place_of(entry),
        words.people_of(entry),
        words.devices_of(entry) if by is By.DEVICES else "",
    ]
    if by is By.DEVICES:
        lines.insert(0, words.place_of(entry))
    return EntryOut(
        id=key,
        lanes=lanes,
        start=local(entry.starts_at).strftime("%Y-%m-%dT%H:%M:%S"),
        end=local(entry.ends_at).strftime("%Y-%m-%dT%H:%M:%S"),
        time=words.when(entry),
        title=" ".join(filter(None, (entry.number, words.title_of(entry)))),
        lines=[line for line in lines if line],
        state=state,
        kind=entry.condition.value,
        sign=sign,
        conflicts=[words.conflict_in_words(conflict) for conflict in entry.conflicts],
        path=url(acts.page(entry)) if acts.page(entry) else "",
        move=url(acts.move(entry)) if acts.move(entry) else "",
        is_session=entry.run_id is not None,
    )
