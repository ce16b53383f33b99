"""The hours that come of shifts: said, corrected, counted once, and certified."""

from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from certificates.document import Kind
from lms.audit.trail import record
from lms.certification.issuing.batches import wait_in_line
from lms.certification.issuing.orders import Order
from lms.certification.models import Batch, Certificate
from lms.certification.subjects import volunteering
from lms.db import retried
from lms.jobs.queue import announce
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound
from lms.volunteering import policy, rules
from lms.volunteering.errors import (
    HoursReasonMissing,
    HoursSettled,
    HoursUnlikely,
    NoHoursLeft,
    ShiftNotOver,
)
from lms.volunteering.events import HoursCorrected
from lms.volunteering.models import (
    Duty,
    DutyState,
    Helper,
    HoursEntry,
    HoursProof,
    ProvenDuty,
    ShiftState,
)
from lms.volunteering.queries.helpers import helper_of
from lms.volunteering.queries.hours import Done, done, is_settled, open_proof
from lms.volunteering.queries.shifts import shift_of
from lms.volunteering.service.acts import Acts

WHAT_DE, WHAT_EN = (
    "Ehrenamtliche Hilfe in der Digital-Sprechstunde",
    "Voluntary help at the digital help desk",
)


class HelperHours(Acts):
    """What helpers and the team say about hours, and the certificates that come of them."""

    @retried
    async def say(
        self, actor: Actor, *, duty_id: UUID, minutes: int, token: str = "", reason: str = ""
    ) -> HoursEntry:
        """Confirm how long it was. What a helper says counts up to the plan; beyond it the team looks first.

        Each change is a new entry with its reason; the same again changes nothing. Raises ShiftNotOver, HoursUnlikely,
        HoursReasonMissing, HoursSettled, NotFound.
        """
        at = self.clock()
        async with self.begin() as session:
            duty = await session.get(Duty, duty_id, with_for_update=True, populate_existing=True)
            if duty is None:
                raise NotFound
            # approving and certifying hold the helper: what they count does not change meanwhile
            known = await helper_of(session, duty.helper_id, lock=True)
            self.refuse_others(actor, known, token)
            by_team = policy.may_manage(actor) and actor.person_id != known.person.id
            shift = await shift_of(session, duty.shift_id)
            if duty.state is not DutyState.TAKEN or shift.state is not ShiftState.OPEN or shift.ends_at > at:
                raise ShiftNotOver
            if await is_settled(session, duty_id):
                raise HoursSettled
            minor = known.is_minor_on(shift.day)
            plan = rules.planned_minutes(shift.starts_at, shift.ends_at, is_minor=minor)
            if not 0 <= minutes <= plan + rules.BEYOND_PLAN:
                raise HoursUnlikely(most=f"{rules.BEYOND_PLAN // 60} h")
            last = await _last_entry(session, duty_id)
            counts = by_team or minutes <= plan
            if last is not None and last.minutes == minutes and (last.is_confirmed or not counts):
                return last
            if (minutes != plan or last is not None) and not reason.strip() and not _agrees(last, minutes):
                raise HoursReasonMissing
            entry = HoursEntry(
                duty_id=duty_id, number=(last.number if last else 0) + 1, minutes=minutes, said_at=at,
                by_helper=not by_team, is_confirmed=counts, said_by=actor.account_id,
                said_by_name=actor.name if by_team else known.person.name, reason=reason.strip(),
            )  # fmt: skip
            session.add(entry)
            await session.flush()
            self.note(session, actor, "duty.hours", known, object_id=duty_id, reason=reason.strip())
            if by_team and (last is not None or minutes != plan):
                happened = HoursCorrected(duty_id=duty_id, number=entry.number, at=at)
                announce(session, happened, at=at)
        return entry

    @retried
    async def confirm_as_planned(self, actor: Actor, *, shift_id: UUID) -> int:
        """The team confirms for everybody of a shift of whom nothing is confirmed: what they said, or the plan. Gives how many."""
        ensure(policy.may_manage(actor), actor)
        at = self.clock()
        async with self.begin() as session:
            shift = await shift_of(session, shift_id, lock=True)
            if shift.ends_at > at:
                raise ShiftNotOver
            duties = (
                await session.scalars(
                    select(Duty)
                    .where(Duty.shift_id == shift_id, Duty.state == DutyState.TAKEN)
                    .order_by(Duty.id)
                    .with_for_update()
                )
            ).all()
            made = 0
            for duty in duties:
                known = await helper_of(session, duty.helper_id)
                last = await _last_entry(session, duty.id)
                if (last is not None and last.is_confirmed) or policy.is_about_themselves(
                    actor, known.person
                ):
                    continue
                minor = known.is_minor_on(shift.day)
                plan = rules.planned_minutes(shift.starts_at, shift.ends_at, is_minor=minor)
                session.add(
                    HoursEntry(
                        duty_id=duty.id, number=(last.number if last else 0) + 1,
                        minutes=last.minutes if last else plan, said_at=at, by_helper=False, is_confirmed=True,
                        said_by=actor.account_id, said_by_name=actor.name,
                    )
                )  # fmt: skip
                made += 1
        return made

    @retried
    async def wish(self, actor: Actor, *, helper_id: UUID, token: str = "") -> HoursProof:
        """Ask for a certificate of the hours that stand on none. Twice is as good as once. Raises NoHoursLeft."""
        async with self.begin() as session:
            known = await helper_of(session, helper_id, lock=True)
            self.refuse_others(actor, known, token)
            kept = await open_proof(session, helper_id)
            if kept is not None:
                return kept
            if not rules.full_hours(one.minutes for one in await unproven(session, helper_id)):
                raise NoHoursLeft
            proof = HoursProof(helper_id=helper_id, wished_at=self.clock())
            session.add(proof)
        return proof

    @retried
    async def certify(self, actor: Actor, *, helper_id: UUID) -> UUID:
        """Order the certificate of all confirmed hours that stand on none; the worker draws it. Gives the batch.

        The hours are bound to it in the same transaction: a second click, or a second clerk, finds nothing left and raises
        NoHoursLeft. Nobody certifies themselves.
        """
        ensure(policy.may_issue(actor), actor)
        at = self.clock()
        async with self.begin() as session:
            known = await helper_of(session, helper_id, lock=True)
            ensure(not policy.is_about_themselves(actor, known.person), actor)
            counted = await unproven(session, helper_id)
            hours = rules.full_hours(one.minutes for one in counted)
            if not hours:
                raise NoHoursLeft
            proof = await open_proof(session, helper_id)
            if proof is None:
                proof = HoursProof(helper_id=helper_id, wished_at=at)
                session.add(proof)
            proof.minutes = sum(one.minutes for one in counted)
            proof.first_day, proof.last_day = counted[0].shift.day, counted[-1].shift.day
            proof.ordered_at, proof.ordered_by = at, actor.account_id
            await session.flush()
            session.add_all(ProvenDuty(duty_id=one.duty.id, proof_id=proof.id) for one in counted)
            batch = Batch(
                id=proof.id, run_id=None, started_at=at, started_by=actor.account_id,
                title=f"{WHAT_DE}: {known.person.name}",
            )  # fmt: skip
            session.add(batch)
            await session.flush()
            places = {one.desk.name_de: None for one in counted}
            order = Order(
                kind=Kind.VOLUNTEER,
                subject=volunteering(proof.id),
                person_id=known.person.id,
                particulars={
                    "what_de": WHAT_DE, "what_en": WHAT_EN, "place": ", ".join(places)[:120],
                    "first_day": proof.first_day.isoformat(), "last_day": proof.last_day.isoformat(), "hours": hours,
                    "valid_until": "",
                },
            )  # fmt: skip
            await wait_in_line(session, batch, [order], at)
            record(
                session, actor, "certificates.started", at=at, kind="batch", object_id=batch.id,
                person_id=known.person.id,
            )  # fmt: skip
        return proof.id


