"""Acts on one loan at the counter, each on a page of its own."""

from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, NotFound, Stale
from lms.lending.errors import NotOut
from lms.lending.models import Loan, LoanState
from lms.lending.pages.forms import AcceptForm, ExtendForm, HandOutForm, ReasonForm, SettleForm, StateForm
from lms.lending.pages.notices import (
    AGREED,
    CANCELLED,
    EXTENDED,
    HANDED_OUT,
    LOST,
    SETTLED,
    SIGNED,
    TAKEN_BACK,
    TAKEN_BACK_PARTLY,
)
from lms.lending.pages.overview import LENDING, MANAGE, READ, Sent
from lms.lending.queries import Lent, lent
from lms.lending.rules import CONDITIONS
from lms.lending.service import Lending
from lms.lending.terms import CURRENT, terms
from lms.web.forms import Form, form_from
from lms.web.language import gettext
from lms.web.notices import after
from lms.web.versions import version_in

PRIVATE = {"cache-control": "no-store", "x-robots-tag": "noindex", "referrer-policy": "same-origin"}
SCAN = f"{LENDING}/scan"


class CounterPages(Controller):
    """Handing out, taking back, moving the end, giving up, agreeing."""

    path = LENDING + "/{loan_id:uuid}"
    include_in_schema = False

    @get("/ausgeben", opt=MANAGE)
    async def ask_hand_out(self, loan_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        found = await _read(begin, loan_id)
        return _hand_out_page(found, _hand_out_form(found))

    @post("/ausgeben", opt=MANAGE)
    async def hand_out(
        self,
        request: Sent,
        loan_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        lending: NamedDependency[Lending],
    ) -> Template | Redirect:
        """Give the borrower what was reserved."""
        found = await _read(begin, loan_id)
        form, status = _hand_out_form(found, await request.form()), 422
        if form.validate():
            try:
                loan = await lending.hand_out(actor, loan_id=loan_id, state=form.state())
                return await handed_out(lending, actor, loan, form)
            except DomainError as refusal:
                status = refused(form, refusal)
        return _hand_out_page(found, form, status=status)

    @get("/zuruecknehmen", opt=MANAGE)
    async def ask_back(
        self, loan_id: FromPath[UUID], begin: NamedDependency[Begin], von: FromQuery[str] = ""
    ) -> Template:
        found = await _read(begin, loan_id)
        return _back_page(found, back_form(found.loan), came_from=von)

    @post("/zuruecknehmen", opt=MANAGE)
    async def take_back(
        self,
        request: Sent,
        loan_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        lending: NamedDependency[Lending],
    ) -> Template | Redirect:
        """Take the device back; whoever scans one after the other is led to the next."""
        found, sent = await _read(begin, loan_id), await request.form()
        form, status, came_from = back_form(found.loan, sent), 422, str(sent.get("von", ""))
        if form.validate():
            try:
                loan = await lending.take_back(actor, loan_id=loan_id, state=form.state())
                path = (
                    f"{SCAN}?zuletzt={found.device.inventory_number}" if came_from == "scan" else _path(loan)
                )
                return after(path, TAKEN_BACK_PARTLY if loan.missing_count else TAKEN_BACK)
            except DomainError as refusal:
                status = refused(form, refusal)
        return _back_page(found, form, came_from=came_from, status=status)

    @get("/verlaengern", opt=MANAGE)
    async def ask_extend(self, loan_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        found = await _read(begin, loan_id)
        form = form_from(ExtendForm, version=str(found.loan.version))
        return _ask(found, form, "lending/extend.html")

    @post("/verlaengern", opt=MANAGE)
    async def extend(
        self,
        request: Sent,
        loan_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        lending: NamedDependency[Lending],
    ) -> Template | Redirect:
        """Another last day; of two who change it at once the slower one sees both days."""
        found = await _read(begin, loan_id)
        form, status = form_from(ExtendForm, await request.form()), 422
        if form.validate():
            try:
                version = version_in(form.version.data) or 0
                await lending.extend(actor, loan_id=loan_id, last=form.last.data, version=version)
                return after(f"{LENDING}/{loan_id}", EXTENDED)
            except DomainError as refusal:
                status = refused(form, refusal, "" if isinstance(refusal, Stale) else "last")
                if isinstance(refusal, Stale):
                    form.version.raw_data, form.version.data = None, str(found.loan.version)
        return _ask(found, form, "lending/extend.html", status=status)

    @get("/stornieren", opt=MANAGE)
    async def ask_cancel(self, loan_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        return _ask(await _read(begin, loan_id), form_from(ReasonForm), "lending/cancel.html")

    @post("/stornieren", opt=MANAGE)
    async def cancel(
        self,
        request: Sent,
        loan_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        lending: NamedDependency[Lending],
    ) -> Template | Redirect:
        """Let go of what was reserved."""
        form = form_from(ReasonForm, await request.form())
        if form.validate():
            await lending.cancel(actor, loan_id=loan_id, reason=form.reason.data or "")
            return after(f"{LENDING}/{loan_id}", CANCELLED)
        return _ask(await _read(begin, loan_id), form, "lending/cancel.html", status=422)

    @get("/verloren", opt=MANAGE)
    async def ask_lost(self, loan_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        return _ask(await _read(begin, loan_id), form_from(ReasonForm), "lending/lost.html")

    @post("/verloren", opt=MANAGE)
    async def mark_lost(
        self,
        request: Sent,
        loan_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        lending: NamedDependency[Lending],
    ) -> Template | Redirect:
        """Give it up, until it turns up."""
        form = form_from(ReasonForm, await request.form())
        if form.validate():
            await lending.mark_lost(actor, loan_id=loan_id, reason=form.reason.data or "")
            return after(f"{LENDING}/{loan_id}", LOST)
        return _ask(await _read(begin, loan_id), form, "lending/lost.html", status=422)

    @get("/zubehoer", opt=MANAGE)
    async def ask_settle(self, loan_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        found = await _read(begin, loan_id)
        return _ask(found, _settle_form(found.loan), "lending/settle.html")

    @post("/zubehoer", opt=MANAGE)
    async def settle(
        self,
        request: Sent,
        loan_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        lending: NamedDependency[Lending],
    ) -> Template | Redirect:
        """What was missing has turned up."""
        found = await _read(begin, loan_id)
        form = _settle_form(found.loan, await request.form())
        if form.validate():
            await lending.settle_accessories(actor, loan_id=loan_id, names=tuple(form.found.data))
            return after(f"{LENDING}/{loan_id}", SETTLED)
        return _ask(found, form, "lending/settle.html", status=422)

    @get("/vereinbarung", opt=MANAGE)
    async def ask_accept(self, loan_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        """The rules on the team's screen, turned towards the borrower."""
        return accept_page(await _read(begin, loan_id), form_from(AcceptForm), at_counter=True)

    @post("/vereinbarung", opt=MANAGE)
    async def accept(
        self,
        request: Sent,
        loan_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        lending: NamedDependency[Lending],
    ) -> Template | Redirect:
        """The borrower accepts at the counter."""
        form, status = form_from(AcceptForm, await request.form()), 422
        if form.validate():
            try:
                await lending.accept_at_counter(actor, loan_id=loan_id, name=form.name.data)
                return after(f"{LENDING}/{loan_id}", AGREED)
            except DomainError as refusal:
                status = refused(form, refusal)
        return accept_page(await _read(begin, loan_id), form, at_counter=True, status=status)

    @post("/unterschrieben", opt=MANAGE)
    async def note_signature(
        self, loan_id: FromPath[UUID], actor: NamedDependency[Actor], lending: NamedDependency[Lending]
    ) -> Redirect:
        """The signed sheet lies before us."""
        await lending.note_signature(actor, loan_id=loan_id)
        return after(f"{LENDING}/{loan_id}", SIGNED)

    @get("/vereinbarung.pdf", opt=READ)
    async def document(
        self, loan_id: FromPath[UUID], begin: NamedDependency[Begin], lending: NamedDependency[Lending]
    ) -> Response[bytes]:
        """The accepted agreement, or the sheet to sign."""
        found = await _read(begin, loan_id)
        return pdf(await lending.document(loan_id), found.loan)


def _hand_out_form(found: Lent, sent: Any = None) -> HandOutForm:
    given = {
        "condition": _condition(found),
        "accessories": list(found.model.accessories),
        "agreement": "paper",
    }
    form = form_from(HandOutForm, sent, **given)
    form.for_accessories(found.model.accessories, gettext("Tick what the person gets."))
    if found.loan.terms_accepted_at is not None:
        del form.agreement
    return form


def _condition(found: Lent) -> str:
    return found.device.condition if found.device.condition in CONDITIONS else CONDITIONS[0]


def _hand_out_page(found: Lent, form: Form, *, status: int = 200) -> Template:
    return _ask(found, form, "lending/hand_out.html", status=status)


async def handed_out(lending: Lending, actor: Actor, loan: Loan, form: HandOutForm) -> Redirect:
    """What follows: the signature is noted, or the screen shows the rules to the borrower."""
    chosen = form.agreement.data if "agreement" in form else ""
    if chosen == "paper":
        await lending.note_signature(actor, loan_id=loan.id)
    if chosen == "screen" and loan.terms_accepted_at is None:
        return after(f"{LENDING}/{loan.id}/vereinbarung", HANDED_OUT)
    return after(f"{LENDING}/{loan.id}", HANDED_OUT)


def back_form(loan: Loan, sent: Any = None) -> StateForm:
    """What is asked when a device comes back: what was handed out is ticked, whatever is missing is unticked."""
    form = form_from(
        StateForm, sent, condition=loan.condition_out or CONDITIONS[0], accessories=list(loan.accessories_out)
    )
    form.for_accessories(loan.accessories_out, gettext("Take the tick away from what is missing."))
    return form


def _back_page(found: Lent, form: Form, *, came_from: str, status: int = 200) -> Template:
    if found.loan.state not in {LoanState.OUT, LoanState.LOST} and status == 200:
        raise NotOut
    return _ask(found, form, "lending/back.html", status=status, came_from=came_from)


def _settle_form(loan: Loan, sent: Any = None) -> SettleForm:
    form = form_from(SettleForm, sent)
    form.found.choices = [(name, name) for name in loan.accessories_missing]
    return form


def accept_page(
    found: Lent, form: Form, *, at_counter: bool = False, here: str = "", back: str = "", status: int = 200
) -> Template:
    """The rules and the two things that accept them, at the counter or for the borrower alone."""
    place = here or f"{LENDING}/{found.loan.id}"
    return Template(
        "lending/accept.html",
        context={
            "lent": found,
            "loan": found.loan,
            "form": form,
            "rules": terms(found.person.language),
            "rules_language": "en" if found.person.language == "en" else "de",
            "version": CURRENT,
            "here": place,
            "back": back or place,
            "at_counter": at_counter,
        },
        status_code=status,
        headers=PRIVATE,
    )


def pdf(document: bytes, loan: Loan) -> Response[bytes]:
    """The file of an agreement."""
    return Response(
        document,
        media_type="application/pdf",
        headers={
            **PRIVATE,
            "content-disposition": f'attachment; filename="{loan.reference}.pdf"',
            "content-security-policy": "sandbox",
        },
    )


def refused(form: Form, refusal: DomainError, field: str = "") -> int:
    """Show a refusal in the form, with what was typed still in place; gives the status of the answer."""
    if isinstance(refusal, NotFound):
        raise refusal
    form.refuse(field, refusal.message, **refusal.params)
    return refusal.status


def _ask(found: Lent, form: Form, template: str, *, status: int = 200, **more: Any) -> Template:
    context = {"lent": found, "loan": found.loan, "form": form, "here": f"{LENDING}/{found.loan.id}"}
    return Template(template, context=context | more, status_code=status)


async def _read(begin: Begin, loan_id: UUID) -> Lent:
    async with begin.reading() as session:
        return await lent(session, loan_id)


def _path(loan: Loan) -> str:
    return f"{LENDING}/{loan.id}"
