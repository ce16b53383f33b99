"""Offers in the office: writing one, what it would take and bring in, its paper, sending it."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.inhouse import policy
from lms.inhouse.choosing import offer_choices
from lms.inhouse.letters import DESK
from lms.inhouse.models import TrainingOfferState
from lms.inhouse.offer_forms import OfferForm, first_values, offer_values
from lms.inhouse.pages.doors import pdf
from lms.inhouse.policy import LINK
from lms.inhouse.queries import Asked, asked_of, offer_of, paper_of
from lms.inhouse.rules import coverage_of, is_open, periods_of, total_of
from lms.inhouse.service import InHouse
from lms.inhouse.words import OFFER_STATES, PLACES_FOR_US, PRICE_KINDS
from lms.kernel.actor import Actor
from lms.kernel.clock import local
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.scheduling.values import Preview
from lms.scheduling.words import clash_in_words
from lms.web.access import may
from lms.web.forms import form_from
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.notices import SAVED, after, declare
from lms.web.sent import uuid_in
from lms.web.versions import version_in

AnyRequest = Request[Any, Any, Any]
SENT = declare("angebot-gesendet", N_("The offer is on its way. Its paper does not change any more."))
DROPPED = declare("angebot-verworfen", N_("The draft is thrown away."))
USUAL_VALIDITY = timedelta(days=28)


class OfferPages(Controller):
    """The offers of one request."""

    path = DESK + "/{request_id:uuid}/angebote"
    include_in_schema = False

    @get("/neu", opt=may("U", LINK, of=Scope.ALL))
    async def ask(self, request_id: FromPath[UUID], around: NamedDependency[Around]) -> Template | Redirect:
        """The form as it was asked for, or as the last offer was."""
        async with around.begin.reading() as session:
            asked = await asked_of(session, request_id)
            form = await offer_choices(session, form_from(OfferForm, **_first(asked, around)))
        if asked.draft is not None:
            return Redirect(f"{DESK}/{request_id}/angebote/{asked.draft.id}/bearbeiten")
        return _form_page(asked, form)

    @post("/neu", opt=may("U", LINK, of=Scope.ALL))
    async def begin_draft(
        self,
        request: AnyRequest,
        request_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        inhouse: NamedDependency[InHouse],
    ) -> Template | Redirect:
        """Keep the first draft."""
        return await _saved(await request.form(), request_id, actor, around, inhouse)

    @get("/{offer_id:uuid}/bearbeiten", opt=may("U", LINK, of=Scope.ALL))
    async def edit(
        self, request_id: FromPath[UUID], offer_id: FromPath[UUID], around: NamedDependency[Around]
    ) -> Template:
        """The draft as it stands."""
        async with around.begin.reading() as session:
            asked = await asked_of(session, request_id)
            if asked.draft is None or asked.draft.id != offer_id:
                raise NotFound
            form = await offer_choices(session, form_from(OfferForm, **offer_values(asked.draft)))
        return _form_page(asked, form)

    @post("/{offer_id:uuid}/bearbeiten", opt=may("U", LINK, of=Scope.ALL))
    async def change(
        self,
        request: AnyRequest,
        request_id: FromPath[UUID],
        offer_id: FromPath[UUID],  # noqa: ARG002 - the form says which draft
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        inhouse: NamedDependency[InHouse],
    ) -> Template | Redirect:
        """Keep the draft as typed."""
        return await _saved(await request.form(), request_id, actor, around, inhouse)

    @get("/{offer_id:uuid}", opt=may("R", LINK, of=Scope.ALL))
    async def show(
        self,
        request_id: FromPath[UUID],
        offer_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        inhouse: NamedDependency[InHouse],
    ) -> Template:
        """What it says, whether it is feasible, what it costs and brings in; then send."""
        return await _offer_page(around, actor, inhouse, request_id, offer_id)

    @get("/{offer_id:uuid}/angebot.pdf", opt=may("R", LINK, of=Scope.ALL))
    async def paper(
        self,
        request_id: FromPath[UUID],
        offer_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        inhouse: NamedDependency[InHouse],
    ) -> Response[bytes]:
        """As it was sent; of a draft, as it would be sent now."""
        async with around.begin.reading() as session:
            offer = await offer_of(session, offer_id)
            if offer.request_id != request_id:
                raise NotFound
            content = b"" if offer.state is TrainingOfferState.DRAFT else await paper_of(session, offer_id)
        if not content:
            content = await inhouse.sketch(actor, offer_id=offer_id)
        return pdf(content, f"{offer.number}.pdf")

    @post("/{offer_id:uuid}/senden", opt=may("U", LINK, of=Scope.ALL))
    async def send(
        self,
        request: AnyRequest,
        request_id: FromPath[UUID],
        offer_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        inhouse: NamedDependency[InHouse],
    ) -> Template | Redirect:
        """Send it to the company."""
        version = version_in(str((await request.form()).get("version", ""))) or 0
        try:
            await inhouse.send(actor, offer_id=offer_id, version=version)
        except NotFound:
            raise
        except DomainError as refusal:
            return await _offer_page(around, actor, inhouse, request_id, offer_id, refusal)
        return after(f"{DESK}/{request_id}", SENT)

    @post("/{offer_id:uuid}/verwerfen", opt=may("U", LINK, of=Scope.ALL))
    async def drop(
        self,
        request_id: FromPath[UUID],
        offer_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        inhouse: NamedDependency[InHouse],
    ) -> Template | Redirect:
        """Throw the draft away."""
        try:
            await inhouse.drop_draft(actor, offer_id=offer_id)
        except NotFound:
            raise
        except DomainError as refusal:
            return await _offer_page(around, actor, inhouse, request_id, offer_id, refusal)
        return after(f"{DESK}/{request_id}", DROPPED)


async def _saved(
    sent: Any, request_id: UUID, actor: Actor, around: Around, inhouse: InHouse
) -> Template | Redirect:
    async with around.begin.reading() as session:
        asked = await asked_of(session, request_id)
        form = await offer_choices(session, form_from(OfferForm, sent))
    if not form.validate():
        return _form_page(asked, form, status=422)
    try:
        offer = await inhouse.save_draft(
            actor,
            request_id=request_id,
            draft_id=uuid_in(form.key.data) or uuid4(),
            facts=form.facts(),
            version=version_in(form.version.data) or 0,
        )
    except NotFound:
        raise
    except DomainError as refusal:
        form.refuse("", refusal.message, **refusal.params)
        return _form_page(asked, form, status=refusal.status)
    return after(f"{DESK}/{request_id}/angebote/{offer.id}", SAVED)


def _first(asked: Asked, around: Around) -> dict[str, Any]:
    """What a new offer begins with: the offer before it, else the request."""
    until = local(around.clock()).date() + USUAL_VALIDITY
    if asked.latest is not None:
        return offer_values(asked.latest) | {"key": str(uuid4()), "version": "", "valid_until": until}
    request = asked.request
    title = asked.course.title_de if asked.course else request.topic.split("\n")[0][:150]
    return first_values(
        uuid4(),
        title=title,
        people=request.people,
        place=request.place,
        until=until,
        course=str(request.course_id or ""),
    )


def _form_page(asked: Asked, form: OfferForm, *, status: int = 200) -> Template:
    here = f"{DESK}/{asked.request.id}"
    draft = asked.draft
    return Template(
        "inhouse/desk/offer_form.html",
        context={
            "asked": asked,
            "form": form,
            "here": here,
            "path": f"{here}/angebote/{draft.id}/bearbeiten" if draft else f"{here}/angebote/neu",
            "number": draft.number if draft else "",
        },
        status_code=status,
    )


async def _offer_page(
    around: Around,
    actor: Actor,
    inhouse: InHouse,
    request_id: UUID,
    offer_id: UUID,
    refusal: DomainError | None = None,
) -> Template:
    async with around.begin.reading() as session:
        asked = await asked_of(session, request_id)
    offer = next((one for one in asked.offers if one.id == offer_id), None)
    if offer is None:
        raise NotFound
    is_live = offer.state in {TrainingOfferState.DRAFT, TrainingOfferState.SENT, TrainingOfferState.ACCEPTED}
    looked, problem = await _looked(inhouse, actor, offer_id) if is_live and asked.run is None else (None, "")
    return Template(
        "inhouse/desk/offer.html",
        context={
            "asked": asked,
            "offer": offer,
            "here": f"{DESK}/{request_id}",
            "states": OFFER_STATES,
            "place": PLACES_FOR_US[offer.place],
            "price_kind": PRICE_KINDS[offer.price_kind],
            "periods": periods_of(offer.days, offer),
            "total_cents": total_of(offer),
            "coverage": coverage_of(offer),
            "clashes": [clash_in_words(one) for one in looked.forbidding] if looked else [],
            "skipped": looked.skipped if looked else [],
            "is_looked_at": looked is not None,
            "problem": problem,
            "is_open": is_open(offer, around.clock()),
            "may_work": policy.may_work(actor),
            "refusal": gettext(refusal.message, **refusal.params) if refusal else "",
        },
        status_code=refusal.status if refusal else 200,
    )


async def _looked(inhouse: InHouse, actor: Actor, offer_id: UUID) -> tuple[Preview | None, str]:
    """What planning says about the dates; where it refuses to look at all, its sentence."""
    try:
        return await inhouse.feasible(actor, offer_id=offer_id), ""
    except DomainError as refusal:
        return None, gettext(refusal.message, **refusal.params)
