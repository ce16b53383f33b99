"""Runs of reminders and what surrounds them; every public method is one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select

from lms.audit.trail import record
from lms.billing.concerned import lock_account
from lms.billing.issuing import Debtor, draw_number
from lms.billing.readers import debtor_now
from lms.billing.rules import document_number
from lms.billing.service import let_off
from lms.db import retried
from lms.dunning import policy
from lms.dunning.choosing import Debt, debts
from lms.dunning.errors import (
    NobodyToRemind,
    OtherRunPreparing,
    OwnReminder,
)
from lms.dunning.events import ReminderRevoked
from lms.dunning.models import (
    DunningRun,
    ReminderTakenBack,
    RunState,
)
from lms.dunning.queries import reminder_of, run_of
from lms.dunning.rules import Schedule
from lms.jobs.queue import announce, enqueue
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import local
from lms.settings import Settings
from lms.web.module import Around

WRITE_RUN = "write-dunning-run"
RUNS = "ML"
FEE = "dunning_fee"
"""The cause of a reminder's fee, and of what takes it back."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a run would do on this day: who is reminded, and who is late and left out."""

    day: date
    reminded: Sequence[Debt]
    left_out: Sequence[Debt]
    schedule: Schedule

    def fee(self, debt: Debt) -> int:
        """What the reminder would cost, in cents."""
        return self.schedule.fee(debt.level)

    @property
    def owed_cents(self) -> int:
        """What is asked for, without fees."""
        return sum(debt.owed_cents for debt in self.reminded)

    @property
    def fees_cents(self) -> int:
        """What the reminders cost together."""
        return sum(self.fee(debt) for debt in self.reminded)


def schedule_of(settings: Settings) -> Schedule:
    """The steps as the centre has set them."""
    first, second, third = settings.dunning_days
    one, two, three = settings.dunning_fees_cents
    return Schedule(
        (first, second, third),
        (one, two, three),
        settings.dunning_pay_days,
        settings.dunning_minimum_cents,
    )


class _Twice(Exception):
    """Another click was quicker; the number just drawn is given back with the transaction."""


class Dunning:
    """Runs, and taking back what a run has written."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock
        self.schedule = schedule_of(around.settings)

    async def preview(self, actor: Actor, *, only_key: UUID | None = None) -> Preview:
        """What a run would do now; changes nothing."""
        ensure(policy.may_remind(actor), actor)
        day = local(self.clock()).date()
        async with self.begin.reading() as session:
            found = await debts(session, day=day, schedule=self.schedule, only_key=only_key)
        return Preview(
            day, [one for one in found if one.due], [one for one in found if not one.due], self.schedule
        )

    async def start(self, actor: Actor, *, run_id: UUID, only_key: UUID | None = None) -> DunningRun:
        """Begin a run: it has its number at once, the worker writes the reminders. The same id twice is one run.

        With `only_key` it is about one debtor. Raises NobodyToRemind, OtherRunPreparing while another is being written,
        OwnReminder (S-08).
        """
        ensure(policy.may_remind(actor), actor)
        if only_key is not None and only_key in actor.persons:
            raise OwnReminder
        async with self.begin.reading() as session:
            known = await session.get(DunningRun, run_id)
        if known is not None:
            return known
        try:
            return await self._start(actor, run_id, only_key)
        except _Twice:
            async with self.begin.reading() as session:
                return await run_of(session, run_id)

    @retried
    async def _start(self, actor: Actor, run_id: UUID, only_key: UUID | None) -> DunningRun:
        at = self.clock()
        day = local(at).date()
        async with self.begin() as session:
            # the number first: its row makes whoever starts another run wait until this one is written down
            counter = await draw_number(session, RUNS, day.year)
            known = await session.get(DunningRun, run_id)
            if known is not None:
                raise _Twice
            if await session.scalar(select(DunningRun.id).where(DunningRun.state == RunState.PREPARING)):
                raise OtherRunPreparing
            found = await debts(session, day=day, schedule=self.schedule, only_key=only_key)
            planned = sum(1 for debt in found if debt.due)
            if not planned:
                raise NobodyToRemind
            run = DunningRun(
                id=run_id, year=day.year, counter=counter, number=document_number(RUNS, day.year, counter), made_at=at,
                day=day, only_key=only_key, made_by=actor.account_id, made_by_name=actor.name, planned=planned,
            )  # fmt: skip
            session.add(run)
            enqueue(session, WRITE_RUN, {"run_id": str(run_id)}, at=at, key=f"{WRITE_RUN}:{run_id}")
            record(
                session, actor, "dunning.started", at=at, kind="dunning_run", object_id=run_id,
                after={"number": run.number, "planned": planned},
            )  # fmt: skip
            return run

    async def progress(self, actor: Actor, *, run_id: UUID) -> DunningRun:
        """How far a run is. Raises NotFound."""
        ensure(policy.may_see(actor), actor)
        async with self.begin.reading() as session:
            return await run_of(session, run_id)

    @retried
    async def take_back(self, actor: Actor, *, reminder_id: UUID, reason: str) -> None:
        """A reminder was wrong: its fee is credited, its level no longer counts, the debtor is told. Twice is once.

        Raises NotFound, OwnReminder.
        """
        ensure(policy.may_remind(actor), actor)
        at = self.clock()
        async with self.begin() as session:
            sent = await reminder_of(session, reminder_id)
            reminder, fee_line = sent.reminder, sent.fee_line
            if reminder.debtor_id in actor.persons:
                raise OwnReminder
            await lock_account(session, fee_line.enrolment_id)
            if await session.get(ReminderTakenBack, reminder_id, populate_existing=True):
                return
            entry = None
            if reminder.fee_cents:
                debtor = await debtor_now(session, reminder.debtor_id, reminder.company_id) or Debtor({})
                entry = let_off(
                    session, actor, enrolment_id=fee_line.enrolment_id, debtor=debtor,
                    amount_cents=reminder.fee_cents, cause=FEE, at=at, share_id=fee_line.share_id,
                )  # fmt: skip
                await session.flush()
            session.add(
                ReminderTakenBack(
                    reminder_id=reminder_id, at=at, reason=reason, by=actor.account_id, by_name=actor.name,
                    entry_id=entry.id if entry else None,
                )
            )  # fmt: skip
            record(
                session, actor, "reminder.taken_back", at=at, kind="reminder", object_id=reminder_id,
                person_id=reminder.debtor_id, after={"number": reminder.number, "fee_cents": reminder.fee_cents},
                reason=reason,
            )  # fmt: skip
            announce(session, ReminderRevoked(reminder_id=reminder_id), at=at)
