"""Assigning payments: three blocks, one button for what is sure, one page for each line that is not."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from lms.banking.models import AsideReason, LineState
from lms.banking.queries import lines_of
from lms.banking.service import LineClearing
from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.portal.finance.bank_forms import (
    AsideForm,
    BackForm,
    ChoiceForm,
    UndoForm,
    amounts_form,
    parts_in,
)
from lms.portal.finance.bank_reading import LineStory, line_story, work_list
from lms.portal.finance.bank_words import ASIDE, STATES
from lms.portal.finance.statements import LIST
from lms.web.access import may
from lms.web.forms import Form, form_from
from lms.web.notices import SAVED, after, declare
from lms.web.pagination import page_of, window
from lms.web.sent import uuid_in

WORK = f"{LIST}/zuordnen"
LINES = f"{LIST}/zeilen"
MOST_SHOWN = 100
"""So many lines of a block stand on the page; the block says how many there are."""
BOOKED = declare("zeilen-gebucht", N_("The assigned payments are booked."))
OWN_LEFT = declare(
    "eigene-uebrig",
    N_("Booked, but for payments of your own or of your family: please ask a colleague."),
    "warning",
)
CHANGED = declare(
    "zeilen-anders",
    N_("Something has changed in the meantime, so nothing was booked. Please look at the list again."),
    "warning",
)
DECIDED = declare("zeile-entschieden", N_("That is done. You can take it back on the page of the line."))
VIEWS = {
    "gebucht": (LineState.BOOKED, LineState.REPORTED),
    "beiseite": (LineState.ASIDE,),
    "zurueck": (LineState.RETURNING, LineState.RETURNED),
}


class AssigningPayments(Controller):
    """The work list and its one button."""

    path = WORK
    opt = may("import", "payment")
    include_in_schema = False

    @get()
    async def index(self, begin: NamedDependency[Begin], auszug: FromQuery[str] = "") -> Template:
        """Matched, unsure, unknown."""
        return await _work_page(begin, uuid_in(auszug), "portal/finance/assign.html")

    @get("/buchen")
    async def ask(self, begin: NamedDependency[Begin], auszug: FromQuery[str] = "") -> Template:
        """What the button would book, line by line."""
        return await _work_page(begin, uuid_in(auszug), "portal/finance/book.html")

    @post("/buchen")
    async def book(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        line_clearing: NamedDependency[LineClearing],
    ) -> Redirect:
        """Book all of them."""
        sent = await request.form()
        statement_id = uuid_in(sent.get("auszug"))
        back = f"{WORK}?auszug={statement_id}" if statement_id else WORK
        try:
            booked = await line_clearing.book_matched(
                actor, seen=str(sent.get("seen", "")), statement_id=statement_id
            )
        except DomainError as refusal:
            if refusal.status != 409:
                raise
            return after(back, CHANGED)
        return after(back, OWN_LEFT if booked.own else BOOKED)

    @get("/erledigt")
    async def done(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        ansicht: FromQuery[str] = "gebucht",
    ) -> Template:
        """What was decided, the newest first."""
        view = ansicht if ansicht in VIEWS else "gebucht"
        number, size, offset = window(request.query_params.get("seite"), 50)
        async with begin.reading() as session:
            lines, total = await lines_of(session, VIEWS[view], limit=size, offset=offset)
        page = page_of(
            lines, number=number, size=size, total=total, path=f"{WORK}/erledigt", query={"ansicht": view}
        )
        context = {
            "page": page,
            "view": view,
            "states": STATES,
            "aside": ASIDE,
            "may_export": actor.may_for_all("billing", "bulk-export"),
        }
        return Template("portal/finance/decided.html", context=context)


class BankLinePages(Controller):
    """One line: what it says, what it may be, and every way to decide."""

    path = f"{LINES}/{{line_id:uuid}}"
    opt = may("import", "payment")
    include_in_schema = False

    @get()
    async def show(
        self, request: Request[Any, Any, Any], line_id: FromPath[UUID], begin: NamedDependency[Begin]
    ) -> Template:
        """The line, its candidates, and the search by hand."""
        return await _line_page(request, begin, line_id)

    @post("/waehlen")
    async def choose(
        self,
        request: Request[Any, Any, Any],
        line_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        line_clearing: NamedDependency[LineClearing],
    ) -> Template | Redirect:
        """Take one of the candidates."""
        form = form_from(ChoiceForm, await request.form())
        try:
            await line_clearing.choose(
                actor, line_id=line_id, version=form.seen_version, key=form.choice.data or ""
            )
        except DomainError as refusal:
            return await _refused(request, begin, line_id, refusal, choice=form)
        return after(WORK, DECIDED)

    @post("/aufteilen")
    async def split(
        self,
        request: Request[Any, Any, Any],
        line_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        line_clearing: NamedDependency[LineClearing],
    ) -> Template | Redirect:
        """Book it for what was found by hand."""
        sent = await request.form()
        async with begin.reading() as session:
            story = await line_story(session, line_id, chosen=_ids(sent.getall("posten", [])))
        form = amounts_form(story, sent)
        if not form.validate():
            return await _line_page(request, begin, line_id, sent=sent, amounts=form, status=422)
        try:
            await line_clearing.split(
                actor, line_id=line_id, version=form.seen_version, parts=parts_in(form, story),
                note=form.note.data or "",
            )  # fmt: skip
        except DomainError as refusal:
            return await _refused(request, begin, line_id, refusal, sent=sent, amounts=form)
        return after(WORK, DECIDED)

    @post("/beiseite")
    async def set_aside(
        self,
        request: Request[Any, Any, Any],
        line_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        line_clearing: NamedDependency[LineClearing],
    ) -> Template | Redirect:
        """It is no payment for a course."""
        form = form_from(AsideForm, await request.form())
        if not form.validate():
            return await _line_page(request, begin, line_id, aside=form, status=422)
        try:
            await line_clearing.set_aside(
                actor, line_id=line_id, version=form.seen_version, aside=AsideReason(form.why.data),
                note=form.note.data or "",
            )  # fmt: skip
        except DomainError as refusal:
            return await _refused(request, begin, line_id, refusal, aside=form)
        return after(WORK, DECIDED)

    @post("/zurueck")
    async def send_back(
        self,
        request: Request[Any, Any, Any],
        line_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        line_clearing: NamedDependency[LineClearing],
    ) -> Template | Redirect:
        """It is to go back to whoever sent it."""
        form = form_from(BackForm, await request.form())
        if not form.validate():
            return await _line_page(request, begin, line_id, back=form, status=422)
        try:
            await line_clearing.send_back(
                actor, line_id=line_id, version=form.seen_version, note=form.why_back.data
            )
        except DomainError as refusal:
            return await _refused(request, begin, line_id, refusal, back=form)
        return after(f"{LINES}/{line_id}", DECIDED)

    @post("/ueberwiesen")
    async def sent_back(
        self,
        request: Request[Any, Any, Any],
        line_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        line_clearing: NamedDependency[LineClearing],
    ) -> Redirect:
        """It has been transferred back at the bank."""
        form = form_from(UndoForm, await request.form())
        await line_clearing.sent_back(actor, line_id=line_id, version=form.seen_version)
        return after(f"{LINES}/{line_id}", SAVED)

    @post("/ruecknahme")
    async def undo(
        self,
        request: Request[Any, Any, Any],
        line_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        line_clearing: NamedDependency[LineClearing],
    ) -> Template | Redirect:
        """Take the decision back."""
        form = form_from(UndoForm, await request.form())
        if not form.validate():
            return await _line_page(request, begin, line_id, undo=form, status=422)
        try:
            await line_clearing.undo(
                actor, line_id=line_id, version=form.seen_version, reason=form.reason.data
            )
        except DomainError as refusal:
            return await _refused(request, begin, line_id, refusal, undo=form)
        return after(f"{LINES}/{line_id}", SAVED)

    @post("/konto")
    async def confirm_account(
        self,
        request: Request[Any, Any, Any],
        line_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        line_clearing: NamedDependency[LineClearing],
    ) -> Redirect:
        """Say whose account it is."""
        sent = await request.form()
        person_id, company_id = uuid_in(sent.get("person")), uuid_in(sent.get("unternehmen"))
        if (person_id is None) == (company_id is None):
            raise NotFound
        await line_clearing.confirm_account(
            actor, line_id=line_id, person_id=person_id, company_id=company_id
        )
        return after(f"{LINES}/{line_id}", SAVED)

    @post("/konto/{known_id:uuid}/vergessen")
    async def forget_account(
        self,
        line_id: FromPath[UUID],
        known_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        line_clearing: NamedDependency[LineClearing],
    ) -> Redirect:
        """It is nobody's any more, as far as we know."""
        await line_clearing.forget_account(actor, known_id=known_id)
        return after(f"{LINES}/{line_id}", SAVED)


