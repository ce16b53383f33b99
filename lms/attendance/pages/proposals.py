"""What was read off photos and files, to be confirmed or corrected on one page."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.attendance import policy
from lms.attendance.errors import MarkedMeanwhile, RegisterLocked, TooEarly
from lms.attendance.keeping import own_session
from lms.attendance.meetings import Meeting, meeting_for, teaches_session
from lms.attendance.pages.register import LONGEST_REASON, SAVED, ReasonForm
from lms.attendance.queries import register
from lms.attendance.rules import unit_count
from lms.attendance.service import Register
from lms.attendance.sheets.confirming import Sure, sure_of
from lms.attendance.sheets.deciding import Deciding
from lms.attendance.sheets.queries import evidence_of
from lms.attendance.sheets.words import REASONS
from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError
from lms.web.access import may
from lms.web.forms import form_from
from lms.web.module import Around
from lms.web.notices import after
from lms.web.sent import uuid_in

FROM = "beleg"


class ProposalPages(Controller):
    """Proposals become marks here and nowhere else."""

    path = "/kursleitung/termine/{session_id:uuid}/blaetter/pruefen"
    opt = may("U", "attendance")
    include_in_schema = False

    @get()
    async def show(
        self, session_id: FromPath[UUID], actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> Template:
        """Everybody for whom something was read, those first at whom somebody has to look."""
        meeting, sure, is_correction = await _read(begin, actor, session_id)
        return _page(meeting, sure, form_from(ReasonForm), is_correction=is_correction)

    @post()
    async def confirm(
        self,
        request: Request[Any, Any, Any],
        session_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        attendance: NamedDependency[Register],
        deciding: NamedDependency[Deciding],
    ) -> Template | Redirect:
        """Write the marks, then note where they came from: broken off in between, the same page confirms the same again."""
        sent = await request.form()
        typed = {name: value for name, value in sent.items() if isinstance(value, str)}
        shown = {one for value in sent.getall(FROM, []) if (one := uuid_in(value)) is not None}
        meeting, sure, is_correction = await _read(around.begin, actor, session_id, typed, shown)
        marks = sure.marks(meeting.session.minutes)
        reason = form_from(ReasonForm, sent if is_correction else None)
        if is_correction and not reason.validate():
            sure.problems.extend(reason.problems)
        if sure.problems:
            return _page(
                meeting, sure, reason, is_correction=is_correction, status=409 if sure.is_overtaken else 422
            )
        try:
            await attendance.mark(
                actor, session_id=session_id, marks=marks, reason=(reason.grund.data or "")[:LONGEST_REASON]
            )
        except (TooEarly, RegisterLocked, MarkedMeanwhile) as refusal:
            return _page(meeting, sure, reason, is_correction=is_correction, refusal=refusal)
        await deciding.confirm(
            actor,
            session_id=session_id,
            evidence_ids=[one.id for one in sure.evidence],
            taken=sure.taken(marks),
        )
        return after(f"/kursleitung/termine/{session_id}/anwesenheit", SAVED)


async def _read(
    begin: Begin,
    actor: Actor,
    session_id: UUID,
    typed: dict[str, str] | None = None,
    shown: set[UUID] | None = None,
) -> tuple[Meeting, Sure, bool]:
    """The form, of the photos and files that the page has `shown`; and whether the register is closed to all but reasons."""
    async with begin.reading() as session:
        meeting = await meeting_for(session, actor, session_id)
        await own_session(session, actor, session_id)
        teaches = await teaches_session(session, actor.person_id, session_id)
        lines = await register(session, meeting.session)
        evidence = await evidence_of(session, session_id)
    if shown is not None:
        evidence = [one for one in evidence if one.id in shown]
    may_mark = policy.may_mark(actor, teaches=teaches, is_locked=meeting.is_locked)
    return meeting, sure_of(evidence, lines, typed), meeting.is_locked and may_mark


def _page(
    meeting: Meeting,
    sure: Sure,
    reason: ReasonForm,
    *,
    is_correction: bool,
    status: int = 200,
    refusal: DomainError | None = None,
) -> Template:
    return Template(
        "attendance/sheets/proposals.html",
        context={
            "meeting": meeting,
            "sure": sure,
            "units": unit_count(meeting.session.minutes),
            "form": sure,
            "reason": reason if is_correction else None,
            "reasons": REASONS,
            "refusal": refusal.message if refusal else "",
            "here": f"/kursleitung/termine/{meeting.session.id}/blaetter",
        },
        status_code=refusal.status if refusal else status,
    )
