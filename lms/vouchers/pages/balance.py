"""`/gutscheine/guthaben`: what is left on a voucher, for whoever has its code."""

from typing import Any

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.response import Template

from lms.kernel.actor import Actor
from lms.kernel.clock import today
from lms.kernel.errors import DomainError, TooMany
from lms.vouchers.models import Voucher
from lms.vouchers.pages.buying import PRIVATE
from lms.vouchers.pages.forms import CodeForm
from lms.vouchers.paper import BALANCE
from lms.vouchers.rules import refuse_unusable
from lms.vouchers.service import Vouchers
from lms.vouchers.words import discount_words
from lms.web.access import PUBLIC
from lms.web.forms import form_from
from lms.web.language import gettext
from lms.web.module import Around


class BalancePages(Controller):
    """The code is sent in a form and never stands in an address, so that it is in no log and no history."""

    path = BALANCE
    opt = PUBLIC
    include_in_schema = False

    @get()
    async def ask(self) -> Template:
        """The field; a code behind the `#` of a scanned square is filled in by the browser."""
        return Template(
            "vouchers/balance.html", context={"form": form_from(CodeForm), "voucher": None}, headers=PRIVATE
        )

    @post()
    async def show(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        vouchers: NamedDependency[Vouchers],
    ) -> Template:
        """The balance, or why the code is not known."""
        form, status, found, headers = form_from(CodeForm, await request.form()), 422, None, {}
        if form.validate():
            try:
                found, status = await vouchers.look_up(actor, typed=form.code.data), 200
            except DomainError as refusal:
                form.refuse("code", refusal.message, **refusal.params)
                status = refusal.status
                if isinstance(refusal, TooMany):
                    headers = {"retry-after": str(refusal.retry_after)}
        return Template(
            "vouchers/balance.html",
            context={
                "form": form,
                "voucher": found,
                "trouble": _trouble(found, around) if found else "",
                "discount": discount_words(found) if found else "",
            },
            status_code=status,
            headers=PRIVATE | headers,
        )


def _trouble(voucher: Voucher, around: Around) -> str:
    """Why it cannot be used now; empty where it can."""
    try:
        refuse_unusable(voucher, today(around.clock))
    except DomainError as refusal:
        return gettext(refusal.message, **refusal.params)
    return ""
