"""Several open invoices of a company become one: which, what follows from it, and the one click (F-G14)."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.billing.errors import FactsMissing
from lms.billing.mandatory import WORDS, Missing
from lms.billing.models import Invoice
from lms.billing.together import FEWEST, CollectiveInvoices, to_join
from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock, local
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.people.models import Company
from lms.portal.desk.step import Step, step_page
from lms.web.access import may
from lms.web.formats import amount, date_short
from lms.web.forms import Checkboxes, Form, Hidden, form_from
from lms.web.language import gettext, translated
from lms.web.notices import after, declare
from lms.web.sent import uuid_in

HERE = "/verwaltung/finanzen/sammelrechnung"
COMPANIES = "/verwaltung/unternehmen"
TOGETHER = declare(
    "sammelrechnung", N_("The invoices are reversed, and one invoice for all of them is issued.")
)


class TogetherForm(Form):
    """Which ones."""

    invoices = Checkboxes(N_("Which invoices become one?"), missing=N_("Choose at least two invoices."))
    key = Hidden()


class CollectivePages(Controller):
    """What can be put together, and doing it."""

    path = f"{HERE}/{{company_id:uuid}}"
    opt = may("reverse", "invoice")
    include_in_schema = False

    @get()
    async def ask(
        self, company_id: FromPath[UUID], begin: NamedDependency[Begin], clock: NamedDependency[Clock]
    ) -> Template:
        """Everything that can be part of it is ticked."""
        company, found = await _read(begin, clock, company_id)
        form = _form(found, None, key=str(uuid4()), invoices=[str(one.id) for one in found])
        return step_page(_step(company, found), form if len(found) >= FEWEST else None)

    @post()
    async def join(
        self,
        request: Request[Any, Any, Any],
        company_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        collective_invoices: NamedDependency[CollectiveInvoices],
    ) -> Template | Redirect:
        """One invoice for those that are ticked; the same form sent again leads to the same invoice."""
        sent = await request.form()
        chosen = [one for one in map(uuid_in, sent.getall("invoices", [])) if one]
        refusal: DomainError | None = None
        if chosen:
            try:
                issued = await collective_invoices.join(
                    actor, company_id=company_id, invoice_ids=chosen, key=uuid_in(sent.get("key")) or uuid4()
                )
                return after(f"/verwaltung/finanzen/rechnungen/{issued.id}", TOGETHER)
            except NotFound:
                raise
            except DomainError as refused:
                refusal = refused
        company, found = await _read(begin, clock, company_id)
        form = _form(found, sent)
        form.validate()
        if refusal is not None:
            form.refuse("", refusal.message, **refusal.params)
        if isinstance(refusal, FactsMissing):
            form.form_errors += [translated(WORDS[Missing(one)]) for one in refusal.missing]
        return step_page(_step(company, found), form, status=refusal.status if refusal else 422)


async def _read(begin: Begin, clock: Clock, company_id: UUID) -> tuple[Company, Sequence[Invoice]]:
    async with begin.reading() as session:
        company = await session.get(Company, company_id)
        if company is None:
            raise NotFound
        return company, await to_join(session, company_id, local(clock()).date())


def _form(found: Sequence[Invoice], sent: Any, **first: Any) -> TogetherForm:
    form = form_from(TogetherForm, sent, **first)
    form.invoices.choices = [
        (
            str(one.id),
            gettext(
                "%(number)s of %(day)s: %(sum)s",
                number=one.number,
                day=date_short(one.issued_at),
                sum=amount(one.total_cents),
            ),
        )
        for one in found
    ]
    return form


def _step(company: Company, found: Sequence[Invoice]) -> Step:
    can = len(found) >= FEWEST
    sentences = (
        [
            gettext("Each invoice that is ticked is taken back by a credit note, and one invoice names everything."),
            gettext("What is owed stays the same. It has to be paid by the latest of the days that were given."),
            gettext("%(name)s gets the documents by letter.", name=company.name),
        ]
        if can
        else [
            gettext("There are not two invoices that could be put together."),
            gettext("It takes invoices that are not paid, not overdue, and not collected by direct debit."),
        ]
    )  # fmt: skip
    return Step(
        title=gettext("One invoice for several orders"),
        about=company.name,
        path=f"{HERE}/{company.id}",
        back=f"{COMPANIES}/{company.id}",
        button=gettext("Issue one invoice") if can else "",
        way_out=gettext("Leave them as they are"),
        sentences=sentences,
        is_dangerous=can,
    )
