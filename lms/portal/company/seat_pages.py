"""Looking after ordered seats: `/plaetze/<order>/<key>`, by the link in the letter or as the company's contact (`meine`)."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import segno
from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.enrolment.conditions.queries import Asks, asks_of
from lms.enrolment.pages.private import PRIVATE
from lms.enrolment.seats.contacts import Seats
from lms.enrolment.seats.models import SeatLink
from lms.enrolment.seats.rules import is_naming_over
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.portal.company.conditions import asked_fields, is_complete, naming_form, said_in
from lms.portal.company.forms import AT_FIELDS, LinkForm, NameForm, SeatsForm
from lms.portal.company.keys import OWN, link_address, token_in
from lms.portal.company.reading import Order, Seat, order_of
from lms.web.access import PUBLIC
from lms.web.forms import Form, form_from
from lms.web.language import current_language
from lms.web.module import Around
from lms.web.notices import after, declare
from lms.web.sent import uuid_in
from lms.web.templating import url
from lms.web.versions import version_in

AnyRequest = Request[Any, Any, Any]
NAMED = declare("platz-benannt", N_("The person is named and gets a letter with everything they need."))
CONSENT = declare(
    "platz-einwilligung", N_("We have asked the parent or guardian for their consent. The seat is kept until then."), "info"
)  # fmt: skip
FREED = declare("platz-frei", N_("The seat is free again. The person is told."))
GIVEN_BACK = declare("plaetze-zurueck", N_("The seats are given back. You get a letter about it."))
LINK_MADE = declare("platz-link", N_("The link is ready. Send it to your staff, or print the QR code."))
LINK_STOPPED = declare("platz-link-aus", N_("Nobody can use this link any more."))
LINK_RENEWED = declare("platz-link-neu", N_("There is a new link. The old one does not work any more."))


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link with its address and QR code."""

    link: SeatLink
    address: str
    code: str
    is_open: bool

    @property
    def left(self) -> int:
        """How often it can still be used."""
        return self.link.places - self.link.used


