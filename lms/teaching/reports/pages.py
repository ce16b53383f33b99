"""The trainer's pages below a session: report a trouble, say that it cannot take place, leave a note."""

from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.attendance.meetings import Meeting, meeting_for, teaches_session
from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.teaching.models import ReportKind, SessionReport
from lms.teaching.reports.forms import KIND_WORDS, DropsOutForm, NoteForm, ReportForm
from lms.teaching.reports.reading import notes_of, reports
from lms.teaching.reports.service import SessionReports, Trouble
from lms.web.access import may
from lms.web.forms import Form, form_from
from lms.web.notices import after, declare
from lms.web.sent import uuid_in

REPORTED = declare("meldung", N_("The team knows it now. You get an answer."))
NOTED = declare("notiz", N_("The note is there for your colleagues."))
REMOVED = declare("notiz-weg", N_("The note is gone."))
SHOWN = 20


def base_of(session_id: UUID) -> str:
    """The page of a session."""
    return f"/kursleitung/termine/{session_id}"


class ReportPages(Controller):
    """Something is wrong with the room, the devices, or else."""

    path = "/kursleitung/termine/{session_id:uuid}/melden"
    opt = may("report", "session")
    include_in_schema = False

    @get()
    async def ask(
        self, session_id: FromPath[UUID], actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> Template:
        """The form, and what was reported from this session before, with the answers."""
        return await _report_page(begin, actor, session_id, form_from(ReportForm, key=str(uuid4())))

    @post()
    async def report(
        self,
        request: Request[Any, Any, Any],
        session_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        session_reports: NamedDependency[SessionReports],
    ) -> Template | Redirect:
        """Tell the team."""
        form, status = form_from(ReportForm, await request.form()), 422
        if form.validate():
            sent = form.picture.data
            try:
                picture = (sent.filename, await sent.read()) if sent is not None else None
                trouble = Trouble(kind=ReportKind(form.kind.data), text=form.text.data, picture=picture)
                await session_reports.report(
                    actor, session_id=session_id, report_id=_key(form), trouble=trouble
                )
                return after(base_of(session_id), REPORTED)
            except NotFound:
                raise
            except DomainError as refusal:
                form.refuse("picture", refusal.message, **refusal.params)
                status = refusal.status
        return await _report_page(begin, actor, session_id, form, status=status)


class DropsOutPages(Controller):
    """*Termin fällt aus*: the trainer says so, the team decides and tells everybody."""

    path = "/kursleitung/termine/{session_id:uuid}/faellt-aus"
    opt = may("report", "session")
    include_in_schema = False

    @get()
    async def ask(
        self,
        session_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
    ) -> Template:
        """Why, and when instead."""
        form = form_from(DropsOutForm, key=str(uuid4()))
        return await _drops_out_page(begin, actor, session_id, form, clock)

    @post()
    async def report(
        self,
        request: Request[Any, Any, Any],
        session_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        session_reports: NamedDependency[SessionReports],
    ) -> Template | Redirect:
        """First what everybody will read, then the button that tells the team."""
        sent = await request.form()
        form = form_from(DropsOutForm, sent)
        if sent.get("act") == "aendern":
            return await _drops_out_page(begin, actor, session_id, form, clock)
        if not form.validate():
            return await _drops_out_page(begin, actor, session_id, form, clock, status=422)
        if sent.get("act") != "senden":
            return await _drops_out_page(begin, actor, session_id, form, clock, is_preview=True)
        trouble = Trouble(kind=ReportKind.DROPS_OUT, text=form.text.data, wish=form.wish.data or "")
        await session_reports.report(actor, session_id=session_id, report_id=_key(form), trouble=trouble)
        return after(base_of(session_id), REPORTED)


class NotePages(Controller):
    """Words for the colleagues who teach the same run."""

    path = "/kursleitung/termine/{session_id:uuid}/notizen"
    opt = may("U", "attendance")
    include_in_schema = False

    @get()
    async def show(
        self, session_id: FromPath[UUID], actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> Template:
        """All notes, and a field for another one."""
        return await _notes_page(begin, actor, session_id, form_from(NoteForm, key=str(uuid4())))

    @post(opt=may("report", "session"))
    async def leave(
        self,
        request: Request[Any, Any, Any],
        session_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        session_reports: NamedDependency[SessionReports],
    ) -> Template | Redirect:
        """One more."""
        form = form_from(NoteForm, await request.form())
        if not form.validate():
            return await _notes_page(begin, actor, session_id, form, status=422)
        await session_reports.leave_note(
            actor, session_id=session_id, note_id=_key(form), text=form.text.data
        )
        return after(f"{base_of(session_id)}/notizen", NOTED)

    @post("/{note_id:uuid}/entfernen", opt=may("report", "session"))
    async def remove(
        self,
        session_id: FromPath[UUID],
        note_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        session_reports: NamedDependency[SessionReports],
    ) -> Redirect:
        """One's own."""
        await session_reports.remove_note(actor, session_id=session_id, note_id=note_id)
        return after(f"{base_of(session_id)}/notizen", REMOVED)


def _key(form: Form) -> UUID:
    key = uuid_in(form["key"].data)
    if key is None:
        raise NotFound
    return key


async def _taught(session: Any, actor: Actor, session_id: UUID) -> Meeting:
    meeting = await meeting_for(session, actor, session_id)
    if not await teaches_session(session, actor.person_id, session_id):
        raise NotFound
    return meeting


async def _report_page(
    begin: Begin, actor: Actor, session_id: UUID, form: ReportForm, *, status: int = 200
) -> Template:
    async with begin.reading() as session:
        meeting = await _taught(session, actor, session_id)
        earlier, _ = await reports(session, SessionReport.session_id == session_id, limit=SHOWN)
    context = {
        "meeting": meeting,
        "form": form,
        "earlier": earlier,
        "kinds": KIND_WORDS,
        "here": base_of(session_id),
    }
    return Template("teaching/reports/report.html", context=context, status_code=status)


async def _drops_out_page(
    begin: Begin,
    actor: Actor,
    session_id: UUID,
    form: DropsOutForm,
    clock: Clock,
    *,
    status: int = 200,
    is_preview: bool = False,
) -> Template:
    async with begin.reading() as session:
        meeting = await _taught(session, actor, session_id)
        waiting, _ = await reports(
            session,
            SessionReport.session_id == session_id,
            SessionReport.kind == ReportKind.DROPS_OUT,
            SessionReport.answered_at.is_(None),
            limit=1,
        )
    context = {
        "meeting": meeting,
        "form": form,
        "waiting": waiting,
        "here": base_of(session_id),
        "is_possible": not meeting.is_cancelled and meeting.session.ends_at > clock(),
    }
    name = "drops_out_preview" if is_preview else "drops_out"
    return Template(f"teaching/reports/{name}.html", context=context, status_code=status)


async def _notes_page(
    begin: Begin, actor: Actor, session_id: UUID, form: NoteForm, *, status: int = 200
) -> Template:
    async with begin.reading() as session:
        meeting = await meeting_for(session, actor, session_id)
        notes = await notes_of(session, session_id)
    context = {
        "meeting": meeting,
        "form": form,
        "notes": notes,
        "here": base_of(session_id),
        "own_id": actor.person_id,
        "may_write": actor.may("report", "session"),
    }
    return Template("teaching/reports/notes.html", context=context, status_code=status)
