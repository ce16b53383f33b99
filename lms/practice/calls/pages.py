"""*Wer braucht Hilfe*: the quiet list of a trainer."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.attendance.meetings import is_teacher, meeting_for
from lms.db import Begin
from lms.enrolment.pages.private import PRIVATE
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.practice import policy
from lms.practice.calls.queries import Waiting, for_trainer, of_run, waiting
from lms.practice.calls.service import LONGEST_ANSWER, HelpCalls
from lms.practice.errors import WordsForHelp
from lms.practice.models import HelpCall
from lms.web.access import may
from lms.web.forms import Form, Hidden, TextArea, form_from
from lms.web.notices import after, declare
from lms.web.sent import uuid_in

TAKEN = declare("hilfe-uebernommen", N_("The others see that you are on the way."))
CLOSED = declare("hilfe-erledigt", N_("The call for help is closed."))
ANSWERED = declare("hilfe-beantwortet", N_("Your answer is on its way by letter or e-mail."))
ALL = "/kursleitung/hilfe"


class AnswerForm(Form):
    """What helps."""

    answer = TextArea(
        N_("Your answer"),
        hint=N_("Short sentences, one step after the other. For a child the guardians read it as well."),
        missing=WordsForHelp.message,
        rows=6,
        longest=LONGEST_ANSWER,
    )
    session = Hidden()


class SessionHelpPages(Controller):
    """Who needs help in the run of a session, for those who teach it."""

    path = "/kursleitung/termine/{session_id:uuid}/hilfe"
    opt = may("U", "help-request")
    include_in_schema = False

    @get(["/", "/liste"])
    async def show(
        self,
        request: Request[Any, Any, Any],
        session_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
    ) -> Template:
        """The list; below `/liste` the list alone, for the script that asks again."""
        now = clock()
        async with begin.reading() as session:
            meeting = await meeting_for(session, actor, session_id)
            if not policy.may_help(actor, teaches=await is_teacher(session, actor, meeting.run.id)):
                raise NotFound
            found = await waiting(session, now, of_run(meeting.run.id))
        context = _listed(found, actor, session_id) | {
            "meeting": meeting,
            "here": f"/kursleitung/termine/{session_id}/hilfe",
        }
        is_part = request.url.path.endswith("/liste")
        page = "practice/calls/_list.html" if is_part else "practice/calls/session.html"
        return Template(page, context=context, headers=PRIVATE)


class HelpPages(Controller):
    """Every open call from one's runs, and what is done about one."""

    path = ALL
    opt = may("U", "help-request")
    include_in_schema = False

    @get(["/", "/liste"])
    async def index(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
    ) -> Template:
        """From all runs, longest waiting first."""
        async with begin.reading() as session:
            found = await waiting(session, clock(), for_trainer(actor.person_id))
        page = (
            "practice/calls/_list.html" if request.url.path.endswith("/liste") else "practice/calls/all.html"
        )
        return Template(page, context=_listed(found, actor, None) | {"here": ALL}, headers=PRIVATE)

    @post("/{call_id:uuid}/uebernehmen")
    async def take(
        self,
        request: Request[Any, Any, Any],
        call_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        help_calls: NamedDependency[HelpCalls],
    ) -> Redirect:
        """I am on the way."""
        way_back = _way_back(await request.form())
        await help_calls.take(actor, call_id=call_id)
        return after(way_back, TAKEN)

    @post("/{call_id:uuid}/erledigt")
    async def close(
        self,
        request: Request[Any, Any, Any],
        call_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        help_calls: NamedDependency[HelpCalls],
    ) -> Redirect:
        """It works by now."""
        way_back = _way_back(await request.form())
        await help_calls.close(actor, call_id=call_id)
        return after(way_back, CLOSED)

    @get("/{call_id:uuid}/antwort")
    async def write(
        self,
        request: Request[Any, Any, Any],
        call_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
    ) -> Template:
        """The form for an answer in words."""
        form = form_from(AnswerForm, session=request.query_params.get("termin") or "")
        return await _answer_page(begin, clock, actor, call_id, form)

    @post("/{call_id:uuid}/antwort")
    async def answer(
        self,
        request: Request[Any, Any, Any],
        call_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        help_calls: NamedDependency[HelpCalls],
    ) -> Template | Redirect:
        """Send it."""
        sent = await request.form()
        form = form_from(AnswerForm, sent)
        if not form.validate():
            return await _answer_page(begin, clock, actor, call_id, form, status=422)
        try:
            await help_calls.answer(actor, call_id=call_id, words=form.answer.data or "")
        except NotFound:
            raise
        except DomainError as refusal:
            form.refuse("answer", refusal.message, **refusal.params)
            return await _answer_page(begin, clock, actor, call_id, form, status=refusal.status)
        return after(_way_back(sent), ANSWERED)


def _listed(found: Any, actor: Actor, session_id: UUID | None) -> dict[str, Any]:
    return {"waiting": found, "own_account": actor.account_id, "session_id": session_id}


def _way_back(sent: Any) -> str:
    session_id = uuid_in(sent.get("session"))
    return f"/kursleitung/termine/{session_id}/hilfe" if session_id else ALL


async def _answer_page(
    begin: Begin, clock: Clock, actor: Actor, call_id: UUID, form: AnswerForm, *, status: int = 200
) -> Template:
    """Raises NotFound for what is no open call from one's own runs; what was typed stays when it has just ended."""
    one: Waiting | None = None
    async with begin.reading() as session:
        call = await session.get(HelpCall, call_id)
        if call is None:
            raise NotFound
        found = await waiting(session, clock(), for_trainer(actor.person_id), HelpCall.id == call_id)
        one = next(iter(found), None)
    if one is None and status != 409:
        raise NotFound
    return Template(
        "practice/calls/answer.html",
        context={
            "one": one,
            "form": form,
            "back": _way_back({"session": form.session.data}),
            "call_id": call_id,
        },
        headers=PRIVATE,
        status_code=status,
    )
