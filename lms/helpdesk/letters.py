"""What we write to people who have an appointment.

Whoever booked is seldom a person of ours: they are written to at what they gave, by e-mail, by short message to a mobile
number, or on paper when we come to their home. Who has none of these is told on the telephone, of changes alone
(`Appointment.call_since`).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from lms.db import has_sms, links_of
from lms.helpdesk import events
from lms.helpdesk.models import Adviser, AppointmentState, DeskKind, EarlierState, EarlierWish
from lms.helpdesk.policy import LINK
from lms.helpdesk.queries import Whole, whole_of
from lms.helpdesk.words import (
    CALL_CANCELLED,
    CALL_EARLIER,
    CALL_MOVED,
    desk_hint,
    desk_name,
    topic_name,
    where,
)
from lms.jobs.queue import Event
from lms.jobs.worker import Listener
from lms.kernel.errors import NotFound
from lms.messaging.models import Channel
from lms.messaging.ways import takes_sms
from lms.people.models import Person
from lms.scheduling.calendar import Entry
from lms.scheduling.invitations import calendar_files
from lms.web.centre import the_centre
from lms.web.language import gettext, use_locale
from lms.web.letters import Addressee, Reader, write_letter

FOLDER = "helpdesk/letters/"
POST_TAKES = timedelta(days=4)
"""What begins sooner is not written about on paper: it would come too late."""


async def confirm(session: AsyncSession, event: events.AppointmentBooked) -> None:
    """When, where, with whom, and what to bring; with a calendar file."""
    whole = await _found(session, event.appointment_id)
    if whole is not None and whole.appointment.version == event.version:
        await _send(session, whole, "appointment_booked", at=event.at, version=event.version)


async def tell_move(session: AsyncSession, event: events.AppointmentMoved) -> None:
    """The other time; the calendar entry moves along."""
    whole = await _found(session, event.appointment_id)
    if whole is None or whole.appointment.version != event.version:
        return
    is_same_time = whole.appointment.starts_at == event.before_starts_at
    await _send(
        session, whole, "appointment_moved", at=event.at, version=event.version,
        call=CALL_MOVED if event.by_team and not is_same_time else "", by_team=event.by_team,
        before=event.before_starts_at, is_same_time=is_same_time,
    )  # fmt: skip


async def tell_cancellation(session: AsyncSession, event: events.AppointmentCancelled) -> None:
    """It does not take place, and why; the calendar entry goes."""
    whole = await _found(session, event.appointment_id)
    if whole is not None:
        await _send(
            session, whole, "appointment_cancelled", at=event.at, version=event.version,
            call=CALL_CANCELLED if event.by_team else "", by_team=event.by_team,
            reason=whole.appointment.reason if event.by_team else "", is_cancelled=True,
        )  # fmt: skip


async def regret(session: AsyncSession, event: events.AppointmentMissed) -> None:
    """Nobody came: no reproach, and the way to another time."""
    whole = await _found(session, event.appointment_id)
    if whole is not None and whole.appointment.state is AppointmentState.MISSED:
        await _send(session, whole, "appointment_missed", at=event.at, version=0, with_calendar=False)


async def offer(session: AsyncSession, event: events.EarlierOffered) -> None:
    """An earlier time is held until a deadline."""
    wish = await session.get(EarlierWish, event.wish_id)
    whole = await _found(session, wish.appointment_id) if wish else None
    if (
        whole is None
        or wish is None
        or wish.version != event.version
        or wish.state is not EarlierState.OFFERED
        or wish.offered_until is None
    ):
        return
    adviser = await session.get(Adviser, wish.offered_adviser_id)
    await _send(
        session, whole, "appointment_earlier", at=event.at, version=event.version, call=CALL_EARLIER,
        deadline=wish.offered_until, with_calendar=False, offered=wish.offered_starts_at,
        until=wish.offered_until, offered_adviser=adviser.shown_name if adviser else "",
    )  # fmt: skip


async def remind(session: AsyncSession, appointment_id: UUID, *, at: datetime) -> None:
    """On the day before."""
    whole = await _found(session, appointment_id)
    if whole is not None and whole.appointment.state is AppointmentState.BOOKED:
        await _send(
            session, whole, "appointment_tomorrow", at=at, version=whole.appointment.version,
            with_calendar=False, is_reminder=True,
        )  # fmt: skip


def appointment_path(whole_id: UUID, token: str) -> str:
    """Where an appointment opens without an account."""
    return f"/sprechstunde/termin/{whole_id}/{token}"


def entry_of(whole: Whole, address: str, at: datetime, *, cancelled: bool = False) -> Entry:
    """The appointment in a calendar, in the language being spoken."""
    one = whole.appointment
    name = desk_name(whole.desk)
    return Entry(
        session_id=one.id,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        changed_at=at,
        sequence=one.version,
        is_cancelled=cancelled,
        summary=gettext("Cancelled: %(course)s", course=name) if cancelled else name,
        location=where(whole.desk, whole.venue, one),
        description=gettext("Your booking number: %(reference)s", reference=one.reference),
        address=address,
    )


async def _found(session: AsyncSession, appointment_id: UUID) -> Whole | None:
    try:
        whole = await whole_of(session, appointment_id)
    except NotFound:
        return None
    return None if whole.appointment.forgotten_at else whole


async def _reader(session: AsyncSession, whole: Whole, at: datetime) -> Reader | None:
    """Whoever is written to, and by which way; None where nothing but a call reaches them in time."""
    one = whole.appointment
    person = await session.get(Person, one.person_id) if one.person_id else None
    if person is not None and not one.email and person.merged_into_id is None:
        return person
    channel = Channel.EMAIL
    if not one.email:
        can_sms = has_sms(session) and takes_sms(one.phone)
        is_far = bool(one.address) and one.starts_at - at >= POST_TAKES
        if not can_sms and not is_far:
            return None
        channel = Channel.SMS if can_sms else Channel.POST
    postal_code, _, city = the_centre().town.partition(" ")
    return Addressee(
        email=one.email or "", language="en" if one.language == "en" else "de", name=one.name,
        phone=one.phone if channel is Channel.SMS else None, channel=channel, id=person.id if person else None,
        street=one.address, postal_code=postal_code if one.address else "", city=city if one.address else "",
    )  # fmt: skip


async def _send(
    session: AsyncSession,
    whole: Whole,
    name: str,
    *,
    at: datetime,
    version: int,
    call: str = "",
    deadline: datetime | None = None,
    with_calendar: bool = True,
    is_cancelled: bool = False,
    is_reminder: bool = False,
    **more: Any,
) -> None:
    one = whole.appointment
    reader = await _reader(session, whole, at)
    if reader is None:
        if call and one.call_since is None:
            one.call_since = at
        if call:
            one.call_about = call
        return
    if is_reminder and reader.channel not in {Channel.EMAIL, Channel.SMS}:
        return  # a letter would come too late, and nobody needs a call to be reminded
    links = links_of(session)
    path = appointment_path(one.id, links.signer.token(LINK, one.id, one.link_version))
    with use_locale("en" if reader.language == "en" else "de"):
        entry = entry_of(whole, links.absolute(path), at, cancelled=is_cancelled)
        said: dict[str, Any] = {
            "name": one.name,
            "reference": one.reference,
            "starts_at": one.starts_at,
            "ends_at": one.ends_at,
            "desk": desk_name(whole.desk),
            "is_advice": whole.desk.kind is DeskKind.ADVICE,
            "hint": desk_hint(whole.desk),
            "topic": topic_name(whole.topic),
            "adviser": whole.adviser.shown_name,
            "place": where(whole.desk, whole.venue, one),
            "device": whole.device.name if whole.device else "",
            "manage_path": path,
            "again_path": f"/sprechstunde?thema={whole.topic.id}",
        }
    enclosures = (
        await calendar_files(session, to=reader, entries=[entry], name=said["desk"], at=at)
        if with_calendar and reader.email
        else []
    )
    await write_letter(
        session,
        key=f"{name}:{one.id}:{version}",
        kind=name,
        to=reader,
        template=f"{FOLDER}{name}.md",
        context=said | {"has_calendar": bool(enclosures)} | more,
        about=("appointment", one.id),
        enclosures=enclosures,
        deadline=deadline,
        at=at,
    )


LISTENERS: Mapping[type[Event], Sequence[Listener]] = {
    events.AppointmentBooked: [confirm],
    events.AppointmentMoved: [tell_move],
    events.AppointmentCancelled: [tell_cancellation],
    events.AppointmentMissed: [regret],
    events.EarlierOffered: [offer],
}
