"""What an invoice to a company needs: its address, its routing number, and in which form it wants its invoices."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound, Stale
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.people.companies import BillingData, Companies, billing_data, mark_of
from lms.people.models import Company, ElectronicInvoice
from lms.portal.desk.step import Step, step_page
from lms.web.access import may
from lms.web.forms import Email, Form, Hidden, Radios, Text, form_from
from lms.web.language import gettext
from lms.web.notices import SAVED, after
from lms.web.versions import both_versions

COMPANIES = "/verwaltung/unternehmen"
FORMS = [
    (ElectronicInvoice.NONE, N_("A PDF is enough")),
    (ElectronicInvoice.ZUGFERD, N_("ZUGFeRD: a PDF with data inside, for bookkeeping programs")),
    (ElectronicInvoice.XRECHNUNG, N_("XRechnung: a file of data beside the PDF, for public bodies")),
]


class BillingForm(Form):
    """The data, in the order of an envelope."""

    name = Text(N_("Name of the company"), missing=N_("Enter the name of the company."), longest=200)
    street = Text(N_("Street and house number"), missing=N_("Enter street and house number."), longest=200)
    postal_code = Text(
        N_("Postal code"), missing=N_("Enter the postal code."), inputmode="numeric", longest=10, width=5
    )
    city = Text(N_("Town"), missing=N_("Enter the town."), longest=100, width=20)
    invoice_email = Email(N_("E-mail address for the invoice"), autocomplete="off")
    einvoice = Radios(
        N_("How does it want its invoices?"), choices=FORMS, missing=N_("Choose the form of the invoices.")
    )
    route_id = Text(
        N_("Routing number (Leitweg-ID)"), hint=N_("Only public bodies have one."), longest=46, width=20
    )
    seen = Hidden()

    def billing(self) -> BillingData:
        """The data of a form that is valid."""
        return BillingData(
            name=self.name.data,
            street=self.street.data,
            postal_code=self.postal_code.data,
            city=self.city.data,
            invoice_email=self.invoice_email.data or "",
            route_id=self.route_id.data or "",
            einvoice=ElectronicInvoice(self.einvoice.data),
        )


class BillingDataPages(Controller):
    """One form."""

    path = f"{COMPANIES}/{{company_id:uuid}}/rechnungsdaten"
    opt = may("U", "person", of=Scope.ALL)
    include_in_schema = False

    @get()
    async def ask(self, company_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        """The data as they are."""
        company = await _company(begin, company_id)
        return step_page(_step(company), _stored(company))

    @post()
    async def save(
        self,
        request: Request[Any, Any, Any],
        company_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        company_billing: NamedDependency[Companies],
    ) -> Template | Redirect:
        """Save. Whoever was slower sees both versions."""
        form = form_from(BillingForm, await request.form())
        if not form.validate():
            return step_page(_step(await _company(begin, company_id)), form, status=422)
        try:
            await company_billing.change(
                actor, company_id=company_id, data=form.billing(), seen=form.seen.data or ""
            )
        except Stale as refusal:
            company = await _company(begin, company_id)
            versions = both_versions(
                form, _stored(company), marks=["seen"], keep=f"{COMPANIES}/{company_id}/rechnungsdaten"
            )
            return step_page(_step(company), form, status=refusal.status, versions=versions)
        return after(f"{COMPANIES}/{company_id}", SAVED)


async def _company(begin: Begin, company_id: UUID) -> Company:
    async with begin.reading() as session:
        found = await session.get(Company, company_id)
    if found is None:
        raise NotFound
    return found


def _stored(company: Company) -> BillingForm:
    data = billing_data(company)
    return form_from(
        BillingForm, None, name=data.name, street=data.street, postal_code=data.postal_code, city=data.city,
        invoice_email=data.invoice_email, route_id=data.route_id, einvoice=str(data.einvoice), seen=mark_of(data),
    )  # fmt: skip


def _step(company: Company) -> Step:
    return Step(
        title=gettext("Address and invoices"),
        about=company.name,
        path=f"{COMPANIES}/{company.id}/rechnungsdaten",
        back=f"{COMPANIES}/{company.id}",
        button=gettext("Save"),
        way_out=gettext("Leave it as it is"),
        sentences=[gettext("It holds for invoices from now on. Those that are issued stay as they are.")],
    )
