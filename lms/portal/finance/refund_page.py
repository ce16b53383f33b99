"""`/verwaltung/finanzen/erstattungen/…`: one refund with its letter and history, and the next step on a page of its own."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.accounts.sessions import ensure_fresh
from lms.billing import policy
from lms.billing.refunds.accounts import BankAccount, masked, read_account
from lms.billing.refunds.service import Refunds
from lms.db import Begin
from lms.enrolment.letters.refunds import foreseen_letter
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import Clock, today
from lms.kernel.errors import NotFound
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.portal.desk.step import Step, carry_out, step_page
from lms.portal.finance.refund_reading import RefundView, read_refund
from lms.portal.finance.refund_words import MEANS, REFUNDS, STATES, WAYS
from lms.portal.finance.step_up import is_proved
from lms.web.access import may
from lms.web.formats import amount
from lms.web.forms import DateParts, Form, Hidden, Text, TextArea, form_from
from lms.web.language import gettext, translated
from lms.web.module import Around
from lms.web.notices import SAVED, Notice, after, declare

APPROVED = declare("erstattung-freigegeben", N_("The refund is approved and goes on."))
SENT_BACK = declare(
    "erstattung-zurueckgegeben",
    N_("The refund is sent back with your reason. The money can be asked for anew."),
)
CANCELLED = declare("erstattung-verworfen", N_("This refund is not carried out."))
PAID = declare("erstattung-gezahlt", N_("The refund is booked as paid. The person gets a letter."))
ASKED = declare("iban-gefragt", N_("The person gets a letter with a new link."))
RETURNED = declare(
    "ueberweisung-zurueck", N_("The transfer is noted as returned. The person is asked for another account.")
)
HANDED_OUT = declare("erstattung-bar", N_("Pay the amount out of the till and have the receipt signed."))
AnyRequest = Request[Any, Any, Any]


class SureForm(Form):
    """Nothing to fill in: the version that was seen."""

    version = Hidden()


class ReasonForm(SureForm):
    """Why."""

    reason = TextArea(
        N_("Reason"),
        hint=N_("It stays in the history of the refund."),
        missing=N_("State the reason."),
        rows=2,
    )


class AccountForm(SureForm):
    """The account as the person has named it."""

    holder = Text(
        N_("Whose account is it?"), missing=N_("Enter whose account it is."), autocomplete="off", longest=70
    )
    iban = Text(
        "IBAN", missing=N_("Enter the IBAN."), hint=N_("It is checked."), autocomplete="off", longest=42
    )


class DayForm(SureForm):
    """When the money left."""

    on = DateParts(N_("When did the money leave?"), missing=N_("Enter the day on which the money left."))


class RefundPages(Controller):
    """One refund."""

    path = f"{REFUNDS}/{{refund_id:uuid}}"
    include_in_schema = False

    @get(opt=may("R", "invoice", of=Scope.ALL))
    async def show(
        self,
        refund_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
    ) -> Template:
        """Everything about it, and what can be done next."""
        async with begin.reading() as session:
            view = await read_refund(session, refund_id)
            one = view.refund
            account = BankAccount(one.holder, one.iban) if one.iban else None
            sheet = await foreseen_letter(
                session, one.enrolment_id, one.debtor_id, amount_cents=one.amount_cents, means=one.means,
                account=account, note=one.note,
            )  # fmt: skip
        return Template(
            "portal/finance/refund.html",
            context={
                "view": view, "one": one, "sheet": sheet, "states": STATES, "means": MEANS, "ways": WAYS,
                "masked": masked, "now_is": clock(), "may_refund": policy.may_refund(actor),
                "may_approve": policy.may_approve(actor) and one.requested_by != actor.account_id,
                "is_own_request": one.requested_by == actor.account_id and actor.account_id is not None,
                "may_hand_out": policy.may_take_cash(actor), "new_id": uuid4(),
            },
        )  # fmt: skip

    @get("/{step:str}", opt=may("R", "invoice", of=Scope.ALL))
    async def ask(
        self,
        request: AnyRequest,
        refund_id: FromPath[UUID],
        step: FromPath[str],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
    ) -> Template:
        """What follows from a step, before it is done."""
        wanted = _step_named(step, actor)
        ensure_fresh(request, clock)
        async with begin.reading() as session:
            view = await read_refund(session, refund_id)
        given: dict[str, Any] = {"on": today(clock)} if wanted.form is DayForm else {}
        form = form_from(wanted.form, version=str(view.refund.version), **given)
        return step_page(_words(step, wanted, view), form)

    @post("/{step:str}", opt=may("R", "invoice", of=Scope.ALL))
    async def do(
        self,
        request: AnyRequest,
        refund_id: FromPath[UUID],
        step: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        clock: NamedDependency[Clock],
        refunds: NamedDependency[Refunds],
    ) -> Template | Redirect:
        """Do it, or say why not with what was typed."""
        wanted = _step_named(step, actor)
        form, status = form_from(wanted.form, await request.form()), 422
        async with around.begin.reading() as session:
            view = await read_refund(session, refund_id)
        if form.validate() and is_proved(request, clock, form):
            act = wanted.act(refunds, actor, view, form)
            path, status = await carry_out(form, act, version=view.refund.version)
            if not status:
                return after(path or f"{REFUNDS}/{refund_id}", wanted.notice)
        return step_page(_words(step, wanted, view), form, status=status)


Act = Callable[[Refunds, Actor, RefundView, Any], Awaitable[str]]


class _Step:
    """One act: its words, its form, its right, and what it calls."""

    def __init__(
        self,
        title: str,
        act: Act,
        notice: Notice,
        sentences: tuple[str, ...],
        form: type[SureForm] = SureForm,
        may_do: Callable[[Actor], bool] = policy.may_refund,
        *,
        is_dangerous: bool = False,
    ) -> None:
        self.title, self.act, self.notice, self.sentences = title, act, notice, sentences
        self.form, self.may_do, self.is_dangerous = form, may_do, is_dangerous


def _step_named(name: str, actor: Actor) -> _Step:
    """Raises NotFound for a step that is not there, Forbidden for one that is somebody else's."""
    found = STEPS.get(name)
    if found is None:
        raise NotFound
    ensure(found.may_do(actor), actor)
    return found


