"""The seats of a closed run by the link of the request: whoever ordered the training names people without an account.

The link stands for the company that ordered. The order's id follows from the offer, so that it is made once.
"""

from dataclasses import replace
from typing import Any
from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency, Provide
from litestar.response import Redirect, Template
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.accounts.limits import within
from lms.catalogue.models import PaymentMethod, Run
from lms.enrolment import rules
from lms.enrolment.pages.private import PRIVATE
from lms.enrolment.seats.contacts import Seats
from lms.enrolment.seats.models import SeatOrder
from lms.inhouse.models import TrainingOffer
from lms.inhouse.pages.doors import Door, by_link
from lms.inhouse.rules import id_for
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.rights import Identity
from lms.portal.company.keys import path_of
from lms.portal.company.ordering_pages import ORDERED
from lms.web.access import PUBLIC
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.notices import after
from lms.web.templating import url


class TrainingSeatPages(Controller):
    """Taking all seats that were ordered, then naming people."""

    path = "/firmenkurse/{request_id:uuid}/{token:str}/plaetze"
    opt = PUBLIC
    dependencies = {"door": Provide(by_link)}
    include_in_schema = False

    @get()
    async def ask(self, door: NamedDependency[Door], around: NamedDependency[Around]) -> Template | Redirect:
        """How many seats there are and what they cost; where they are taken already, straight to naming people."""
        run, offer = _ordered(door)
        async with around.begin.reading() as session:
            known = await _taken(session, run)
        if known is not None:
            return Redirect(url(path_of(around, known, own=False)), status_code=303, headers=PRIVATE)
        return _page(door, around, run, offer)

    @post()
    async def take(
        self,
        door: NamedDependency[Door],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        company_seats: NamedDependency[Seats],
    ) -> Template | Redirect:
        """Take them. Sent again, or by two at once, it leads to the same seats."""
        run, offer = _ordered(door)
        request = door.asked.request
        if request.company_id is None or request.contact_id is None:
            raise NotFound
        if not actor.is_signed_in:
            await within(around.begin, around.clock, "enrolment", address=actor.address)
        ways = rules.by_the_team(run)
        try:
            order = await company_seats.order_seats(
                standing_for(actor, request.company_id, request.contact_id),
                order_id=id_for("seats", offer.id),
                run_id=run.id,
                seats=offer.people,
                company=request.company_id,
                payment_method=PaymentMethod(ways[0]) if run.price_cents and ways else None,
            )
        except NotFound:
            raise
        except DomainError as refusal:
            return _page(door, around, run, offer, refusal)
        return after(path_of(around, order, own=False), ORDERED)


def standing_for(actor: Actor, company_id: UUID, person_id: UUID) -> Actor:
    """Whoever holds the link acts as the person who asked, for the company that ordered, in this act alone."""
    return replace(
        actor,
        person_id=person_id,
        identities=actor.identities | {Identity.COMPANY_CONTACT},
        companies=actor.companies | {company_id},
    )


def _ordered(door: Door) -> tuple[Run, TrainingOffer]:
    run, offer = door.asked.run, door.asked.holding
    if run is None or offer is None:
        raise NotFound
    return run, offer


async def _taken(session: AsyncSession, run: Run) -> SeatOrder | None:
    """The order of these seats, by the link or under My company."""
    found = await session.scalars(
        select(SeatOrder).where(SeatOrder.run_id == run.id).order_by(SeatOrder.ordered_at).limit(1)
    )
    return found.first()


def _page(
    door: Door, around: Around, run: Run, offer: TrainingOffer, refusal: DomainError | None = None
) -> Template:
    context: dict[str, Any] = {
        "asked": door.asked,
        "here": door.here,
        "run": run,
        "seats": offer.people,
        "total_cents": offer.people * run.price_cents,
        "is_open": rules.is_open(run, around.clock()),
        "refusal": gettext(refusal.message, **refusal.params) if refusal else "",
    }
    return Template(
        "portal/inhouse/seats.html",
        context=context,
        status_code=refusal.status if refusal else 200,
        headers=PRIVATE,
    )
