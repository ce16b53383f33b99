"""The register as the team keeps it: marks for a session, corrections with a reason, closing a run."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.attendance.models import Correction, Presence
from lms.attendance.objections import corrections
from lms.attendance.queries import Line, register
from lms.attendance.roll import MOST_UNITS
from lms.attendance.rules import unit_count
from lms.attendance.service import Mark, Register
from lms.attendance.words import facts_in_words
from lms.catalogue.models import Run
from lms.db import Begin
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import DomainError
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.portal.desk.run_reading import run_with_course
from lms.portal.desk.run_steps import SendForm
from lms.portal.desk.step import Step, step_page
from lms.scheduling.models import Session
from lms.scheduling.queries import session_of
from lms.web.access import may
from lms.web.forms import Form, Text
from lms.web.language import gettext
from lms.web.notices import SAVED, after, declare

LOCKED = declare(
    "anwesenheit-abgeschlossen", N_("The attendance is closed. Now the certificates can be issued.")
)
MOST_LATE = 600
UNIT_NUMBERS = frozenset(str(number) for number in range(1, MOST_UNITS + 1))


class RegisterForm(Form):
    """Why closed marks are corrected; the marks themselves are read by the page."""

    reason = Text(N_("Reason for the correction"))


class RegisterPages(Controller):
    """Marks of one session."""

    path = "/verwaltung/termine/{session_id:uuid}/anwesenheit"
    include_in_schema = False

    @get(opt=may("R", "attendance", of=Scope.ALL))
    async def show(
        self, session_id: FromPath[UUID], actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> Template:
        ensure(actor.may_for_all("R", "attendance"), actor)
        return await _page(begin, actor, session_id, RegisterForm())

    @post(opt=may("U", "attendance", of=Scope.ALL))
    async def mark(
        self,
        request: Request[Any, Any, Any],
        session_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        attendance: NamedDependency[Register],
    ) -> Template | Redirect:
        """Write what was marked; whoever is not marked stays so."""
        ensure(actor.may_for_all("U", "attendance"), actor)
        sent = await request.form()
        form = RegisterForm(formdata=sent)
        async with begin.reading() as session:
            meeting = await session_of(session, session_id)
            lines = await register(session, meeting)
        marks = [mark for line in lines if (mark := _mark(sent, line)) is not None]
        try:
            await attendance.mark(actor, session_id=session_id, marks=marks, reason=form.reason.data or "")
        except DomainError as refusal:
            form.refuse("reason" if meeting.locked_at else "", refusal.message)
            typed = {line.enrolment_id: str(sent.get(f"p-{line.enrolment_id}", "")) for line in lines}
            return await _page(begin, actor, session_id, form, typed=typed, status=refusal.status)
        return after(f"/verwaltung/durchfuehrungen/{meeting.run_id}#termine", SAVED)


class ClosingPages(Controller):
    """Closing the attendance of a run that is over."""

    path = "/verwaltung/durchfuehrungen/{run_id:uuid}/anwesenheit-abschliessen"
    opt = may("lock", "attendance")
    include_in_schema = False

    @get()
    async def ask(self, run_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        return step_page(await _closing(begin, run_id))

    @post()
    async def close(
        self,
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        attendance: NamedDependency[Register],
    ) -> Template | Redirect:
        """From now on only the team corrects, and says why."""
        try:
            await attendance.lock(actor, run_id=run_id)
        except DomainError as refusal:
            form = SendForm()
            form.refuse("", refusal.message)
            return step_page(await _closing(begin, run_id), form, status=refusal.status)
        return after(f"/verwaltung/durchfuehrungen/{run_id}", LOCKED)


async def _page(
    begin: Begin,
    actor: Actor,
    session_id: UUID,
    form: RegisterForm,
    *,
    typed: dict[UUID, str] | None = None,
    status: int = 200,
) -> Template:
    async with begin.reading() as session:
        meeting: Session = await session_of(session, session_id)
        run, course, _, _ = await run_with_course(session, meeting.run_id)
        lines = await register(session, meeting)
        changed = await corrections(session, Correction.session_id == session_id)
    names = {line.enrolment_id: line.name for line in lines}
    return Template(
        "portal/desk/register.html",
        context={
            "form": form,
            "meeting": meeting,
            "run": run,
            "course": course,
            "lines": lines,
            "typed": typed or {},
            "presences": PRESENCES,
            "units": unit_count(meeting.minutes),
            "trail": [(names[one.enrolment_id], one) for one in changed if one.enrolment_id in names],
            "in_words": facts_in_words,
            "may_mark": actor.may_for_all("U", "attendance"),
        },
        status_code=status,
    )


PRESENCES = (
    (Presence.PRESENT, N_("present")),
    (Presence.LATE, N_("late")),
    (Presence.EXCUSED, N_("excused")),
    (Presence.ABSENT, N_("absent")),
)


def _mark(sent: Any, line: Line) -> Mark | None:
    chosen = str(sent.get(f"p-{line.enrolment_id}", ""))
    if chosen not in set(Presence):
        return None
    late, early = (_minutes(sent.get(f"{part}-{line.enrolment_id}")) for part in "mf")
    units = tuple(
        sorted({int(one) for one in sent.getall(f"e-{line.enrolment_id}", []) if one in UNIT_NUMBERS})
    )
    return Mark(line.enrolment_id, Presence(chosen), late, line.note, early, units)


def _minutes(typed: object) -> int:
    text = str(typed or "0").strip()
    return min(int(text), MOST_LATE) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


async def _closing(begin: Begin, run_id: UUID) -> Step:
    async with begin.reading() as session:
        found = await run_with_course(session, run_id)
    run: Run = found[0]
    return Step(
        title=gettext("Close the attendance?"),
        about=gettext("Run %(number)s", number=run.number),
        path=f"/verwaltung/durchfuehrungen/{run_id}/anwesenheit-abschliessen",
        back=f"/verwaltung/durchfuehrungen/{run_id}",
        button=gettext("Close the attendance"),
        way_out=gettext("Not yet"),
        sentences=[
            gettext(
                "The trainers can then no longer change it. The team can still correct it and states why."
            ),
            gettext("Certificates rest on what is marked."),
        ],
    )