class SeatPages(Controller):
    """The seats of one order."""

    path = "/plaetze/{order_id:uuid}/{key:str}"
    opt = PUBLIC
    include_in_schema = False

    @get()
    async def view(
        self,
        order_id: FromPath[UUID],
        key: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        company_seats: NamedDependency[Seats],
    ) -> Template:
        """Who sits where, what is free, the links."""
        order = await opened(around, company_seats, actor, order_id, key)
        return _view(around, actor, order, key)

    @get("/benennen/{enrolment_id:uuid}")
    async def ask_name(
        self,
        order_id: FromPath[UUID],
        key: FromPath[str],
        enrolment_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        company_seats: NamedDependency[Seats],
    ) -> Template:
        """Whom the seat is for."""
        order = await opened(around, company_seats, actor, order_id, key)
        seat, asks = _seat(order, enrolment_id), await _asked(around, order)
        return _name_page(order, seat, key, naming_form(NameForm, asks, key=str(uuid4())), asks)

    @post("/benennen/{enrolment_id:uuid}")
    async def name(
        self,
        request: AnyRequest,
        order_id: FromPath[UUID],
        key: FromPath[str],
        enrolment_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        company_seats: NamedDependency[Seats],
    ) -> Template | Redirect:
        """Name somebody, or put them in the place of whoever has the seat."""
        order = await opened(around, company_seats, actor, order_id, key)
        sent = await request.form()
        seat, asks = _seat(order, enrolment_id), await _asked(around, order)
        form = naming_form(NameForm, asks, sent)
        if not is_complete(form, asks):
            return _name_page(order, seat, key, form, asks, status=422)
        person, token, said = form.person(current_language()), token_in(key), said_in(form, asks)
        try:
            if sent.get("ersetzen"):
                named = await company_seats.replace(
                    actor, enrolment_id=enrolment_id, person=person, token=token, said=said
                )
            else:
                named = await company_seats.name_seat(
                    actor, enrolment_id=enrolment_id, person=person, token=token, form_key=form.key.data or "",
                    said=said,
                )  # fmt: skip
        except NotFound:
            raise
        except DomainError as refusal:
            _refuse(form, refusal)
            return _name_page(order, seat, key, form, asks, status=refusal.status)
        return after(here(order_id, key), NAMED if named.confirmed_at else CONSENT)

    @post("/frei/{enrolment_id:uuid}")
    async def free(
        self,
        order_id: FromPath[UUID],
        key: FromPath[str],
        enrolment_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        company_seats: NamedDependency[Seats],
    ) -> Template | Redirect:
        """Take the person off the seat."""
        order = await opened(around, company_seats, actor, order_id, key)
        _seat(order, enrolment_id)
        try:
            await company_seats.free_seat(actor, enrolment_id=enrolment_id, token=token_in(key))
        except NotFound:
            raise
        except DomainError as refusal:
            return _view(around, actor, order, key, refusal=refusal)
        return after(here(order_id, key), FREED)

    @get("/zurueckgeben")
    async def ask_back(
        self,
        order_id: FromPath[UUID],
        key: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        company_seats: NamedDependency[Seats],
    ) -> Template | Redirect:
        """How many, and what it costs in euros."""
        order = await opened(around, company_seats, actor, order_id, key)
        if not order.open_seats:
            return Redirect(url(here(order_id, key)), status_code=303, headers=PRIVATE)
        form = form_from(SeatsForm, None, count=len(order.open_seats))
        return await _back_page(company_seats, actor, order, key, form)

    @post("/zurueckgeben")
    async def give_back(
        self,
        request: AnyRequest,
        order_id: FromPath[UUID],
        key: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        company_seats: NamedDependency[Seats],
    ) -> Template | Redirect:
        """First the sum, then the button that does it."""
        order = await opened(around, company_seats, actor, order_id, key)
        sent = await request.form()
        form = form_from(SeatsForm, sent)
        free = order.open_seats
        if not form.validate() or not free:
            return await _back_page(company_seats, actor, order, key, form, status=422)
        wanted = [seat.enrolment.id for seat in free[: form.count.data]]
        if form.count.data > len(free) or sent.get("anzahl") != str(form.count.data):
            form.count.data = len(wanted)
            form.count.raw_data = None
            return await _back_page(company_seats, actor, order, key, form)
        try:
            await company_seats.give_back(actor, order_id=order_id, enrolment_ids=wanted, token=token_in(key))
        except NotFound:
            raise
        except DomainError as refusal:
            _refuse(form, refusal)
            return await _back_page(company_seats, actor, order, key, form, status=refusal.status)
        return after(here(order_id, key), GIVEN_BACK)

    @get("/link")
    async def ask_link(
        self,
        order_id: FromPath[UUID],
        key: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        company_seats: NamedDependency[Seats],
    ) -> Template:
        """For how many seats, and until when."""
        order = await opened(around, company_seats, actor, order_id, key)
        free = order.free_for_links(around.clock())
        return _link_page(order, key, form_from(LinkForm, None, places=free or None, key=str(uuid4())), free)

    @post("/link")
    async def make_link(
        self,
        request: AnyRequest,
        order_id: FromPath[UUID],
        key: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        company_seats: NamedDependency[Seats],
    ) -> Template | Redirect:
        """A new link. Sent twice it is one."""
        order = await opened(around, company_seats, actor, order_id, key)
        form = form_from(LinkForm, await request.form())
        status = 422
        if form.validate():
            try:
                await company_seats.open_link(
                    actor,
                    link_id=uuid_in(form.key.data) or uuid4(),
                    order_id=order_id,
                    places=form.places.data,
                    expires_at=form.expires_at(),
                    token=token_in(key),
                )
                return after(here(order_id, key) + "#links", LINK_MADE)
            except NotFound:
                raise
            except DomainError as refusal:
                _refuse(form, refusal)
                status = refusal.status
        return _link_page(order, key, form, order.free_for_links(around.clock()), status=status)

    @post("/link/{link_id:uuid}/beenden")
    async def stop_link(
        self,
        order_id: FromPath[UUID],
        key: FromPath[str],
        link_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        company_seats: NamedDependency[Seats],
    ) -> Redirect:
        """The link stops working."""
        await opened(around, company_seats, actor, order_id, key, link_id=link_id)
        await company_seats.stop_link(actor, link_id=link_id, token=token_in(key))
        return after(here(order_id, key) + "#links", LINK_STOPPED)

    @post("/link/{link_id:uuid}/erneuern")
    async def renew_link(
        self,
        request: AnyRequest,
        order_id: FromPath[UUID],
        key: FromPath[str],
        link_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        company_seats: NamedDependency[Seats],
    ) -> Redirect:
        """Another address for what is left."""
        await opened(around, company_seats, actor, order_id, key, link_id=link_id)
        seen = (await request.form()).get("version", "")
        version = version_in(str(seen)) or 0
        await company_seats.renew_link(actor, link_id=link_id, version=version, token=token_in(key))
        return after(here(order_id, key) + "#links", LINK_RENEWED)


