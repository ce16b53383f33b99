"""*Das stimmt nicht*: a learner objects to a mark, and whoever keeps the register answers."""

from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy.ext.asyncio import AsyncSession

from lms.attendance import policy
from lms.attendance.errors import (
    AnswerNeeded,
    MoreThanTheSession,
    NothingChanged,
    NothingToObject,
    WordsNeeded,
)
from lms.attendance.marking import Kept, Mark, kept_marks
from lms.attendance.meetings import Meeting, meeting_for, meetings, teaches_session
from lms.attendance.models import Objection, ObjectionState, Presence
from lms.attendance.objections import LONGEST_WORDS, Complaint, Objections, complaints, open_objection
from lms.attendance.rules import unit_count
from lms.attendance.words import WAS_THERE, facts_in_words
from lms.db import Begin
from lms.enrolment.models import Enrolment
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.people.models import Person
from lms.scheduling.models import Session
from lms.web.access import SIGNED_IN, may
from lms.web.fields.choices import Checkboxes, Radios
from lms.web.forms import Form, Hidden, Number, TextArea, form_from
from lms.web.language import gettext
from lms.web.notices import after, declare
from lms.web.sent import uuid_in

SAID = declare("einwand-gesendet", N_("Your message is there. You get an answer by letter or e-mail."))
ANSWERED = declare("einwand-beantwortet", N_("The answer is kept. The person is told by letter or e-mail."))
CORRECT, DECLINE = "korrigieren", "ablehnen"
PRIVATE = {"cache-control": "no-store", "x-robots-tag": "noindex"}


class SayForm(Form):
    """What is not right."""

    words = TextArea(
        N_("What is not right?"),
        hint=N_("For example: I was there from the beginning. Please write nothing about illnesses."),
        missing=WordsNeeded.message,
        rows=4,
        longest=LONGEST_WORDS,
    )
    key = Hidden()


class AnswerForm(Form):
    """Correct it or leave it, and say why."""

    decision = Radios(
        N_("What do you do?"),
        choices=[(CORRECT, N_("Correct the attendance")), (DECLINE, N_("Leave the mark as it is"))],
        missing=N_("Choose whether you correct it."),
    )
    presence = Radios(
        N_("What is right? (only if you correct it)"),
        choices=[(one.value, words) for one, words in WAS_THERE.items()],
    )
    late = Number(N_("Minutes late"), least=0, most=1440, width=5)
    early = Number(N_("Minutes left earlier"), least=0, most=1440, width=5)
    units = Checkboxes(N_("Missed units"))
    answer = TextArea(
        N_("Why?"),
        hint=N_("The person reads it."),
        missing=AnswerNeeded.message,
        rows=4,
        longest=LONGEST_WORDS,
    )


class OwnObjectionPages(Controller):
    """For learners, guardians, and whoever has a mandate for it."""

    path = "/meine-kurse/{enrolment_id:uuid}/anwesenheit/{session_id:uuid}"
    opt = SIGNED_IN
    include_in_schema = False

    @get()
    async def ask(
        self,
        enrolment_id: FromPath[UUID],
        session_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
    ) -> Template:
        """The short form."""
        form = form_from(SayForm, key=str(uuid4()))
        return await _own_page(begin, actor, enrolment_id, session_id, form)

    @post()
    async def say(
        self,
        request: Request[Any, Any, Any],
        enrolment_id: FromPath[UUID],
        session_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        objections: NamedDependency[Objections],
    ) -> Template | Redirect:
        """Send it; sent twice is once."""
        form = form_from(SayForm, await request.form())
        if not form.validate():
            return await _own_page(begin, actor, enrolment_id, session_id, form, status=422)
        try:
            await objections.say(
                actor,
                enrolment_id=enrolment_id,
                session_id=session_id,
                objection_id=uuid_in(form.key.data) or uuid4(),
                words=form.words.data or "",
            )
        except NotFound:
            raise
        except DomainError as refusal:
            form.refuse("words", refusal.message, **refusal.params)
            return await _own_page(begin, actor, enrolment_id, session_id, form, status=refusal.status)
        return after(f"/meine-kurse/{enrolment_id}", SAID)


