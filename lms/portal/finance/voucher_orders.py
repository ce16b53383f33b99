"""Orders of gift vouchers: who has paid, and who will not."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from lms.billing.models import Means
from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock, today
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.portal.desk.step import Step, step_page
from lms.portal.finance.vouchers import LIST, ReasonForm
from lms.vouchers import policy
from lms.vouchers.errors import OtherAmount
from lms.vouchers.models import OrderState
from lms.vouchers.queries import order_of, orders_page
from lms.vouchers.selling import VoucherShop
from lms.web.access import may
from lms.web.formats import amount
from lms.web.forms import Euro, Form, Radios, Text, form_from
from lms.web.language import gettext
from lms.web.notices import after, declare
from lms.web.pagination import page_of, window

ORDERS = f"{LIST}/bestellungen"
BOOKS = may("U", "payment", of=Scope.ALL)
PAID = declare("gutschein-bezahlt", N_("The payment is booked, and the voucher is on its way."))
CANCELLED = declare("bestellung-storniert", N_("The order is cancelled."))
STATES = {"bezahlt": OrderState.PAID, "storniert": OrderState.CANCELLED}
WAYS = [
    (Means.TRANSFER.value, N_("by bank transfer")),
    (Means.CASH.value, N_("in cash")),
    (Means.DESK.value, N_("in another way")),
]


class PaidForm(Form):
    """What came in."""

    amount = Euro(N_("Amount that came in"), missing=N_("Enter the amount."))
    means = Radios(N_("How did it come?"), choices=WAYS, missing=N_("Choose how the money came."))
    note = Text(N_("Note"), hint=N_("For example the day of the bank statement."), longest=300)


class VoucherOrderPages(Controller):
    """The list, and the two ends of an order."""

    path = ORDERS
    include_in_schema = False

    @get(opt=may("R", "voucher", of=Scope.ALL))
    async def index(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        ansicht: FromQuery[str] = "",
    ) -> Template:
        """What waits for its money, the oldest first; or what is paid, or cancelled."""
        number, size, offset = window(request.query_params.get("seite"))
        state = STATES.get(ansicht, OrderState.OPEN)
        async with begin.reading() as session:
            found, total = await orders_page(session, state, limit=size, offset=offset)
        page = page_of(
            found,
            number=number,
            size=size,
            total=total,
            path=ORDERS,
            query=request.query_params.multi_items(),
        )
        return Template(
            "portal/finance/voucher_orders.html",
            context={
                "page": page,
                "state": state,
                "today": today(clock),
                "may_book": policy.may_book(actor),
            },
        )

    @get("/{order_id:uuid}/bezahlt", opt=BOOKS)
    async def ask_paid(self, order_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        """What came in, and how."""
        return step_page(await _paying(begin, order_id), form_from(PaidForm))

    @post("/{order_id:uuid}/bezahlt", opt=BOOKS)
    async def paid(
        self,
        request: Request[Any, Any, Any],
        order_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        voucher_shop: NamedDependency[VoucherShop],
    ) -> Template | Redirect:
        """Book the money; the voucher is issued and sent. Sent twice it is booked once."""
        form, status = form_from(PaidForm, await request.form()), 422
        if form.validate():
            try:
                await voucher_shop.paid(
                    actor, order_id=order_id, amount_cents=form.amount.data, means=Means(form.means.data),
                    note=form.note.data or "",
                )  # fmt: skip
                return after(ORDERS, PAID)
            except NotFound:
                raise
            except DomainError as refusal:
                form.refuse(
                    "amount" if isinstance(refusal, OtherAmount) else "", refusal.message, **refusal.params
                )
                status = refusal.status
        return step_page(await _paying(begin, order_id), form, status=status)

    @get("/{order_id:uuid}/stornieren", opt=may("U", "voucher", of=Scope.ALL))
    async def ask_cancel(self, order_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        """Nothing is expected any more."""
        return step_page(await _cancelling(begin, order_id), form_from(ReasonForm))

    @post("/{order_id:uuid}/stornieren", opt=may("U", "voucher", of=Scope.ALL))
    async def cancel(
        self,
        request: Request[Any, Any, Any],
        order_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        voucher_shop: NamedDependency[VoucherShop],
    ) -> Template | Redirect:
        """Cancel it."""
        form, status = form_from(ReasonForm, await request.form()), 422
        if form.validate():
            try:
                await voucher_shop.cancel(actor, order_id=order_id, reason=form.reason.data)
                return after(ORDERS, CANCELLED)
            except NotFound:
                raise
            except DomainError as refusal:
                form.refuse("", refusal.message, **refusal.params)
                status = refusal.status
        return step_page(await _cancelling(begin, order_id), form, status=status)


async def _paying(begin: Begin, order_id: UUID) -> Step:
    async with begin.reading() as session:
        order = await order_of(session, order_id)
    sum_words = amount(order.amount_cents)
    return Step(
        title=gettext("Payment received"),
        about=gettext("Orders of gift vouchers"),
        path=f"{ORDERS}/{order_id}/bezahlt",
        back=ORDERS,
        button=gettext("Book the payment and send the voucher"),
        way_out=gettext("Not yet"),
        sentences=[
            gettext("%(name)s has ordered a voucher for %(sum)s. Purpose: %(reference)s.", name=order.buyer_name, sum=sum_words, reference=order.reference),
            gettext("The voucher is issued at once and sent by itself. This cannot be undone; a voucher can be blocked."),
        ],
    )  # fmt: skip


async def _cancelling(begin: Begin, order_id: UUID) -> Step:
    async with begin.reading() as session:
        order = await order_of(session, order_id)
    return Step(
        title=gettext("Cancel this order"),
        about=gettext("Orders of gift vouchers"),
        path=f"{ORDERS}/{order_id}/stornieren",
        back=ORDERS,
        button=gettext("Cancel the order"),
        way_out=gettext("Keep the order"),
        sentences=[
            gettext("No money is expected any more for the order of %(name)s.", name=order.buyer_name),
            gettext(
                "Nobody is told by this. Please write to %(name)s if that is needed.", name=order.buyer_name
            ),
        ],
        is_dangerous=True,
    )
