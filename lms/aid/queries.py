"""Reading rules, declarations and statements, in a session somebody else opened."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.aid.models import AidDeclaration, AidEnd, AidRegisterEntry, AidRule, AidStatement
from lms.aid.rules import Granted, counted, declared, most_in_any_window, rule_on, undertaking
from lms.kernel.errors import NotFound
from lms.people.models import Company

VIEWS = ("", "register", "beendet", "alle")
"""Holding; not in the register yet; ended; all."""


@dataclass(frozen=True, slots=True)
class Held:
    """A statement with its company, and what has become of it."""

    statement: AidStatement
    company: Company
    end: AidEnd | None = None
    entry: AidRegisterEntry | None = None
    replaced_by: str = ""

    @property
    def holds(self) -> bool:
        """Whether it counts."""
        return self.end is None


@dataclass(frozen=True, slots=True)
class Standing:
    """How much room a company has on a day, with the undertakings it has declared."""

    day: date
    rule: AidRule
    declaration: AidDeclaration | None
    ours_cents: int
    others_cents: int
    granted: Sequence[Granted]

    @property
    def before_cents(self) -> int:
        """What counts against the ceiling."""
        return self.ours_cents + self.others_cents

    @property
    def left_cents(self) -> int:
        """What can still be granted, without making a later day exceed the ceiling."""
        return max(0, self.rule.ceiling_cents - self.most_with(0))

    def most_with(self, cents: int) -> int:
        """The most that would count on this day or a later one, were this granted."""
        return most_in_any_window([*self.granted, Granted(self.day, cents)], self.rule.window, self.day)


async def rules_of(session: AsyncSession) -> Sequence[AidRule]:
    """Every rule, oldest first."""
    return (await session.scalars(select(AidRule).order_by(AidRule.valid_from, AidRule.added_at))).all()


async def declarations_of(session: AsyncSession, company_id: UUID) -> Sequence[AidDeclaration]:
    """What a company has declared, newest first."""
    found = await session.scalars(
        select(AidDeclaration)
        .where(AidDeclaration.company_id == company_id)
        .order_by(AidDeclaration.declared_on.desc(), AidDeclaration.received_at.desc())
    )
    return found.all()


async def holding_declarations(session: AsyncSession) -> Mapping[UUID, AidDeclaration]:
    """The newest declaration of each company."""
    found = await session.scalars(
        select(AidDeclaration).order_by(AidDeclaration.declared_on, AidDeclaration.received_at)
    )
    return {one.company_id: one for one in found}


async def undertaking_of(
    session: AsyncSession, company_id: UUID, holding: Mapping[UUID, AidDeclaration] | None = None
) -> set[UUID]:
    """The companies that are one undertaking with this one, as far as any of them has declared it."""
    known = await holding_declarations(session) if holding is None else holding
    return undertaking(company_id, {one: [UUID(other) for other in row.linked] for one, row in known.items()})


async def standing_of(
    session: AsyncSession, company_id: UUID, day: date, *, without: UUID | None = None
) -> Standing | None:
    """How much room is left on this day; None where no rule is known. `without` is a statement about to be replaced."""
    rule = rule_on(await rules_of(session), day)
    if rule is None:
        return None
    known = [one for one in await declarations_of(session, company_id) if one.declared_on <= day]
    declaration = known[0] if known else None
    holding = await holding_declarations(session)
    together = await undertaking_of(session, company_id, holding)
    rows = await session.execute(
        select(AidStatement.granted_on, AidStatement.gross_cents).where(
            AidStatement.company_id.in_(together),
            ~exists().where(AidEnd.statement_id == AidStatement.id),
            AidStatement.id != without if without else AidStatement.id.is_not(None),
        )
    )
    ours = [Granted(on, cents) for on, cents in rows]
    theirs = [holding[one].other for one in together - {company_id} if one in holding]
    others = declared([*([declaration.other] if declaration else ()), *theirs])
    return Standing(
        day,
        rule,
        declaration,
        counted(ours, rule.window, day),
        counted(others, rule.window, day),
        [*ours, *others],
    )


async def statement_of(session: AsyncSession, statement_id: UUID) -> Held:
    """One statement. Raises NotFound."""
    found, _ = await statements(session, [AidStatement.id == statement_id])
    if not found:
        raise NotFound
    return found[0]


async def statements(
    session: AsyncSession,
    fits: Collection[ColumnElement[bool]] = (),
    *,
    limit: int | None = None,
    offset: int = 0,
) -> tuple[Sequence[Held], int]:
    """Statements, newest first, and how many there are; three statements of the database."""
    wanted = (
        select(AidStatement, Company, AidEnd, AidRegisterEntry)
        .join(Company, Company.id == AidStatement.company_id)
        .outerjoin(AidEnd, AidEnd.statement_id == AidStatement.id)
        .outerjoin(AidRegisterEntry, AidRegisterEntry.statement_id == AidStatement.id)
        .where(*fits)
    )
    total = await session.scalar(select(func.count()).select_from(wanted.subquery()))
    rows = (
        await session.execute(
            wanted.order_by(AidStatement.granted_on.desc(), AidStatement.counter.desc())
            .limit(limit)
            .offset(offset)
        )
    ).all()
    later = await session.execute(
        select(AidStatement.replaces_id, AidStatement.number).where(
            AidStatement.replaces_id.in_([row[0].id for row in rows])
        )
    )
    by = {row.replaces_id: row.number for row in later}
    return [Held(*row, by.get(row[0].id, "")) for row in rows], total or 0


def fits_view(view: str, typed: str) -> list[ColumnElement[bool]]:
    """The filter of a saved view and a search."""
    found: list[ColumnElement[bool]] = []
    if view in {"", "register"}:
        found.append(AidEnd.statement_id.is_(None))
    if view == "register":
        found.append(to_register())
    if view == "beendet":
        found.append(AidEnd.statement_id.is_not(None))
    if typed:
        found.append(
            or_(*(one.icontains(typed, autoescape=True) for one in (Company.name, AidStatement.number)))
        )
    return found


def to_register() -> ColumnElement[bool]:
    """The filter for statements that have to be entered in the central register and are not, whatever else is joined."""
    return (
        exists()
        .where(AidRule.id == AidStatement.rule_id, AidRule.register_from <= AidStatement.granted_on)
        .correlate(AidStatement)
        & ~exists().where(AidRegisterEntry.statement_id == AidStatement.id).correlate(AidStatement)
        & ~exists().where(AidEnd.statement_id == AidStatement.id).correlate(AidStatement)
    )


async def company_of(session: AsyncSession, company_id: UUID) -> Company:
    """One company. Raises NotFound."""
    found = await session.get(Company, company_id)
    if found is None:
        raise NotFound
    return found
