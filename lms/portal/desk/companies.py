"""Companies in the office: found, looked at, enrolled by telephone with a number of seats, and runs for one of them alone."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from sqlalchemy.ext.asyncio import AsyncSession

from lms.billing.paper import invoice_pdf
from lms.catalogue.models import Course, PaymentMethod, Run
from lms.db import Begin
from lms.enrolment import rules
from lms.enrolment.models import EntryWay, PartyRule
from lms.enrolment.pages.private import PRIVATE
from lms.enrolment.seats.contacts import Seats
from lms.enrolment.seats.rules import naming_ends_at
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock
from lms.kernel.errors import DomainError, NotFound, Stale
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.people.models import Company, Person
from lms.people.queries import SHORTEST_SEARCH, persons_found
from lms.portal.company.forms import AT_FIELDS, OrderForm
from lms.portal.company.ordering_pages import key_of
from lms.portal.company.reading import companies_found, companies_of, company_view, invoice_for
from lms.portal.desk.changes import of_object
from lms.portal.desk.run_reading import run_with_course
from lms.portal.desk.step import Step, step_page
from lms.portal.desk.words import PAYMENT_WAYS
from lms.web.access import may
from lms.web.forms import Form, Hidden, Number, Select, form_from
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.notices import SAVED, after, declare
from lms.web.pagination import page_of, window
from lms.web.sent import uuid_in
from lms.web.versions import both_versions, version_in

AnyRequest = Request[Any, Any, Any]
COMPANIES = "/verwaltung/unternehmen"
LONGEST_SEARCH = 100
HITS = 8
MOST_COMPANIES = 500
BOOKED = declare(
    "plaetze-unternehmen", N_("The seats are booked. The confirmation goes out by e-mail or as a letter to print.")
)  # fmt: skip
ADDED = declare("kontakt-dazu", N_("This person looks after the company's courses from now on."))
GONE = declare("kontakt-weg", N_("This person has no access to the company any more."))


class ClosingForm(Form):
    """Whom a run is for, and until when people are named."""

    company = Select(N_("Closed run for"), blank=N_("Nobody: the run is open to everybody"))
    naming_days = Number(
        N_("Companies name and replace people until how many days before the start?"),
        hint=N_("0: until the first session begins."),
        missing=N_("Enter the number of days."),
        least=0,
        most=60,
        width=5,
    )
    version = Hidden()


class DeskCompanyPages(Controller):
    """Every company we know."""

    path = COMPANIES
    opt = may("R", "enrolment", of=Scope.ALL)
    include_in_schema = False

    @get()
    async def index(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        q: FromQuery[str] = "",
    ) -> Template:
        """Found by parts of the name or the town; two statements."""
        typed = q.strip()[:LONGEST_SEARCH]
        number, size, offset = window(request.query_params.get("seite"))
        async with begin.reading() as session:
            rows, total = await companies_found(session, typed, limit=size, offset=offset)
        page = page_of(
            rows, number=number, size=size, total=total, path=COMPANIES, query=request.query_params.multi_items()
        )  # fmt: skip
        return Template(
            "portal/desk/companies.html",
            context={
                "page": page,
                "typed": typed,
                "may_export": actor.may_for_all("persons", "bulk-export"),
            },
        )

    @get("/{company_id:uuid}")
    async def show(
        self,
        company_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        q: FromQuery[str] = "",
    ) -> Template:
        """Contacts, seats, people, invoices, runs."""
        typed = q.strip()[:LONGEST_SEARCH]
        async with begin.reading() as session:
            view = await company_view(session, company_id, now=clock())
            found: Sequence[Person] = ()
            if len(typed) >= SHORTEST_SEARCH:
                found, _ = await persons_found(session, typed, limit=HITS)
            history = await of_object(session, "company", company_id)
        return Template(
            "portal/desk/company.html",
            context={
                "view": view,
                "typed": typed,
                "found": found,
                "history": history,
                "here": f"{COMPANIES}/{company_id}",
                "may_change": actor.may_for_all("U", "person"),
                "may_join": actor.may_for_all("reverse", "invoice"),
                "may_see_money": actor.may_for_all("R", "invoice"),
                "may_see_invoices": actor.may_for_all("R", "invoice"),
            },
        )

    @post("/{company_id:uuid}/kontakte/{person_id:uuid}", opt=may("U", "person", of=Scope.ALL))
    async def add(
        self,
        company_id: FromPath[UUID],
        person_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        company_seats: NamedDependency[Seats],
    ) -> Redirect:
        """Let a person we know act for the company."""
        await company_seats.add_contact(actor, company_id=company_id, person_id=person_id)
        return after(f"{COMPANIES}/{company_id}", ADDED)

    @post("/{company_id:uuid}/kontakte/{person_id:uuid}/entfernen", opt=may("U", "person", of=Scope.ALL))
    async def remove(
        self,
        company_id: FromPath[UUID],
        person_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        company_seats: NamedDependency[Seats],
    ) -> Redirect:
        """End somebody's access with their next request."""
        await company_seats.remove_contact(actor, company_id=company_id, person_id=person_id)
        return after(f"{COMPANIES}/{company_id}", GONE)

    @get(
        "/{company_id:uuid}/rechnungen/{invoice_id:uuid}/rechnung.pdf", opt=may("R", "invoice", of=Scope.ALL)
    )
    async def invoice(
        self, company_id: FromPath[UUID], invoice_id: FromPath[UUID], around: NamedDependency[Around]
    ) -> Response[bytes]:
        """The document as it was handed out."""
        async with around.begin.reading() as session:
            found = await invoice_for(session, [company_id], invoice_id)
        return Response(
            await invoice_pdf(around.begin, invoice_id),
            media_type="application/pdf",
            headers={**PRIVATE, "content-disposition": f'attachment; filename="{found.number}.pdf"'},
        )


