"""`/verwaltung/finanzen/rechnungen/neu`: an invoice for anything, looked at and judged by the official rules before it is issued."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect, Template
from sqlalchemy.ext.asyncio import AsyncSession

from lms.accounts.limits import within
from lms.billing.by_hand import HandInvoice, HandWritten
from lms.billing.einvoice.check import RULE_SETS, Finding
from lms.billing.einvoice.facts import Document
from lms.billing.errors import FactsMissing
from lms.billing.mandatory import WORDS, Missing
from lms.billing.models import Invoice
from lms.billing.tax.queries import treatments
from lms.billing.tax.rules import tax_sums
from lms.billing.wording import line_details, line_name
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, NotFound
from lms.people.models import Company, Person
from lms.people.queries import persons_found
from lms.portal.company.reading import companies_found
from lms.portal.desk.words import spoken
from lms.portal.finance.invoices import ISSUED, LIST
from lms.portal.finance.writing_form import MOST_LINES, WritingForm, typed_as
from lms.web.access import may
from lms.web.forms import form_from
from lms.web.language import translated
from lms.web.module import Around
from lms.web.notices import after
from lms.web.sent import uuid_in

NEW = f"{LIST}/neu"
SHORTEST_SEARCH = 2
HITS = 8


@dataclass(frozen=True, slots=True)
class _Facts:
    """Who gets the invoice, and the taxes to choose from."""

    company: Company | None
    person: Person | None
    taxes: Sequence[tuple[str, str]]

    @property
    def name(self) -> str:
        whose = self.company or self.person
        return whose.name if whose else ""


class WritingPages(Controller):
    """Choosing the recipient, writing, looking at it, issuing."""

    path = NEW
    opt = may("issue", "invoice")
    include_in_schema = False

    @get()
    async def ask(
        self,
        around: NamedDependency[Around],
        q: FromQuery[str] = "",
        unternehmen: FromQuery[str] = "",
        person: FromQuery[str] = "",
        nach: FromQuery[str] = "",
    ) -> Template:
        """Who gets it; then the form, empty or with the lines of another invoice written by hand (`nach`)."""
        if unternehmen or person:
            async with around.begin.reading() as session:
                facts = await _facts(session, uuid_in(unternehmen), uuid_in(person))
                model = await session.get(Invoice, uuid_in(nach)) if uuid_in(nach) else None
            form = form_from(
                WritingForm, None, key=str(uuid4()), company=unternehmen, person=person,
                days_to_pay=around.settings.invoice_due_days, **(typed_as(model) if model else {}),
            )  # fmt: skip
            form.offer(facts.taxes)
            return _page(form, facts)
        typed = q.strip()[:100]
        companies: Sequence[Company] = ()
        persons: Sequence[Person] = ()
        if len(typed) >= SHORTEST_SEARCH:
            async with around.begin.reading() as session:
                companies, _ = await companies_found(session, typed, limit=HITS)
                persons, _ = await persons_found(session, typed, limit=HITS)
        return Template(
            "portal/finance/recipient.html",
            context={"typed": typed, "companies": companies, "persons": persons},
        )

    @post()
    async def write(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        hand_written: NamedDependency[HandWritten],
    ) -> Template | Redirect:
        """Show what it would be and what the rules say; or issue it."""
        sent = await request.form()
        form = form_from(WritingForm, sent)
        company_id, person_id = uuid_in(form.company.data), uuid_in(form.person.data)
        async with around.begin.reading() as session:
            facts = await _facts(session, company_id, person_id)
        form.offer(facts.taxes)
        if not form.validate():
            return _page(form, facts, status=422)
        draft = form.draft(company_id, person_id)
        await within(around.begin, around.clock, "export", account=str(actor.account_id))
        try:
            if sent.get("ausstellen"):
                key = uuid_in(form.key.data) or uuid4()
                invoice = await hand_written.issue(actor, key=key, draft=draft)
                return after(f"{LIST}/{invoice.id}", ISSUED)
            return await _shown(actor, hand_written, draft, form, facts)
        except NotFound:
            raise
        except DomainError as refusal:
            form.refuse("", refusal.message, **refusal.params)
            if isinstance(refusal, FactsMissing):
                form.form_errors += [translated(WORDS[Missing(one)]) for one in refusal.missing]
            return _page(form, facts, status=refusal.status)


async def _shown(
    actor: Actor, hand_written: HandWritten, draft: HandInvoice, form: WritingForm, facts: _Facts
) -> Template:
    document, found = await hand_written.try_out(actor, draft)
    return _page(form, facts, document=document, found=found)


async def _facts(session: AsyncSession, company_id: UUID | None, person_id: UUID | None) -> _Facts:
    company = await session.get(Company, company_id) if company_id else None
    person = await session.get(Person, person_id) if person_id else None
    if company is None and person is None:
        raise NotFound
    names = {one.code: spoken(one.name_de, one.name_en) for one in await treatments(session)}
    return _Facts(company, person, list(names.items()))


def _page(
    form: WritingForm,
    facts: _Facts,
    *,
    document: Document | None = None,
    found: Sequence[Finding] = (),
    status: int = 200,
) -> Template:
    invoice = document.invoice if document else None
    flavour = document.flavour if document else None
    begun = form.begun()
    return Template(
        "portal/finance/writing.html",
        context={
            "form": form,
            "facts": facts,
            "here": NEW,
            "shown": min(MOST_LINES, max([2, *(number + 1 for number in begun)])),
            "document": document,
            "sums": tax_sums(invoice.lines) if invoice else (),
            "found": found,
            "rule_sets": RULE_SETS[flavour] if flavour else (),
            "line_name": line_name,
            "line_details": line_details,
        },
        status_code=status,
    )
