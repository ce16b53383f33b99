"""What staff of a company see by its link: `/platz/<link>/<token>`. It shows no names but one's own."""

from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.accounts.limits import within
from lms.enrolment.pages.links import _path as own_path
from lms.enrolment.pages.offering import Offering, offering_of
from lms.enrolment.pages.private import PRIVATE
from lms.enrolment.seats.contacts import Seats
from lms.enrolment.seats.errors import LinkGone
from lms.enrolment.seats.links import LINK
from lms.enrolment.seats.models import SeatLink
from lms.enrolment.seats.rules import is_naming_over
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, NotFound
from lms.portal.company.conditions import asked_fields, is_complete, naming_form, said_in
from lms.portal.company.forms import AT_FIELDS, OwnNameForm
from lms.portal.company.reading import Order, order_of
from lms.web.access import PUBLIC
from lms.web.language import current_language
from lms.web.module import Around
from lms.web.templating import url

AnyRequest = Request[Any, Any, Any]
LIMIT = "seat"
"""Not the one for strangers: a whole company may stand behind one address."""


class TakingPages(Controller):
    """Take one of the company's seats."""

    path = "/platz/{link_id:uuid}/{token:str}"
    opt = PUBLIC
    include_in_schema = False

    @get()
    async def ask(
        self, link_id: FromPath[UUID], token: FromPath[str], around: NamedDependency[Around]
    ) -> Template:
        """What it is about, and who one is; or that the link is over."""
        order, link, offering = await _read(around, link_id, token)
        form = naming_form(OwnNameForm, offering.asks, key=str(uuid4()))
        return _page(around, link, token, order, offering, form)

    @post()
    async def take(
        self,
        request: AnyRequest,
        link_id: FromPath[UUID],
        token: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        company_seats: NamedDependency[Seats],
    ) -> Template | Redirect:
        """Take the seat and see how it stands. Sent twice it is taken once."""
        order, link, offering = await _read(around, link_id, token)
        form = naming_form(OwnNameForm, offering.asks, await request.form())
        if not is_complete(form, offering.asks):
            return _page(around, link, token, order, offering, form, status=422)
        await within(around.begin, around.clock, LIMIT, account=str(link_id), address=actor.address)
        try:
            seat = await company_seats.use_link(
                actor, link_id=link_id, token=token, person=form.person(current_language()), form_key=form.key.data or "",
                said=said_in(form, offering.asks),
            )  # fmt: skip
        except NotFound:
            raise
        except LinkGone as gone:
            order, link, offering = await _read(around, link_id, token)  # as it stands now
            return _page(around, link, token, order, offering, form, status=gone.status)
        except DomainError as refusal:
            field = AT_FIELDS.get(type(refusal), "")
            form.refuse(field if field in form else "", refusal.message, **refusal.params)
            return _page(around, link, token, order, offering, form, status=refusal.status)
        mine = around.signer.token("enrolment", seat.id, seat.link_version)
        return Redirect(url(own_path(seat.id, mine)), status_code=303, headers=PRIVATE)


async def _read(around: Around, link_id: UUID, token: str) -> tuple[Order, SeatLink, Offering]:
    """What the link opens. Raises NotFound for a forged one."""
    async with around.begin.reading() as session:
        link = await session.get(SeatLink, link_id)
        if link is None or not around.signer.matches(token, LINK, link.id, link.version):
            raise NotFound
        order = await order_of(session, link.order_id)
        return order, link, await offering_of(session, order.run.id)


def _page(
    around: Around,
    link: SeatLink,
    token: str,
    order: Order,
    offering: Offering,
    form: OwnNameForm,
    *,
    status: int = 200,
) -> Template:
    is_open = _is_open(link, order, around)
    if not is_open and status == 200:
        status = LinkGone.status
    return Template(
        "portal/company/take.html",
        context={
            "offering": offering,
            "company": order.company.name,
            "form": form,
            "asked": asked_fields(form, offering.asks),
            "is_open": is_open,
            "left": min(link.places - link.used, len(order.open_seats)),
            "expires_at": link.expires_at,
            "here": f"/platz/{link.id}/{token}",
            "now_is": around.clock(),
        },
        status_code=status,
        headers=PRIVATE,
    )


def _is_open(link: SeatLink, order: Order, around: Around) -> bool:
    now = around.clock()
    return link.is_open(now) and bool(order.open_seats) and not is_naming_over(order.run, now, by_staff=False)