async def unproven(session: AsyncSession, helper_id: UUID) -> list[Done]:
    """Confirmed duties that stand on no certificate yet, in order of time; four statements."""
    found = await done(session, Duty.helper_id == helper_id)
    return [one for one in found.get(helper_id, ()) if one.proof is None and one.minutes]


async def set_free(session: AsyncSession, certificate_id: UUID) -> None:
    """A certificate was taken back: its hours may stand on another one."""
    certificate = await session.get(Certificate, certificate_id)
    if certificate is None or certificate.kind != Kind.VOLUNTEER:
        return
    proofs = (
        await session.scalars(
            select(HoursProof)
            .join(Helper, Helper.id == HoursProof.helper_id)
            .where(Helper.person_id == certificate.person_id, HoursProof.ended_at.is_(None))
        )
    ).all()
    proof = next((one for one in proofs if volunteering(one.id) == certificate.subject), None)
    if proof is not None:
        await session.execute(delete(ProvenDuty).where(ProvenDuty.proof_id == proof.id))
        await session.execute(
            update(HoursProof).where(HoursProof.id == proof.id).values(ended_at=certificate.ended_at)
        )


async def _last_entry(session: AsyncSession, duty_id: UUID) -> HoursEntry | None:
    found: HoursEntry | None = await session.scalar(
        select(HoursEntry).where(HoursEntry.duty_id == duty_id).order_by(HoursEntry.number.desc()).limit(1)
    )
    return found


def _agrees(last: HoursEntry | None, minutes: int) -> bool:
    """The team says what the helper has said: nothing has to be explained."""
    return last is not None and not last.is_confirmed and last.minutes == minutes