class DeskSeatPages(Controller):
    """A company calls and wants seats."""

    path = "/verwaltung/anmelden/{run_id:uuid}/unternehmen"
    opt = may("U", "enrolment", of=Scope.ALL)
    include_in_schema = False

    @get()
    async def ask(
        self,
        run_id: FromPath[UUID],
        begin: NamedDependency[Begin],
        q: FromQuery[str] = "",
        firma: FromQuery[UUID | None] = None,
    ) -> Template:
        """Which company, how many seats, who called."""
        typed = q.strip()[:LONGEST_SEARCH]
        async with begin.reading() as session:
            run, course, _, _ = await run_with_course(session, run_id)
            company = await _company(session, firma or run.company_id)
            found, _ = (
                await companies_found(session, typed, limit=HITS)
                if len(typed) >= SHORTEST_SEARCH and company is None
                else ((), 0)
            )
        known = {"key": str(uuid4()), "few": "together", "company_name": typed, "payment": "invoice"}
        form = _fitted(form_from(OrderForm, None, **known), run, company)
        return _page(form, run, course, company, typed=typed, found=found)

    @post()
    async def order(
        self,
        request: AnyRequest,
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        company_seats: NamedDependency[Seats],
    ) -> Template | Redirect:
        """Order for the company. Sent twice it is ordered once."""
        sent = await request.form()
        async with begin.reading() as session:
            run, course, _, _ = await run_with_course(session, run_id)
            company = await _company(session, uuid_in(sent.get("firma")))
        form = _fitted(form_from(OrderForm, sent), run, company)
        status = 422
        if form.validate():
            try:
                order = await company_seats.order_seats(
                    actor,
                    order_id=key_of(form),
                    run_id=run_id,
                    seats=form.seats.data,
                    company=company.id if company else form.new_company(),
                    contact=form.contact("de"),
                    payment_method=PaymentMethod(form.payment.data) if "payment" in form else None,
                    few=PartyRule(form.few.data),
                    way=EntryWay.PHONE,
                    order_number=form.order_number.data or "",
                )
                return after(f"/plaetze/{order.id}/meine", BOOKED)
            except NotFound:
                raise
            except DomainError as refusal:
                field = AT_FIELDS.get(type(refusal), "")
                form.refuse(field if field in form else "", refusal.message, **refusal.params)
                status = refusal.status
        return _page(form, run, course, company, status=status)


