"""What trainers do with their statements: say that a session took place or that something is wrong, add what they laid out, confirm."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.attendance.meetings import taught_by
from lms.audit.trail import record
from lms.billing.errors import ReasonMissing
from lms.billing.parties import issuer_facts
from lms.billing.refunds.accounts import masked
from lms.catalogue.models import Run, RunState
from lms.db import retried
from lms.honoraria.standing.queries import claims_allowance
from lms.honoraria.statements import policy, rules
from lms.honoraria.statements.collecting import Collected, collected
from lms.honoraria.statements.errors import (
    AmountWrong,
    DeductionsExceed,
    LineElsewhere,
    NoSuchKind,
    NotHeld,
    NothingToSettle,
    ObjectionOpen,
)
from lms.honoraria.statements.events import FeeStatementConfirmed
from lms.honoraria.statements.models import (
    FeeAccount,
    FeeLine,
    FeeObjection,
    FeeStatement,
    LineKind,
    SessionHeld,
    StatementKind,
    StatementState,
)
from lms.honoraria.statements.rules import Line
from lms.jobs.queue import announce
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound, Stale
from lms.people.models import Person
from lms.scheduling.models import Session, SessionState
from lms.settings import Settings
from lms.trainers.models import Trainer
from lms.web.module import Around

MOST_CENTS = 1_000_000


class Stating:
    """The trainer's side; every public method is one transaction."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock
        self.settings = around.settings
        self.signer = around.signer

    @retried
    async def say_held(self, actor: Actor, *, session_id: UUID) -> None:
        """Whoever taught a session says that it took place. Twice is as good as once. Raises NotHeld."""
        ensure(actor.person_id is not None and policy.may_confirm(actor, actor.person_id), actor)
        at = self.clock()
        async with self.begin() as session:
            found = await session.scalar(
                select(Session.id)
                .join(Run, Run.id == Session.run_id)
                .where(
                    Session.id == session_id, Session.ends_at <= at, Session.state == SessionState.PLANNED,
                    Run.state.not_in([RunState.DRAFT, RunState.CANCELLED]), taught_by(actor.person_id),
                )
                .with_for_update(of=Session)
            )  # fmt: skip
            if found is None or actor.person_id is None:
                raise NotHeld
            if await session.get(SessionHeld, (session_id, actor.person_id)) is not None:
                return
            session.add(SessionHeld(session_id=session_id, person_id=actor.person_id, confirmed_at=at))
            record(
                session, actor, "session.held", at=at, kind="session", object_id=session_id, person_id=actor.person_id
            )  # fmt: skip

    @retried
    async def object_to(
        self,
        actor: Actor,
        *,
        objection_id: UUID,
        month: date,
        note: str,
        session_id: UUID | None = None,
        about: str = "",
    ) -> FeeObjection:
        """Say that something is not right ("Das stimmt nicht"). The same id twice is one. Raises ReasonMissing."""
        person_id = _own(actor)
        if not note.strip():
            raise ReasonMissing
        at = self.clock()
        async with self.begin() as session:
            await lock_trainer(session, person_id)
            known = await session.get(FeeObjection, objection_id)
            if known is not None:
                return known
            statement = await open_statement(session, person_id, month, at)
            made = FeeObjection(
                id=objection_id, statement_id=statement.id, made_at=at, note=note.strip(), session_id=session_id,
                about=about[:200],
            )  # fmt: skip
            session.add(made)
            note_step(session, actor, statement, "objected", at=at, reason=made.note)
            return made

    @retried
    async def take_back(self, actor: Actor, *, objection_id: UUID) -> None:
        """It is all right after all. Raises NotFound for somebody else's."""
        person_id = _own(actor)
        async with self.begin() as session:
            made = await session.get(FeeObjection, objection_id, with_for_update=True)
            statement = await session.get(FeeStatement, made.statement_id) if made else None
            if made is None or statement is None or statement.person_id != person_id:
                raise NotFound
            made.withdrawn_at = made.withdrawn_at or self.clock()

    @retried
    async def add_line(
        self,
        actor: Actor,
        *,
        line_id: UUID,
        person_id: UUID,
        month: date,
        kind: LineKind,
        cents: int,
        day: date,
        reason: str,
    ) -> FeeLine:
        """Add an amount by hand with its reason; a DEDUCTION lessens. Trainers add what they have laid out, finance anything.

        The same id twice is one line. Raises NoSuchKind, AmountWrong, ReasonMissing, NotFound where nobody teaches by that id.
        """
        kinds = rules.BY_HAND if policy.may_settle(actor) else rules.OF_TRAINERS
        ensure(policy.may_settle(actor) or policy.may_confirm(actor, person_id), actor)
        if kind not in kinds:
            raise NoSuchKind
        if not 0 < cents <= MOST_CENTS:
            raise AmountWrong
        if not reason.strip():
            raise ReasonMissing
        at = self.clock()
        async with self.begin() as session:
            await lock_trainer(session, person_id)
            known = await session.get(FeeLine, line_id)
            if known is not None:
                return known
            statement = await open_statement(session, person_id, month, at)
            signed = -cents if kind is LineKind.DEDUCTION else cents
            line = FeeLine(
                id=line_id, statement_id=statement.id, person_id=person_id, kind=kind, day=day, cents=signed,
                reason=reason.strip(), added_at=at, added_by=actor.account_id, added_by_name=actor.name,
            )  # fmt: skip
            session.add(line)
            statement.version += 1
            note_step(session, actor, statement, "line_added", at=at, reason=line.reason, cents=signed)
            return line

    @retried
    async def remove_line(self, actor: Actor, *, line_id: UUID) -> None:
        """Take an amount by hand back; it is kept as removed. Twice is as good as once. Raises NotFound, LineElsewhere."""
        at = self.clock()
        async with self.begin() as session:
            found = await session.get(FeeLine, line_id)
            if found is None or not policy.may_read(actor, found.person_id):
                raise NotFound
            await lock_trainer(session, found.person_id)
            statement = await locked(session, found.statement_id)
            line = await session.get_one(FeeLine, line_id, populate_existing=True)
            if line.removed_at is not None:
                return
            mine = line.added_by == actor.account_id and line.kind in rules.OF_TRAINERS
            if statement.state is not StatementState.OPEN or not (policy.may_settle(actor) or mine):
                raise LineElsewhere
            line.stands, line.removed_at, line.removed_by = False, at, actor.account_id
            statement.version += 1
            note_step(session, actor, statement, "line_removed", at=at, reason=line.reason, cents=-line.cents)

    @retried
    async def confirm(self, actor: Actor, *, month: date, seen: str) -> FeeStatement:
        """Fix what the trainer has looked at, for finance to approve. `seen` is `Collected.seen` of the page.

        Sent twice it is one: the second finds nothing new and gets the first. Raises Stale where the plan, the attendance or a
        line has changed since, NothingToSettle, DeductionsExceed, ObjectionOpen.
        """
        person_id = _own(actor)
        at = self.clock()
        async with self.begin() as session:
            await lock_trainer(session, person_id)
            found = await collected(session, person_id, month, self.settings, at)
            if found.seen != seen:
                if (before := await _confirmed_as(session, person_id, month, seen)) is not None:
                    return before
                raise Stale
            if not found.lines and not found.by_hand:
                raise NothingToSettle
            if found.total_cents < 0:
                raise DeductionsExceed
            statement = await open_statement(session, person_id, month, at)
            if await _objections(session, statement.id):
                raise ObjectionOpen
            await fix(session, actor, statement, found, self.settings, at=at)
            return statement


