"""What staff of a company see by its link: `/platz/<link>/<token>`. It shows no names but one's own."""

from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.accounts.limits import within
from lms.enrolment.pages.links import _path as own_path
from lms.enrolment.pages.offering import offering_of
from lms.enrolment.pages.private import PRIVATE
from lms.enrolment.seats.contacts import Seats
from lms.enrolment.seats.errors import LinkGone
from lms.enrolment.seats.links import LINK
from lms.enrolment.seats.models import SeatLink
from lms.enrolment.seats.rules import is_naming_over
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, NotFound
from lms.portal.company.forms import AT_FIELDS, OwnNameForm
from lms.portal.company.reading import Order, order_of
from lms.web.access import PUBLIC
from lms.web.forms import form_from
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
        return await _page(around, link_id, token, form_from(OwnNameForm, None, key=str(uuid4())))

    @post()
    async def take(
        self,
        request: AnyRequest,
        link_id: FromPath[UUID],
        token: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        seats: NamedDependency[Seats],
    ) -> Template | Redirect:
        """Take the seat and see how it stands. Sent twice it is taken once."""
        form = form_from(OwnNameForm, await request.form())
        if not form.validate():
            return await _page(around, link_id, token, form, status=422)
        await within(around.begin, around.clock, LIMIT, account=str(link_id), address=actor.address)
        try:
            seat = await seats.use_link(
                actor, link_id=link_id, token=token, person=form.person(current_language()), form_key=form.key.data or ""
            )  # fmt: skip
        except (NotFound, LinkGone) as gone:
            if isinstance(gone, NotFound):
                raise
            return await _page(around, link_id, token, form, status=gone.status)
        except DomainError as refusal:
            field = AT_FIELDS.get(type(refusal), "")
            form.refuse(field if field in form else "", refusal.message, **refusal.params)
            return await _page(around, link_id, token, form, status=refusal.status)
        mine = around.signer.token("enrolment", seat.id, seat.link_version)
        return Redirect(url(own_path(seat.id, mine)), status_code=303, headers=PRIVATE)


async def _page(
    around: Around, link_id: UUID, token: str, form: OwnNameForm, *, status: int = 200
) -> Template:
    now = around.clock()
    async with around.begin.reading() as session:
        link = await session.get(SeatLink, link_id)
        if link is None or not around.signer.matches(token, LINK, link.id, link.version):
            raise NotFound
        order = await order_of(session, link.order_id)
        offering = await offering_of(session, order.run.id)
    is_open = _is_open(link, order, around)
    if not is_open and status == 200:
        status = LinkGone.status
    return Template(
        "portal/company/take.html",
        context={
            "offering": offering,
            "company": order.company.name,
            "form": form,
            "is_open": is_open,
            "left": min(link.places - link.used, len(order.open_seats)),
            "expires_at": link.expires_at,
            "here": f"/platz/{link_id}/{token}",
            "now_is": now,
        },
        status_code=status,
        headers=PRIVATE,
    )


def _is_open(link: SeatLink, order: Order, around: Around) -> bool:
    now = around.clock()
    return link.is_open(now) and bool(order.open_seats) and not is_naming_over(order.run, now, by_staff=False)
