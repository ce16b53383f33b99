"""What is taxed otherwise from a day on (L-63): runs that reach over it, and lines that were invoiced before it for days after it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from uuid import UUID

from sqlalchemy import String, cast, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from lms.billing.models import Invoice, InvoiceKind
from lms.billing.tax.models import TaxTreatment
from lms.billing.tax.rules import treatment_on
from lms.catalogue.models import Course, Run, RunState
from lms.kernel.clock import at_venue, local

MOST_INVOICES = 2_000
OVER = (RunState.CANCELLED, RunState.COMPLETED)


@dataclass(frozen=True, slots=True)
class Change:
    """A code that is taxed otherwise from the day on."""

    code: str
    before: TaxTreatment | None
    after: TaxTreatment | None


@dataclass(frozen=True, slots=True)
class RunChange:
    """A run that ends on the day or later, with a price: its places are taxed by the new treatment."""

    run_id: UUID
    number: str
    title_de: str
    title_en: str
    price_cents: int
    starts_on: date | None
    ends_on: date
    change: Change


@dataclass(frozen=True, slots=True)
class LineChange:
    """A line that was invoiced by a treatment which does not hold on the day of its service."""

    invoice_id: UUID
    number: str
    debtor: str
    amount_cents: int
    service_to: date
    then: TaxTreatment | None
    rate_bp: int
    category: str


def changes_on(treatments: Sequence[TaxTreatment], day: date) -> list[Change]:
    """Every code whose treatment is another on this day than on the day before."""
    found = []
    for code in dict.fromkeys(one.code for one in treatments):
        before = treatment_on(treatments, code, day - timedelta(days=1))
        after = treatment_on(treatments, code, day)
        if _told(before) != _told(after):
            found.append(Change(code, before, after))
    return found


async def runs_changed(
    session: AsyncSession, changes: Sequence[Change], day: date, default: str
) -> list[RunChange]:
    """The runs with a price that are complete on the day or later; `default` is the code of runs that name none."""
    by_code = {one.code: one for one in changes}
    if not by_code:
        return []
    codes = [*by_code, *([""] if default in by_code else [])]
    rows = await session.execute(
        select(Run, Course.title_de, Course.title_en)
        .join(Course, Course.id == Run.course_id)
        .where(
            Run.tax_code.in_(codes),
            Run.ends_at >= at_venue(day, time()),
            Run.state.not_in(OVER),
            Run.price_cents > 0,
        )
        .order_by(Run.ends_at, Run.number)
    )
    return [
        RunChange(
            run.id, run.number, german, english or german, run.price_cents,
            local(run.starts_at).date() if run.starts_at else None, local(run.ends_at).date(),
            by_code[run.tax_code or default],
        )
        for run, german, english in rows
        if run.ends_at is not None
    ]  # fmt: skip


async def lines_changed(
    session: AsyncSession, treatments: Sequence[TaxTreatment], day: date
) -> list[LineChange]:
    """Lines of valid invoices for services on the day or later whose tax is not that of their day any more."""
    reversal = aliased(Invoice)
    rows = await session.scalars(
        select(Invoice)
        .outerjoin(reversal, reversal.reverses_id == Invoice.id)
        .where(
            Invoice.kind == InvoiceKind.INVOICE,
            reversal.id.is_(None),
            cast(Invoice.lines, String).like('%"service_to"%'),
        )
        .order_by(Invoice.issued_at.desc())
        .limit(MOST_INVOICES)
    )
    found = []
    for invoice in rows:
        for line in invoice.lines:
            if not line.get("service_to") or date.fromisoformat(line["service_to"]) < day:
                continue
            ends = date.fromisoformat(line["service_to"])
            then = treatment_on(treatments, str(line.get("tax_code") or ""), ends)
            invoiced = (str(line.get("tax_category") or ""), int(line.get("tax_rate_bp") or 0))
            if invoiced != _told(then):
                found.append(
                    LineChange(
                        invoice.id,
                        invoice.number,
                        str(invoice.debtor.get("name") or ""),
                        int(line["amount_cents"]),
                        ends,
                        then,
                        invoiced[1],
                        invoiced[0],
                    )
                )
    return found


def _told(treatment: TaxTreatment | None) -> tuple[str, int] | None:
    return (str(treatment.category), treatment.rate_bp) if treatment else None
