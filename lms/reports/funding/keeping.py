"""Making, changing and ending funding lines; every public method is one transaction."""

from dataclasses import asdict, dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.db import retried
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import local
from lms.kernel.errors import Stale
from lms.reports import policy
from lms.reports.errors import LineNameTaken, OwnMeansStay, PeriodUsed
from lms.reports.figures.spans import Span
from lms.reports.funding.models import OWN_MEANS, FundingLine
from lms.reports.funding.queries import close_gate, line_named, line_of, linked
from lms.scheduling.models import Session, SessionState
from lms.web.module import Around


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFacts:
    """What the team says of a line."""

    name: str
    funder: str
    programme: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    budget_units: int | None = None
    budget_cents: int | None = None
    pays: str = ""


class FundingLines:
    """The lines themselves."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    @retried
    async def make(self, actor: Actor, *, line_id: UUID, facts: LineFacts) -> FundingLine:
        """A new line. Under one `line_id` it is written once. Raises LineNameTaken."""
        ensure(policy.may_keep_lines(actor), actor)
        async with self.begin() as session:
            await close_gate(session)
            known = await session.get(FundingLine, line_id)
            if known is not None:
                return known
            await _refuse_name(session, facts.name, line_id)
            line = FundingLine(**asdict(facts))
            line.id = line_id
            session.add(line)
            record(session, actor, "funding.line_made", at=self.clock(), kind="funding_line", object_id=line_id,
                   after={"name": facts.name})  # fmt: skip
            return line

    @retried
    async def change(self, actor: Actor, *, line_id: UUID, version: int, facts: LineFacts) -> FundingLine:
        """Raises NotFound, Stale, LineNameTaken, OwnMeansStay, and PeriodUsed where hours would lie outside."""
        ensure(policy.may_keep_lines(actor), actor)
        async with self.begin() as session:
            await close_gate(session)
            line = await line_named(session, line_id, lock=True)
            if line.version != version:
                raise Stale
            if line.is_own_means and (facts.starts_on or facts.ends_on):
                raise OwnMeansStay
            await _refuse_name(session, facts.name, line_id)
            before = {key: str(getattr(line, key)) for key in asdict(facts)}
            for key, value in asdict(facts).items():
                setattr(line, key, value)
            await _refuse_outside(session, line)
            line.version += 1
            after = {key: str(value) for key, value in asdict(facts).items() if str(value) != before[key]}
            record(session, actor, "funding.line_changed", at=self.clock(), kind="funding_line", object_id=line_id,
                   before={key: before[key] for key in after}, after=after)  # fmt: skip
            return line

    @retried
    async def end(self, actor: Actor, *, line_id: UUID) -> None:
        """Nothing more can be given to it; what belongs to it stays. Twice is as good as once. Raises OwnMeansStay."""
        ensure(policy.may_keep_lines(actor), actor)
        async with self.begin() as session:
            await close_gate(session)
            line = await line_named(session, line_id, lock=True)
            if line.is_own_means:
                raise OwnMeansStay
            if line.ended_at is None:
                line.ended_at = self.clock()
                line.version += 1
                record(
                    session,
                    actor,
                    "funding.line_ended",
                    at=line.ended_at,
                    kind="funding_line",
                    object_id=line_id,
                )


async def _refuse_name(session: AsyncSession, name: str, line_id: UUID) -> None:
    if await session.scalar(
        select(FundingLine.id).where(FundingLine.name == name, FundingLine.id != line_id)
    ):
        raise LineNameTaken


async def _refuse_outside(session: AsyncSession, line: FundingLine) -> None:
    if line.id == OWN_MEANS:
        return
    outside = []
    if line.starts_on:
        outside.append(Session.starts_at < Span(line.starts_on, line.starts_on).starts)
    if line.ends_on:
        outside.append(Session.starts_at >= Span(line.ends_on, line.ends_on).until)
    if not outside:
        return
    with session.no_autoflush:
        moments = (
            await session.scalars(
                linked(select(Session.starts_at).select_from(Session))
                .where(line_of() == line.id, Session.state == SessionState.PLANNED, or_(*outside))
                .order_by(Session.starts_at)
                .limit(5)
            )
        ).all()
    if moments:
        raise PeriodUsed(names=", ".join(f"{local(at):%d.%m.%Y}" for at in moments))
