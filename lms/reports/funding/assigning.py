"""Saying which hour belongs to which line; every public method is one transaction."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.catalogue.models import Run
from lms.db import retried
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import local
from lms.reports import policy
from lms.reports.errors import AlreadyReported, LineEnded, NothingChosen, OutsideLine
from lms.reports.funding.models import FundingChange, FundingLine, FundingRun, FundingShare
from lms.reports.funding.queries import close_gate, line_named, line_of, linked
from lms.scheduling.models import Session, SessionState
from lms.web.module import Around

MOST_NAMED = 5
"""So many sessions are named in a refusal; a long list helps nobody."""
Found = tuple[Session, str, UUID, UUID | None]
"""A session, the number of its run, its line, and the report that names it."""


class Assigning:
    """Giving hours to lines. Nothing is done by halves: one session that cannot go, and all stay."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    @retried
    async def give_runs(
        self, actor: Actor, *, line_id: UUID, run_ids: Collection[UUID], reason: str = ""
    ) -> int:
        """All sessions of these runs, and those that will be added; how many changed. Reported sessions stay as they are.

        Raises NothingChosen, LineEnded, OutsideLine, and AlreadyReported where nothing of a run is left to give.
        """
        ensure(policy.may_assign(actor), actor)
        if not run_ids:
            raise NothingChosen
        async with self.begin() as session:
            await close_gate(session)
            line = await _open_line(session, line_id)
            known = set(await session.scalars(select(Run.id).where(Run.id.in_(run_ids))))
            found = await _sessions(session, Session.run_id.in_(known))
            free = [one for one in found if one[3] is None]
            stuck = {one[0].run_id for one in found} - {one[0].run_id for one in free}
            if stuck:
                raise AlreadyReported(names=_named([one for one in found if one[0].run_id in stuck]))
            _refuse_outside(line, free)
            now = self.clock()
            rows = {
                one.run_id: one
                for one in await session.scalars(select(FundingRun).where(FundingRun.run_id.in_(known)))
            }
            await session.execute(
                delete(FundingShare).where(
                    FundingShare.session_id.in_(select(Session.id).where(Session.run_id.in_(known))),
                    FundingShare.report_id.is_(None),
                )
            )
            for run_id in sorted(known, key=str):
                row = rows.get(run_id)
                before = row.line_id if row else None
                if row is None:
                    session.add(FundingRun(run_id=run_id, line_id=line.id, decided_at=now))
                else:
                    row.line_id, row.decided_at = line.id, now
                moved = any(of != line.id for one, _, of, _ in free if one.run_id == run_id)
                if before != line.id or moved:
                    session.add(_change(actor, now, run_id, None, before, line.id, reason))
                    record(
                        session, actor, "funding.run_given", at=now, kind="run", object_id=run_id,
                        before={"line": str(before or "")}, after={"line": str(line.id)}, reason=reason,
                    )  # fmt: skip
            return len(known)

    @retried
    async def give_sessions(
        self, actor: Actor, *, line_id: UUID, session_ids: Collection[UUID], reason: str = ""
    ) -> int:
        """Single sessions; how many there are. Raises NothingChosen, LineEnded, OutsideLine, AlreadyReported."""
        ensure(policy.may_assign(actor), actor)
        if not session_ids:
            raise NothingChosen
        async with self.begin() as session:
            await close_gate(session)
            line = await _open_line(session, line_id)
            found = await _sessions(session, Session.id.in_(session_ids))
            reported = [one for one in found if one[3] is not None and one[2] != line.id]
            if reported:
                raise AlreadyReported(names=_named(reported))
            _refuse_outside(line, found)
            now = self.clock()
            rows = {
                one.session_id: one
                for one in await session.scalars(
                    select(FundingShare).where(FundingShare.session_id.in_(session_ids))
                )
            }
            for meeting, _, before, _ in found:
                row = rows.get(meeting.id)
                if row is None:
                    session.add(FundingShare(session_id=meeting.id, line_id=line.id, decided_at=now))
                elif row.line_id != line.id:
                    row.line_id, row.decided_at = line.id, now
                if before != line.id:
                    session.add(_change(actor, now, meeting.run_id, meeting.id, before, line.id, reason))
                    record(
                        session, actor, "funding.session_given", at=now, kind="session", object_id=meeting.id,
                        before={"line": str(before)}, after={"line": str(line.id)}, reason=reason,
                    )  # fmt: skip
            return len(found)


async def _open_line(session: AsyncSession, line_id: UUID) -> FundingLine:
    line = await line_named(session, line_id)
    if line.ended_at is not None:
        raise LineEnded(line=line.name)
    return line


async def _sessions(session: AsyncSession, which: object) -> Sequence[Found]:
    rows = await session.execute(
        linked(
            select(Session, Run.number, line_of(), FundingShare.report_id)
            .select_from(Session)
            .join(Run, Run.id == Session.run_id)
        )
        .where(which, Session.state == SessionState.PLANNED)  # type: ignore[arg-type]
        .order_by(Session.starts_at, Session.id)
    )
    return [(meeting, number, line_id, report_id) for meeting, number, line_id, report_id in rows]


def _refuse_outside(line: FundingLine, found: Sequence[Found]) -> None:
    outside = [one for one in found if not line.pays_on(local(one[0].starts_at).date())]
    if outside:
        raise OutsideLine(line=line.name, names=_named(outside))


def _named(found: Sequence[Found]) -> str:
    names = [f"{number} ({local(meeting.starts_at):%d.%m.%Y})" for meeting, number, _, _ in found]
    return ", ".join(names[:MOST_NAMED]) + (" …" if len(names) > MOST_NAMED else "")


def _change(
    actor: Actor,
    now: datetime,
    run_id: UUID,
    session_id: UUID | None,
    before: UUID | None,
    after: UUID,
    reason: str,
) -> FundingChange:
    return FundingChange(
        run_id=run_id, session_id=session_id, from_line_id=before, to_line_id=after, changed_at=now,
        changed_by=actor.account_id, changed_by_name=actor.name, reason=reason.strip(),
    )  # fmt: skip
