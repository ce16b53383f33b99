"""Writing the reminders of a run: one transaction for each debtor, so that a run that was killed goes on where it stopped.

Whether somebody is reminded is decided again in that transaction: whoever has paid since the preview gets none.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.billing.concerned import lock_account
from lms.billing.issuing import Debtor, draw_number
from lms.billing.models import EntryKind
from lms.billing.readers import debtor_now
from lms.billing.rules import document_number
from lms.billing.service import charge
from lms.db import retried
from lms.dunning.choosing import Claim, Debt, debts
from lms.dunning.events import ReminderWritten
from lms.dunning.models import DunningRun, Reminder, ReminderLine, RunState
from lms.dunning.rules import Schedule
from lms.dunning.service import FEE, schedule_of
from lms.jobs.queue import announce
from lms.kernel.actor import SYSTEM, Actor
from lms.kernel.clock import local
from lms.settings import Settings
from lms.web.centre import the_centre
from lms.web.module import Around

REMINDERS = "MA"


def writer(around: Around) -> Callable[[dict[str, Any]], Awaitable[None]]:
    """The task that writes a run; twice is as good as once."""

    async def act(payload: dict[str, Any]) -> None:
        run_id, schedule = UUID(payload["run_id"]), schedule_of(around.settings)
        async with around.begin.reading() as session:
            run = await session.get_one(DunningRun, run_id)
            if run.state is RunState.DONE:
                return
            found = await debts(session, day=run.day, schedule=schedule, only_key=run.only_key)
        for debt in found:
            if debt.due:
                await _write_one(around, run_id, debt.key, schedule)
        await _finish(around, run_id)

    return act


@retried
async def _write_one(around: Around, run_id: UUID, key: UUID, schedule: Schedule) -> None:
    at = around.clock()
    async with around.begin() as session:
        run = await session.get_one(DunningRun, run_id, with_for_update=True)
        written = select(Reminder.id).where(Reminder.run_id == run_id, Reminder.debtor_key == key)
        if run.state is RunState.DONE or await session.scalar(written):
            return
        for seen in await debts(session, day=run.day, schedule=schedule, only_key=key):
            for claim in seen.due:
                await lock_account(session, claim.account.enrolment_id)
        found = await debts(session, day=run.day, schedule=schedule, only_key=key)
        debt = next((one for one in found if one.due), None)
        if debt is None:
            return
        debtor = await debtor_now(session, debt.debtor_id, debt.company_id)
        if debtor is None:
            return
        by = Actor(identities=SYSTEM.identities, account_id=run.made_by, name=run.made_by_name)
        await _write(session, by, run, debt, debtor, around.settings, schedule, at)
        run.written += 1


async def _write(
    session: AsyncSession,
    by: Actor,
    run: DunningRun,
    debt: Debt,
    debtor: Debtor,
    settings: Settings,
    schedule: Schedule,
    at: datetime,
) -> None:
    day = local(at).date()
    fee = schedule.fee(debt.level)
    bearer = min(
        debt.due, key=lambda one: (-(one.level or 0), one.account.due_on or day, one.account.account_id)
    )
    counter = await draw_number(session, REMINDERS, day.year)
    entry = None
    if fee:
        entry = charge(
            session, by, enrolment_id=bearer.account.enrolment_id, debtor=debtor, amount_cents=fee, cause=FEE, at=at,
            kind=EntryKind.FEE, share_id=bearer.account.share_id,
        )  # fmt: skip
        await session.flush()
    reminder = Reminder(
        id=uuid4(), run_id=run.id, debtor_key=debt.key, year=day.year, counter=counter,
        number=document_number(REMINDERS, day.year, counter), issued_at=at, level=debt.level,
        due_on=day + timedelta(days=schedule.pay_days), owed_cents=debt.owed_cents,
        facts={"debtor": debtor.facts, "issuer": issuer_of(settings), "regime": settings.fee_regime},
        debtor_id=debt.debtor_id, company_id=debt.company_id, fee_cents=fee, fee_entry_id=entry.id if entry else None,
    )  # fmt: skip
    session.add(reminder)
    await session.flush()
    session.add_all(line_of(reminder, claim) for claim in debt.due)
    record(
        session, by, "reminder.written", at=at, kind="reminder", object_id=reminder.id, person_id=debt.debtor_id,
        after={"number": reminder.number, "level": reminder.level, "owed_cents": reminder.owed_cents, "fee_cents": fee},
    )  # fmt: skip
    announce(session, ReminderWritten(reminder_id=reminder.id), at=at)


def line_of(reminder: Reminder, claim: Claim) -> ReminderLine:
    """What a reminder says about one account. Raises ValueError for one without an invoice or a level."""
    account, invoice = claim.account, claim.account.invoice
    if invoice is None or claim.level is None or account.due_on is None:
        raise ValueError("only what is late by an invoice is reminded")
    mine = [line for line in invoice.lines if line.get("enrolment_id") in {None, str(account.enrolment_id)}]
    first = (mine or invoice.lines)[0]
    return ReminderLine(
        reminder_id=reminder.id, account_id=account.account_id, run_id=reminder.run_id,
        enrolment_id=account.enrolment_id, invoice_id=invoice.id, level=claim.level, owed_cents=account.open_cents,
        due_on=account.due_on, share_id=account.share_id,
        facts={
            "number": invoice.number,
            "issued_on": local(invoice.issued_at).date().isoformat(),
            **{key: first.get(key, "") for key in ("course_de", "course_en", "run", "person", "reference", "text")},
        },
    )  # fmt: skip


def issuer_of(settings: Settings) -> dict[str, Any]:
    """Who reminds, and where the money goes."""
    centre = the_centre()
    return {
        "name": centre.name, "operator": centre.operator, "address": centre.address, "email": centre.email,
        "phone": centre.phone, "hours_de": centre.hours_de, "hours_en": centre.hours_en,
        "iban": settings.iban, "bic": settings.bic,
    }  # fmt: skip


@retried
async def _finish(around: Around, run_id: UUID) -> None:
    async with around.begin() as session:
        run = await session.get_one(DunningRun, run_id, with_for_update=True)
        if run.state is RunState.DONE:
            return
        run.state, run.ended_at = RunState.DONE, around.clock()
        run.left_out = max(0, run.planned - run.written)
        record(
            session, SYSTEM, "dunning.done", at=around.clock(), kind="dunning_run", object_id=run_id,
            after={"number": run.number, "written": run.written},
        )  # fmt: skip