def _own(actor: Actor) -> UUID:
    ensure(actor.person_id is not None and policy.may_confirm(actor, actor.person_id), actor)
    if actor.person_id is None:  # said above; for the type checker
        raise NotFound
    return actor.person_id


async def lock_trainer(session: AsyncSession, person_id: UUID) -> None:
    """Whoever changes what a trainer is owed waits here for the others. Raises NotFound for who does not teach."""
    found = select(Trainer.id).where(Trainer.person_id == person_id).with_for_update()
    if await session.scalar(found) is None:
        raise NotFound


async def locked(session: AsyncSession, statement_id: UUID) -> FeeStatement:
    """A statement, locked and as it is now. Raises NotFound."""
    found = await session.get(FeeStatement, statement_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound
    return found


async def open_statement(session: AsyncSession, person_id: UUID, month: date, at: datetime) -> FeeStatement:
    """The statement that collects for this month, begun where there is none; the caller holds the trainer's lock."""
    if month != rules.month_of(month):
        raise NotFound
    known = (
        await session.scalars(
            select(FeeStatement).where(
                FeeStatement.person_id == person_id, FeeStatement.month == month,
                FeeStatement.state == StatementState.OPEN, FeeStatement.kind == StatementKind.STATEMENT,
            )
        )
    ).one_or_none()  # fmt: skip
    if known is None:
        known = FeeStatement(person_id=person_id, month=month, opened_at=at)
        session.add(known)
        await session.flush()
    return known


async def _confirmed_as(
    session: AsyncSession, person_id: UUID, month: date, seen: str
) -> FeeStatement | None:
    """The statement that was confirmed by the same form."""
    found = await session.scalars(
        select(FeeStatement)
        .where(
            FeeStatement.person_id == person_id, FeeStatement.month == month, FeeStatement.kind == StatementKind.STATEMENT,
            FeeStatement.state.not_in([StatementState.OPEN, StatementState.REJECTED, StatementState.REVERSED]),
        )
        .order_by(FeeStatement.confirmed_at.desc())
    )  # fmt: skip
    return next((one for one in found if one.facts.get("seen") == seen), None)


async def _objections(session: AsyncSession, statement_id: UUID) -> bool:
    waiting = select(FeeObjection.id).where(
        FeeObjection.statement_id == statement_id, FeeObjection.answered_at.is_(None),
        FeeObjection.withdrawn_at.is_(None),
    )  # fmt: skip
    return (await session.scalars(waiting.limit(1))).first() is not None


async def fix(
    session: AsyncSession,
    actor: Actor,
    statement: FeeStatement,
    found: Collected,
    settings: Settings,
    *,
    at: datetime,
) -> None:
    """Keep what was collected, and confirm it; lines by hand are kept already. The caller has looked and locked."""
    await _keep_lines(session, statement, found)
    statement.facts = await frozen(session, statement, settings) | {"seen": found.seen}
    statement.total_cents, statement.carried_cents = found.total_cents, found.carried_cents
    statement.confirmed_at, statement.confirmed_by = at, actor.account_id
    statement.confirmed_by_name = actor.name
    statement.state = StatementState.CONFIRMED
    statement.version += 1
    note_step(session, actor, statement, "confirmed", at=at, cents=statement.total_cents)
    announce(session, FeeStatementConfirmed(statement_id=statement.id), at=at)
    await session.flush()


async def _keep_lines(session: AsyncSession, statement: FeeStatement, found: Collected) -> None:
    from_reversals = [
        Line(kind=LineKind.CARRIED, day=statement.month, cents=cents, carried_from_id=one)
        for one, cents in found.carried
    ]
    session.add_all(
        FeeLine(
            statement_id=statement.id, person_id=statement.person_id, kind=line.kind, day=line.day, cents=line.cents,
            session_id=line.session_id, run_id=line.run_id, minutes=line.minutes, unit_cents=line.unit_cents,
            shared_by=line.shared_by, is_substitution=line.is_substitution, reason=line.reason, facts=dict(line.facts),
            carried_from_id=line.carried_from_id,
        )
        for line in (*found.lines, *from_reversals)
    )  # fmt: skip
    await session.flush()


async def frozen(session: AsyncSession, statement: FeeStatement, settings: Settings) -> dict[str, object]:
    """The two sides of a statement as of now, and how it is taxed; the account without its middle."""
    person = await session.get_one(Person, statement.person_id)
    account = await session.get(FeeAccount, statement.person_id)
    return {
        "name": person.name,
        "street": person.street,
        "postal_code": person.postal_code,
        "city": person.city,
        "language": person.language,
        "tax_number": account.tax_number if account else "",
        "vat_id": account.vat_id if account else "",
        "vat_kind": str(account.vat_kind) if account else "",
        "account": masked(account.iban) if account else "",
        "allowance": await claims_allowance(session, statement.person_id, statement.month.year),
        "issuer": issuer_facts(settings),
    }


def note_step(
    session: AsyncSession,
    actor: Actor,
    statement: FeeStatement,
    action: str,
    *,
    at: datetime,
    reason: str = "",
    cents: int | None = None,
) -> None:
    """One line of the trail."""
    record(
        session, actor, f"fee_statement.{action}", at=at, kind="fee_statement", object_id=statement.id,
        person_id=statement.person_id, reason=reason,
        after={"state": str(statement.state), "month": statement.month.isoformat()} | ({} if cents is None else {"cents": cents}),
    )  # fmt: skip
