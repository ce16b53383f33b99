"""`/verwaltung/sprechstunde/heute`: the team at the counter gives numbers and sees the whole queue."""

from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from lms.helpdesk.models import TicketState
from lms.helpdesk.queue import words
from lms.helpdesk.queue.pages.frame import (
    ADVISE,
    COUNTER,
    QUIET,
    AnyRequest,
    all_boards,
    look,
    said,
    screen_path,
)
from lms.helpdesk.queue.queries import fits, ticket_of
from lms.helpdesk.queue.service import HelpQueue
from lms.kernel.actor import Actor
from lms.kernel.errors import Invalid
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.web.access import may
from lms.web.module import Around
from lms.web.notices import after, declare
from lms.web.sent import line_in, uuid_in
from lms.web.templating import url

GIVEN_BACK = declare("nummer-zurueck", N_("The number is taken back."))
BACK_AGAIN = declare("nummer-wieder-da", N_("The person waits again, with the old number."))
LONGEST_SEARCH = 60


class QueueCounterPages(Controller):
    """Who comes in, who waits, who is where."""

    path = COUNTER
    opt = may("serve", "help-desk", of=Scope.ALL)
    include_in_schema = False

    @get()
    async def index(self, around: NamedDependency[Around]) -> Template | Redirect:
        """The desks of today; the only one at once."""
        async with around.begin.reading() as session:
            found = await all_boards(session, around)
        open_today = [one for one in found if one.hours]
        if len(open_today) == 1:
            return Redirect(url(f"{COUNTER}/{open_today[0].desk.id}"), status_code=303)
        context = {"boards": found, "words": words, "here": COUNTER}
        return Template("helpdesk/queue/desks.html", context=context, headers=QUIET)

    @get("/{desk_id:uuid}")
    async def show(
        self, desk_id: FromPath[UUID], around: NamedDependency[Around], q: FromQuery[str] = ""
    ) -> Template:
        """New arrivals above, the queue below."""
        found, typed = await look(around, desk_id), line_in(q, LONGEST_SEARCH)
        context = said(found) | {
            "key": str(uuid4()),
            "here": f"{COUNTER}/{desk_id}",
            "typed": typed,
            "expected": [one for one in found.expected if not typed or fits(one, typed)],
            "at_tables": found.in_state(TicketState.CALLED, TicketState.SERVING),
            "gone": found.in_state(TicketState.GONE),
            "advisers": {one.adviser.id: one.adviser for one in found.duties},
            "screen": screen_path(around, desk_id),
            "arrivals": f"{COUNTER}/ankunft",
            "tickets": f"{COUNTER}/nummer/",
            "advise": f"{ADVISE}/{desk_id}",
        }
        return Template("helpdesk/queue/counter.html", context=context, headers=QUIET)

    @post("/{desk_id:uuid}/nummer")
    async def draw(
        self,
        request: AnyRequest,
        desk_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        help_queue: NamedDependency[HelpQueue],
    ) -> Redirect:
        """A number for somebody without an appointment."""
        sent = await request.form()
        ticket = await help_queue.draw(
            actor, desk_id=desk_id, topic_id=uuid_in(sent.get("topic")), ticket_id=key_in(sent)
        )
        return Redirect(url(f"{COUNTER}/nummer/{ticket.id}"), status_code=303)

    @post("/ankunft")
    async def arrive(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        help_queue: NamedDependency[HelpQueue],
    ) -> Redirect:
        """Somebody with an appointment is there."""
        sent = await request.form()
        appointment_id = uuid_in(sent.get("appointment"))
        if appointment_id is None:
            raise Invalid
        ticket = await help_queue.arrive(actor, appointment_id=appointment_id, ticket_id=key_in(sent))
        return Redirect(url(f"{COUNTER}/nummer/{ticket.id}"), status_code=303)

    @get("/nummer/{ticket_id:uuid}")
    async def slip(self, ticket_id: FromPath[UUID], around: NamedDependency[Around]) -> Template:
        """The slip, to print or to read out."""
        async with around.begin.reading() as session:
            desk_id = (await ticket_of(session, ticket_id)).desk_id
        found = await look(around, desk_id)
        entry = next((one for one in found.entries if one.ticket.id == ticket_id), None)
        context = said(found) | {
            "entry": entry,
            "here": f"{COUNTER}/{desk_id}",
            "tickets": f"{COUNTER}/nummer/",
        }
        return Template("helpdesk/queue/slip.html", context=context, headers=QUIET)

    @post("/nummer/{ticket_id:uuid}/zurueck")
    async def give_back(
        self,
        ticket_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        help_queue: NamedDependency[HelpQueue],
    ) -> Redirect:
        """The number was a mistake, or the person leaves."""
        await help_queue.give_back(actor, ticket_id=ticket_id)
        return after(await _desk_path(around, ticket_id), GIVEN_BACK)

    @post("/nummer/{ticket_id:uuid}/wieder-da")
    async def come_back(
        self, ticket_id: FromPath[UUID], actor: NamedDependency[Actor], help_queue: NamedDependency[HelpQueue]
    ) -> Redirect:
        """Somebody who was not there is."""
        ticket = await help_queue.come_back(actor, ticket_id=ticket_id)
        return after(f"{COUNTER}/{ticket.desk_id}", BACK_AGAIN)


def key_in(sent: Any) -> UUID:
    """The random key of the form, under which a number is drawn once. Raises Invalid."""
    key = uuid_in(sent.get("key"))
    if key is None:
        raise Invalid
    return key


async def _desk_path(around: Around, ticket_id: UUID) -> str:
    async with around.begin.reading() as session:
        return f"{COUNTER}/{(await ticket_of(session, ticket_id)).desk_id}"
