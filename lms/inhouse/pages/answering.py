"""One request, for whoever asked: what was offered and written, and saying yes or no. Both doors lead to the same pages."""

from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.enrolment.pages.private import PRIVATE
from lms.inhouse.forms import AcceptForm, RemarkForm, WhyForm
from lms.inhouse.models import RequestState, TrainingOffer
from lms.inhouse.pages.asking import OWN
from lms.inhouse.pages.doors import Door, as_contact, by_link, pdf
from lms.inhouse.policy import LINK
from lms.inhouse.queries import Asked, paper_of
from lms.inhouse.rules import is_open, periods_of, total_of
from lms.inhouse.service import InHouse
from lms.inhouse.words import (
    DEVICES,
    OFFER_STATES,
    PLACES,
    PLACES_FOR_US,
    STATES,
    WEEKDAYS,
    button_of,
    wording_of,
)
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.web.access import PUBLIC, may
from lms.web.forms import form_from
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.notices import after, declare
from lms.web.sent import uuid_in

AnyRequest = Request[Any, Any, Any]
WRITTEN = declare("schulung-geschrieben", N_("Thank you, we have your message."))
ORDERED = declare(
    "schulung-beauftragt", N_("You have ordered the training. We set up the course and write to you.")
)
REFUSED = declare("schulung-abgelehnt", N_("Thank you, we know that you do not want the offer."))