class ClosingForCompanyPages(Controller):
    """A run for one company alone (F-F07)."""

    path = "/verwaltung/durchfuehrungen/{run_id:uuid}/geschlossen"
    opt = may("U", "plan")
    include_in_schema = False

    @get()
    async def ask(self, run_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        """Whom it is for."""
        async with begin.reading() as session:
            run, course, _, _ = await run_with_course(session, run_id)
            form = await _closing_form(session, run)
        return step_page(_closing(run, course), form)

    @post()
    async def close(
        self,
        request: AnyRequest,
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        company_seats: NamedDependency[Seats],
    ) -> Template | Redirect:
        """Only this company, or everybody again."""
        sent = await request.form()
        async with begin.reading() as session:
            run, course, _, _ = await run_with_course(session, run_id)
            stored = await _closing_form(session, run)
            form = await _closing_form(session, run, sent)
        versions, status = None, 422
        if form.validate():
            try:
                await company_seats.close_run(
                    actor,
                    run_id=run_id,
                    company_id=uuid_in(form.company.data),
                    naming_days=form.naming_days.data,
                    version=version_in(form.version.data) or 0,
                )
                return after(f"/verwaltung/durchfuehrungen/{run_id}", SAVED)
            except Stale as refusal:
                versions, status = (
                    both_versions(
                        form, stored, marks=["version"], keep=f"/verwaltung/durchfuehrungen/{run_id}"
                    ),
                    refusal.status,
                )
            except DomainError as refusal:
                form.refuse("", refusal.message, **refusal.params)
                status = refusal.status
        return step_page(_closing(run, course), form, status=status, versions=versions)


async def _closing_form(session: AsyncSession, run: Run, sent: Any = None) -> ClosingForm:
    rows, _ = await companies_found(session, "", limit=MOST_COMPANIES)
    values = {
        "company": str(run.company_id or ""),
        "naming_days": run.naming_days,
        "version": str(run.version),
    }
    form = form_from(ClosingForm, sent, **values)
    form.company.choices = [
        (str(one.id), f"{one.name}, {one.city}" if one.city else one.name) for one in rows
    ]
    return form


def _closing(run: Run, course: Course) -> Step:
    path = f"/verwaltung/durchfuehrungen/{run.id}"
    return Step(
        title=gettext("Run for one company"),
        about=gettext("Run %(number)s: %(course)s", number=run.number, course=course.title_de),
        path=f"{path}/geschlossen",
        back=path,
        button=gettext("Save"),
        way_out=gettext("Change nothing"),
        sentences=[
            gettext("A closed run stands in no catalogue, no search and no calendar. The company's contacts, their links and the team can book it."),
            gettext("Whoever is enrolled already stays."),
        ],
    )  # fmt: skip


def _fitted(form: OrderForm, run: Run, company: Company | None) -> OrderForm:
    form.by_telephone = True
    del form.company
    if company is not None:
        for name in ("company_name", "street", "postal_code", "city", "invoice_email", "route_id"):
            del form[name]
    if not run.price_cents:
        del form.payment
    else:
        form.payment.choices = [(way, PAYMENT_WAYS[way]) for way in rules.by_the_team(run)]
    return form


def _page(
    form: OrderForm,
    run: Run,
    course: Course,
    company: Company | None,
    *,
    typed: str = "",
    found: Any = (),
    status: int = 200,
) -> Template:
    return Template(
        "portal/desk/seats.html",
        context={
            "form": form,
            "run": run,
            "course": course,
            "company": company,
            "typed": typed,
            "found": found,
            "naming_ends_at": naming_ends_at(run),
            "here": f"/verwaltung/anmelden/{run.id}/unternehmen",
        },
        status_code=status,
    )


async def _company(session: AsyncSession, company_id: UUID | None) -> Company | None:
    if company_id is None:
        return None
    found = await companies_of(session, [company_id])
    if not found:
        raise NotFound
    return found[0]
