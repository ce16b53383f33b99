"""What we write to helpers, to those who decide for them, and to the team when somebody cannot come. The young are called du."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.accounts.models import Account, RoleGrant
from lms.certification.events import CertificateRevoked
from lms.db import links_of
from lms.helpdesk.models import HelpDesk
from lms.jobs.queue import Event
from lms.jobs.worker import Listener
from lms.kernel.clock import local
from lms.kernel.errors import NotFound
from lms.kernel.rights import Identity
from lms.messaging.models import AddressForm
from lms.people.events import GuardianshipEnded
from lms.people.models import Guardianship, Person
from lms.people.rules import is_minor
from lms.resources.models import Venue
from lms.scheduling.calendar import Entry
from lms.scheduling.invitations import calendar_files
from lms.volunteering import events
from lms.volunteering.models import Duty, DutyState, HelperAllowance, HelperState, HoursEntry, Shift, ShiftAsk
from lms.volunteering.queries.helpers import Known, helper_of
from lms.volunteering.queries.shifts import shift_of
from lms.volunteering.rules import pause_minutes
from lms.volunteering.service.acts import CONSENT, LINK
from lms.volunteering.service.consenting import end_consent_of
from lms.volunteering.service.hours import set_free
from lms.web.language import current_language, gettext, use_locale
from lms.web.letters import Addressee, Reader, write_letter

FOLDER = "volunteering/letters/"


def helper_path(known: Known, token: str) -> str:
    """The helper's own page, without an account."""
    return f"/mithelfen/mein/{known.helper.id}/{token}"


def consent_path(known: Known, token: str) -> str:
    """Where a guardian answers."""
    return f"/mithelfen/einwilligung/{known.helper.id}/{token}"


def reader_of(known: Known, at: datetime) -> Reader:
    """The helper as a reader of letters: under 18 we say du, whatever else was chosen."""
    person = known.person
    if person.address_form != AddressForm.FORMAL or not is_minor(person.birth_date, local(at).date()):
        return person
    return Addressee(
        email=person.email or "", language=person.language, name=person.name, id=person.id, street=person.street,
        postal_code=person.postal_code, city=person.city, phone=person.phone, channel=person.channel,
        address_form=AddressForm.INFORMAL,
    )  # fmt: skip


def desk_words(desk: HelpDesk, venue: Venue | None) -> str:
    """A desk as one says where it is, in the language being spoken."""
    name = desk.name_en if current_language() == "en" and desk.name_en else desk.name_de
    return f"{name}, {venue.name}" if venue is not None and venue.name not in name else name


async def thank_for_asking(session: AsyncSession, event: events.HelperAsked) -> None:
    """To whoever wants to help: what happens next."""
    known = await _known(session, event.helper_id)
    if known is not None:
        await _write(session, known, "helper_asked", str(event.at), at=event.at, needs_consent=known.helper.guardian_id is not None)  # fmt: skip


async def ask_guardian(session: AsyncSession, event: events.HelperConsentWanted) -> None:
    """To the adult who decides: what it is, and the link."""
    known = await _known(session, event.helper_id)
    if known is None or known.has_consent or known.helper.guardian_id is None:
        return
    guardian = await session.get_one(Person, known.helper.guardian_id)
    token = links_of(session).signer.token(CONSENT, known.helper.id, known.helper.link_version)
    await write_letter(
        session,
        key=f"helper_consent:{known.helper.id}:{event.version}",
        kind="helper_consent",
        to=guardian,
        template=f"{FOLDER}helper_consent.md",
        context={
            "person": known.person.name,
            "child": known.person.given_name,
            "consent_path": consent_path(known, token),
            "until": known.helper.consent_asked_until,
        },
        about=("helper", known.helper.id),
        at=event.at,
        deadline=known.helper.consent_asked_until,
    )


async def tell_consent_ended(session: AsyncSession, event: events.HelperConsentEnded) -> None:
    """To the helper: what the guardian has said."""
    known = await _known(session, event.helper_id)
    if known is not None:
        await _write(session, known, "helper_consent_ended", str(event.at), at=event.at)


async def tell_decision(session: AsyncSession, event: events.HelperDecided) -> None:
    """Welcome, with the link to the shifts; or a friendly no."""
    known = await _known(session, event.helper_id)
    if known is None or known.helper.version != event.version:
        return
    is_yes = known.helper.state is HelperState.APPROVED
    name = "helper_welcome" if is_yes else "helper_declined"
    await _write(session, known, name, str(event.version), at=event.at, reason=known.helper.reason)