class RequestPages(Controller):
    """What both doors lead to."""

    include_in_schema = False

    @get()
    async def view(self, door: NamedDependency[Door], around: NamedDependency[Around]) -> Template:
        """How it stands, what was offered, what was written; looking changes nothing."""
        return _request_page(door, around, form_from(RemarkForm, key=str(uuid4())))

    @post("/nachricht")
    async def write(
        self,
        request: AnyRequest,
        door: NamedDependency[Door],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        inhouse: NamedDependency[InHouse],
    ) -> Template | Redirect:
        """Answer a question, or write something of one's own."""
        form = form_from(RemarkForm, await request.form())
        if not form.validate():
            return _request_page(door, around, form, status=422)
        try:
            await inhouse.answer_question(
                actor,
                request_id=door.asked.request.id,
                text=form.text.data,
                key=uuid_in(form.key.data) or uuid4(),
                token=door.token,
            )
        except NotFound:
            raise
        except DomainError as refusal:
            form.refuse("", refusal.message, **refusal.params)
            return _request_page(door, around, form, status=refusal.status)
        return after(door.here, WRITTEN)

    @get("/angebote/{offer_id:uuid}")
    async def offer(
        self, offer_id: FromPath[UUID], door: NamedDependency[Door], around: NamedDependency[Around]
    ) -> Template:
        """What is offered, for how much, until when."""
        return _offer_page(door, around, door.offer(offer_id))

    @get("/angebote/{offer_id:uuid}/angebot.pdf")
    async def paper(
        self, offer_id: FromPath[UUID], door: NamedDependency[Door], around: NamedDependency[Around]
    ) -> Response[bytes]:
        """The offer as it was sent."""
        offer = door.offer(offer_id)
        async with around.begin.reading() as session:
            content = await paper_of(session, offer.id)
        return pdf(content, f"{offer.number}.pdf")

    @get("/angebote/{offer_id:uuid}/annehmen")
    async def consider(
        self,
        offer_id: FromPath[UUID],
        door: NamedDependency[Door],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Template:
        """The second step: once more what it costs, then the button."""
        offer = door.offer(offer_id)
        if not is_open(offer, around.clock()):
            return _offer_page(door, around, offer)
        contact = door.asked.contact
        name = actor.name or (contact.name if contact else "")
        return _accept_page(door, offer, form_from(AcceptForm, name=name))

    @post("/angebote/{offer_id:uuid}/annehmen")
    async def accept(
        self,
        request: AnyRequest,
        offer_id: FromPath[UUID],
        door: NamedDependency[Door],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        inhouse: NamedDependency[InHouse],
    ) -> Template | Redirect:
        """Order. What does not hold any more is said with the offer that does."""
        offer = door.offer(offer_id)
        form = form_from(AcceptForm, await request.form())
        if not form.validate() and is_open(offer, around.clock()):
            return _accept_page(door, offer, form, status=422)
        try:
            await inhouse.accept(
                actor,
                offer_id=offer_id,
                name=form.name.data or "",
                wording=f"{wording_of(offer)} {button_of(offer)}",
                token=door.token,
            )
        except NotFound:
            raise
        except DomainError as refusal:
            return _offer_page(door, around, offer, refusal)
        return after(door.here, ORDERED)

    @get("/angebote/{offer_id:uuid}/ablehnen")
    async def doubt(self, offer_id: FromPath[UUID], door: NamedDependency[Door]) -> Template:
        """Before saying no."""
        return _decline_page(door, door.offer(offer_id), form_from(WhyForm))

    @post("/angebote/{offer_id:uuid}/ablehnen")
    async def decline(
        self,
        request: AnyRequest,
        offer_id: FromPath[UUID],
        door: NamedDependency[Door],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        inhouse: NamedDependency[InHouse],
    ) -> Template | Redirect:
        """Say no."""
        offer = door.offer(offer_id)
        form = form_from(WhyForm, await request.form())
        if not form.validate():
            return _decline_page(door, offer, form, status=422)
        try:
            await inhouse.decline(actor, offer_id=offer_id, reason=form.reason.data or "", token=door.token)
        except NotFound:
            raise
        except DomainError as refusal:
            return _offer_page(door, around, offer, refusal)
        return after(door.here, REFUSED)


class RequestByLink(RequestPages):
    """For whoever holds the link."""

    path = "/firmenkurse/{request_id:uuid}/{token:str}"
    opt = PUBLIC
    dependencies = {"door": Provide(by_link)}


class OwnRequestPages(RequestPages):
    """For the contacts of the company."""

    path = OWN + "/{request_id:uuid}"
    opt = may("R", LINK)
    dependencies = {"door": Provide(as_contact)}


def facts_about(asked: Asked) -> dict[str, Any]:
    """The words with which a request is shown to whoever asked."""
    days = dict(WEEKDAYS)
    return {
        "place": PLACES[asked.request.place],
        "devices": DEVICES[asked.request.devices],
        "weekdays": [days[one] for one in asked.request.weekdays if one in days],
    }


def _request_page(door: Door, around: Around, form: RemarkForm, *, status: int = 200) -> Template:
    now, asked = around.clock(), door.asked
    holding = asked.holding
    return Template(
        "inhouse/request.html",
        context={
            "asked": asked,
            "here": door.here,
            "is_own": not door.token,
            "form": form,
            "states": STATES,
            "offer_states": OFFER_STATES,
            "total_of": total_of,
            "open_offer": holding if holding is not None and is_open(holding, now) else None,
            "may_write": asked.request.state is not RequestState.DECLINED,
            "remarks": [one for one in asked.remarks if one.kind != "note"],
            **facts_about(asked),
        },
        status_code=status,
        headers=PRIVATE,
    )


def _offer_page(
    door: Door, around: Around, offer: TrainingOffer, refusal: DomainError | None = None
) -> Template:
    held = door.asked.holding
    return Template(
        "inhouse/own_offer.html",
        context={
            "asked": door.asked,
            "offer": offer,
            "here": door.here,
            "states": OFFER_STATES,
            "total_cents": total_of(offer),
            "periods": periods_of(offer.days, offer),
            "place": PLACES_FOR_US[offer.place],
            "is_open": is_open(offer, around.clock()),
            "held": held if held is not None and held.id != offer.id else None,
            "refusal": gettext(refusal.message, **refusal.params) if refusal else "",
        },
        status_code=refusal.status if refusal else 200,
        headers=PRIVATE,
    )


def _accept_page(door: Door, offer: TrainingOffer, form: AcceptForm, *, status: int = 200) -> Template:
    return Template(
        "inhouse/accept.html",
        context={
            "offer": offer,
            "here": door.here,
            "form": form,
            "wording": wording_of(offer),
            "button": button_of(offer),
            "total_cents": total_of(offer),
            "periods": periods_of(offer.days, offer),
            "place": PLACES_FOR_US[offer.place],
        },
        status_code=status,
        headers=PRIVATE,
    )


def _decline_page(door: Door, offer: TrainingOffer, form: WhyForm, *, status: int = 200) -> Template:
    return Template(
        "inhouse/decline.html",
        context={"offer": offer, "here": door.here, "form": form},
        status_code=status,
        headers=PRIVATE,
    )
