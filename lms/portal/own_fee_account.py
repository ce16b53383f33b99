"""`/kursleitung/honorar/konto`: where a trainer's money goes and how it is taxed, changed after proving who one is (S-16)."""

from typing import Any

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect, Template

from lms.accounts.sessions import ensure_fresh
from lms.billing.refunds.accounts import masked, read_account
from lms.db import Begin
from lms.honoraria.statements.accounts import FeeAccounts, OwnData
from lms.honoraria.statements.models import FeeAccount, VatKind
from lms.honoraria.statements.wording import VAT
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock
from lms.kernel.marking import N_
from lms.portal.desk.step import carry_out
from lms.portal.finance.step_up import is_proved
from lms.portal.own_fees import HERE, OWN, own
from lms.web.forms import Form, Hidden, Radios, Text, form_from
from lms.web.notices import after, declare

PAGE = f"{HERE}/konto"
KEPT = declare("honorar-konto", N_("Your account is saved. We have written to you about the change."))


class FeeAccountForm(Form):
    """Account and tax."""

    holder = Text(
        N_("Whose account is it?"), missing=N_("Enter whose account it is."), autocomplete="name", longest=70,
        hint=N_("First name and family name, as the bank knows them."),
    )  # fmt: skip
    iban = Text(
        "IBAN", missing=N_("Enter the IBAN."), autocomplete="off", longest=42,
        hint=N_("It begins with DE and stands on your bank card. Spaces do not matter."),
    )  # fmt: skip
    tax_number = Text(
        N_("Tax number"), autocomplete="off", longest=20, width=20,
        hint=N_("It stands on your tax assessment. It is not the identification number with eleven digits."),
    )  # fmt: skip
    vat_id = Text(
        N_("VAT id"),
        autocomplete="off",
        longest=14,
        width=20,
        hint=N_("Only if you have one: DE and nine digits."),
    )
    vat_kind = Radios(
        N_("How are your fees taxed?"), choices=[(kind.value, words) for kind, words in VAT.items()],
        hint=N_("If you do not know, ask your tax adviser. We print this on your statements."),
        missing=N_("Choose how your fees are taxed."),
    )  # fmt: skip
    version = Hidden()


class OwnFeeAccountPages(Controller):
    """Looking and changing."""

    path = PAGE
    opt = OWN
    include_in_schema = False

    @get()
    async def show(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
    ) -> Template:
        """The form. The number of the account is shown without its middle, and typed anew for every change."""
        ensure_fresh(request, clock)
        row = await _row(begin, actor)
        form = form_from(
            FeeAccountForm, holder=row.holder if row else actor.name, tax_number=row.tax_number if row else "",
            vat_id=row.vat_id if row else "", vat_kind=row.vat_kind.value if row else "",
            version=str(row.version if row else 0),
        )  # fmt: skip
        return _page(row, form)

    @post()
    async def change(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        fee_accounts: NamedDependency[FeeAccounts],
    ) -> Template | Redirect:
        """Keep it, and tell the trainer."""
        form, status = form_from(FeeAccountForm, await request.form()), 422
        row = await _row(begin, actor)
        if form.validate() and is_proved(request, clock, form):
            act = _change(fee_accounts, actor, form)
            _, status = await carry_out(form, act, version=row.version if row else 0)
            if not status:
                return after(HERE, KEPT)
        return _page(row, form, status=status)


async def _change(fee_accounts: FeeAccounts, actor: Actor, form: FeeAccountForm) -> None:
    data = OwnData(
        account=read_account(form.holder.data, form.iban.data), tax_number=form.tax_number.data or "",
        vat_id=form.vat_id.data or "", vat_kind=VatKind(form.vat_kind.data),
    )  # fmt: skip
    await fee_accounts.change(actor, version=_seen(form), data=data)


def _seen(form: FeeAccountForm) -> int:
    try:
        return int(form.version.data or "0")
    except ValueError:
        return 0


async def _row(begin: Begin, actor: Actor) -> FeeAccount | None:
    async with begin.reading() as session:
        return await session.get(FeeAccount, own(actor))


def _page(row: FeeAccount | None, form: FeeAccountForm, *, status: int = 200) -> Template:
    context = {"row": row, "form": form, "masked": masked, "vat": VAT}
    return Template("portal/teaching/fee_account.html", context=context, status_code=status)
