"""Answering a trainer: by the link in the letter, and in one's account. No address is shown to anybody."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.catalogue.models import Course, Run
from lms.enrolment.models import Enrolment
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.people.models import Person
from lms.teaching.messages.forms import ReplyForm, empty_reply
from lms.teaching.messages.letters import PURPOSE
from lms.teaching.messages.reading import conversation
from lms.teaching.messages.service import GroupMessages, open_reader, own_place
from lms.teaching.models import GroupMessage
from lms.web.access import PUBLIC, SIGNED_IN
from lms.web.forms import form_from
from lms.web.language import current_language
from lms.web.module import Around
from lms.web.notices import after, declare
from lms.web.sent import uuid_in

PRIVATE = {"cache-control": "no-store", "referrer-policy": "same-origin", "x-robots-tag": "noindex"}
ANSWERED = declare("antwort-gesendet", N_("Your answer is on its way to those who teach the course."))


class AnswerLinkPages(Controller):
    """`/nachricht/<reader>/<token>`: the message, and a field for the answer."""

    path = "/nachricht/{reader_id:uuid}/{token:str}"
    opt = PUBLIC
    include_in_schema = False

    @get()
    async def show(
        self, reader_id: FromPath[UUID], token: FromPath[str], around: NamedDependency[Around]
    ) -> Template:
        """What was written."""
        return await _link_page(around, reader_id, token, empty_reply())

    @post()
    async def answer(
        self,
        request: Request[Any, Any, Any],
        reader_id: FromPath[UUID],
        token: FromPath[str],
        around: NamedDependency[Around],
        messages: NamedDependency[GroupMessages],
    ) -> Template | Redirect:
        """Send the answer; twice is as good as once."""
        form, status = form_from(ReplyForm, await request.form()), 422
        _refuse_wrong(around, reader_id, token)
        if form.validate():
            try:
                await messages.answer_by_link(reader_id=reader_id, reply_id=_key(form), text=form.text.data)
                return after(f"/nachricht/{reader_id}/{token}", ANSWERED)
            except NotFound:
                raise
            except DomainError as refusal:
                form.refuse("", refusal.message, **refusal.params)
                status = refusal.status
        return await _link_page(around, reader_id, token, form, status=status)


class OwnConversationPages(Controller):
    """`/meine-kurse/<enrolment>/nachrichten`: the whole conversation, for the participant and who acts for them."""

    path = "/meine-kurse/{enrolment_id:uuid}/nachrichten"
    opt = SIGNED_IN
    include_in_schema = False

    @get()
    async def show(
        self, enrolment_id: FromPath[UUID], actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Template:
        """Everything that was written."""
        return await _own_page(around, actor, enrolment_id, empty_reply())

    @post()
    async def answer(
        self,
        request: Request[Any, Any, Any],
        enrolment_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        messages: NamedDependency[GroupMessages],
    ) -> Template | Redirect:
        """Send an answer; twice is as good as once."""
        form, status = form_from(ReplyForm, await request.form()), 422
        if form.validate():
            try:
                await messages.answer(
                    actor, enrolment_id=enrolment_id, reply_id=_key(form), text=form.text.data
                )
                return after(f"/meine-kurse/{enrolment_id}/nachrichten", ANSWERED)
            except NotFound:
                raise
            except DomainError as refusal:
                form.refuse("", refusal.message, **refusal.params)
                status = refusal.status
        return await _own_page(around, actor, enrolment_id, form, status=status)


def _key(form: ReplyForm) -> UUID:
    key = uuid_in(form.key.data)
    if key is None:
        raise NotFound
    return key


def _refuse_wrong(around: Around, reader_id: UUID, token: str) -> None:
    if not around.signer.matches(token, PURPOSE, reader_id):
        raise NotFound


async def _link_page(
    around: Around, reader_id: UUID, token: str, form: ReplyForm, *, status: int = 200
) -> Template:
    _refuse_wrong(around, reader_id, token)
    async with around.begin.reading() as session:
        reader = await open_reader(session, reader_id, around.clock)
        message = await session.get_one(GroupMessage, reader.message_id)
        context = {
            "message": message,
            "sender": await session.get_one(Person, message.sender_id),
            "course": await _course(session, message.run_id),
            "form": form,
            "path": f"/nachricht/{reader_id}/{token}",
        }
    return Template("teaching/messages/answer.html", context=context, status_code=status, headers=PRIVATE)


async def _own_page(
    around: Around, actor: Actor, enrolment_id: UUID, form: ReplyForm, *, status: int = 200
) -> Template:
    async with around.begin.reading() as session:
        enrolment: Enrolment = await own_place(session, actor, enrolment_id)
        context = {
            "said": await conversation(session, enrolment_id),
            "course": await _course(session, enrolment.run_id),
            "person": await session.get_one(Person, enrolment.person_id),
            "is_own": enrolment.person_id == actor.person_id,
            "form": form,
            "here": f"/meine-kurse/{enrolment_id}",
        }
    return Template("teaching/messages/own.html", context=context, status_code=status, headers=PRIVATE)


async def _course(session: Any, run_id: UUID) -> str:
    run = await session.get_one(Run, run_id)
    course = await session.get_one(Course, run.course_id)
    return str((current_language() == "en" and course.title_en) or course.title_de)