async def thank(session: AsyncSession, event: events.HelperLeft) -> None:
    """Thank you, to whoever helps no longer."""
    known = await _known(session, event.helper_id)
    if known is not None and known.helper.state is HelperState.ENDED:
        await _write(session, known, "helper_thanks", str(event.version), at=event.at)


async def confirm_shift(session: AsyncSession, event: events.DutyTaken) -> None:
    """To the helper: day, place, break; with a calendar file."""
    found = await _duty(session, event.duty_id)
    if found is not None and found[0].state is DutyState.TAKEN:
        await _write_shift(session, "shift_taken", found, at=event.at, with_calendar=True)


async def tell_called_off(session: AsyncSession, event: events.DutyCalledOff) -> None:
    """To the helper: this shift does not take place for them."""
    found = await _duty(session, event.duty_id)
    if found is not None:
        await _write_shift(
            session, "shift_called_off", found, at=event.at, reason=found[0].reason, with_calendar=True
        )


async def tell_team(session: AsyncSession, event: events.DutyWithdrawn) -> None:
    """To those of the team who plan: somebody cannot come."""
    found = await _duty(session, event.duty_id)
    if found is None:
        return
    duty, shift, desk, venue, known = found
    for person in await _planners(session):
        with use_locale("en" if person.language == "en" else "de"):
            place = desk_words(desk, venue)
        await write_letter(
            session,
            key=f"duty_withdrawn:{duty.id}:{person.id}",
            kind="duty_withdrawn",
            to=person,
            template=f"{FOLDER}duty_withdrawn.md",
            context={
                "person": known.person.name,
                "starts_at": shift.starts_at,
                "ends_at": shift.ends_at,
                "desk": place,
                "reason": duty.reason,
                "shift_path": f"/verwaltung/helfer/schichten/{shift.id}",
            },
            about=("shift", shift.id),
            at=event.at,
        )


async def ask_for_shift(session: AsyncSession, event: events.ShiftAsked) -> None:
    """To a helper who fits: the question whether they can come."""
    ask = await session.get(ShiftAsk, event.ask_id)
    known = await _known(session, ask.helper_id) if ask else None
    if ask is None or known is None or ask.answered_at is not None:
        return
    shift = await shift_of(session, ask.shift_id)
    desk = await session.get_one(HelpDesk, shift.desk_id)
    venue = await session.get(Venue, desk.venue_id) if desk.venue_id else None
    token = links_of(session).signer.token(LINK, known.helper.id, known.helper.link_version)
    with use_locale("en" if known.person.language == "en" else "de"):
        place = desk_words(desk, venue)
    await _write(
        session, known, "shift_asked", str(ask.id), at=event.at, starts_at=shift.starts_at, ends_at=shift.ends_at,
        desk=place, answer_path=f"{helper_path(known, token)}/anfrage/{ask.id}",
    )  # fmt: skip


async def tell_correction(session: AsyncSession, event: events.HoursCorrected) -> None:
    """To the helper: the team has written down another time, and why."""
    found = await _duty(session, event.duty_id)
    entry = await session.scalar(
        select(HoursEntry).where(HoursEntry.duty_id == event.duty_id, HoursEntry.number == event.number)
    )
    if found is not None and entry is not None:
        await _write_shift(
            session, "hours_corrected", found, at=event.at, version=str(event.number), minutes=entry.minutes,
            reason=entry.reason,
        )  # fmt: skip


async def tell_paid(session: AsyncSession, event: events.HelperPaid) -> None:
    """To the helper: how much, for what, where it goes."""
    row = await session.get(HelperAllowance, event.allowance_id)
    known = await _known(session, row.helper_id) if row else None
    if row is None or known is None:
        return
    await _write(
        session, known, "helper_paid", str(row.id), at=event.at, cents=row.cents, month_of=row.month, shifts=row.shifts,
        in_cash=not row.iban, number=row.number,
    )  # fmt: skip


async def remind_of_shift(session: AsyncSession, duty: Duty, *, at: datetime) -> None:
    """The day before."""
    found = await _duty(session, duty.id)
    if found is not None:
        await _write_shift(session, "shift_tomorrow", found, at=at)


async def ask_for_hours(session: AsyncSession, duty: Duty, *, at: datetime) -> None:
    """After the shift: thank you, and the question how long it was."""
    found = await _duty(session, duty.id)
    if found is not None:
        await _write_shift(session, "shift_over", found, at=at)


async def free_hours(session: AsyncSession, event: CertificateRevoked) -> None:
    """A certificate of hours was taken back."""
    await set_free(session, event.certificate_id)


