"""`/wuensche/…/beitragen`: who could teach what a wish asks for, or has a room for it."""

from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.enrolment.pages.private import PRIVATE
from lms.kernel.actor import Actor
from lms.kernel.errors import TooMany
from lms.kernel.marking import N_
from lms.participation.forms import OfferForm
from lms.participation.models import WishKind
from lms.participation.pages.parts import AnyRequest, address, count_act
from lms.participation.proposing import Contact, Proposals
from lms.participation.queries import public_wish
from lms.people.models import Person
from lms.web.access import may
from lms.web.forms import form_from
from lms.web.module import Around
from lms.web.notices import after, declare
from lms.web.sent import uuid_in

OFFERED = declare("kurswunsch-angebot", N_("Thank you. The team gets in touch with you."))


class OfferPages(Controller):
    """One form."""

    path = "/wuensche/{wish_id:uuid}/beitragen"
    opt = may("C", "wish")
    include_in_schema = False

    @get()
    async def ask(
        self,
        request: AnyRequest,
        wish_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Template:
        """What one offers, and how the team reaches one."""
        async with around.begin.reading() as session:
            shown = await public_wish(session, wish_id)
            address(shown.voting)
            me = await session.get(Person, actor.person_id) if actor.person_id else None
        known: dict[str, Any] = (
            {"name": me.name, "email": me.email or "", "phone": me.phone or ""} if me else {}
        )
        kind = request.query_params.get("art", WishKind.TEACH.value)
        form = form_from(OfferForm, None, kind=kind, form_id=str(uuid4()), **known)
        return _page(shown.wish, form)

    @post()
    async def offer(
        self,
        request: AnyRequest,
        wish_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        proposals: NamedDependency[Proposals],
    ) -> Template | Redirect:
        """Tell the team."""
        async with around.begin.reading() as session:
            shown = await public_wish(session, wish_id)
            address(shown.voting)
        form = form_from(OfferForm, await request.form())
        if not form.validate():
            return _page(shown.wish, form, status=422)
        if not await count_act(around, actor):
            raise TooMany(retry_after=3600)
        await proposals.offer(
            actor, wish_id=shown.wish.id, kind=WishKind(form.kind.data), text=form.text.data or "",
            contact=Contact(form.name.data, form.email.data or "", form.phone.data or ""),
            form_id=uuid_in(form.form_id.data) or uuid4(),
        )  # fmt: skip
        return after(f"/wuensche/{shown.wish.id}", OFFERED)


def _page(wish: Any, form: OfferForm, *, status: int = 200) -> Template:
    return Template(
        "participation/offer.html",
        context={"wish": wish, "form": form, "here": f"/wuensche/{wish.id}/beitragen"},
        status_code=status,
        headers=PRIVATE,
    )
