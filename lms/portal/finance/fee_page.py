"""`/verwaltung/finanzen/honorare/…`: one statement with everything around it, and the next step on a page of its own."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.accounts.sessions import ensure_fresh
from lms.billing.refunds.accounts import masked
from lms.db import Begin
from lms.honoraria.statements import policy
from lms.honoraria.statements.collecting import collected
from lms.honoraria.statements.deciding import FeeStatements
from lms.honoraria.statements.models import LineKind, StatementState
from lms.honoraria.statements.paper import statement_pdf
from lms.honoraria.statements.paying import FeePayouts
from lms.honoraria.statements.reading import View, read_statement
from lms.honoraria.statements.rules import BY_HAND
from lms.honoraria.statements.wording import KINDS
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock, today
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.portal.desk.step import Step, carry_out, step_page
from lms.portal.finance.fee_lists import SETTLES
from lms.portal.finance.fee_words import FEES
from lms.portal.finance.refund_page import DayForm, SureForm
from lms.portal.finance.step_up import is_proved
from lms.portal.own_fees import document_of, words
from lms.web.formats import amount, month
from lms.web.forms import DateParts, Euro, Form, Hidden, Radios, TextArea, form_from
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.notices import SAVED, Notice, after, declare
from lms.web.sent import uuid_in

APPROVED = declare(
    "honorar-freigegeben",
    N_("Approved. If nobody else has to agree, the trainer gets the statement by letter."),
)
SENT_BACK = declare(
    "honorar-zurueckgegeben",
    N_("The statement is sent back. The trainer reads your reason and confirms anew."),
)
REVERSAL = declare("honorar-storno", N_("The reversal is asked for. Somebody else has to approve it."))
PAID = declare("honorar-gezahlt", N_("The fee is booked as paid. The trainer gets a letter."))
RETURNED = declare(
    "honorar-zurueck", N_("The transfer is noted as returned. The trainer is asked for the account.")
)
ANSWERED = declare("honorar-antwort", N_("Your answer is on its way to the trainer."))
AnyRequest = Request[Any, Any, Any]


class WhyForm(SureForm):
    """Why."""

    reason = TextArea(
        N_("Reason"), hint=N_("The trainer reads it."), missing=N_("State the reason."), rows=2, longest=2000
    )
    key = Hidden()


class LineForm(Form):
    """An amount by hand."""

    kind = Radios(
        N_("What is the amount for?"), choices=[(kind.value, KINDS[kind]) for kind in BY_HAND],
        missing=N_("Choose what the amount is for."),
    )  # fmt: skip
    amount = Euro(
        N_("Amount"),
        missing=N_("Enter the amount."),
        width=8,
        hint=N_("Without a sign: a deduction lessens the fee."),
    )
    day = DateParts(N_("On which day?"), missing=N_("Enter the day."))
    reason = TextArea(
        N_("Reason"), hint=N_("The trainer reads it."), missing=N_("State the reason."), rows=2, longest=500
    )
    key = Hidden()


class AnswerForm(Form):
    """What we say to what is not right."""

    answer = TextArea(N_("Your answer"), missing=N_("Write an answer."), rows=3, longest=2000)


class FeePages(Controller):
    """One statement."""

    path = f"{FEES}/{{statement_id:uuid}}"
    opt = SETTLES
    include_in_schema = False

    @get()
    async def show(
        self, statement_id: FromPath[UUID], actor: NamedDependency[Actor], around: NamedDependency[Around],
        fee_statements: NamedDependency[FeeStatements],
    ) -> Template:  # fmt: skip
        """What it says, who has agreed, what comes next."""
        async with around.begin.reading() as session:
            view = await read_statement(session, statement_id)
            one = view.statement
            found = None
            if one.state is StatementState.OPEN:
                found = await collected(session, one.person_id, one.month, around.settings, around.clock())
        return Template(
            "portal/finance/fee.html",
            context={
                "view": view, "one": one, "found": found, "masked": masked, "needed": fee_statements.needed(one),
                "may_approve": _may_approve(actor, view), "is_own": one.person_id in actor.persons, "actor": actor, **words(),
            },
        )  # fmt: skip

    @get("/abrechnung.pdf")
    async def document(self, statement_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Response[bytes]:
        """As it was first handed out."""
        return document_of(*await statement_pdf(begin, statement_id))

    @get("/zeile")
    async def ask_line(self, statement_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        """One more amount."""
        async with begin.reading() as session:
            view = await read_statement(session, statement_id)
        return _line_page(view, form_from(LineForm, key=str(uuid4()), day=view.statement.month))

    @post("/zeile")
    async def add_line(
        self,
        request: AnyRequest,
        statement_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        fee_statements: NamedDependency[FeeStatements],
    ) -> Template | Redirect:
        """Keep it with its reason; whoever adds it does not approve it."""
        async with begin.reading() as session:
            view = await read_statement(session, statement_id)
        form, status = form_from(LineForm, await request.form()), 422
        if form.validate():
            try:
                line = await fee_statements.add_line(
                    actor, line_id=uuid_in(form.key.data) or uuid4(), person_id=view.statement.person_id,
                    month=view.statement.month, kind=LineKind(form.kind.data), cents=form.amount.data, day=form.day.data,
                    reason=form.reason.data,
                )  # fmt: skip
                return after(f"{FEES}/{line.statement_id}", SAVED)
            except DomainError as refusal:
                form.refuse("", refusal.message, **refusal.params)
                status = refusal.status
        return _line_page(view, form, status=status)

    @post("/zeile/{line_id:uuid}/entfernen")
    async def remove_line(
        self,
        statement_id: FromPath[UUID],
        line_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        fee_statements: NamedDependency[FeeStatements],
    ) -> Redirect:
        """It stays visible as removed."""
        await fee_statements.remove_line(actor, line_id=line_id)
        return after(f"{FEES}/{statement_id}", SAVED)

    @get("/antwort/{objection_id:uuid}")
    async def ask_answer(
        self, statement_id: FromPath[UUID], objection_id: FromPath[UUID], begin: NamedDependency[Begin]
    ) -> Template:
        """What the trainer wrote, and the field for the answer."""
        return await _answer_page(begin, statement_id, objection_id, form_from(AnswerForm))

    @post("/antwort/{objection_id:uuid}")
    async def answer(
        self,
        request: AnyRequest,
        statement_id: FromPath[UUID],
        objection_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        fee_statements: NamedDependency[FeeStatements],
    ) -> Template | Redirect:
        """Answer it, by letter."""
        form, status = form_from(AnswerForm, await request.form()), 422
        if form.validate():
            try:
                await fee_statements.answer(actor, objection_id=objection_id, answer=form.answer.data)
                return after(f"{FEES}/{statement_id}", ANSWERED)
            except NotFound:
                raise
            except DomainError as refusal:
                form.refuse("", refusal.message, **refusal.params)
                status = refusal.status
        return await _answer_page(begin, statement_id, objection_id, form, status=status)


class FeeStepPages(Controller):
    """The steps of one statement."""

    path = f"{FEES}/{{statement_id:uuid}}/schritt/{{step:str}}"
    opt = SETTLES
    include_in_schema = False

    @get()
    async def ask(
        self,
        request: AnyRequest,
        statement_id: FromPath[UUID],
        step: FromPath[str],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
    ) -> Template:
        """What follows from it, before it is done."""
        wanted = _named(step)
        ensure_fresh(request, clock)
        async with begin.reading() as session:
            view = await read_statement(session, statement_id)
        given: dict[str, Any] = {"on": today(clock)} if wanted.form is DayForm else {}
        if wanted.form is WhyForm:
            given["key"] = str(uuid4())
        form = form_from(wanted.form, version=str(view.statement.version), **given)
        return step_page(_words(step, wanted, view), form)

    @post()
    async def do(
        self,
        request: AnyRequest,
        statement_id: FromPath[UUID],
        step: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Template | Redirect:
        """Do it, or say why not with what was typed."""
        wanted = _named(step)
        form, status = form_from(wanted.form, await request.form()), 422
        async with around.begin.reading() as session:
            view = await read_statement(session, statement_id)
        if form.validate() and is_proved(request, around.clock, form):
            act = wanted.act(around, actor, view, form)
            key, status = await carry_out(form, act, version=view.statement.version)
            if not status:
                return after(f"{FEES}/{key}", wanted.notice)
        return step_page(_words(step, wanted, view), form, status=status)


Act = Callable[[Around, Actor, View, Any], Awaitable[UUID]]


class _Step:
    """One act: its words, its form, and what it calls."""

    def __init__(
        self,
        title: str,
        act: Act,
        notice: Notice,
        sentence: str,
        form: type[SureForm] = SureForm,
        *,
        is_dangerous: bool = False,
    ) -> None:
        self.title, self.act, self.notice, self.sentence = title, act, notice, sentence
        self.form, self.is_dangerous = form, is_dangerous


def _named(name: str) -> _Step:
    found = STEPS.get(name)
    if found is None:
        raise NotFound
    return found


def _may_approve(actor: Actor, view: View) -> bool:
    """Whether the button is shown; the service decides."""
    touched = {one.added_by for one in view.lines} | {one.removed_by for one in view.removed}
    touched |= {one.added_by for one in view.removed} | {one.account_id for one in view.approvals}
    mine = actor.account_id in touched or view.statement.confirmed_by == actor.account_id
    return policy.may_approve(actor) and not mine and view.statement.person_id not in actor.persons


def _words(name: str, step: _Step, view: View) -> Step:
    one = view.statement
    here = f"{FEES}/{one.id}"
    return Step(
        title=gettext(step.title), about=gettext("%(name)s, %(month)s", name=view.person.name, month=month(one.month)),
        path=f"{here}/schritt/{name}", back=here, button=gettext(step.title), way_out=gettext("Change nothing"),
        sentences=[
            gettext("%(name)s, %(month)s: %(sum)s", name=view.person.name, month=month(one.month), sum=amount(one.total_cents)),
            gettext(step.sentence),
        ],
        is_dangerous=step.is_dangerous,
    )  # fmt: skip


def _seen(form: Any) -> int:
    try:
        return int(form.version.data or "0")
    except ValueError:
        return 0


async def _approve(around: Around, actor: Actor, view: View, form: Any) -> UUID:
    await FeeStatements(around).approve(actor, statement_id=view.statement.id, version=_seen(form))
    return view.statement.id


async def _reject(around: Around, actor: Actor, view: View, form: Any) -> UUID:
    await FeeStatements(around).reject(
        actor, statement_id=view.statement.id, version=_seen(form), reason=form.reason.data
    )
    return view.statement.id


async def _reverse(around: Around, actor: Actor, view: View, form: Any) -> UUID:
    key = uuid_in(form.key.data) or uuid4()
    made = await FeeStatements(around).reverse(
        actor, statement_id=view.statement.id, reversal_id=key, reason=form.reason.data
    )
    return made.id


async def _transferred(around: Around, actor: Actor, view: View, form: Any) -> UUID:
    await FeePayouts(around).transferred(actor, payout_id=_payout(view), on=form.on.data)
    return view.statement.id


async def _returned(around: Around, actor: Actor, view: View, form: Any) -> UUID:
    await FeePayouts(around).returned(actor, payout_id=_payout(view), reason=form.reason.data)
    return view.statement.id


def _payout(view: View) -> UUID:
    if view.payout is None:
        raise NotFound
    return view.payout.id


STEPS = {
    "freigeben": _Step(
        N_("Approve the statement"), _approve, APPROVED,
        N_("It gets its number, is booked, and the money is transferred with the next file. After that it cannot be changed, only reversed."),
    ),
    "zurueckgeben": _Step(
        N_("Send the statement back"), _reject, SENT_BACK,
        N_("The trainer reads your reason. A new statement is opened for the same month."), WhyForm,
    ),
    "stornieren": _Step(
        N_("Reverse the statement"), _reverse, REVERSAL,
        N_("The whole statement is taken back once somebody else has approved this. What was paid is set off against the next statement."),
        WhyForm, is_dangerous=True,
    ),
    "ueberwiesen": _Step(
        N_("Already transferred"), _transferred, PAID,
        N_("Only if the money has left the account of the centre: nothing is transferred by this. The person gets a letter."), DayForm,
    ),
    "zurueckgekommen": _Step(
        N_("The bank has returned it"), _returned, RETURNED,
        N_("The trainer is asked to check the account. The statement stays approved and is paid once more."), WhyForm,
    ),
}  # fmt: skip
"""Every step by the word in its address."""


def _line_page(view: View, form: LineForm, *, status: int = 200) -> Template:
    here = f"{FEES}/{view.statement.id}"
    step = Step(
        title=gettext("Add an amount"), about=view.person.name, path=f"{here}/zeile", back=here, button=gettext("Save"),
        way_out=gettext("Change nothing"),
        sentences=[gettext("Whoever adds or removes an amount cannot approve this statement.")],
    )  # fmt: skip
    return step_page(step, form, status=status)


async def _answer_page(
    begin: Begin, statement_id: UUID, objection_id: UUID, form: AnswerForm, *, status: int = 200
) -> Template:
    async with begin.reading() as session:
        view = await read_statement(session, statement_id)
    made = next((one for one in view.objections if one.id == objection_id), None)
    if made is None:
        raise NotFound
    here = f"{FEES}/{statement_id}"
    step = Step(
        title=gettext("Answer the trainer"), about=view.person.name, path=f"{here}/antwort/{objection_id}", back=here,
        button=gettext("Send the answer"), way_out=gettext("Not yet"),
        sentences=[made.about or gettext("The whole month"), made.note],
    )  # fmt: skip
    return step_page(step, form, status=status)
