"""`/verwaltung/finanzen/rechnungen`: every invoice and credit note, what waits to be issued, what was refused, and one of them."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from lms.billing.by_hand import HandWritten
from lms.billing.errors import FactsMissing
from lms.billing.letters import judge_again
from lms.billing.mandatory import WORDS, Missing
from lms.billing.paper import invoice_pdf
from lms.billing.waiting import WaitingInvoices
from lms.billing.wording import MEANS, line_details, line_name
from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.portal.desk.step import Step, step_page
from lms.portal.finance.invoice_reading import invoice_view, invoices_found, waiting_invoices
from lms.web.access import may
from lms.web.formats import amount
from lms.web.forms import Form, TextArea, form_from
from lms.web.language import gettext, translated
from lms.web.module import Around
from lms.web.notices import after, declare
from lms.web.pagination import page_of, window

LIST = "/verwaltung/finanzen/rechnungen"
LONGEST_SEARCH = 100
ISSUED = declare("rechnung-ausgestellt", N_("The invoice is issued. It is printed and sent in a moment."))
TAKEN_BACK = declare(
    "rechnung-storniert", N_("The invoice is reversed. The credit note is sent in a moment.")
)
ANEW = declare(
    "rechnung-neu", N_("The invoice is reversed and issued anew. Both documents are sent in a moment.")
)
ASKED = declare("rechnung-wird-geprueft", N_("The invoice is checked again. This takes a moment."))
PAYMENT_WORDS = {
    "invoice": N_("by bank transfer"),
    "online": N_("online"),
    "direct_debit": N_("by direct debit"),
    "cash": N_("in cash"),
}


class ReasonForm(Form):
    """Why an invoice is reversed."""

    reason = TextArea(
        N_("Reason"),
        hint=N_("For the history. It does not stand on the document."),
        missing=N_("State the reason."),
        rows=2,
    )


class InvoicePages(Controller):
    """The list, one document, and what can be done about it."""

    path = LIST
    opt = may("R", "invoice", of=Scope.ALL)
    include_in_schema = False

    @get()
    async def index(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        q: FromQuery[str] = "",
        ansicht: FromQuery[str] = "",
    ) -> Template:
        """Documents, the newest first; or what waits to be issued."""
        typed = q.strip()[:LONGEST_SEARCH]
        number, size, offset = window(request.query_params.get("seite"))
        async with begin.reading() as session:
            waiting = await waiting_invoices(session)
            found, total = await invoices_found(session, typed, ansicht, limit=size, offset=offset)
        page = page_of(
            found, number=number, size=size, total=total, path=LIST, query=request.query_params.multi_items()
        )
        return Template(
            "portal/finance/invoices.html",
            context={
                "page": page,
                "typed": typed,
                "view": ansicht,
                "waiting": waiting,
                "may_export": actor.may_for_all("billing", "bulk-export"),
                "may_issue": actor.may_for_all("issue", "invoice"),
            },
        )

    @get("/{invoice_id:uuid}")
    async def show(
        self, invoice_id: FromPath[UUID], actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> Template:
        """One document with its check, its files and what can be done."""
        async with begin.reading() as session:
            view = await invoice_view(session, invoice_id)
        return Template(
            "portal/finance/invoice.html",
            context={
                "view": view,
                "here": f"{LIST}/{invoice_id}",
                "line_name": line_name,
                "line_details": line_details,
                "payment": PAYMENT_WORDS.get(view.document.payment_method, ""),
                "means": MEANS,
                "may_reverse": actor.may_for_all("reverse", "invoice"),
                "may_issue": actor.may_for_all("issue", "invoice"),
            },
        )

    @get("/{invoice_id:uuid}/rechnung.pdf")
    async def paper(self, invoice_id: FromPath[UUID], around: NamedDependency[Around]) -> Response[bytes]:
        """The document as it was handed out. One that a rule refuses is shown here, and nowhere else."""
        return _file(await invoice_pdf(around.begin, invoice_id), "application/pdf", "rechnung.pdf")

    @get("/{invoice_id:uuid}/rechnung.xml")
    async def electronic(self, invoice_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Response[bytes]:
        """The electronic original."""
        async with begin.reading() as session:
            view = await invoice_view(session, invoice_id)
        if view.original is None:
            raise NotFound
        return _file(view.original.content, "application/xml", f"{view.document.invoice.number}.xml")

    @post("/{invoice_id:uuid}/pruefen", opt=may("issue", "invoice"))
    async def judge(self, invoice_id: FromPath[UUID], around: NamedDependency[Around]) -> Redirect:
        """Have it judged again."""
        async with around.begin() as session:
            await judge_again(session, invoice_id, around.clock())
        return after(f"{LIST}/{invoice_id}", ASKED)

    @get(
        ["/{invoice_id:uuid}/stornieren", "/{invoice_id:uuid}/neu-ausstellen"], opt=may("reverse", "invoice")
    )
    async def ask(
        self, request: Request[Any, Any, Any], invoice_id: FromPath[UUID], begin: NamedDependency[Begin]
    ) -> Template:
        """What follows from it, and why it is done."""
        is_anew = request.url.path.endswith("neu-ausstellen")
        return step_page(await _reversing(begin, invoice_id, is_anew=is_anew), form_from(ReasonForm))

    @post("/{invoice_id:uuid}/stornieren", opt=may("reverse", "invoice"))
    async def take_back(
        self,
        request: Request[Any, Any, Any],
        invoice_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        hand_written: NamedDependency[HandWritten],
    ) -> Template | Redirect:
        """Reverse it by a credit note."""
        form, status = form_from(ReasonForm, await request.form()), 422
        if form.validate():
            try:
                await hand_written.take_back(actor, invoice_id=invoice_id, reason=form.reason.data)
                return after(f"{LIST}/{invoice_id}", TAKEN_BACK)
            except NotFound:
                raise
            except DomainError as refusal:
                status = _refused(form, refusal)
        return step_page(await _reversing(begin, invoice_id, is_anew=False), form, status=status)

    @post("/{invoice_id:uuid}/neu-ausstellen", opt=may("reverse", "invoice"))
    async def write_anew(
        self,
        request: Request[Any, Any, Any],
        invoice_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        hand_written: NamedDependency[HandWritten],
    ) -> Template | Redirect:
        """Reverse it and issue it with what is known today."""
        form, status = form_from(ReasonForm, await request.form()), 422
        if form.validate():
            try:
                new = await hand_written.write_anew(actor, invoice_id=invoice_id, reason=form.reason.data)
                return after(f"{LIST}/{new.id}", ANEW)
            except NotFound:
                raise
            except DomainError as refusal:
                status = _refused(form, refusal)
        return step_page(await _reversing(begin, invoice_id, is_anew=True), form, status=status)

    @post("/wartend/{waiting_id:uuid}", opt=may("issue", "invoice"))
    async def issue_waiting(
        self,
        waiting_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        waiting_invoices: NamedDependency[WaitingInvoices],
    ) -> Redirect:
        """Issue one of those that wait; the list says what is still missing."""
        try:
            issued = await waiting_invoices.issue_one(actor, waiting_id=waiting_id)
        except FactsMissing:
            return after(f"{LIST}#wartend", STILL_MISSING)
        return after(f"{LIST}/{issued.id}", ISSUED)


STILL_MISSING = declare(
    "rechnung-unvollstaendig", N_("This invoice cannot be issued yet: something is missing."), "warning"
)


async def _reversing(begin: Begin, invoice_id: UUID, *, is_anew: bool) -> Step:
    async with begin.reading() as session:
        view = await invoice_view(session, invoice_id)
    invoice = view.document.invoice
    here = f"{LIST}/{invoice_id}"
    about = gettext("Invoice %(number)s", number=invoice.number)
    name = invoice.debtor.get("name") or ""
    sentences = [
        gettext("%(number)s to %(name)s: %(sum)s.", number=invoice.number, name=name, sum=amount(view.document.total_cents)),
        gettext("A credit note takes the invoice back as a whole. Both stay in the books for ever."),
    ]  # fmt: skip
    if is_anew:
        sentences.append(gettext("The same lines are issued anew under the next number, with the address, the tax number and the form of today. What is owed stays the same."))  # fmt: skip
    else:
        sentences.append(
            gettext("Nothing is owed for it any more. What was paid already has to be paid back.")
        )
    sentences.append(gettext("%(name)s gets the documents by letter.", name=name))
    label = gettext("Reverse and issue anew") if is_anew else gettext("Reverse the invoice")
    return Step(
        title=label,
        about=about,
        path=f"{here}/{'neu-ausstellen' if is_anew else 'stornieren'}",
        back=here,
        button=label,
        way_out=gettext("Leave it as it is"),
        sentences=sentences,
        is_dangerous=True,
    )


def _refused(form: Form, refusal: DomainError) -> int:
    """Say why not, with everything that is missing."""
    form.refuse("", refusal.message, **refusal.params)
    if isinstance(refusal, FactsMissing):
        form.form_errors += [translated(WORDS[Missing(one)]) for one in refusal.missing]
    return refusal.status


def _file(content: bytes, media_type: str, name: str) -> Response[bytes]:
    return Response(
        content,
        media_type=media_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )
