"""`/gutscheine`: a gift voucher is chosen, checked, ordered; then it says how to pay."""

from typing import Any
from uuid import UUID, uuid4

import segno.helpers
from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy.ext.asyncio import AsyncSession

from lms.kernel.actor import Actor
from lms.kernel.clock import today
from lms.kernel.errors import DomainError, NotFound, TooMany
from lms.people.models import Person
from lms.vouchers.errors import DayTooEarly
from lms.vouchers.models import VoucherOrder
from lms.vouchers.pages.forms import THEIRS, WAYS, GiftForm
from lms.vouchers.queries import order_of
from lms.vouchers.rules import last_day
from lms.vouchers.selling import VoucherShop
from lms.web.access import PUBLIC
from lms.web.centre import the_centre
from lms.web.formats import amount, date_long
from lms.web.forms import form_from
from lms.web.language import gettext, translated
from lms.web.module import Around
from lms.web.sent import uuid_in
from lms.web.templating import url

PATH = "/gutscheine"
PURPOSE = "voucher-order"
ORDER, CHANGE = "bestellen", "aendern"
LONGEST_NAME = 70
PRIVATE = {"x-robots-tag": "noindex", "cache-control": "no-store", "referrer-policy": "same-origin"}
NOT_TYPED = frozenset({"_csrf_token", "tun", "key"})


class BuyingPages(Controller):
    """Three pages; what was typed travels along until it is ordered."""

    path = PATH
    opt = PUBLIC
    include_in_schema = False

    @get()
    async def ask(self, actor: NamedDependency[Actor], around: NamedDependency[Around]) -> Template:
        """The form, with what we know of somebody signed in."""
        async with around.begin.reading() as session:
            form = form_from(GiftForm, **await _known(session, actor))
        return _form_page(form, around)

    @post()
    async def act(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        voucher_shop: NamedDependency[VoucherShop],
    ) -> Template | Redirect:
        """Check what was typed, go back to it, or order. Sent twice it is ordered once."""
        sent = await request.form()
        form = form_from(GiftForm, sent)
        form.deliver_on.earliest = today(around.clock)
        if sent.get("tun") == CHANGE:
            return _form_page(form, around)
        if not form.is_complete():
            return _form_page(form, around, status=422)
        key = uuid_in(sent.get("key"))
        if sent.get("tun") != ORDER or key is None:
            return _check_page(form, sent)
        try:
            order = await voucher_shop.order(actor, form_key=key, wish=form.wish())
        except DomainError as refusal:
            form.refuse(
                "deliver_on" if isinstance(refusal, DayTooEarly) else "", refusal.message, **refusal.params
            )
            headers = {"retry-after": str(refusal.retry_after)} if isinstance(refusal, TooMany) else {}
            return _form_page(form, around, status=refusal.status, headers=headers)
        token = around.signer.token(PURPOSE, order.id)
        return Redirect(url(f"{PATH}/bestellt/{order.id}/{token}"), status_code=303, headers=PRIVATE)

    @get("/bestellt/{order_id:uuid}/{token:str}")
    async def ordered(
        self, order_id: FromPath[UUID], token: FromPath[str], around: NamedDependency[Around]
    ) -> Template:
        """How it is paid, and how it stands."""
        if not around.signer.matches(token, PURPOSE, order_id):
            raise NotFound
        async with around.begin.reading() as session:
            order = await order_of(session, order_id)
        iban = around.settings.iban
        return Template(
            "vouchers/ordered.html",
            context={"order": order, "iban": iban, "picture": _picture(order, iban)},
            headers=PRIVATE,
        )


async def _known(session: AsyncSession, actor: Actor) -> dict[str, Any]:
    person = await session.get(Person, actor.person_id) if actor.person_id else None
    if person is None:
        return {}
    known = {
        "buyer_name": person.name, "email": person.email or "", "street": person.street,
        "postal_code": person.postal_code, "city": person.city,
    }  # fmt: skip
    return {name: value for name, value in known.items() if value}


def _picture(order: VoucherOrder, iban: str) -> str:
    """The transfer as a code for banking apps (EPC069-12); empty where no account is set."""
    if not iban:
        return ""
    made = segno.helpers.make_epc_qr(
        name=the_centre().name[:LONGEST_NAME], iban=iban.replace(" ", ""), amount=order.amount_cents / 100,
        text=order.reference,
    )  # fmt: skip
    return str(made.svg_data_uri(scale=4))


def _form_page(
    form: GiftForm, around: Around, *, status: int = 200, headers: dict[str, str] | None = None
) -> Template:
    return Template(
        "vouchers/buy.html",
        context={"form": form, "valid_until": last_day(today(around.clock))},
        status_code=status,
        headers=PRIVATE | headers if headers else {},
    )


def _check_page(form: GiftForm, sent: Any) -> Template:
    wish = form.wish()
    where = dict(WAYS)[wish.deliver_to]
    theirs = wish.their_email or ", ".join(
        part for part in (wish.their_street, f"{wish.their_postal_code} {wish.their_city}".strip()) if part
    )
    mine = ", ".join(part for part in (wish.street, f"{wish.postal_code} {wish.city}".strip()) if part)
    facts = [
        (gettext("Worth"), amount(wish.amount_cents)),
        (gettext("For"), wish.for_name),
        (gettext("Your words"), wish.message),
        (gettext("We send it"), translated(where)),
        (gettext("Address of the other person"), theirs if wish.deliver_to in THEIRS else ""),
        (gettext("Day"), date_long(wish.deliver_on) if wish.deliver_on else gettext("as soon as it is paid")),
        (gettext("You are"), wish.buyer_name),
        (gettext("Your e-mail address"), wish.email),
        (gettext("Your address"), mine),
    ]
    return Template(
        "vouchers/check.html",
        context={
            "facts": [(name, value) for name, value in facts if value],
            "total_cents": wish.amount_cents,
            "typed": [(name, value) for name, value in sent.multi_items() if name not in NOT_TYPED],
            "key": uuid_in(sent.get("key")) or uuid4(),
        },
        headers=PRIVATE,
    )
