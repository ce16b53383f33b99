"""`/verwaltung/finanzen/erstattungen/neu/…`: how much goes back, which way, and the letter that says so, before it is done."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from sqlalchemy.ext.asyncio import AsyncSession

from lms.accounts.sessions import ensure_fresh
from lms.billing.errors import (
    AmountNotPositive,
    MoreThanPaid,
    NoOnlinePayment,
    WrongIban,
)
from lms.billing.models import Refund, RefundMeans, RefundState
from lms.billing.refunds.accounts import BankAccount, masked, read_account
from lms.billing.refunds.booking import refundable_cents
from lms.billing.refunds.proposing import Wish
from lms.billing.refunds.reading import OnlinePayment, known_account, online_payments
from lms.billing.refunds.service import Refunds
from lms.enrolment.letters.refunds import foreseen_letter
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.portal.finance.refund_reading import Whom, whom
from lms.portal.finance.refund_words import MEANS, REFUNDS, WAYS
from lms.portal.finance.step_up import is_proved
from lms.web.access import may
from lms.web.fields.base import OurField
from lms.web.formats import amount, date_short
from lms.web.forms import Euro, Form, Hidden, Radios, Text, TextArea, form_from
from lms.web.language import gettext, use_locale
from lms.web.module import Around
from lms.web.notices import after, declare
from lms.web.sent import uuid_in

ASKED_FOR = declare("erstattung-beantragt", N_("The refund is on its way. This page shows how it goes on."))
STEP, DO, BACK = "schritt", "ausfuehren", "zurueck"
ONLINE, KNOWN, TYPED, ASK, CASH, VOUCHER = "online", "bekannt", "iban", "fragen", "bar", "gutschein"
BY_MEANS = {ONLINE: RefundMeans.ONLINE, CASH: RefundMeans.CASH, VOUCHER: RefundMeans.VOUCHER}


class RefundForm(Form):
    """How much, which way, why, and a sentence for the letter."""

    sum = Euro(N_("How much is paid back?"), missing=N_("Enter the amount."))
    way = Radios(N_("Which way?"), missing=N_("Choose which way the money goes."))
    payment = Radios(N_("To which online payment?"))
    holder = Text(
        N_("Whose account is it?"), hint=N_("Only if you have chosen “to an account that I enter”."),
        autocomplete="off", longest=70,
    )  # fmt: skip
    iban = Text("IBAN", hint=N_("For example from a letter. It is checked."), autocomplete="off", longest=42)
    reason = TextArea(
        N_("Reason"), hint=N_("For the team's history, and for whoever approves it."),
        missing=N_("State the reason."), rows=2,
    )  # fmt: skip
    note = TextArea(
        N_("A personal sentence in the letter"), hint=N_("Optional. You see the whole letter before it is sent."),
        rows=2,
    )  # fmt: skip
    key = Hidden()
    follows = Hidden()


@dataclass(frozen=True, slots=True)
class Case:
    """What the form is about: whose money, how much of it, and the ways it can go."""

    whom: Whom
    left_cents: int
    payments: Sequence[OnlinePayment]
    known: BankAccount | None
    needs_second: bool = False


class ProposingPages(Controller):
    """The form, its preview, and doing it."""

    path = f"{REFUNDS}/neu/{{enrolment_id:uuid}}"
    opt = may("refund", "payment")
    include_in_schema = False

    @get()
    async def ask(
        self,
        request: Request[Any, Any, Any],
        enrolment_id: FromPath[UUID],
        clock: NamedDependency[Clock],
        around: NamedDependency[Around],
        statt: FromQuery[str] = "",
    ) -> Template:
        """How much, and which way; after a refund that failed with its values."""
        ensure_fresh(request, clock)
        async with around.begin.reading() as session:
            case = await _case(session, enrolment_id)
            former = await _former(session, enrolment_id, statt)
        form = form_from(
            RefundForm,
            sum=min(former.amount_cents, case.left_cents) if former else max(case.left_cents, 0) or None,
            reason=former.reason if former else "",
            key=str(uuid4()),
            follows=str(former.id) if former else "",
        )
        return _form_page(case, _with_choices(form, case), status=200)

    @post()
    async def go_on(
        self,
        request: Request[Any, Any, Any],
        enrolment_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        clock: NamedDependency[Clock],
        around: NamedDependency[Around],
        refunds: NamedDependency[Refunds],
    ) -> Template | Redirect:
        """Show the letter first; then do it."""
        sent = await request.form()
        async with around.begin.reading() as session:
            case = await _case(session, enrolment_id)
        form = _with_choices(form_from(RefundForm, sent), case)
        if sent.get(STEP) == BACK:
            return _form_page(case, form, status=200)
        if not form.validate() or not is_proved(request, clock, form):
            return _form_page(case, form, status=422)
        try:
            wanted = _wish(case, form)
            if sent.get(STEP) != DO:
                return await _preview(around, refunds, case, form, wanted)
            done = await refunds.propose(actor, refund_id=uuid_in(form.key.data) or uuid4(), wish=wanted)
        except NotFound:
            raise
        except DomainError as refusal:
            form.refuse(_place_of(refusal), refusal.message, **refusal.params)
            return _form_page(case, form, status=refusal.status)
        return after(f"{REFUNDS}/{done.id}", ASKED_FOR)


async def _case(session: AsyncSession, enrolment_id: UUID) -> Case:
    about = await whom(session, enrolment_id)
    payer = about.payer_person
    return Case(
        about,
        await refundable_cents(session, enrolment_id),
        await online_payments(session, enrolment_id),
        await known_account(session, payer.id if payer else None),
    )


async def _former(session: AsyncSession, enrolment_id: UUID, sent: str) -> Refund | None:
    """The refund that failed and that this one replaces."""
    refund_id = uuid_in(sent)
    found = await session.get(Refund, refund_id) if refund_id else None
    if found is None or found.enrolment_id != enrolment_id or found.state is not RefundState.FAILED:
        return None
    return found


def _with_choices(form: RefundForm, case: Case) -> RefundForm:
    choices = []
    if case.payments:
        choices.append((ONLINE, gettext("Back the way it was paid online")))
    if case.known:
        words = gettext(
            "Transfer to the account we know: %(account)s, %(holder)s",
            account=masked(case.known.iban), holder=case.known.holder,
        )  # fmt: skip
        choices.append((KNOWN, words))
    form.way.choices = [
        *choices,
        (ASK, gettext("Transfer: ask the person for the account by a letter with a link")),
        (TYPED, gettext("Transfer to an account that I enter")),
        (CASH, gettext("In cash at the counter, with a receipt")),
        (VOUCHER, gettext("As credit: a voucher for other courses")),
    ]
    form.payment.choices = [
        (
            one.payment,
            gettext("%(day)s, up to %(sum)s", day=date_short(one.paid_at), sum=amount(one.left_cents)),
        )
        for one in case.payments
    ]
    if not case.payments:
        del form.payment
    elif len(case.payments) == 1 and not form.payment.data:
        form.payment.data = case.payments[0].payment
    return form


def _wish(case: Case, form: RefundForm) -> Wish:
    """The refund as it was typed. Raises AccountNeeded, WrongIban, NoSepaAccount."""
    way, account, payer = form.way.data, None, case.whom.payer_person
    if way == TYPED:
        account = read_account(form.holder.data or "", form.iban.data or "")
    elif way == KNOWN:
        account = case.known
    with use_locale("de"):  # on the bank statement
        purpose = gettext(
            "Refund %(number)s %(reference)s",
            number=case.whom.run.number,
            reference=case.whom.enrolment.reference,
        )
    return Wish(
        enrolment_id=case.whom.enrolment.id, amount_cents=form.sum.data,
        means=BY_MEANS.get(way, RefundMeans.TRANSFER), reason=form.reason.data, note=form.note.data or "",
        purpose=purpose, account=account, debtor_id=payer.id if payer else None,
        company_id=case.whom.enrolment.company_id, follows_id=uuid_in(form.follows.data),
        provider_payment=form.payment.data if way == ONLINE and "payment" in form else None,
    )  # fmt: skip


def _place_of(refusal: DomainError) -> str:
    if isinstance(refusal, (AmountNotPositive, MoreThanPaid)):
        return "sum"
    if isinstance(refusal, NoOnlinePayment):
        return "way"
    return "iban" if isinstance(refusal, WrongIban) else ""


def _form_page(case: Case, form: RefundForm, *, status: int) -> Template:
    return Template(
        "portal/finance/refund_form.html", context={"case": case, "form": form}, status_code=status
    )


async def _preview(around: Around, refunds: Refunds, case: Case, form: RefundForm, wanted: Wish) -> Template:
    """Nothing is done yet: the sum, the way, the letter. Raises MoreThanPaid, AmountNotPositive as doing it would."""
    if wanted.amount_cents <= 0:
        raise AmountNotPositive
    if wanted.amount_cents > case.left_cents:
        raise MoreThanPaid
    async with around.begin.reading() as session:
        needs_second = await refunds.needs_second(
            session, wanted.enrolment_id, wanted.amount_cents, around.clock()
        )
        sheet = await foreseen_letter(
            session, wanted.enrolment_id, wanted.debtor_id, amount_cents=wanted.amount_cents, means=wanted.means,
            account=wanted.account, note=wanted.note,
        )  # fmt: skip
    return Template(
        "portal/finance/refund_preview.html",
        context={
            "case": case, "wanted": wanted, "sheet": sheet, "needs_second": needs_second, "means": MEANS,
            "ways": WAYS, "masked": masked, "kept": [(one.name, one.typed) for one in form if isinstance(one, OurField)],
            "is_asked": wanted.means is RefundMeans.TRANSFER and wanted.account is None,
        },
    )  # fmt: skip
