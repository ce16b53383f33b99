"""Ordering seats: `/anmelden/<run>/plaetze`, one page to fill in, one to check, with or without an account."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.accounts.limits import within
from lms.catalogue.models import PaymentMethod
from lms.enrolment import rules
from lms.enrolment.errors import EnrolmentClosed, NotYetOpen, RunNotOffered
from lms.enrolment.models import PartyRule
from lms.enrolment.pages.asking import WAYS_TO_PAY
from lms.enrolment.pages.offering import Offering, offering_of
from lms.enrolment.pages.private import PRIVATE
from lms.enrolment.pages.wizard import refused
from lms.enrolment.pages.words import TERMS_VERSION, cancel_words
from lms.enrolment.seats.contacts import Seats
from lms.enrolment.seats.policy import may_act_for, refuse_strangers
from lms.enrolment.seats.rules import naming_ends_at
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.people.models import Company
from lms.portal.company.forms import AT_FIELDS, NEW, OrderForm
from lms.portal.company.keys import path_of
from lms.portal.company.reading import companies_of
from lms.web.access import PUBLIC
from lms.web.forms import form_from
from lms.web.language import current_language, gettext, translated
from lms.web.module import Around
from lms.web.notices import after, declare
from lms.web.sent import uuid_in

AnyRequest = Request[Any, Any, Any]
ORDERED = declare("plaetze-gebucht", N_("The seats are booked. Now you can name the people, or do it later."))
LIMIT = "enrolment"


class SeatOrderPages(Controller):
    """How many seats, for whom, on whose invoice."""

    path = "/anmelden/{run_id:uuid}/plaetze"
    opt = PUBLIC
    include_in_schema = False

    @get()
    async def ask(
        self, run_id: FromPath[UUID], actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Template:
        """The form; what a contact's account knows need not be typed."""
        offering, companies = await _read(around, actor, run_id)
        try:
            rules.refuse_unless_open(offering.run, around.clock())
        except (RunNotOffered, NotYetOpen, EnrolmentClosed) as refusal:
            return await refused(around, offering, refusal, status=200)
        known: dict[str, Any] = {"key": str(uuid4()), "few": "together"}
        if len(rules.by_the_team(offering.run)) == 1:
            known["payment"] = rules.by_the_team(offering.run)[0]
        if companies:
            known["company"] = str(companies[0].id)
        return _page(offering, fitted(form_from(OrderForm, None, **known), offering, actor, companies))

    @post("/pruefen")
    async def check(
        self,
        request: AnyRequest,
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Template:
        """What will be ordered and what it costs, before the button."""
        offering, companies = await _read(around, actor, run_id)
        form = fitted(form_from(OrderForm, await request.form()), offering, actor, companies)
        if not form.validate():
            return _page(offering, form, status=422)
        return _check_page(around, offering, form, companies)

    @post()
    async def order(
        self,
        request: AnyRequest,
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        company_seats: NamedDependency[Seats],
    ) -> Template | Redirect:
        """Order. Sent again it leads to the same seats."""
        offering, companies = await _read(around, actor, run_id)
        sent = await request.form()
        form = fitted(form_from(OrderForm, sent), offering, actor, companies)
        if not form.validate() or sent.get("zurueck"):
            return _page(offering, form, status=422 if form.problems else 200)
        if not actor.is_signed_in:
            await within(around.begin, around.clock, LIMIT, address=actor.address)
        try:
            order = await company_seats.order_seats(
                actor,
                order_id=key_of(form),
                run_id=run_id,
                seats=form.seats.data,
                company=payer_of(form),
                contact=form.contact(current_language()),
                payment_method=PaymentMethod(form.payment.data) if "payment" in form else None,
                few=PartyRule(form.few.data),
                order_number=form.order_number.data or "",
                terms_version=TERMS_VERSION,
            )
        except NotFound:
            raise
        except DomainError as refusal:
            field = AT_FIELDS.get(type(refusal), "")
            form.refuse(field if field in form else "", refusal.message, **refusal.params)
            return _page(offering, form, status=refusal.status)
        return after(
            path_of(around, order, own=may_act_for(actor, order.company_id) or _is_new(form, actor)), ORDERED
        )


def fitted(
    form: OrderForm, offering: Offering, actor: Actor, companies: Sequence[Company], *, by_staff: bool = False
) -> OrderForm:
    """Only what has to be asked of this visitor for this run."""
    if companies:
        form.company.choices = [(str(one.id), one.name) for one in companies]
        if offering.run.company_id is None:
            form.company.choices.append((NEW, gettext("Another company")))
    else:
        del form.company
    if offering.run.company_id is not None and "company" in form:
        for name in ("company_name", "street", "postal_code", "city", "invoice_email", "route_id"):
            del form[name]
    if actor.is_signed_in and not by_staff:
        for name in ("given_name", "family_name", "email", "phone"):
            del form[name]
    if not offering.run.price_cents:
        del form.payment
    else:
        form.payment.choices = [
            (way, translated(WAYS_TO_PAY[way][0])) for way in rules.by_the_team(offering.run)
        ]
    return form


def payer_of(form: OrderForm) -> Any:
    """The company chosen, or the one typed."""
    if "company" in form and form.company.data != NEW:
        return UUID(form.company.data)
    return form.new_company()


def key_of(form: OrderForm) -> UUID:
    """The id under which the form orders; a fresh one where somebody has tampered with it."""
    return uuid_in(form.key.data) or uuid4()


def _is_new(form: OrderForm, actor: Actor) -> bool:
    """Whether the order has just made the visitor a contact of a new company: known from the next request on."""
    return actor.is_signed_in and ("company" not in form or form.company.data == NEW)


async def _read(around: Around, actor: Actor, run_id: UUID) -> tuple[Offering, Sequence[Company]]:
    async with around.begin.reading() as session:
        offering = await offering_of(session, run_id)
        refuse_strangers(actor, offering.run.company_id)
        mine = actor.companies
        if offering.run.company_id is not None:
            mine = frozenset({offering.run.company_id})
        return offering, await companies_of(session, mine) if mine else ()


def _page(offering: Offering, form: OrderForm, *, status: int = 200) -> Template:
    run = offering.run
    return Template(
        "portal/company/order.html",
        context={
            "offering": offering,
            "form": form,
            "free": 0 if run.waiting else max(0, run.free),
            "naming_ends_at": naming_ends_at(run),
            "here": f"/anmelden/{run.id}/plaetze",
        },
        status_code=status,
        headers=PRIVATE,
    )


def _check_page(
    around: Around, offering: Offering, form: OrderForm, companies: Sequence[Company]
) -> Template:
    payer = payer_of(form)
    name = next((one.name for one in companies if one.id == payer), "") or form.company_name.data
    run = offering.run
    return Template(
        "portal/company/check.html",
        context={
            "offering": offering,
            "form": form,
            "company": name,
            "total_cents": run.price_cents * form.seats.data,
            "payment": dict(form.payment.choices).get(form.payment.data, "") if "payment" in form else "",
            "few": translated(dict(form.few.choices)[form.few.data]),
            "hidden": _sent_on(form),
            "cancel_words": cancel_words(run, around.clock()) if run.price_cents else "",
            "naming_ends_at": naming_ends_at(run),
            "here": f"/anmelden/{run.id}/plaetze",
        },
        headers=PRIVATE,
    )


def _sent_on(form: OrderForm) -> Mapping[str, str]:
    """What was typed, for the hidden fields of the page that asks once more."""
    return {field.name: str(field.data) for field in form if field.data not in (None, "")}
