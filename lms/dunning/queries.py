"""Reading reminders, in a session somebody else opened."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Subquery, and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from lms.billing.instalments.models import InstalmentPlan, PlanState
from lms.billing.models import PENDING_REFUNDS, LedgerEntry, Refund
from lms.debits.models import Debit
from lms.debits.queries import OPEN
from lms.dunning.models import (
    DebtorNote,
    DunningRun,
    HandedOver,
    Reminder,
    ReminderBlock,
    ReminderLine,
    ReminderTakenBack,
)
from lms.dunning.rules import DISPUTE_LASTS, DISPUTE_WON, DISPUTED, LAST_LEVEL, Before
from lms.kernel.clock import at_venue, local
from lms.kernel.errors import NotFound


def still_counts() -> ColumnElement[bool]:
    """The filter on `Reminder` for those that nobody has taken back."""
    return ~exists().where(ReminderTakenBack.reminder_id == Reminder.id).correlate(Reminder)


def level_of(table: Subquery) -> ColumnElement[int]:
    """The level to which an account of `billing.overview.standing()` was reminded about the invoice that is valid now."""
    return (
        select(func.max(ReminderLine.level))
        .join(Reminder, Reminder.id == ReminderLine.reminder_id)
        .where(
            ReminderLine.account_id == table.c.account_id,
            ReminderLine.invoice_id == table.c.invoice_id,
            still_counts(),
        )
        .correlate(table)
        .scalar_subquery()
    )


def is_handed_over(table: Subquery) -> ColumnElement[bool]:
    """Whether somebody else collects an account of `standing()` by now."""
    return (
        exists()
        .where(HandedOver.account_id == table.c.account_id, HandedOver.taken_back_at.is_(None))
        .correlate(table)
    )


def waits_for_reminder(table: Subquery, today: date, days: Sequence[int]) -> ColumnElement[bool]:
    """Whether the next reminder about an account of `standing()` is due, as far as a count has to know.

    A run looks closer (`choosing`). `days` are the spans before the first, second and third reminder.
    """
    level = level_of(table)
    last = (
        select(func.max(Reminder.due_on))
        .join(ReminderLine, ReminderLine.reminder_id == Reminder.id)
        .where(
            ReminderLine.account_id == table.c.account_id,
            ReminderLine.invoice_id == table.c.invoice_id,
            still_counts(),
        )
        .correlate(table)
        .scalar_subquery()
    )
    first, later = timedelta(days[0]), timedelta(max(days[1:]))
    rests = exists().where(
        LedgerEntry.enrolment_id == table.c.enrolment_id,
        ReminderBlock.ended_at.is_(None),
        ReminderBlock.until >= today,
        or_(
            ReminderBlock.person_id == LedgerEntry.debtor_id,
            ReminderBlock.company_id == LedgerEntry.company_id,
        ),
    )
    pending = exists().where(Refund.enrolment_id == table.c.enrolment_id, Refund.state.in_(PENDING_REFUNDS))
    plan = exists().where(
        InstalmentPlan.account_id == table.c.account_id, InstalmentPlan.state == PlanState.ACTIVE
    )
    collected = exists().where(Debit.enrolment_id == table.c.account_id, Debit.state.in_(OPEN))
    taken_back = exists().where(LedgerEntry.enrolment_id == table.c.account_id, *_disputes(today))
    return and_(
        table.c.open_cents > 0,
        table.c.invoice_id.is_not(None),
        or_(
            and_(level.is_(None), table.c.due_on <= today - first),
            and_(level < LAST_LEVEL, last <= today - later),
        ),
        ~is_handed_over(table),
        *(~one.correlate(table) for one in (rests, pending, plan, collected, taken_back)),
    )


async def last_reminders(
    session: AsyncSession, account_ids: Collection[UUID]
) -> Mapping[tuple[UUID, UUID], Before]:
    """The last reminder about each of these accounts and their invoices, by both ids; one statement."""
    rows = await session.execute(
        select(
            ReminderLine.account_id, ReminderLine.invoice_id, ReminderLine.level, Reminder.issued_at, Reminder.due_on
        )
        .join(Reminder, Reminder.id == ReminderLine.reminder_id)
        .where(ReminderLine.account_id.in_(list(account_ids)), still_counts())
        .order_by(ReminderLine.level, Reminder.issued_at)
    )  # fmt: skip
    return {
        (account_id, invoice_id): Before(level, local(issued_at).date(), due_on)
        for account_id, invoice_id, level, issued_at, due_on in rows
    }


async def handed_over(session: AsyncSession, account_ids: Collection[UUID]) -> Mapping[UUID, HandedOver]:
    """Which of these accounts somebody else collects by now."""
    rows = await session.scalars(
        select(HandedOver).where(
            HandedOver.account_id.in_(list(account_ids)), HandedOver.taken_back_at.is_(None)
        )
    )
    return {one.account_id: one for one in rows}


async def disputed(session: AsyncSession, enrolment_ids: Collection[UUID], today: date) -> frozenset[UUID]:
    """For which of these a bank has taken an online payment back of late, and nobody knows yet whether it stays so."""
    ids = list(enrolment_ids)
    rows = await session.scalars(
        select(LedgerEntry.enrolment_id).where(*_disputes(today), LedgerEntry.enrolment_id.in_(ids))
    )
    return frozenset(one for one in rows if one is not None)


def _disputes(today: date) -> tuple[ColumnElement[bool], ...]:
    """The filter for entries of payments that were taken back, not long ago, and not given back since."""
    won = aliased(LedgerEntry)
    since = at_venue(today - DISPUTE_LASTS, time.min)
    given_back = exists().where(
        won.cause == DISPUTE_WON, won.enrolment_id == LedgerEntry.enrolment_id, won.amount_cents == -LedgerEntry.amount_cents,
        won.booked_at >= LedgerEntry.booked_at,
    )  # fmt: skip
    return (
        LedgerEntry.cause == DISPUTED,
        LedgerEntry.booked_at >= since,
        ~given_back.correlate(LedgerEntry),
    )


async def blocks(session: AsyncSession, whose: Collection[UUID], today: date) -> Mapping[UUID, ReminderBlock]:
    """The blocks that hold today for these persons and companies, by their ids."""
    ids = list(whose)
    rows = await session.scalars(
        select(ReminderBlock)
        .where(
            or_(ReminderBlock.person_id.in_(ids), ReminderBlock.company_id.in_(ids)),
            ReminderBlock.ended_at.is_(None),
            ReminderBlock.until >= today,
        )
        .order_by(ReminderBlock.until)
    )
    return {key: one for one in rows if (key := one.company_id or one.person_id)}


@dataclass(frozen=True, slots=True)
class Sent:
    """A reminder with its lines, and whether it was taken back."""

    reminder: Reminder
    lines: Sequence[ReminderLine]
    taken_back: ReminderTakenBack | None

    @property
    def fee_line(self) -> ReminderLine:
        """The line on whose account the fee stands: of the highest level, the oldest of these."""
        return min(self.lines, key=lambda line: (-line.level, line.due_on, line.account_id))


async def reminders_to(session: AsyncSession, whose: Collection[UUID]) -> Sequence[Sent]:
    """Every reminder to these persons or companies, the newest first; two statements."""
    return await _sent(session, Reminder.debtor_key.in_(list(whose)))


async def reminders_of_run(session: AsyncSession, run_id: UUID) -> Sequence[Sent]:
    """Every reminder of a run, by number; two statements."""
    return (await _sent(session, Reminder.run_id == run_id))[::-1]


async def reminder_of(session: AsyncSession, reminder_id: UUID) -> Sent:
    """One reminder. Raises NotFound."""
    found = await _sent(session, Reminder.id == reminder_id)
    if not found:
        raise NotFound
    return found[0]


async def reminders_about(session: AsyncSession, enrolment_ids: Collection[UUID]) -> Sequence[Sent]:
    """Every reminder that names one of these enrolments, the newest first; two statements."""
    named = select(ReminderLine.reminder_id).where(ReminderLine.enrolment_id.in_(list(enrolment_ids)))
    return await _sent(session, Reminder.id.in_(named))


async def _sent(session: AsyncSession, wanted: ColumnElement[bool]) -> Sequence[Sent]:
    rows = (
        await session.execute(
            select(Reminder, ReminderTakenBack)
            .outerjoin(ReminderTakenBack, ReminderTakenBack.reminder_id == Reminder.id)
            .where(wanted)
            .order_by(Reminder.year.desc(), Reminder.counter.desc())
        )
    ).all()
    lines: dict[UUID, list[ReminderLine]] = {}
    for line in await session.scalars(
        select(ReminderLine)
        .where(ReminderLine.reminder_id.in_([reminder.id for reminder, _ in rows]))
        .order_by(ReminderLine.due_on, ReminderLine.account_id)
    ):
        lines.setdefault(line.reminder_id, []).append(line)
    return [Sent(reminder, lines.get(reminder.id, []), back) for reminder, back in rows]


async def notes_about(session: AsyncSession, whose: Collection[UUID]) -> Sequence[DebtorNote]:
    """What the cashiers wrote down about a debtor, the newest first."""
    ids = list(whose)
    return (
        await session.scalars(
            select(DebtorNote)
            .where(or_(DebtorNote.person_id.in_(ids), DebtorNote.company_id.in_(ids)))
            .order_by(DebtorNote.written_at.desc())
        )
    ).all()


async def run_of(session: AsyncSession, run_id: UUID) -> DunningRun:
    """One run. Raises NotFound."""
    found = await session.get(DunningRun, run_id)
    if found is None:
        raise NotFound
    return found


async def runs_page(
    session: AsyncSession, *, limit: int, offset: int = 0
) -> tuple[Sequence[DunningRun], int]:
    """The runs, the newest first, and how many there are."""
    total = await session.scalar(select(func.count()).select_from(DunningRun))
    rows = await session.scalars(
        select(DunningRun)
        .order_by(DunningRun.year.desc(), DunningRun.counter.desc())
        .limit(limit)
        .offset(offset)
    )
    return rows.all(), total or 0
