"""What is to be collected, when, and that it follows the ledger. Plain functions in a transaction."""

from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.debits.events import DebitAnnounced, DebitCalledOff
from lms.debits.models import ChosenMandate, Debit, DebitMandate, DebitMandateState, DebitState
from lms.debits.queries import is_held, mandate_of, open_cents_of, run_days
from lms.debits.rules import bank_day_from, collection_day, end_to_end_id
from lms.jobs.queue import announce
from lms.kernel.actor import SYSTEM, Actor
from lms.kernel.clock import local
from lms.settings import Settings

CHANGEABLE = (DebitState.PLANNED, DebitState.ANNOUNCED)
FINAL = frozenset({"mandate", "nothing_open"})
"""Obstacles that do not go away."""


async def plan_collection(
    session: AsyncSession,
    actor: Actor,
    *,
    enrolment_id: UUID,
    run_id: UUID,
    purpose: str,
    settings: Settings,
    at: datetime,
    begins_on: date | None = None,
    fixed_on: date | None = None,
) -> Debit | None:
    """Plan to collect what an enrolment owes by the mandate chosen for it; None where none was, or nothing is owed.

    `purpose` is what the payer reads on the statement. One that is open already is left as it is: twice is as good as once.
    """
    await session.flush()
    chosen = await session.get(ChosenMandate, enrolment_id)
    if chosen is None or (await open_cents_of(session, [enrolment_id]))[enrolment_id] <= 0:
        return None
    known = (
        await session.scalars(
            select(Debit).where(
                Debit.enrolment_id == enrolment_id, Debit.state.in_((*CHANGEABLE, DebitState.IN_FILE))
            )
        )
    ).first()
    if known is not None:
        return known
    today = local(at).date()
    earliest = bank_day_from(today + timedelta(days=settings.debit_notice_days))
    reckoned = await expected_day(session, run_id, settings=settings, at=at, begins_on=begins_on)
    debit_id = uuid4()
    debit = Debit(
        id=debit_id, enrolment_id=enrolment_id, run_id=run_id, mandate_id=chosen.mandate_id,
        end_to_end_id=end_to_end_id(debit_id), purpose=purpose, planned_at=at, begins_on=begins_on,
        collect_on=max(earliest, bank_day_from(fixed_on)) if fixed_on else reckoned, is_fixed=fixed_on is not None,
    )  # fmt: skip
    session.add(debit)
    await session.flush()
    note(session, actor, debit, "planned", at=at)
    return debit


async def expected_day(
    session: AsyncSession, run_id: UUID, *, settings: Settings, at: datetime, begins_on: date | None = None
) -> date:
    """When an enrolment made now would be collected, as things stand."""
    today, days = local(at).date(), await run_days(session, run_id, settings)
    return collection_day(
        days.rule, days.occasion(today, begins_on), today=today, notice_days=settings.debit_notice_days
    )


async def locked_debit(session: AsyncSession, debit_id: UUID) -> Debit | None:
    """One collection under its lock, as it is now."""
    wanted = select(Debit).where(Debit.id == debit_id).with_for_update()
    return (await session.scalars(wanted.execution_options(populate_existing=True))).first()


def obstacle(mandate: DebitMandate, owed: int, *, is_held: bool) -> str:
    """What stands in the way of collecting by a mandate what is owed; "" where nothing does, else a key of `words.LEFT_OUT`."""
    if mandate.state in {DebitMandateState.REVOKED, DebitMandateState.LAPSED}:
        return "mandate"
    if owed <= 0:
        return "nothing_open"
    if mandate.state is not DebitMandateState.ACTIVE:
        return "blocked"
    return "returned_before" if is_held else ""


