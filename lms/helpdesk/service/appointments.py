"""Booking, moving, cancelling, and noting what became of it; every public method is one transaction."""

from datetime import datetime, timedelta
from uuid import UUID

from lms.accounts.idempotency import once, remember
from lms.audit.trail import record
from lms.db import retried
from lms.enrolment.service.order import new_reference
from lms.helpdesk import policy
from lms.helpdesk.errors import AddressNeeded, AlreadyOver, NotYet, ReasonMissing, SlotTaken
from lms.helpdesk.events import (
    AppointmentBooked,
    AppointmentCancelled,
    AppointmentMissed,
    AppointmentMoved,
)
from lms.helpdesk.models import (
    Adviser,
    Appointment,
    AppointmentState,
    DeskKind,
    DeskPlace,
    HelpTopic,
)
from lms.helpdesk.service.acts import (
    appointment_of,
    ensure_not_too_many,
    free_slot,
    give_back,
    lock_advisers,
    locked_desk,
    take,
)
from lms.helpdesk.service.offering import offer_earlier
from lms.helpdesk.values import Wanted
from lms.jobs.queue import announce
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound, Stale
from lms.kernel.period import Period
from lms.resources.reserving import release
from lms.web.module import Around

KIND = "appointment"


class Appointments:
    """What people and the team do about appointments."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock
        self.signer = around.signer
        self.state = around.settings.federal_state

    @retried
    async def book(self, actor: Actor, wanted: Wanted, *, form_id: UUID | None = None) -> Appointment:
        """Give somebody the time they chose, with whoever suits. The same form twice is one appointment.

        Raises NotFound, SlotTaken, EnoughAppointments, EnoughThatDay, AddressNeeded.
        """
        ensure(policy.may_book(actor), actor)
        now, is_team, who = self.clock(), policy.may_run(actor), wanted.visitor
        async with self.begin() as session:
            desk = await locked_desk(session, wanted.desk_id)
            if form_id is not None:
                known = await once(session, f"appointment:{form_id}", b"", at=now)
                if known is not None and (kept := await session.get(Appointment, known)) is not None:
                    return kept
            topic = await session.get(HelpTopic, wanted.topic_id)
            if topic is None or topic.ended_at is not None or topic.audience is not desk.kind:
                raise NotFound
            if desk.place is DeskPlace.HOME and not who.address.strip():
                raise AddressNeeded
            if not is_team:
                await ensure_not_too_many(session, desk, who.phone, wanted.starts_at, now=now)
            await lock_advisers(session, topic.id)
            schedule, slot = await free_slot(
                session, desk, topic.id, wanted.starts_at, now=now, state=self.state, is_team=is_team
            )
            if is_team and wanted.adviser_id is not None:
                if wanted.adviser_id not in slot.advisers:
                    raise SlotTaken
                adviser = schedule.advisers[wanted.adviser_id]
            else:
                adviser = schedule.choose(slot, who.language)
            made = Appointment(
                reference=new_reference(),
                desk_id=desk.id,
                topic_id=topic.id,
                adviser_id=adviser.id,
                starts_at=slot.starts_at,
                ends_at=slot.ends_at,
                name=who.name.strip(),
                phone=who.phone,
                email=who.email.strip() or None,
                language=who.language,
                person_id=who.person_id,
                company_id=who.company_id if desk.kind is DeskKind.ADVICE else None,
                way=wanted.way,
                note=who.note.strip(),
                address=who.address.strip() if desk.place is DeskPlace.HOME else "",
                district=who.district if desk.place is DeskPlace.HOME else "",
                device_model_id=who.device_model_id,
                answers=dict(who.answers),
                created_at=now,
            )
            await take(
                session, desk, adviser, Period(made.starts_at, made.ends_at), cause_id=made.id,
                purpose=made.reference,
            )  # fmt: skip
            session.add(made)
            await session.flush()
            record(
                session, actor, "appointment.booked", at=now, kind=KIND, object_id=made.id,
                person_id=made.person_id,
                after={"starts_at": made.starts_at.isoformat(), "way": made.way.value},
            )  # fmt: skip
            announce(session, AppointmentBooked(appointment_id=made.id, at=now, version=made.version), at=now)
            if form_id is not None:
                await remember(session, f"appointment:{form_id}", made.id)
        return made

    @retried
    async def move(
        self,
        actor: Actor,
        *,
        appointment_id: UUID,
        starts_at: datetime,
        token: str = "",
        adviser_id: UUID | None = None,
        version: int | None = None,
    ) -> Appointment:
        """Another time, or another adviser at the same one. What falls free is offered to whoever waits for it.

        Raises NotFound, AlreadyOver, SlotTaken, EnoughThatDay, Stale.
        """
        now, is_team = self.clock(), policy.may_run(actor)
        async with self.begin() as session:
            seen = await appointment_of(session, appointment_id, for_update=False)
            policy.ensure_holds(actor, seen, token, self.signer)
            desk = await locked_desk(session, seen.desk_id)
            one = await appointment_of(session, appointment_id)
            self._ensure_ahead(one, now, is_team=is_team)
            if version is not None and version != one.version:
                raise Stale
            before = one.starts_at
            if before == starts_at and adviser_id in {None, one.adviser_id} and not is_team:
                return one
            if not is_team:
                await ensure_not_too_many(session, desk, one.phone, starts_at, now=now, besides=one.id)
            await lock_advisers(session, one.topic_id, one.adviser_id)
            schedule, slot = await free_slot(
                session, desk, one.topic_id, starts_at, now=now, state=self.state, is_team=is_team,
                besides=[one.id],
            )  # fmt: skip
            if adviser_id is not None and adviser_id not in slot.advisers:
                raise SlotTaken
            stays = one.adviser_id in slot.advisers and adviser_id is None
            adviser = schedule.advisers[
                adviser_id or (one.adviser_id if stays else schedule.choose(slot, one.language).id)
            ]
            await give_back(session, one)
            one.starts_at, one.ends_at, one.adviser_id = slot.starts_at, slot.ends_at, adviser.id
            one.version += 1
            one.reminded_at, one.agreed_at = None, None
            await take(
                session, desk, adviser, Period(one.starts_at, one.ends_at), cause_id=one.id,
                purpose=one.reference,
            )  # fmt: skip
            record(
                session, actor, "appointment.moved", at=now, kind=KIND, object_id=one.id,
                person_id=one.person_id,
                before={"starts_at": before.isoformat()}, after={"starts_at": one.starts_at.isoformat()},
            )  # fmt: skip
            announce(
                session,
                AppointmentMoved(
                    appointment_id=one.id, at=now, version=one.version, before_starts_at=before,
                    by_team=is_team and not token,
                ),
                at=now,
            )  # fmt: skip
            await offer_earlier(session, desk, now=now, state=self.state)
        return one

    @retried
    async def cancel(
        self, actor: Actor, *, appointment_id: UUID, token: str = "", reason: str = ""
    ) -> Appointment:
        """Give the time back. Twice is as good as once. The team says why. Raises NotFound, AlreadyOver, ReasonMissing."""
        now = self.clock()
        async with self.begin() as session:
            seen = await appointment_of(session, appointment_id, for_update=False)
            policy.ensure_holds(actor, seen, token, self.signer)
            by_team = policy.may_run(actor) and not token
            if by_team and not reason.strip():
                raise ReasonMissing
            desk = await locked_desk(session, seen.desk_id)
            one = await appointment_of(session, appointment_id)
            if one.state is AppointmentState.CANCELLED:
                return one
            self._ensure_ahead(one, now, is_team=by_team)
            await give_back(session, one)
            one.state, one.state_at, one.reason = AppointmentState.CANCELLED, now, reason.strip()
            one.version += 1
            record(
                session, actor, "appointment.cancelled", at=now, kind=KIND, object_id=one.id,
                person_id=one.person_id, reason=one.reason,
            )  # fmt: skip
            announce(
                session,
                AppointmentCancelled(appointment_id=one.id, at=now, version=one.version, by_team=by_team),
                at=now,
            )
            await offer_earlier(session, desk, now=now, state=self.state)
        return one

    @retried
    async def finish(self, actor: Actor, *, appointment_id: UUID, came: bool) -> Appointment:
        """Note that somebody was there, or did not come. It may be corrected. Raises NotFound, NotYet, AlreadyOver."""
        now = self.clock()
        async with self.begin() as session:
            one = await appointment_of(session, appointment_id)
            adviser = await session.get_one(Adviser, one.adviser_id)
            if not policy.may_serve(actor, adviser.person_id):
                raise NotFound
            if one.state is AppointmentState.CANCELLED:
                raise AlreadyOver
            if one.starts_at > now + timedelta(minutes=30) or (not came and one.starts_at > now):
                raise NotYet
            state = AppointmentState.DONE if came else AppointmentState.MISSED
            if one.state is state:
                return one
            one.state, one.state_at = state, now
            one.version += 1
            if not came:  # somebody else can be helped at once
                await release(session, cause_ids=[one.id])
                announce(session, AppointmentMissed(appointment_id=one.id, at=now), at=now)
            record(
                session, actor, f"appointment.{state.value}", at=now, kind=KIND, object_id=one.id,
                person_id=one.person_id,
            )  # fmt: skip
        return one

    @retried
    async def agree(self, actor: Actor, *, appointment_id: UUID) -> None:
        """It takes place although no hour covers it: it is no task any more. Raises NotFound."""
        ensure(policy.may_run(actor), actor)
        async with self.begin() as session:
            one = await appointment_of(session, appointment_id)
            if one.agreed_at is None:
                one.agreed_at = self.clock()
                record(
                    session, actor, "appointment.agreed", at=self.clock(), kind=KIND, object_id=one.id,
                    person_id=one.person_id,
                )  # fmt: skip

    @retried
    async def told(self, actor: Actor, *, appointment_id: UUID) -> None:
        """Somebody has told them by telephone what no letter could. Raises NotFound."""
        ensure(policy.may_run(actor), actor)
        async with self.begin() as session:
            one = await appointment_of(session, appointment_id)
            if one.call_since is not None:
                one.call_since, one.call_about = None, ""
                record(
                    session, actor, "appointment.told", at=self.clock(), kind=KIND, object_id=one.id,
                    person_id=one.person_id,
                )  # fmt: skip

    @staticmethod
    def _ensure_ahead(one: Appointment, now: datetime, *, is_team: bool) -> None:
        latest = one.ends_at if is_team else one.starts_at
        if one.state is not AppointmentState.BOOKED or latest <= now:
            raise AlreadyOver
