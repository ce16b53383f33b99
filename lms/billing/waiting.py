"""Invoices that wait for what is missing: whatever is booked stays booked, and the invoice follows once it may be issued.

Nobody's enrolment fails because an address is not known (§ 14 (4) UStG). The clockwork looks again, and the team sees it as
a task; issuing and forgetting lock the same row, so that a thing taken back is never invoiced.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.billing import policy
from lms.billing.errors import FactsMissing
from lms.billing.issuing import issue
from lms.billing.models import Invoice, InvoiceKind
from lms.billing.parties import Debtor, debtor_of, issuer_facts
from lms.billing.tax.queries import treatments
from lms.billing.tax.rules import notes_of, taxed_anew
from lms.billing.waiting_models import WaitingInvoice
from lms.db import retried
from lms.jobs.worker import Periodic
from lms.kernel.actor import SYSTEM, Actor, ensure
from lms.kernel.clock import local
from lms.kernel.errors import NotFound
from lms.people.models import Company, Person
from lms.web.module import Around

EVERY = timedelta(minutes=5)


async def issue_or_wait(
    session: AsyncSession,
    actor: Actor,
    *,
    debtor: Debtor,
    lines: Sequence[dict[str, Any]],
    issuer: dict[str, Any],
    tax_note: str,
    at: datetime,
    due_on: date,
    enrolment_id: UUID | None = None,
    order_id: UUID | None = None,
    shares: Mapping[UUID, int] | None = None,
    terms: dict[str, Any] | None = None,
    key: UUID | None = None,
) -> Invoice | None:
    """Issue under the next number; None where something is missing: then it waits, and is issued without further ado.

    `key` becomes the id of the document, where it is issued now.
    """
    try:
        return await issue(
            session, actor, InvoiceKind.INVOICE, enrolment_id=enrolment_id, order_id=order_id, debtor=debtor,
            lines=list(lines), issuer=issuer, tax_note=tax_note, at=at, due_on=due_on, shares=shares, terms=terms,
            key=key,
        )  # fmt: skip
    except FactsMissing as refusal:
        waiting = WaitingInvoice(
            waits_since=at, debtor=debtor.facts, lines=list(lines), issuer=issuer, terms=terms or {},
            shares={str(whose): cents for whose, cents in (shares or {}).items()},
            missing=[str(one) for one in refusal.missing],
            total_cents=sum(int(line["amount_cents"]) for line in lines),
            days_to_pay=(due_on - local(at).date()).days, debtor_id=debtor.person_id, company_id=debtor.company_id,
            enrolment_id=enrolment_id, order_id=order_id,
        )  # fmt: skip
        session.add(waiting)
        record(
            session, actor, "invoice.waits", at=at, kind="waiting_invoice", object_id=waiting.id,
            person_id=debtor.person_id, after={"missing": waiting.missing, "total_cents": waiting.total_cents},
        )  # fmt: skip
        return None


async def forget(session: AsyncSession, enrolment_id: UUID) -> UUID | None:
    """Nothing is invoiced any more for one enrolment; the order, where one invoice for a whole order waits for it."""
    await session.execute(delete(WaitingInvoice).where(WaitingInvoice.enrolment_id == enrolment_id))
    of_orders = await session.scalars(select(WaitingInvoice).where(WaitingInvoice.order_id.is_not(None)))
    return next((one.order_id for one in of_orders if str(enrolment_id) in one.shares), None)


async def taken_up(session: AsyncSession, order_id: UUID) -> Sequence[WaitingInvoice]:
    """What waits for an order, taken out of the database: the caller says anew what is invoiced."""
    found = await session.scalars(
        select(WaitingInvoice).where(WaitingInvoice.order_id == order_id).with_for_update()
    )
    rows = found.all()
    for one in rows:
        await session.delete(one)
    return rows


class WaitingInvoices:
    """Issuing what was waiting; every public method is one transaction."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock
        self.settings = around.settings

    async def issue_all(self) -> int:
        """Issue whatever is complete by now; says how many. For the clockwork."""
        async with self.begin.reading() as session:
            ids = await session.scalars(select(WaitingInvoice.id).order_by(WaitingInvoice.waits_since))
            waiting = ids.all()
        return sum([await self._try(SYSTEM, one) is not None for one in waiting])

    async def issue_one(self, actor: Actor, *, waiting_id: UUID) -> Invoice:
        """Issue one now. Raises FactsMissing with what is still missing, NotFound where it was issued or taken back."""
        ensure(policy.may_issue(actor), actor)
        issued = await self._try(actor, waiting_id)
        if issued is not None:
            return issued
        async with self.begin.reading() as session:
            found = await session.get(WaitingInvoice, waiting_id)
        if found is None:
            raise NotFound
        raise FactsMissing(found.missing)

    @retried
    async def _try(self, actor: Actor, waiting_id: UUID) -> Invoice | None:
        """The invoice with the addresses and settings of today; None where it still waits or is gone."""
        at = self.clock()
        async with self.begin() as session:
            row = await session.get(WaitingInvoice, waiting_id, with_for_update=True)
            if row is None:
                return None
            debtor = await _debtor_now(session, row)
            lines = taxed_anew(await treatments(session), row.lines)
            try:
                issued = await issue(
                    session, actor, InvoiceKind.INVOICE, enrolment_id=row.enrolment_id, order_id=row.order_id,
                    debtor=debtor, lines=lines, issuer=issuer_facts(self.settings),
                    tax_note=notes_of(lines, str(debtor.facts["language"])), at=at,
                    due_on=local(at).date() + timedelta(days=row.days_to_pay),
                    shares={UUID(whose): int(cents) for whose, cents in row.shares.items()}, terms=row.terms,
                )  # fmt: skip
            except FactsMissing as refusal:
                row.missing = [str(one) for one in refusal.missing]
                return None
            await session.delete(row)
            return issued


def issuing(around: Around) -> Periodic:
    """The rhythm in which waiting invoices are looked at again."""
    waiting = WaitingInvoices(around)

    async def act() -> None:
        await waiting.issue_all()

    return Periodic("issue-waiting-invoices", EVERY, act)


async def _debtor_now(session: AsyncSession, row: WaitingInvoice) -> Debtor:
    person = await session.get(Person, row.debtor_id) if row.debtor_id else None
    if person is None:
        return Debtor(row.debtor, row.debtor_id, row.company_id)
    company = await session.get(Company, row.company_id) if row.company_id else None
    return debtor_of(person, company, str(row.debtor.get("order_number") or ""))