class ObjectionPages(Controller):
    """For those who teach the session while its register is open, and for the team."""

    path = "/kursleitung/termine/{session_id:uuid}/einwaende/{objection_id:uuid}"
    opt = may("U", "attendance")
    include_in_schema = False

    @get()
    async def ask(
        self,
        session_id: FromPath[UUID],
        objection_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
    ) -> Template:
        """What was said, how it is marked, and the form for the answer."""
        async with begin.reading() as session:
            one, meeting, kept, may_answer = await _read(session, actor, session_id, objection_id)
        facts = kept.facts if kept else {}
        form = form_from(
            AnswerForm,
            presence=facts.get("presence"),
            late=facts.get("minutes_late") or None,
            early=facts.get("minutes_early") or None,
            units=[str(number) for number in facts.get("missed_units", ())],
        )
        return _answer_page(one, meeting, kept, form, may_answer=may_answer)

    @post()
    async def answer(
        self,
        request: Request[Any, Any, Any],
        session_id: FromPath[UUID],
        objection_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        objections: NamedDependency[Objections],
    ) -> Template | Redirect:
        """Correct or decline; either way the learner gets a letter."""
        form = form_from(AnswerForm, await request.form())
        async with begin.reading() as session:
            one, meeting, kept, may_answer = await _read(session, actor, session_id, objection_id)
        _offer_units(form, meeting)
        is_whole = form.validate()
        is_correction = form.decision.data == CORRECT
        if is_correction and not form.presence.data:
            form.refuse("presence", gettext("Choose what is right."))
            is_whole = False
        if not is_whole:
            return _answer_page(one, meeting, kept, form, may_answer=may_answer, status=422)
        try:
            await objections.answer(
                actor,
                session_id=session_id,
                objection_id=objection_id,
                mark=_mark(form, one, kept) if is_correction else None,
                answer=form.answer.data or "",
            )
        except (NothingChanged, MoreThanTheSession, AnswerNeeded) as refusal:
            form.refuse("answer" if isinstance(refusal, AnswerNeeded) else "presence", refusal.message)
            return _answer_page(one, meeting, kept, form, may_answer=may_answer, status=refusal.status)
        return after(f"/kursleitung/termine/{session_id}/anwesenheit", ANSWERED)


def _mark(form: AnswerForm, one: Complaint, kept: Kept | None) -> Mark:
    presence = Presence(form.presence.data)
    late = (form.late.data or 0) if presence is Presence.LATE else 0
    return Mark(
        one.objection.enrolment_id,
        presence,
        late,
        kept.facts.get("note", "") if kept else "",
        form.early.data or 0,
        tuple(int(number) for number in form.units.data or ()),
    )


async def _read(
    session: AsyncSession, actor: Actor, session_id: UUID, objection_id: UUID
) -> tuple[Complaint, Meeting, Kept | None, bool]:
    meeting = await meeting_for(session, actor, session_id)
    found = await complaints(session, Objection.id == objection_id, Objection.session_id == session_id)
    if not found:
        raise NotFound
    kept = (await kept_marks(session, meeting.session)).get(found[0].objection.enrolment_id)
    teaches = await teaches_session(session, actor.person_id, session_id)
    may_answer = policy.may_mark(actor, teaches=teaches, is_locked=meeting.is_locked)
    return found[0], meeting, kept, may_answer and found[0].objection.state is ObjectionState.OPEN


def _offer_units(form: AnswerForm, meeting: Meeting) -> None:
    count = unit_count(meeting.session.minutes)
    form.units.choices = [
        (str(number), gettext("Unit %(number)s", number=number)) for number in range(1, count + 1)
    ]


def _answer_page(
    one: Complaint,
    meeting: Meeting,
    kept: Kept | None,
    form: AnswerForm,
    *,
    may_answer: bool,
    status: int = 200,
) -> Template:
    _offer_units(form, meeting)
    context = {
        "one": one,
        "meeting": meeting,
        "stands": facts_in_words(kept.facts if kept else {}),
        "form": form,
        "may_answer": may_answer,
    }
    return Template("attendance/objection.html", context=context, status_code=status)


async def _own_page(
    begin: Begin, actor: Actor, enrolment_id: UUID, session_id: UUID, form: SayForm, *, status: int = 200
) -> Template:
    async with begin.reading() as session:
        enrolment = await session.get(Enrolment, enrolment_id)
        if enrolment is None or enrolment.person_id not in actor.persons_for("object", "attendance"):
            raise NotFound
        found = await meetings(session, Session.id == session_id, limit=1)
        kept = (await kept_marks(session, found[0].session)).get(enrolment_id) if found else None
        if kept is None:
            raise NotFound
        waits = await open_objection(session, enrolment_id, session_id)
        person = await session.get_one(Person, enrolment.person_id)
    if not kept.facts:
        raise NothingToObject
    context = {
        "form": form,
        "meeting": found[0],
        "stands": facts_in_words(kept.facts),
        "waits": waits,
        "person": person,
        "is_own": person.id == actor.person_id,
        "back": f"/meine-kurse/{enrolment_id}",
        "here": f"/meine-kurse/{enrolment_id}/anwesenheit/{session_id}",
    }
    return Template("attendance/object.html", context=context, status_code=status, headers=PRIVATE)