async def opened(
    around: Around, seats: Seats, actor: Actor, order_id: UUID, key: str, *, link_id: UUID | None = None
) -> Order:
    """The order, for whoever may look after it. Raises NotFound, also for a link of another order."""
    async with around.begin.reading() as session:
        order = await order_of(session, order_id)
    seats.refuse_others(actor, order.order, token_in(key))
    if link_id is not None and link_id not in {link.id for link in order.links}:
        raise NotFound
    return order


def here(order_id: UUID, key: str) -> str:
    """The page of the seats."""
    return f"/plaetze/{order_id}/{key}"


def _view(
    around: Around, actor: Actor, order: Order, key: str, refusal: DomainError | None = None
) -> Template:
    now = around.clock()
    return Template(
        "portal/company/seats.html",
        context={
            "order": order,
            "here": here(order.order.id, key),
            "is_own": key == OWN,
            "is_over": is_naming_over(order.run, now, by_staff=actor.may_for_all("C", "enrolment")),
            "has_begun": order.run.starts_at is not None and order.run.starts_at <= now,
            "free_for_links": order.free_for_links(now),
            "invitations": [_invitation(around, link) for link in order.links if link.version],
            "now_is": now,
            "refusal": refusal,
        },
        status_code=refusal.status if refusal else 200,
        headers=PRIVATE,
    )


def _invitation(around: Around, link: SeatLink) -> Invitation:
    address = link_address(around, link)
    is_open = link.is_open(around.clock())
    code = segno.make(address, error="m").svg_data_uri(border=4, light="#fff") if is_open else ""
    return Invitation(link, address, code, is_open)


def _seat(order: Order, enrolment_id: UUID) -> Seat:
    """A seat of this order. Raises NotFound for any other."""
    for seat in order.seats:
        if seat.enrolment.id == enrolment_id:
            return seat
    raise NotFound


async def _asked(around: Around, order: Order) -> Asks:
    """What the run asks for about everybody who is named."""
    async with around.begin.reading() as session:
        return await asks_of(session, order.run)


def _name_page(
    order: Order, seat: Seat, key: str, form: NameForm, asks: Asks, *, status: int = 200
) -> Template:
    return Template(
        "portal/company/name.html",
        context={
            "order": order,
            "seat": seat,
            "form": form,
            "asked": asked_fields(form, asks),
            "here": here(order.order.id, key),
        },
        status_code=status,
        headers=PRIVATE,
    )


def _link_page(order: Order, key: str, form: LinkForm, free: int, *, status: int = 200) -> Template:
    return Template(
        "portal/company/link.html",
        context={"order": order, "form": form, "free": free, "here": here(order.order.id, key)},
        status_code=status,
        headers=PRIVATE,
    )


async def _back_page(
    seats: Seats, actor: Actor, order: Order, key: str, form: SeatsForm, *, status: int = 200
) -> Template:
    count = form.count.data if isinstance(form.count.data, int) and not form.count.errors else 0
    wanted = [seat.enrolment.id for seat in order.open_seats[:count]]
    outcome = None
    if wanted:
        outcome = await seats.preview_giving_back(
            actor, order_id=order.order.id, enrolment_ids=wanted, token=token_in(key)
        )
    return Template(
        "portal/company/back.html",
        context={
            "order": order,
            "form": form,
            "outcome": outcome,
            "count": len(wanted),
            "here": here(order.order.id, key),
        },
        status_code=status,
        headers=PRIVATE,
    )


def _refuse(form: Form, refusal: DomainError) -> None:
    field = AT_FIELDS.get(type(refusal), "")
    form.refuse(field if field in form else "", refusal.message, **refusal.params)
