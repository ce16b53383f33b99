"""`/verwaltung/kasse`: the receipts of a day, what was counted, one receipt, and its reversal."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from lms.accounts.handing_out import persons_file
from lms.billing import policy
from lms.billing.models import ReceiptKind
from lms.billing.receipt_paper import receipt_pdf
from lms.billing.receipts import Receipts, receipt_of, till_of
from lms.db import Begin
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import Clock, local, today
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.portal.desk.step import Step, step_page
from lms.web.access import may
from lms.web.formats import amount
from lms.web.forms import Euro, Form, Hidden, TextArea, form_from
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.notices import after, declare

TILL = "/verwaltung/kasse"
COUNTED = declare("gezaehlt", N_("The count is kept."))
REVERSED = declare("quittung-storniert", N_("The receipt is reversed. Pay the amount back out of the till."))

CSV_HEAD = (
    N_("Number"), N_("Date"), N_("Time"), N_("Payer"), N_("Course"), N_("Run"), N_("Reference"), N_("Amount in euros"),
    N_("Served by"), N_("Reason"),
)  # fmt: skip


class CountForm(Form):
    """What lies in the till."""

    counted = Euro(N_("Counted in the till"), missing=N_("Enter what you have counted."))
    note = TextArea(N_("Note"), hint=N_("Where there is a difference: what could be the reason?"), rows=2)
    key = Hidden()


class ReversalForm(Form):
    """Why a receipt is taken back."""

    reason = TextArea(
        N_("Reason"), hint=N_("It stands on the receipt."), missing=N_("State the reason."), rows=2
    )


class TillPages(Controller):
    """Cash, day by day."""

    path = TILL
    opt = may("R", "invoice", of=Scope.ALL)
    include_in_schema = False

    @get()
    async def index(
        self,
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        tag: FromQuery[str] = "",
    ) -> Template:
        """The receipts of a day, by default of today."""
        ensure(policy.may_see_till(actor), actor)
        return await _day_page(begin, clock, actor, _day(tag, clock))

    @post()
    async def count(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        receipts: NamedDependency[Receipts],
    ) -> Template | Redirect:
        """Keep what was counted today. Sent twice it is kept once."""
        ensure(policy.may_take_cash(actor), actor)
        form = form_from(CountForm, await request.form())
        if not form.validate():
            return await _day_page(begin, clock, actor, today(clock), form=form)
        try:
            count_id = UUID(form.key.data or "")
        except ValueError:
            count_id = uuid4()
        await receipts.count(
            actor, count_id=count_id, counted_cents=form.counted.data, note=form.note.data or ""
        )
        return after(TILL, COUNTED)

    @get(["/kasse.csv", "/kasse.xlsx"])
    async def export(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        clock: NamedDependency[Clock],
        tag: FromQuery[str] = "",
    ) -> Response[bytes]:
        """The same day as a table for a spreadsheet."""
        ensure(policy.may_see_till(actor), actor)
        day = _day(tag, clock)
        async with around.begin.reading() as session:
            till = await till_of(session, day)
        rows = [
            [
                one.number, local(one.issued_at).date(), f"{local(one.issued_at):%H:%M}", one.facts["payer"],
                one.facts["course"], one.facts["run"], one.facts["reference"], Decimal(one.amount_cents).scaleb(-2),
                one.cashier_name, one.reason,
            ]
            for one in till.receipts
        ]  # fmt: skip
        heads = [gettext(word) for word in CSV_HEAD]
        return await persons_file(request, around, actor, f"kasse-{day.isoformat()}", [heads, *rows])

    @get("/{receipt_id:uuid}")
    async def show(
        self,
        receipt_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
    ) -> Template:
        """One receipt, for the screen and the printer."""
        ensure(policy.may_see_till(actor), actor)
        async with begin.reading() as session:
            receipt, other = await receipt_of(session, receipt_id)
        can_reverse = receipt.kind is ReceiptKind.RECEIPT and other is None
        return Template(
            "portal/counter/receipt.html",
            context={
                "receipt": receipt,
                "other": other,
                "may_reverse": can_reverse and policy.may_reverse(actor, receipt, today(clock)),
            },
        )

    @get("/{receipt_id:uuid}/quittung.pdf")
    async def document(
        self, receipt_id: FromPath[UUID], actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> Response[bytes]:
        """The receipt on paper."""
        ensure(policy.may_see_till(actor), actor)
        number, content = await receipt_pdf(begin, receipt_id)
        return Response(
            content,
            media_type="application/pdf",
            headers={
                "content-disposition": f'inline; filename="{number}.pdf"',
                "cache-control": "no-store",
            },
        )

    @get("/{receipt_id:uuid}/storno")
    async def ask_reversal(
        self, receipt_id: FromPath[UUID], actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> Template:
        ensure(policy.may_see_till(actor), actor)
        return step_page(await _reversing(begin, receipt_id), form_from(ReversalForm))

    @post("/{receipt_id:uuid}/storno")
    async def reverse(
        self,
        request: Request[Any, Any, Any],
        receipt_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        receipts: NamedDependency[Receipts],
    ) -> Template | Redirect:
        """Write the receipt that reverses it."""
        ensure(policy.may_see_till(actor), actor)
        form, status = form_from(ReversalForm, await request.form()), 422
        if form.validate():
            try:
                made = await receipts.reverse(actor, receipt_id=receipt_id, reason=form.reason.data)
                return after(f"{TILL}/{made.id}", REVERSED)
            except DomainError as refusal:
                if isinstance(refusal, NotFound):
                    raise
                form.refuse("", refusal.message, **refusal.params)
                status = refusal.status
        return step_page(await _reversing(begin, receipt_id), form, status=status)


async def _day_page(
    begin: Begin, clock: Clock, actor: Actor, day: date, *, form: CountForm | None = None
) -> Template:
    async with begin.reading() as session:
        till = await till_of(session, day)
    is_today = day == today(clock)
    counting = (form or form_from(CountForm, key=str(uuid4()))) if is_today else None
    return Template(
        "portal/counter/till.html",
        context={
            "till": till,
            "is_today": is_today,
            "form": counting if policy.may_take_cash(actor) else None,
        },
        status_code=422 if form else 200,
    )


async def _reversing(begin: Begin, receipt_id: UUID) -> Step:
    async with begin.reading() as session:
        receipt, _ = await receipt_of(session, receipt_id)
    return Step(
        title=gettext("Reverse a receipt"),
        about=gettext("Receipt %(number)s, %(payer)s", number=receipt.number, payer=receipt.facts["payer"]),
        path=f"{TILL}/{receipt_id}/storno",
        back=f"{TILL}/{receipt_id}",
        button=gettext("Reverse the receipt"),
        way_out=gettext("Change nothing"),
        sentences=[
            gettext("%(amount)s are paid back out of the till.", amount=amount(receipt.amount_cents)),
            gettext("The receipt stays. A second one with a number of its own reverses it."),
        ],
        is_dangerous=True,
    )


def _day(text: str, clock: Clock) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return today(clock)
