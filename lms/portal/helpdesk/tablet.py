"""A number for the help desk, drawn at a public tablet without the team: by topic, or with the number of an appointment."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.accounts.limits import within
from lms.helpdesk.queue import words
from lms.helpdesk.queue.board import Board
from lms.helpdesk.queue.errors import NoSuchAppointment
from lms.helpdesk.queue.pages.frame import all_boards
from lms.helpdesk.queue.queries import ticket_of
from lms.helpdesk.queue.service import HelpQueue
from lms.kernel.errors import DomainError, Invalid, NotFound
from lms.kernel.marking import N_
from lms.practice.kiosk.door import PATH, WIPED, frame, refused, tablet_at, tablet_sending
from lms.practice.models import Kiosk
from lms.web.access import PUBLIC
from lms.web.forms import Form, Text, form_from
from lms.web.module import Around
from lms.web.sent import uuid_in
from lms.web.templating import url

HERE = f"{PATH}/sprechstunde"
PURPOSE = "queue-number"
"""Of the tokens in the addresses of slips: only this tablet shows them, and only to whoever has just drawn."""
AnyRequest = Request[Any, Any, Any]


class ArrivalForm(Form):
    """The number of an appointment."""

    reference = Text(
        N_("Number of your appointment"),
        hint=N_("It stands in the confirmation, for example ABCD-2345."),
        missing=N_("Enter the number of your appointment."),
        longest=30,
        width=20,
        autocomplete="off",
    )


class KioskQueuePages(Controller):
    """For whoever stands in front of the tablet."""

    path = HERE
    opt = PUBLIC
    include_in_schema = False
    exception_handlers = {DomainError: refused}

    @get()
    async def index(self, request: AnyRequest, around: NamedDependency[Around]) -> Template:
        """Topics as large buttons, and the field for an appointment."""
        tablet = await tablet_at(request, around)
        return await _start(around, tablet, form_from(ArrivalForm))

    @post("/{desk_id:uuid}/nummer")
    async def draw(
        self,
        request: AnyRequest,
        desk_id: FromPath[UUID],
        around: NamedDependency[Around],
        help_queue: NamedDependency[HelpQueue],
    ) -> Redirect:
        """A number without an appointment. Raises NoNumbersNow."""
        tablet, sent = await tablet_sending(request, around)
        await within(around.begin, around.clock, "queue-number", account=tablet.id)
        ticket = await help_queue.draw_oneself(
            desk_id=desk_id, topic_id=uuid_in(sent.get("topic")), ticket_id=_key(sent)
        )
        return _to_slip(around, ticket.id)

    @post("/{desk_id:uuid}/ankunft")
    async def arrive(
        self,
        request: AnyRequest,
        desk_id: FromPath[UUID],
        around: NamedDependency[Around],
        help_queue: NamedDependency[HelpQueue],
    ) -> Template | Redirect:
        """A number for an appointment."""
        tablet, sent = await tablet_sending(request, around)
        form = form_from(ArrivalForm, sent)
        if not form.validate():
            return await _start(around, tablet, form, status=422)
        await within(around.begin, around.clock, "queue-number", account=tablet.id)
        try:
            ticket = await help_queue.arrive_oneself(
                desk_id=desk_id, typed=form.reference.data or "", ticket_id=_key(sent)
            )
        except NoSuchAppointment as refusal:
            form.refuse("reference", refusal.message)
            return await _start(around, tablet, form, status=refusal.status)
        return _to_slip(around, ticket.id)

    @get("/nummer/{ticket_id:uuid}/{token:str}")
    async def slip(
        self,
        request: AnyRequest,
        ticket_id: FromPath[UUID],
        token: FromPath[str],
        around: NamedDependency[Around],
    ) -> Template:
        """The number, to remember or to print. Raises NotFound for a wrong address."""
        tablet = await tablet_at(request, around)
        if not around.signer.matches(token, PURPOSE, ticket_id):
            raise NotFound
        async with around.begin.reading() as session:
            desk_id = (await ticket_of(session, ticket_id)).desk_id
        found = next(one for one in await _open(around) if one.desk.id == desk_id)
        entry = next((one for one in found.entries if one.ticket.id == ticket_id), None)
        if entry is None:
            raise NotFound
        context = frame(tablet, around.signer, around.clock()) | {
            "here": HERE, "board": found, "desk": found.desk, "entry": entry, "words": words, "waits": found.waits,
        }  # fmt: skip
        return Template("portal/kiosk/queue_slip.html", context=context, headers=WIPED)


async def _open(around: Around) -> Sequence[Board]:
    async with around.begin.reading() as session:
        return await all_boards(session, around)


async def _start(around: Around, tablet: Kiosk, form: ArrivalForm, *, status: int = 200) -> Template:
    found = [one for one in await _open(around) if one.gives_numbers]
    context = frame(tablet, around.signer, around.clock()) | {
        "here": HERE, "boards": found, "words": words, "form": form, "key": str(uuid4()),
    }  # fmt: skip
    return Template("portal/kiosk/queue.html", context=context, headers=WIPED, status_code=status)


def _key(sent: Mapping[str, Any]) -> UUID:
    key = uuid_in(sent.get("key"))
    if key is None:
        raise Invalid
    return key


def _to_slip(around: Around, ticket_id: UUID) -> Redirect:
    token = around.signer.token(PURPOSE, ticket_id)
    return Redirect(url(f"{HERE}/nummer/{ticket_id}/{token}"), status_code=303, headers=WIPED)