async def _work_page(begin: Begin, statement_id: UUID | None, template: str) -> Template:
    async with begin.reading() as session:
        work = await work_list(session, statement_id)
    context = {
        "work": work,
        "statement_id": statement_id,
        "most": MOST_SHOWN,
        "query": f"?auszug={statement_id}" if statement_id else "",
    }
    return Template(template, context=context)


async def _refused(
    request: Request[Any, Any, Any],
    begin: Begin,
    line_id: UUID,
    refusal: DomainError,
    *,
    sent: Any = None,
    **forms: Form,
) -> Template:
    """What was typed stays, the sentence stands above, and below is how the line stands now."""
    if refusal.status == 404:
        raise refusal
    (form,) = forms.values()
    form.refuse("", refusal.message, **refusal.params)
    return await _line_page(request, begin, line_id, sent=sent, status=refusal.status, **forms)


async def _line_page(
    request: Request[Any, Any, Any],
    begin: Begin,
    line_id: UUID,
    *,
    sent: Any = None,
    status: int = 200,
    **forms: Form,
) -> Template:
    typed = str((sent or request.query_params).get("suche") or "")
    chosen = _ids(sent.getall("posten", []) if sent else request.query_params.getall("posten", []))
    async with begin.reading() as session:
        story = await line_story(session, line_id, typed=typed, chosen=chosen)
    version = story.shown.clearing.version
    made: dict[str, Form] = {
        "choice": form_from(ChoiceForm, seen=str(version)),
        "amounts": amounts_form(story),
        "aside": form_from(AsideForm, seen=str(version)),
        "back": form_from(BackForm, seen=str(version)),
        "undo": form_from(UndoForm, seen=str(version)),
    }
    made |= forms
    context: dict[str, Any] = {
        "story": story, "one": story.shown.line, "clearing": story.shown.clearing, "typed": typed, "states": STATES,
        "aside_words": ASIDE, "forms": made, "form": next(iter(forms.values()), None), "chosen": chosen,
        "more": _links(story, typed, chosen), "path": f"{LINES}/{line_id}",
    }  # fmt: skip
    return Template("portal/finance/line.html", context=context, status_code=status)


def _ids(sent: list[Any]) -> list[UUID]:
    found = (uuid_in(one) for one in sent[:20])
    return list(dict.fromkeys(one for one in found if one is not None))


def _links(story: LineStory, typed: str, chosen: list[UUID]) -> dict[str, str]:
    """Where it leads to add a debt that was found, or to take a chosen one out: what is chosen stands in the address."""
    from urllib.parse import urlencode

    def address(ids: list[UUID]) -> str:
        query = urlencode([("suche", typed), *(("posten", str(one)) for one in ids)])
        return f"{LINES}/{story.shown.line.id}?{query}#aufteilen"

    links = {str(debt.account_id): address([*chosen, debt.account_id]) for debt in story.found}
    return links | {
        str(debt.account_id): address([one for one in chosen if one != debt.account_id])
        for debt in story.chosen
    }
