"""Beginning, handing in and correcting reports; every public method is one transaction, drawing the papers comes after it."""

import asyncio
import hashlib
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.db import retried
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import Invalid, NotFound
from lms.reports import policy
from lms.reports.errors import NoReason, NotHandedIn, NumbersMoved, TimeTellsTooMuch
from lms.reports.figures.spans import Span
from lms.reports.figures.whole import canonical, fingerprint
from lms.reports.freezing.counting import counted_today, report_of, span_of, subject_of, unfinished
from lms.reports.freezing.models import DocumentForm, Report, ReportDocument, ReportKind, ReportState
from lms.reports.freezing.paper import drawn
from lms.reports.funding.models import FundingShare
from lms.reports.funding.queries import close_gate, held_of_line, line_named
from lms.scheduling.models import Session
from lms.web.module import Around


class Reports:
    """What the team does with reports."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    @retried
    async def make(
        self, actor: Actor, *, report_id: UUID, kind: ReportKind, span: Span, line_id: UUID | None
    ) -> Report:
        """A draft; where one is there, or a report about the same that holds, that one.

        Raises Invalid, NotFound, and TimeTellsTooMuch for days that two reports could be compared by.
        """
        ensure(policy.may_make(actor), actor)
        if not span.is_readable or (kind is ReportKind.FUNDER) != (line_id is not None):
            raise Invalid
        async with self.begin() as session:
            await close_gate(session)
            line = await line_named(session, line_id) if line_id is not None else None
            if not span.is_of_months(*((line.starts_on, line.ends_on) if line else ())):
                raise TimeTellsTooMuch
            subject = subject_of(kind, span, line_id)
            found = await session.scalars(
                select(Report)
                .where(Report.subject == subject, Report.state != ReportState.REPLACED)
                .order_by(Report.version.desc())
            )
            known = found.first()
            if known is not None:
                return known
            report = Report(
                kind=kind, subject=subject, first_day=span.first, last_day=span.last, line_id=line_id,
                made_at=self.clock(), made_by=actor.account_id, made_by_name=actor.name,
            )  # fmt: skip
            report.id = report_id
            session.add(report)
            return report

    @retried
    async def hand_in(self, actor: Actor, *, report_id: UUID, seen: str, reason: str = "") -> Report:
        """Freeze the numbers whose hash was `seen`. Where somebody else was quicker, theirs is the report.

        Raises NumbersMoved, and NoReason where something is open and no reason is given.
        """
        ensure(policy.may_hand_in(actor), actor)
        async with self.begin() as session:
            await close_gate(session)
            report = await report_of(session, report_id, lock=True)
            if report.state is not ReportState.DRAFT:
                return report
            now = self.clock()
            data = await counted_today(session, report, now)
            text = canonical(data)
            if fingerprint(text) != seen:
                raise NumbersMoved
            open_ = await unfinished(session, span_of(report), now, report.line_id)
            is_open = open_.count or data["totals"].get("findings")
            if is_open and not reason.strip():
                raise NoReason
            if report.replaces_id is not None:
                await session.execute(
                    update(Report).where(Report.id == report.replaces_id).values(state=ReportState.REPLACED)
                )
            report.data, report.sha256 = text, seen
            report.definition, report.code = data["definition"], _code()
            report.handed_in_at, report.handed_in_by, report.handed_in_by_name = (
                now,
                actor.account_id,
                actor.name,
            )
            report.reason = reason.strip() if is_open else ""
            report.state = ReportState.HANDED_IN
            await session.flush()
            if report.line_id is not None:
                await _claim(session, report, report.line_id, now)
            record(
                session, actor, "report.handed_in", at=now, kind="report", object_id=report.id,
                after={"subject": report.subject, "version": report.version, "sha256": seen}, reason=report.reason,
            )  # fmt: skip
        for form in DocumentForm:
            await self._drawn(report, form)
        return report

    @retried
    async def correct(self, actor: Actor, *, report_id: UUID, new_id: UUID, why: str) -> Report:
        """A draft of the next version, which names this one; where one is there, that one. Raises NotHandedIn, NoReason."""
        ensure(policy.may_hand_in(actor), actor)
        async with self.begin() as session:
            await close_gate(session)
            old = await report_of(session, report_id, lock=True)
            next_one = await session.scalar(select(Report).where(Report.replaces_id == old.id))
            if next_one is not None:
                return next_one
            if old.state is not ReportState.HANDED_IN:
                raise NotHandedIn
            if not why.strip():
                raise NoReason
            report = Report(
                kind=old.kind, subject=old.subject, first_day=old.first_day, last_day=old.last_day,
                line_id=old.line_id, version=old.version + 1, replaces_id=old.id, why=why.strip(),
                made_at=self.clock(), made_by=actor.account_id, made_by_name=actor.name,
            )  # fmt: skip
            report.id = new_id
            session.add(report)
            return report

    @retried
    async def drop(self, actor: Actor, *, report_id: UUID) -> None:
        """Throw a draft away. Raises NotFound for what is none."""
        ensure(policy.may_make(actor), actor)
        async with self.begin() as session:
            await close_gate(session)
            report = await report_of(session, report_id, lock=True)
            if report.state is not ReportState.DRAFT:
                raise NotFound
            await session.delete(report)

    async def document(self, actor: Actor, *, report_id: UUID, form: DocumentForm) -> tuple[Report, bytes]:
        """The report and its bytes as they were first drawn. Raises NotFound for a draft."""
        ensure(policy.may_read(actor), actor)
        async with self.begin.reading() as session:
            report = await report_of(session, report_id)
            kept = await session.get(ReportDocument, (report_id, form))
        if report.state is ReportState.DRAFT:
            raise NotFound
        return report, kept.content if kept is not None else await self._drawn(report, form)

    async def _drawn(self, report: Report, form: DocumentForm) -> bytes:
        """Draw it from the frozen numbers, unless somebody was quicker; heavy, with no transaction open."""
        content = await asyncio.to_thread(drawn, report, form)
        async with self.begin() as session:
            insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
            await session.execute(
                insert(ReportDocument)
                .values(
                    report_id=report.id, form=form, sha256=hashlib.sha256(content).hexdigest(), content=content,
                    written_at=report.handed_in_at,
                )
                .on_conflict_do_nothing()
            )  # fmt: skip
            first = await session.scalars(
                select(ReportDocument.content).where(
                    ReportDocument.report_id == report.id, ReportDocument.form == form
                )
            )
            return first.one()


async def _claim(session: AsyncSession, report: Report, line_id: UUID, now: datetime) -> None:
    """Nail the hours that were reported to their line. Those an earlier report of the same line named stay with it."""
    held = held_of_line(span_of(report), now, line_id).with_only_columns(Session.id)
    ids = (await session.scalars(held)).all()
    known = {
        one.session_id: one
        for one in await session.scalars(select(FundingShare).where(FundingShare.line_id == line_id))
    }
    for session_id in ids:
        share = known.get(session_id)
        if share is None:
            session.add(
                FundingShare(session_id=session_id, line_id=line_id, decided_at=now, report_id=report.id)
            )
        elif share.report_id is None:
            share.report_id = report.id


def _code() -> str:
    try:
        return version("lms")
    except PackageNotFoundError:
        return ""