async def follow(session: AsyncSession, debit: Debit, *, settings: Settings, at: datetime) -> str:
    """Bring a locked collection in line with the ledger, the run's days and its mandate; tell the payer when it is time.

    Says why it is not ready for the bank: "" where it is, else a key of `words.LEFT_OUT`.
    """
    if debit.state not in CHANGEABLE:
        return "filed"
    mandate = await mandate_of(session, debit.mandate_id)
    owed = (await open_cents_of(session, [debit.enrolment_id]))[debit.enrolment_id]
    reason = obstacle(mandate, owed, is_held=await is_held(session, mandate.id))
    if reason in FINAL:
        call_off(session, SYSTEM, debit, reason, at=at)
    if reason:
        return reason
    if debit.state is DebitState.ANNOUNCED:
        if debit.announced_cents == owed:
            return ""
        _tell(session, debit, owed, settings=settings, at=at)
        return "changed"
    return await _follow_planned(session, debit, owed, settings=settings, at=at)


async def _follow_planned(
    session: AsyncSession, debit: Debit, owed: int, *, settings: Settings, at: datetime
) -> str:
    today, notice = local(at).date(), settings.debit_notice_days
    if not debit.is_fixed:
        days = await run_days(session, debit.run_id, settings)
        occasion = days.occasion(local(debit.planned_at).date(), debit.begins_on)
        debit.collect_on = collection_day(days.rule, occasion, today=today, notice_days=notice)
    if debit.collect_on - timedelta(days=notice + settings.debit_notice_margin_days) > today:
        return "not_yet"
    _tell(session, debit, owed, settings=settings, at=at)
    return ""


def _tell(session: AsyncSession, debit: Debit, owed: int, *, settings: Settings, at: datetime) -> None:
    """Announce sum and day; the day moves on where the notice would come too late."""
    earliest = bank_day_from(local(at).date() + timedelta(days=settings.debit_notice_days))
    debit.collect_on = max(debit.collect_on, earliest)
    debit.state, debit.announced_cents, debit.announced_for = DebitState.ANNOUNCED, owed, debit.collect_on
    debit.notices += 1
    note(session, SYSTEM, debit, "announced", at=at)
    announce(
        session,
        DebitAnnounced(
            debit_id=debit.id, amount_cents=owed, collect_on=debit.collect_on, notice=debit.notices
        ),
        at=at,
    )


def call_off(session: AsyncSession, actor: Actor, debit: Debit, reason: str, *, at: datetime) -> None:
    """End a locked collection that is in no file; whoever was told of it is told again."""
    was_told = debit.state is DebitState.ANNOUNCED
    debit.state, debit.ended_at, debit.end_reason = DebitState.CANCELLED, at, reason
    note(session, actor, debit, "called_off", at=at, reason=reason)
    if was_told and reason != "mandate":  # the letter about the mandate says it
        announce(session, DebitCalledOff(debit_id=debit.id), at=at)


async def call_off_all(
    session: AsyncSession, actor: Actor, mandate_id: UUID, reason: str, *, at: datetime
) -> None:
    """End everything that is planned or announced by a mandate."""
    found = await session.scalars(
        select(Debit)
        .where(Debit.mandate_id == mandate_id, Debit.state.in_(CHANGEABLE))
        .order_by(Debit.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    for debit in found.all():
        call_off(session, actor, debit, reason, at=at)


async def names_of(session: AsyncSession, debits: list[Debit]) -> list[str]:
    """Whose accounts these are, for a sentence."""
    wanted = select(DebitMandate.holder).where(DebitMandate.id.in_([one.mandate_id for one in debits]))
    return sorted((await session.scalars(wanted)).all())


def note(
    session: AsyncSession, actor: Actor, debit: Debit, action: str, *, at: datetime, reason: str = ""
) -> None:
    """One line of the trail."""
    record(
        session, actor, f"debit.{action}", at=at, kind="debit", object_id=debit.id,
        after={
            "enrolment_id": str(debit.enrolment_id), "collect_on": debit.collect_on.isoformat(),
            "amount_cents": debit.amount_cents if debit.amount_cents is not None else debit.announced_cents,
        },
        reason=reason,
    )  # fmt: skip