async def end_with_guardianship(session: AsyncSession, event: GuardianshipEnded) -> None:
    """Somebody decides no longer for a child. Who came of age needs nobody's consent."""
    kept = await session.scalar(
        select(Guardianship).where(
            Guardianship.guardian_id == event.guardian_id, Guardianship.child_id == event.child_id
        )
    )
    if not event.came_of_age and kept is not None and kept.ended_at is not None:
        await end_consent_of(session, event.child_id, event.guardian_id, at=kept.ended_at)


Found = tuple[Duty, Shift, HelpDesk, Venue | None, Known]


async def _known(session: AsyncSession, helper_id: UUID) -> Known | None:
    try:
        return await helper_of(session, helper_id)
    except NotFound:
        return None


async def _duty(session: AsyncSession, duty_id: UUID) -> Found | None:
    row = (
        await session.execute(
            select(Duty, Shift, HelpDesk, Venue)
            .join(Shift, Shift.id == Duty.shift_id)
            .join(HelpDesk, HelpDesk.id == Shift.desk_id)
            .outerjoin(Venue, Venue.id == HelpDesk.venue_id)
            .where(Duty.id == duty_id)
        )
    ).one_or_none()
    if row is None:
        return None
    return row[0], row[1], row[2], row[3], await helper_of(session, row[0].helper_id)


async def _planners(session: AsyncSession) -> Sequence[Person]:
    found = await session.scalars(
        select(Person)
        .join(Account, Account.person_id == Person.id)
        .join(RoleGrant, RoleGrant.account_id == Account.id)
        .where(RoleGrant.role == Identity.PROGRAMME, Account.locked_at.is_(None), Person.email.is_not(None))
        .order_by(Person.id)
    )
    return found.all()


async def _write_shift(
    session: AsyncSession,
    name: str,
    found: Found,
    *,
    at: datetime,
    version: str = "",
    with_calendar: bool = False,
    **more: Any,
) -> None:
    duty, shift, desk, venue, known = found
    is_off = duty.state is not DutyState.TAKEN
    with use_locale("en" if known.person.language == "en" else "de"):
        place = desk_words(desk, venue)
        summary = gettext("Help desk: %(desk)s", desk=place)
        entry = Entry(
            session_id=duty.id, starts_at=shift.starts_at, ends_at=shift.ends_at, changed_at=at, sequence=int(is_off),
            is_cancelled=is_off, summary=gettext("Cancelled: %(course)s", course=summary) if is_off else summary,
            location=", ".join(part for part in (place, venue.street if venue else "", venue.city if venue else "") if part),
            description=shift.note, address=links_of(session).absolute("/mithelfen"),
        )  # fmt: skip
    reader = reader_of(known, at)
    enclosures = (
        await calendar_files(session, to=reader, entries=[entry], name=summary, at=at)
        if with_calendar
        else ()
    )
    minor = known.is_minor_on(shift.day)
    await _write(
        session, known, name, version or str(duty.id), at=at, key=f"{name}:{duty.id}:{version}", enclosures=enclosures,
        starts_at=shift.starts_at, ends_at=shift.ends_at, desk=place, shift_note=shift.note,
        pause=pause_minutes(shift.minutes, is_minor=minor), has_calendar=bool(enclosures), **more,
    )  # fmt: skip


async def _write(
    session: AsyncSession,
    known: Known,
    name: str,
    version: str,
    *,
    at: datetime,
    key: str = "",
    enclosures: Sequence[Any] = (),
    **said: Any,
) -> None:
    token = links_of(session).signer.token(LINK, known.helper.id, known.helper.link_version)
    await write_letter(
        session,
        key=key or f"{name}:{known.helper.id}:{version}",
        kind=name,
        to=reader_of(known, at),
        template=f"{FOLDER}{name}.md",
        context={"own_path": helper_path(known, token)} | said,
        about=("helper", known.helper.id),
        enclosures=enclosures,
        at=at,
    )


LISTENERS: Mapping[type[Event], Sequence[Listener]] = {
    events.HelperAsked: [thank_for_asking],
    events.HelperConsentWanted: [ask_guardian],
    events.HelperConsentEnded: [tell_consent_ended],
    events.HelperDecided: [tell_decision],
    events.HelperLeft: [thank],
    events.DutyTaken: [confirm_shift],
    events.DutyWithdrawn: [tell_team],
    events.DutyCalledOff: [tell_called_off],
    events.ShiftAsked: [ask_for_shift],
    events.HoursCorrected: [tell_correction],
    events.HelperPaid: [tell_paid],
    CertificateRevoked: [free_hours],
    GuardianshipEnded: [end_with_guardianship],
}
