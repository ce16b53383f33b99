"""What a trainer's device needs to work in a room without network: its worker, whose it is, and where its entries go."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import time
from functools import cache
from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from litestar.response import Template
from msgspec import Meta, Struct

from lms.attendance.errors import ReasonNeeded, RegisterLocked, TooEarly, WalkInUnnamed
from lms.attendance.marking import Facts
from lms.attendance.meetings import TAKES_PLACE, meetings, taught_by
from lms.attendance.models import Presence
from lms.attendance.roll import LONGEST_NOTE
from lms.attendance.service import Entry, Mark, Outcome, Register
from lms.attendance.walk_ins import LONGEST_NAME, LONGEST_PHONE, WalkIns
from lms.attendance.words import facts_in_words
from lms.kernel.actor import Actor
from lms.kernel.clock import at_venue, today
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.kernel.tokens import Signer
from lms.scheduling.models import Session
from lms.web.access import PUBLIC, may
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.sent import line_in
from lms.web.templating import STATIC, csrf_token_of, url

HOME = "/kursleitung"
DOOR = HOME + "/geraet"
KEPT_SESSIONS = 8
"""Today's sessions and those that come next, of which a device keeps the pages."""
MOST_ENTRIES = 500
A_DAY = 24 * 60
PRIVATE = {"cache-control": "no-store"}


class NotTheirDevice(DomainError):
    message = N_("These entries were made by somebody else. They are sent when that person signs in again.")


class About(Struct):
    """Who sits at the device. The first of `keys` seals what waits there, the others open what was sealed before a rotation; `keep` names the pages to put aside."""

    whose: str
    keys: list[str]
    csrf: str
    keep: list[str]


class MarkEntry(Struct, forbid_unknown_fields=True):
    """A mark made on the device. `based_on` is the version that the page showed, `follows` entries it has replaced."""

    id: UUID
    session_id: UUID
    enrolment_id: UUID
    presence: Presence
    based_on: int
    minutes_late: Annotated[int, Meta(ge=0, le=A_DAY)] = 0
    minutes_early: Annotated[int, Meta(ge=0, le=A_DAY)] = 0
    missed_units: Annotated[list[Annotated[int, Meta(ge=1, le=99)]], Meta(max_length=99)] = []
    note: Annotated[str, Meta(max_length=LONGEST_NOTE)] = ""
    follows: Annotated[list[UUID], Meta(max_length=20)] = []


class WalkInEntry(Struct, forbid_unknown_fields=True):
    """Somebody who stood in the door."""

    id: UUID
    session_id: UUID
    name: Annotated[str, Meta(max_length=LONGEST_NAME)]
    phone: Annotated[str, Meta(max_length=LONGEST_PHONE)] = ""


class Parcel(Struct, forbid_unknown_fields=True):
    """What a device sends at once."""

    whose: str
    marks: Annotated[list[MarkEntry], Meta(max_length=MOST_ENTRIES)] = []
    walk_ins: Annotated[list[WalkInEntry], Meta(max_length=MOST_ENTRIES)] = []


class Told(Struct):
    """What became of one entry: saved, conflict, refused, or early (then it is sent again). `stored` is what stands now."""

    id: UUID
    outcome: str
    sentence: str = ""
    stored: Facts = {}
    version: int = 0


class WorkerPages(Controller):
    """The service worker: a script like any other, but from an address above the pages it looks after."""

    path = HOME + "/offline.js"
    opt = PUBLIC
    include_in_schema = False

    @get(media_type="text/javascript")
    async def worker(self) -> Response[bytes]:
        """The same for everybody; browsers ask for it anew."""
        headers = {"service-worker-allowed": url(HOME), "cache-control": "no-cache"}
        return Response(_worker(), headers=headers, media_type="text/javascript")


