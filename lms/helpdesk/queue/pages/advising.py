"""`/sprechstunde/beraten`: an adviser's telephone. Who is next, call, help, finish; and back again."""

from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from lms.helpdesk.models import ContactWay, Ticket, TicketState
from lms.helpdesk.queue import policy, rules, words
from lms.helpdesk.queue.board import Board, Entry, OnDuty
from lms.helpdesk.queue.errors import NoAdviser
from lms.helpdesk.queue.forms import ContactForm, FinishForm, PlaceForm
from lms.helpdesk.queue.pages.counter import key_in
from lms.helpdesk.queue.pages.frame import ADVISE, COUNTER, QUIET, AnyRequest, all_boards, board_of, said
from lms.helpdesk.queue.queries import adviser_of, desk_of, topics_of
from lms.helpdesk.queue.service import HelpQueue
from lms.kernel.actor import Actor
from lms.kernel.clock import local
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.people.ages import AgeBand
from lms.web.access import SIGNED_IN
from lms.web.forms import form_from
from lms.web.module import Around
from lms.web.notices import after, declare
from lms.web.sent import uuid_in
from lms.web.templating import url

THERE = declare("beratung-da", N_("You are there. Call the next person when you are ready."))
PAUSED = declare("beratung-pause", N_("You have a break. Nobody is sent to you."))
LEFT = declare("beratung-ende", N_("You have left for today. Thank you for your help."))
NOBODY = declare("beratung-niemand", N_("Nobody is waiting for you at the moment."), "info")
COUNTED = declare("beratung-fertig", N_("Finished and counted, without a name."))
UNDONE = declare("beratung-rueckgaengig", N_("Taken back: the person is at your table again."))
WAITS_AGAIN = declare(
    "beratung-zurueckgestellt", N_("The person waits again, as if they had not been called.")
)
NOT_THERE = declare(
    "beratung-nicht-da", N_("Noted. If the person comes back today, they come to the front again.")
)
NOTED = declare("kontakt-gezaehlt", N_("The contact is counted, without a name."))
TAKEN_BACK = declare("kontakt-zurueck", N_("The contact is taken back."))


