"""The trainer's pages about messages: `/kursleitung/kurse/<run>/nachrichten`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from lms.attendance.meetings import is_teacher
from lms.db import Begin
from lms.enrolment.models import EnrolmentState
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.people.models import Person
from lms.scheduling.models import SessionState
from lms.teaching import policy
from lms.teaching.materials.reading import Taught, taught_run
from lms.teaching.messages.forms import AUDIENCE_NAMES, MessageForm, PatternForm
from lms.teaching.messages.patterns import SHIPPED
from lms.teaching.messages.preview import WAYS, base_of, preview_page
from lms.teaching.messages.reading import (
    conversation,
    deliveries_of,
    patterns_of,
    people_of,
    sent_in,
    waiting_for,
)
from lms.teaching.messages.service import GroupMessages
from lms.teaching.models import MessagePattern
from lms.web.access import may
from lms.web.formats import period
from lms.web.forms import form_from
from lms.web.language import gettext, translated
from lms.web.notices import after, declare
from lms.web.sent import uuid_in

SENT = declare("nachricht-gesendet", N_("The message is on its way."))
KEPT = declare("vorlage-gemerkt", N_("The words are kept for the next time."))
DROPPED = declare("vorlage-vergessen", N_("The words are forgotten."))
SETTLED = declare("nachricht-erledigt", N_("Done: no answer is needed."))
STATES = {
    "waiting": N_("on its way"),
    "sent": N_("sent"),
    "failed": N_("did not arrive, the team looks after it"),
    None: N_("is being written"),
}


@dataclass(frozen=True, slots=True)
class Known:
    """What the form can choose from."""

    taught: Taught
    people: Sequence[tuple[UUID, Person, EnrolmentState]]
    patterns: Sequence[MessagePattern]


class InboxPages(Controller):
    """`/kursleitung/nachrichten`: who waits for an answer, in all runs."""

    path = "/kursleitung/nachrichten"
    opt = may("C", "attendance")
    include_in_schema = False

    @get()
    async def index(self, actor: NamedDependency[Actor], begin: NamedDependency[Begin]) -> Template:
        """The oldest first."""
        async with begin.reading() as session:
            waiting = await waiting_for(session, actor.person_id) if actor.person_id else []
        return Template("teaching/messages/inbox.html", context={"waiting": waiting})


class MessagePages(Controller):
    """For those who teach the run."""

    path = "/kursleitung/kurse/{run_id:uuid}/nachrichten"
    opt = may("C", "attendance")
    include_in_schema = False

    @get()
    async def index(
        self, run_id: FromPath[UUID], actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> Template:
        """Who waits for an answer, what was sent, and the kept words."""
        async with begin.reading() as session:
            taught = await _taught(session, actor, run_id)
            context = {
                "taught": taught,
                "here": base_of(run_id),
                "waiting": await waiting_for(session, taught_person(actor), run_id),
                "sent": await sent_in(session, run_id),
                "patterns": await patterns_of(session, actor.person_id),
                "audiences": AUDIENCE_NAMES,
            }
        return Template("teaching/messages/index.html", context=context)

    @get("/neu")
    async def ask(
        self,
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        an: FromQuery[str] = "",
        person: FromQuery[str] = "",
        termin: FromQuery[str] = "",
        pattern: FromQuery[str] = "",
    ) -> Template:
        """The form, begun with words that are there, or for one person."""
        known = await _known(begin, actor, run_id)
        subject, text = _words(pattern, known.patterns)
        audience = "one" if uuid_in(person) else "absent" if uuid_in(termin) and an == "absent" else an
        form = form_from(
            MessageForm, audience=audience, person=str(uuid_in(person) or ""), session=str(uuid_in(termin) or ""),
            subject=subject, text=text, key=str(uuid4()),
        )  # fmt: skip
        return _form_page(form, known, clock, pattern=pattern)

    @post("/neu")
    async def check(
        self,
        request: Request[Any, Any, Any],
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        messages: NamedDependency[GroupMessages],
    ) -> Template | Redirect:
        """Look at it, change it, keep its words, send it: four buttons of two pages."""
        sent = await request.form()
        form, known = form_from(MessageForm, sent), await _known(begin, actor, run_id)
        _offer(form, known, clock)
        act = sent.get("act")
        if act == "aendern":
            return _form_page(form, known, clock)
        if not form.validate():
            return _form_page(form, known, clock, status=422)
        wanted = form.wanted(run_id)
        try:
            readers = await messages.foreseen(actor, wanted)
            if act == "merken":
                await messages.keep_pattern(
                    actor,
                    pattern_id=uuid4(),
                    name=form.subject.data,
                    subject=form.subject.data,
                    text=form.text.data,
                )
                return preview_page(form, known.taught, readers, is_kept=True)
            if act != "senden":
                return preview_page(form, known.taught, readers)
            key = uuid_in(form.key.data)
            if key is None:
                raise NotFound
            message = await messages.send(actor, message_id=key, wanted=wanted, seen=form.seen.data or "")
        except NotFound:
            raise
        except DomainError as refusal:
            form.refuse("", refusal.message, **refusal.params)
            return _form_page(form, known, clock, status=refusal.status)
        return after(f"{base_of(run_id)}/{message.id}", SENT)

    @get("/{message_id:uuid}")
    async def show(
        self,
        run_id: FromPath[UUID],
        message_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
    ) -> Template:
        """One message: who got it, by which way, and what did not arrive."""
        async with begin.reading() as session:
            taught = await _taught(session, actor, run_id)
            found = [row for row in await sent_in(session, run_id) if row[0].id == message_id]
            if not found:
                raise NotFound
            deliveries = await deliveries_of(session, message_id)
        return Template(
            "teaching/messages/sent.html",
            context={
                "taught": taught,
                "message": found[0][0],
                "sender": found[0][1],
                "deliveries": deliveries,
                "here": base_of(run_id),
                "ways": WAYS,
                "states": STATES,
                "audiences": AUDIENCE_NAMES,
            },
        )

    @get("/gespraech/{enrolment_id:uuid}")
    async def talk(
        self,
        run_id: FromPath[UUID],
        enrolment_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
    ) -> Template:
        """Everything that was written with one person."""
        async with begin.reading() as session:
            taught = await _taught(session, actor, run_id)
            people = {row[0]: row[1] for row in await people_of(session, run_id)}
            if enrolment_id not in people:
                raise NotFound
            context = {
                "taught": taught,
                "person": people[enrolment_id],
                "said": await conversation(session, enrolment_id),
                "is_waiting": any(
                    one.enrolment_id == enrolment_id
                    for one in await waiting_for(session, taught_person(actor), run_id)
                ),
                "enrolment_id": enrolment_id,
                "here": base_of(run_id),
            }
        return Template("teaching/messages/talk.html", context=context)

    @post("/gespraech/{enrolment_id:uuid}/erledigt")
    async def settle(
        self,
        run_id: FromPath[UUID],
        enrolment_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        messages: NamedDependency[GroupMessages],
    ) -> Redirect:
        """No answer is needed."""
        await messages.settle(actor, run_id=run_id, enrolment_id=enrolment_id)
        return after(base_of(run_id), SETTLED)

    @post("/vorlagen/{pattern_id:uuid}/vergessen")
    async def drop(
        self,
        run_id: FromPath[UUID],
        pattern_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        messages: NamedDependency[GroupMessages],
    ) -> Redirect:
        """Forget kept words."""
        await messages.drop_pattern(actor, pattern_id=pattern_id)
        return after(base_of(run_id), DROPPED)


def taught_person(actor: Actor) -> UUID:
    """The person who teaches. Raises NotFound for accounts without one."""
    if actor.person_id is None:
        raise NotFound
    return actor.person_id


async def _taught(session: Any, actor: Actor, run_id: UUID) -> Taught:
    if not policy.may_write_to_group(actor, teaches=await is_teacher(session, actor, run_id)):
        raise NotFound
    return await taught_run(session, actor, run_id)


async def _known(begin: Begin, actor: Actor, run_id: UUID) -> Known:
    async with begin.reading() as session:
        taught = await _taught(session, actor, run_id)
        return Known(taught, await people_of(session, run_id), await patterns_of(session, actor.person_id))


def _words(chosen: str, patterns: Sequence[MessagePattern]) -> tuple[str, str]:
    """Subject and text to begin with."""
    shipped = SHIPPED.get(chosen)
    if shipped is not None:
        return translated(shipped.subject), translated(shipped.text)
    own = next((one for one in patterns if str(one.id) == chosen), None)
    return (own.subject, own.text) if own else ("", "")


def _offer(form: MessageForm, known: Known, clock: Clock) -> None:
    form.session.choices = [
        (str(one.id), period(one.starts_at, one.ends_at))
        for one in known.taught.sessions
        if one.state is SessionState.PLANNED and one.starts_at <= clock()
    ]
    form.person.choices = [
        (str(enrolment_id), _name(person, state)) for enrolment_id, person, state in known.people
    ]


def _name(person: Person, state: EnrolmentState) -> str:
    if state is EnrolmentState.WAITING:
        return gettext("%(name)s (waiting list)", name=person.name)
    return person.name


def _form_page(
    form: MessageForm, known: Known, clock: Clock, *, status: int = 200, pattern: str = ""
) -> Template:
    _offer(form, known, clock)
    choice = form_from(PatternForm, pattern=pattern)
    choice.pattern.choices = [
        *((str(one.id), one.name) for one in known.patterns),
        *((key, translated(one.name)) for key, one in SHIPPED.items()),
    ]
    return Template(
        "teaching/messages/form.html",
        context={
            "taught": known.taught,
            "form": form,
            "choice": choice,
            "here": base_of(known.taught.run.id),
        },
        status_code=status,
    )