class DevicePages(Controller):
    """Only for whoever is signed in: entries of somebody else are not taken."""

    path = DOOR
    opt = may("U", "attendance")
    include_in_schema = False

    @get()
    async def about(
        self, request: Request[Any, Any, Any], actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Response[About]:
        """Whose device it is, and what it is to keep: the day, its sessions and the next ones with their registers."""
        morning = at_venue(today(around.clock), time())
        async with around.begin.reading() as session:
            found = await meetings(
                session,
                taught_by(actor.person_id),
                TAKES_PLACE,
                Session.starts_at >= morning,
                limit=KEPT_SESSIONS,
            )
        keep = [HOME, DOOR + "/ohne-verbindung"]
        for one in found:
            base = f"{HOME}/termine/{one.session.id}"
            keep += [base, f"{base}/anwesenheit?geraet=1"]
        told = About(
            whose=_whose(actor),
            keys=_keys(around.signer, actor),
            csrf=csrf_token_of(request),
            keep=[url(path) for path in keep],
        )
        return Response(told, headers=PRIVATE)

    @get("/ohne-verbindung")
    async def instead(self) -> Template:
        """What the device shows in place of a page that it has not kept."""
        return Template("attendance/away.html")

    @post(status_code=200)
    async def take(
        self,
        data: JSONBody[Parcel],
        actor: NamedDependency[Actor],
        attendance: NamedDependency[Register],
        walk_ins: NamedDependency[WalkIns],
    ) -> Response[list[Told]]:
        """Take what waited on the device, session by session; each entry is answered for itself."""
        if data.whose != _whose(actor):
            raise NotTheirDevice
        by_session: dict[UUID, list[MarkEntry]] = defaultdict(list)
        for one in data.marks:
            by_session[one.session_id].append(one)
        told = []
        for session_id, entries in by_session.items():
            told += await _hand_in(attendance, actor, session_id, entries)
        told += [await _write_down(walk_ins, actor, one) for one in data.walk_ins]
        return Response(told, headers=PRIVATE)


async def _hand_in(
    attendance: Register, actor: Actor, session_id: UUID, entries: Sequence[MarkEntry]
) -> list[Told]:
    given = [
        Entry(
            one.id,
            Mark(
                one.enrolment_id,
                one.presence,
                one.minutes_late,
                line_in(one.note, LONGEST_NOTE),
                one.minutes_early,
                tuple(sorted(set(one.missed_units))),
                based_on=one.based_on,
            ),
            tuple(one.follows),
        )
        for one in entries
    ]
    try:
        done = await attendance.hand_in(actor, session_id=session_id, entries=given)
    except (NotFound, TooEarly, RegisterLocked, ReasonNeeded) as refusal:
        return [_refused(one.id, refusal) for one in entries]
    return [
        Told(one.id, one.outcome.value, _sentence(one.outcome, one.facts), one.facts, one.version)
        for one in done
    ]


async def _write_down(walk_ins: WalkIns, actor: Actor, one: WalkInEntry) -> Told:
    try:
        await walk_ins.write_down(
            actor, session_id=one.session_id, walk_in_id=one.id, name=one.name, phone=one.phone
        )
    except (NotFound, TooEarly, RegisterLocked, WalkInUnnamed) as refusal:
        return _refused(one.id, refusal)
    return Told(one.id, Outcome.SAVED)


def _refused(key: UUID, refusal: DomainError) -> Told:
    if isinstance(refusal, TooEarly):
        return Told(key, "early")
    return Told(key, Outcome.REFUSED, gettext(refusal.message, **refusal.params))


def _sentence(outcome: Outcome, facts: Facts) -> str:
    if outcome is Outcome.CONFLICT:
        return facts_in_words(facts)
    if outcome is Outcome.REFUSED:
        return gettext("The entry does not fit the session, or the person has no place in it any more.")
    return ""


def _keys(signer: Signer, actor: Actor) -> list[str]:
    subject = UUID(_whose(actor))
    return [Signer([secret]).token("device", subject) for secret in signer.secrets]


def _whose(actor: Actor) -> str:
    return str(actor.account_id)


@cache
def _worker() -> bytes:
    return (STATIC / "js" / "worker.js").read_bytes()