def _words(name: str, step: _Step, view: RefundView) -> Step:
    one = view.refund
    about = gettext("Refund of %(sum)s to %(name)s", sum=amount(one.amount_cents), name=view.whom.payer)
    facts = [
        gettext(
            "%(sum)s to %(name)s, %(way)s.",
            sum=amount(one.amount_cents),
            name=view.whom.payer,
            way=translated(MEANS[one.means]),
        )
    ]
    if one.iban:
        facts.append(gettext("Account: %(holder)s, %(iban)s", holder=one.holder, iban=one.iban))
    return Step(
        title=gettext(step.title), about=about, path=f"{REFUNDS}/{one.id}/{name}", back=f"{REFUNDS}/{one.id}",
        button=gettext(step.title), way_out=gettext("Change nothing"),
        sentences=[*facts, *(gettext(words) for words in step.sentences)], is_dangerous=step.is_dangerous,
    )  # fmt: skip


def _seen(form: Any) -> int:
    try:
        return int(form.version.data or "0")
    except ValueError:
        return 0


async def _approve(refunds: Refunds, actor: Actor, view: RefundView, form: Any) -> str:
    await refunds.approve(actor, refund_id=view.refund.id, version=_seen(form))
    return ""


async def _send_back(refunds: Refunds, actor: Actor, view: RefundView, form: Any) -> str:
    await refunds.send_back(actor, refund_id=view.refund.id, version=_seen(form), reason=form.reason.data)
    return ""


async def _cancel(refunds: Refunds, actor: Actor, view: RefundView, form: Any) -> str:
    await refunds.cancel(actor, refund_id=view.refund.id, version=_seen(form), reason=form.reason.data)
    return ""


async def _type_account(refunds: Refunds, actor: Actor, view: RefundView, form: Any) -> str:
    account = read_account(form.holder.data, form.iban.data)
    await refunds.type_account(actor, refund_id=view.refund.id, version=_seen(form), account=account)
    return ""


async def _ask_again(refunds: Refunds, actor: Actor, view: RefundView, form: Any) -> str:
    await refunds.ask_again(actor, refund_id=view.refund.id, version=_seen(form))
    return ""


async def _transferred(refunds: Refunds, actor: Actor, view: RefundView, form: Any) -> str:
    await refunds.transferred(actor, refund_id=view.refund.id, on=form.on.data)
    return ""


async def _returned(refunds: Refunds, actor: Actor, view: RefundView, form: Any) -> str:
    new = await refunds.returned(actor, refund_id=view.refund.id, reason=form.reason.data)
    return f"{REFUNDS}/{new.id}"


async def _ask_anew(refunds: Refunds, actor: Actor, view: RefundView, form: Any) -> str:  # noqa: ARG001 - like the others
    new = await refunds.replace(actor, refund_id=view.refund.id, new_id=uuid4())
    return f"{REFUNDS}/{new.id}"


async def _hand_out(refunds: Refunds, actor: Actor, view: RefundView, form: Any) -> str:  # noqa: ARG001 - like the others
    receipt = await refunds.hand_out(actor, refund_id=view.refund.id, facts=view.whom.facts)
    return f"/verwaltung/kasse/{receipt.id}"


STEPS = {
    "freigeben": _Step(
        N_("Approve the refund"), _approve, APPROVED,
        (N_("You are the second person. After this the refund goes on and is paid."),), may_do=policy.may_approve,
    ),
    "zurueckgeben": _Step(
        N_("Send the refund back"), _send_back, SENT_BACK,
        (N_("Nothing is paid. Whoever asked for it reads your reason and can ask anew."),), ReasonForm, policy.may_approve,
    ),
    "verwerfen": _Step(
        N_("Do not carry out this refund"), _cancel, CANCELLED,
        (N_("The money is free again: it can be paid back in another way."),), ReasonForm, is_dangerous=True,
    ),
    "konto": _Step(
        N_("Enter the account"), _type_account, SAVED,
        (
            N_("Enter what the person has written or said. The link in their letter ends by that."),
            N_("If a colleague had approved this refund, somebody else has to approve it with this account once more."),
        ),
        AccountForm,
    ),
    "nochmal-fragen": _Step(
        N_("Ask for the account again"), _ask_again, ASKED, (N_("The old link ends. A new one holds for four weeks."),)
    ),
    "ueberwiesen": _Step(
        N_("Already transferred"), _transferred, PAID,
        (N_("Only if the money has left the account of the centre: nothing is transferred by this. The person gets a letter."),),
        DayForm,
    ),
    "zurueckgekommen": _Step(
        N_("The bank has returned it"), _returned, RETURNED,
        (N_("The person is asked for another account. The sum stays approved."),), ReasonForm,
    ),
    "neu-fragen": _Step(
        N_("Ask for another account"), _ask_anew, ASKED, (N_("The same sum is transferred once the person has named an account."),)
    ),
    "auszahlen": _Step(
        N_("Pay out in cash"), _hand_out, HANDED_OUT,
        (N_("A receipt is written, with a number of its own. Have the person sign it."),), may_do=policy.may_take_cash,
    ),
}  # fmt: skip
"""Every step by the word in its address."""
