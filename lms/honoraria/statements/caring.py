"""Month after month: statements are opened when a month is over, and who does not confirm is reminded once.

Each statement is a transaction of its own, and each letter has a key: killed anywhere, the next round goes on.
"""

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import exists, or_, select

from lms.attendance.meetings import TAKES_PLACE
from lms.catalogue.models import Run
from lms.db import retried
from lms.honoraria.statements.collecting import collected, last_of, within
from lms.honoraria.statements.events import FeeStatementLate, FeeStatementReady
from lms.honoraria.statements.models import FeeLine, FeeStatement, StatementKind, StatementState
from lms.honoraria.statements.rules import month_of
from lms.honoraria.statements.stating import lock_trainer, locked, note_step, open_statement
from lms.jobs.queue import announce
from lms.jobs.worker import Periodic
from lms.kernel.actor import SYSTEM
from lms.kernel.clock import local
from lms.scheduling.models import RunTrainer, Session, SessionTrainer
from lms.trainers.models import Trainer
from lms.web.module import Around

RHYTHM = timedelta(hours=1)


def carer(around: Around) -> Periodic:
    """The hourly round."""
    return Periodic("settle-fees", RHYTHM, lambda: care(around))


async def care(around: Around) -> None:
    """One round: open what is over, remind of what is late."""
    now = around.clock()
    month = month_of(month_of(local(now).date()) - timedelta(days=1))
    for person_id in await _taught_in(around, month, now):
        await _open(around, person_id, month)
    for statement_id in await _late(around, now):
        await _remind(around, statement_id)


async def _taught_in(around: Around, month: date, now: datetime) -> list[UUID]:
    """Trainers with a session of this month that no statement has, and who have no open one that they were told of."""
    starts, until = within(month, last_of(month))
    held = [TAKES_PLACE, Session.starts_at >= starts, Session.starts_at < until, Session.ends_at <= now]
    named = exists().where(SessionTrainer.session_id == Session.id)
    teaches = or_(
        named.where(SessionTrainer.person_id == Trainer.person_id),
        ~named
        & exists().where(RunTrainer.run_id == Session.run_id, RunTrainer.person_id == Trainer.person_id),
    )
    paid = exists().where(
        FeeLine.session_id == Session.id, FeeLine.person_id == Trainer.person_id, FeeLine.stands
    )
    told = exists().where(
        FeeStatement.person_id == Trainer.person_id,
        FeeStatement.month == month,
        FeeStatement.told_at.is_not(None),
    )
    wanted = select(Trainer.person_id).where(
        exists(select(Session.id).join(Run, Run.id == Session.run_id).where(*held, teaches, ~paid)), ~told
    )
    async with around.begin.reading() as session:
        return list((await session.scalars(wanted.order_by(Trainer.person_id))).all())


@retried
async def _open(around: Around, person_id: UUID, month: date) -> None:
    at = around.clock()
    async with around.begin() as session:
        await lock_trainer(session, person_id)
        found = await collected(session, person_id, month, around.settings, at)
        if not found.lines and not found.lacking and not found.by_hand:
            return
        statement = await open_statement(session, person_id, month, at)
        if statement.told_at is not None:
            return
        statement.told_at = at
        note_step(session, SYSTEM, statement, "ready", at=at)
        announce(session, FeeStatementReady(statement_id=statement.id), at=at)


async def _late(around: Around, now: datetime) -> list[UUID]:
    """Statements that collect for a month that is over for longer than the set days, told of and not reminded of yet."""
    last = local(now).date() - timedelta(days=around.settings.fee_confirm_days)
    wanted = select(FeeStatement.id).where(
        FeeStatement.state == StatementState.OPEN, FeeStatement.kind == StatementKind.STATEMENT,
        FeeStatement.month < month_of(last), FeeStatement.reminded_at.is_(None), FeeStatement.told_at.is_not(None),
        FeeStatement.told_at <= now - timedelta(days=around.settings.fee_confirm_days),
    )  # fmt: skip
    async with around.begin.reading() as session:
        return list((await session.scalars(wanted.order_by(FeeStatement.id))).all())


@retried
async def _remind(around: Around, statement_id: UUID) -> None:
    at = around.clock()
    async with around.begin() as session:
        statement = await locked(session, statement_id)
        if statement.state is not StatementState.OPEN or statement.reminded_at is not None:
            return
        statement.reminded_at = at
        note_step(session, SYSTEM, statement, "reminded", at=at)
        announce(session, FeeStatementLate(statement_id=statement.id), at=at)
