"""The register of one session: trainers mark in it, staff correct it with a reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.attendance import policy
from lms.attendance.errors import MarkedMeanwhile, ReasonNeeded, RegisterLocked, TooEarly
from lms.attendance.meetings import Meeting, meeting_for, teaches_session
from lms.attendance.models import Correction, Objection, ObjectionState, WalkIn
from lms.attendance.objections import Complaint, complaints, corrections
from lms.attendance.origins import origins_of
from lms.attendance.queries import register as register_of
from lms.attendance.roll import Roll, roll_of
from lms.attendance.rules import OPENS_BEFORE, unit_count
from lms.attendance.service import Register
from lms.attendance.sheets.queries import waiting_from_meeting
from lms.attendance.walk_ins import walk_ins_of
from lms.attendance.words import facts_in_words
from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock
from lms.kernel.errors import DomainError
from lms.kernel.marking import N_
from lms.web.access import may
from lms.web.fields.text import TextArea
from lms.web.forms import Form, form_from
from lms.web.notices import after, declare

SAVED = declare("anwesenheit", N_("The attendance is saved."))
LONGEST_REASON = 500
EVERYBODY = "alle"
FOR_DEVICE = "geraet"


class ReasonForm(Form):
    """Why a closed register is corrected."""

    grund = TextArea(
        N_("Why is it corrected?"),
        hint=N_("The reason is kept together with the change."),
        missing=ReasonNeeded.message,
    )


@dataclass(frozen=True, slots=True)
class Sheet:
    """A register as this actor may use it now."""

    meeting: Meeting
    roll: Roll
    may_mark: bool
    is_early: bool
    is_teacher: bool
    origins: Mapping[UUID, str]
    """Where marks came from that no trainer made."""
    walk_ins: Sequence[WalkIn] = ()
    complaints: Sequence[Complaint] = ()
    trail: Sequence[tuple[str, Correction]] = ()
    """What was changed afterwards, with the name of whom it is about."""
    online: int | None = None
    """How many people our own video conference has reported, while nobody has decided about that."""
    is_over: bool = False

    @property
    def is_correction(self) -> bool:
        """Whether changing anything needs a reason."""
        return self.meeting.is_locked and self.may_mark

    @property
    def units(self) -> int:
        """How many units the session has."""
        return unit_count(self.meeting.session.minutes)

    @property
    def is_writable(self) -> bool:
        """Whether the page offers anything to mark."""
        return self.may_mark and not self.is_early and not self.meeting.is_cancelled


class RegisterPages(Controller):
    """Two buttons a person, saved row by row or all at once."""

    path = "/kursleitung/termine/{session_id:uuid}/anwesenheit"
    opt = may("U", "attendance")
    include_in_schema = False

    @get()
    async def show(
        self,
        session_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        request: Request[Any, Any, Any],
    ) -> Template:
        """Who has a place, and who was there.

        `?geraet` is asked by a device that keeps the page for a room without network: it holds the form ahead of time.
        """
        sheet = await _sheet(begin, clock, actor, session_id)
        return _page(sheet, form_from(ReasonForm), is_for_device=FOR_DEVICE in request.query_params)

    @post()
    async def mark(
        self,
        request: Request[Any, Any, Any],
        session_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        attendance: NamedDependency[Register],
    ) -> Template | Redirect:
        """Keep what was marked. The page's script sends its rows elsewhere (`pages/device.py`)."""
        sent: Mapping[str, Any] = await request.form()
        typed = {name: value for name, value in sent.items() if isinstance(value, str)}
        sheet = await _sheet(begin, clock, actor, session_id, typed)
        if sheet.meeting.is_cancelled:
            return _page(sheet, form_from(ReasonForm), status=409)
        marks = sheet.roll.marks(sheet.meeting.session.minutes, all_present=EVERYBODY in typed)
        reason = form_from(ReasonForm, sent if sheet.is_correction else None)
        if sheet.is_correction and not reason.validate():
            sheet.roll.problems.extend(reason.problems)
        if sheet.roll.problems:
            is_overtaken = any(row.is_overtaken for row in sheet.roll.rows)
            return _page(sheet, reason, status=409 if is_overtaken else 422)
        try:
            await attendance.mark(
                actor,
                session_id=session_id,
                marks=marks,
                reason=(reason.grund.data or "")[:LONGEST_REASON],
            )
        except (TooEarly, RegisterLocked, MarkedMeanwhile) as refusal:
            return _page(sheet, reason, refusal=refusal)
        return after(_path(session_id), SAVED)


def _path(session_id: UUID) -> str:
    return f"/kursleitung/termine/{session_id}/anwesenheit"


async def _sheet(
    begin: Begin, clock: Clock, actor: Actor, session_id: UUID, typed: Mapping[str, str] | None = None
) -> Sheet:
    async with begin.reading() as session:
        meeting = await meeting_for(session, actor, session_id)
        teaches = await teaches_session(session, actor.person_id, session_id)
        lines = await register_of(session, meeting.session)
        origins = await origins_of(session, session_id)
        here = await walk_ins_of(session, session_id)
        said = await complaints(
            session, Objection.session_id == session_id, Objection.state == ObjectionState.OPEN
        )
        changed = await corrections(session, Correction.session_id == session_id)
        online = await waiting_from_meeting(session, meeting.session)
    names = {line.enrolment_id: line.name for line in lines}
    return Sheet(
        meeting=meeting,
        roll=roll_of(lines, typed),
        may_mark=policy.may_mark(actor, teaches=teaches, is_locked=meeting.is_locked),
        is_early=not meeting.is_open(clock()),
        is_teacher=teaches,
        origins=origins,
        walk_ins=here,
        complaints=said,
        trail=[(names[one.enrolment_id], one) for one in changed if one.enrolment_id in names],
        online=online,
        is_over=meeting.session.ends_at <= clock(),
    )


def _page(
    sheet: Sheet,
    reason: ReasonForm,
    *,
    status: int = 200,
    refusal: DomainError | None = None,
    is_for_device: bool = False,
) -> Template:
    return Template(
        "attendance/register.html",
        context={
            "sheet": sheet,
            "shows_form": sheet.is_writable or (is_for_device and sheet.is_early and sheet.may_mark),
            "in_words": facts_in_words,
            "opens_at": sheet.meeting.session.starts_at - OPENS_BEFORE,
            "new_key": uuid4(),
            "meeting": sheet.meeting,
            "roll": sheet.roll,
            "form": sheet.roll,
            "reason": reason,
            "refusal": refusal.message if refusal else "",
        },
        status_code=refusal.status if refusal else status,
    )