class AdvisingPages(Controller):
    """For whoever the team has put down as an adviser."""

    path = ADVISE
    opt = SIGNED_IN
    include_in_schema = False

    @get()
    async def index(
        self, actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Template | Redirect:
        """At which desk today. Raises NoAdviser."""
        async with around.begin.reading() as session:
            adviser = await adviser_of(session, actor)
            if not policy.may_serve(actor, adviser):
                raise NoAdviser
            found = await all_boards(session, around)
        mine = [
            one for one in found if adviser and any(sits.adviser_id == adviser.id for sits in one.planned)
        ]
        if len(mine) == 1:
            return Redirect(url(f"{ADVISE}/{mine[0].desk.id}"), status_code=303)
        context = {"boards": mine or found, "words": words, "here": ADVISE}
        return Template("helpdesk/queue/advise_where.html", context=context, headers=QUIET)

    @get("/{desk_id:uuid}")
    async def show(
        self, desk_id: FromPath[UUID], actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Template:
        """What there is to do now."""
        return await _page(around, actor, desk_id)

    @post("/{desk_id:uuid}/da")
    async def begin_duty(
        self,
        request: AnyRequest,
        desk_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        help_queue: NamedDependency[HelpQueue],
    ) -> Template | Redirect:
        """I am there."""
        form = form_from(PlaceForm, await request.form())
        if not form.validate():
            return await _page(around, actor, desk_id, form, status=422)
        await help_queue.begin_duty(actor, desk_id=desk_id, place=form.place.data or "")
        return after(f"{ADVISE}/{desk_id}", THERE)

    @post("/{desk_id:uuid}/pause")
    async def pause(
        self, desk_id: FromPath[UUID], actor: NamedDependency[Actor], help_queue: NamedDependency[HelpQueue]
    ) -> Redirect:
        """A break."""
        await help_queue.pause(actor, desk_id=desk_id)
        return after(f"{ADVISE}/{desk_id}", PAUSED)

    @post("/{desk_id:uuid}/weiter")
    async def go_on(
        self, desk_id: FromPath[UUID], actor: NamedDependency[Actor], help_queue: NamedDependency[HelpQueue]
    ) -> Redirect:
        """Back from the break."""
        await help_queue.go_on(actor, desk_id=desk_id)
        return after(f"{ADVISE}/{desk_id}", THERE)

    @post("/{desk_id:uuid}/schluss")
    async def end_duty(
        self, desk_id: FromPath[UUID], actor: NamedDependency[Actor], help_queue: NamedDependency[HelpQueue]
    ) -> Redirect:
        """Finished for today."""
        await help_queue.end_duty(actor, desk_id=desk_id)
        return after(f"{ADVISE}/{desk_id}", LEFT)

    @post("/{desk_id:uuid}/naechste")
    async def call_next(
        self, desk_id: FromPath[UUID], actor: NamedDependency[Actor], help_queue: NamedDependency[HelpQueue]
    ) -> Redirect:
        """The next person."""
        called = await help_queue.call_next(actor, desk_id=desk_id)
        return _back(desk_id) if called else after(f"{ADVISE}/{desk_id}", NOBODY)

    @post("/{desk_id:uuid}/nummern/{ticket_id:uuid}/{act:str}")
    async def act(
        self,
        desk_id: FromPath[UUID],
        ticket_id: FromPath[UUID],
        act: FromPath[str],
        actor: NamedDependency[Actor],
        help_queue: NamedDependency[HelpQueue],
    ) -> Redirect:
        """What is done about one number with one click. Raises NotFound for any other word."""
        match act:
            case "aufrufen":
                await help_queue.call(actor, desk_id=desk_id, ticket_id=ticket_id)
            case "noch-einmal":
                await help_queue.call_again(actor, ticket_id=ticket_id)
            case "beginnen":
                await help_queue.serve(actor, ticket_id=ticket_id)
            case "nicht-da":
                await help_queue.not_there(actor, ticket_id=ticket_id)
                return after(f"{ADVISE}/{desk_id}", NOT_THERE)
            case "zurueckstellen":
                await help_queue.put_back(actor, ticket_id=ticket_id)
                return after(f"{ADVISE}/{desk_id}", WAITS_AGAIN)
            case "rueckgaengig":
                await help_queue.undo(actor, ticket_id=ticket_id)
                return after(f"{ADVISE}/{desk_id}", UNDONE)
            case _:
                raise NotFound
        return _back(desk_id)

    @post("/{desk_id:uuid}/fertig/{ticket_id:uuid}")
    async def finish(
        self,
        request: AnyRequest,
        desk_id: FromPath[UUID],
        ticket_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        help_queue: NamedDependency[HelpQueue],
    ) -> Template | Redirect:
        """Helped: topic, age band and minutes stay."""
        form = form_from(FinishForm, await request.form())
        await _offer_topics(around, form, desk_id)
        if not form.validate():
            return await _page(around, actor, desk_id, form, status=422)
        await help_queue.finish(
            actor,
            ticket_id=ticket_id,
            topic_id=uuid_in(form.topic.data),
            age=AgeBand(form.age.data),
            minutes=form.minutes.data or 1,
        )
        return after(f"{ADVISE}/{desk_id}", COUNTED)


class ContactPages(Controller):
    """Contacts without a number: by telephone, at home, in the street."""

    path = ADVISE + "/{desk_id:uuid}/kontakt"
    opt = SIGNED_IN
    include_in_schema = False

    @get()
    async def ask(
        self,
        desk_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        zuletzt: FromQuery[UUID | None] = None,
    ) -> Template:
        """The form; with the contact that was just noted, so that it can be taken back."""
        form = form_from(
            ContactForm, None, key=str(uuid4()), day=local(around.clock()).date(), way=ContactWay.PHONE.value,
            minutes=rules.USUAL_MINUTES,
        )  # fmt: skip
        return await _contact_page(around, actor, desk_id, form, noted=zuletzt)

    @post()
    async def note(
        self,
        request: AnyRequest,
        desk_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        help_queue: NamedDependency[HelpQueue],
    ) -> Template | Redirect:
        """Count it."""
        sent = await request.form()
        form, status = form_from(ContactForm, sent), 422
        await _offer_topics(around, form, desk_id)
        if form.validate():
            try:
                contact = await help_queue.note_contact(
                    actor, contact_id=key_in(sent), desk_id=desk_id, day=form.day.data,
                    topic_id=uuid_in(form.topic.data), age=AgeBand(form.age.data),
                    minutes=form.minutes.data or 1, way=ContactWay(form.way.data),
                )  # fmt: skip
                return after(f"{ADVISE}/{desk_id}/kontakt?zuletzt={contact.id}", NOTED)
            except NotFound:
                raise
            except DomainError as refusal:
                form.refuse("day", refusal.message, **refusal.params)
                status = refusal.status
        return await _contact_page(around, actor, desk_id, form, status=status)

    @post("/zurueck")
    async def take_back(
        self,
        request: AnyRequest,
        desk_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        help_queue: NamedDependency[HelpQueue],
    ) -> Redirect:
        """It was a mistake."""
        contact_id = uuid_in((await request.form()).get("contact"))
        if contact_id is None:
            raise NotFound
        await help_queue.take_back_contact(actor, contact_id=contact_id)
        return after(f"{ADVISE}/{desk_id}/kontakt", TAKEN_BACK)


def _back(desk_id: UUID) -> Redirect:
    return Redirect(url(f"{ADVISE}/{desk_id}"), status_code=303)


async def _offer_topics(around: Around, form: FinishForm, desk_id: UUID) -> None:
    async with around.begin.reading() as session:
        desk = await desk_of(session, desk_id)
        form.topic.choices = [
            (str(one.id), words.name_of(one)) for one in await topics_of(session, desk.kind)
        ]


async def _contact_page(
    around: Around,
    actor: Actor,
    desk_id: UUID,
    form: ContactForm,
    *,
    noted: UUID | None = None,
    status: int = 200,
) -> Template:
    async with around.begin.reading() as session:
        if not policy.may_serve(actor, await adviser_of(session, actor)):
            raise NoAdviser
        found = await board_of(session, around, desk_id)
    form.topic.choices = [(str(one.id), words.name_of(one)) for one in found.topics]
    context = said(found) | {"form": form, "noted": noted, "here": f"{ADVISE}/{desk_id}"}
    return Template("helpdesk/queue/contact.html", context=context, headers=QUIET, status_code=status)


async def _page(
    around: Around, actor: Actor, desk_id: UUID, form: Any = None, *, status: int = 200
) -> Template:
    async with around.begin.reading() as session:
        adviser = await adviser_of(session, actor)
        if not policy.may_serve(actor, adviser):
            raise NoAdviser
        found = await board_of(session, around, desk_id)
    duty = found.duty_of(adviser.id) if adviser else None
    at_work = duty if duty and duty.duty.ended_at is None else None
    here = found.at_table_of(adviser.id) if adviser and at_work else None
    context: dict[str, Any] = {
        "duty": at_work,
        "entry": here,
        "is_serving": here is not None and here.ticket.state is TicketState.SERVING,
        "next": found.next_of(at_work) if at_work and here is None else None,
        "early": _early(found, at_work) if at_work and here is None else [],
        "undoable": _undoable(found, at_work) if at_work and here is None else [],
        "form": form or _form(found, here, duty),
        "is_refused": form is not None,
        "here": f"{ADVISE}/{desk_id}",
        "counter": f"{COUNTER}/{desk_id}" if policy.may_run(actor) else "",
        "lend": f"/verwaltung/sprechstunde/geraet/{here.ticket.id}"
        if here and actor.may_for_all("handover", "loan")
        else "",
    }
    return Template(
        "helpdesk/queue/advise.html", context=said(found) | context, headers=QUIET, status_code=status
    )


def _form(found: Board, here: Entry | None, duty: OnDuty | None) -> PlaceForm | FinishForm:
    if here is None:
        return form_from(PlaceForm, None, place=duty.duty.place if duty else "")
    ticket: Ticket = here.ticket
    form = form_from(
        FinishForm,
        None,
        topic=str(ticket.topic_id) if ticket.topic_id else None,
        minutes=rules.minutes_on_clock(ticket.serving_at, found.now),
    )
    form.topic.choices = [(str(one.id), words.name_of(one)) for one in found.topics]
    return form


def _early(found: Board, duty: OnDuty) -> list[Entry]:
    """Who is there before the time of their appointment, while nobody else waits for this adviser: they may be asked."""
    if found.next_of(duty) is not None:
        return []
    return [one for one in found.line if duty.helps_with(one.ticket.topic_id)]


def _undoable(found: Board, duty: OnDuty) -> list[Entry]:
    """What this adviser has done in the last quarter of an hour, the latest first."""
    own = [
        one
        for one in found.in_state(TicketState.DONE, TicketState.GONE)
        if one.ticket.adviser_id == duty.adviser.id
        and one.ticket.done_at is not None
        and found.now - one.ticket.done_at <= rules.UNDO
    ]
    return sorted(own, key=lambda one: one.ticket.done_at or found.now, reverse=True)
