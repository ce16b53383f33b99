"""What lines are compared with, out of the books: a constant number of statements, however many lines there are."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.banking.identity import compact
from lms.banking.matching.references import invoices_in, printed, signs_in
from lms.banking.matching.values import Debt, Facts, Ground, MoneyBack
from lms.banking.matching.verdict import Matcher
from lms.banking.models import BankLine, KnownAccount, LinePart
from lms.banking.reading.amounts import is_return
from lms.billing.models import Invoice, InvoiceShare, Refund, RefundMeans, RefundState
from lms.billing.rules import Balance
from lms.billing.standing import Account, accounts
from lms.catalogue.models import Run
from lms.enrolment.models import Enrolment
from lms.people.models import Company, Person

NAMED_AT_ONCE = 5_000


def facts_of(line: BankLine) -> Facts:
    """A kept line as the matching reads it."""
    return Facts(
        line_id=line.id,
        cents=line.amount_cents,
        currency=line.currency,
        name=line.name,
        iban=line.iban,
        text=line.text,
        end_to_end=line.end_to_end,
        reference=line.reference,
        kind=line.kind,
        reason=line.reason,
        is_return=is_return(line.code, line.kind),
    )


async def matcher_for(session: AsyncSession, lines: Sequence[Facts]) -> Matcher:
    """Everything these lines may be about: what is open, and what is paid but named in them."""
    named = await _named_enrolments(session, lines)
    found = {(one.enrolment_id, one.share_id): one for one in await accounts(session)}
    if named:
        for one in await accounts(session, enrolment_ids=list(named), only_open=False):
            found[one.enrolment_id, one.share_id] = one
    own = [one for one in found.values() if one.share_id is None]
    own += await _held(session, named.keys() - {one.enrolment_id for one in own})
    debts = await debts_of(session, own, named)
    ibans = {line.iban for line in lines if line.iban}
    ground = Ground(
        debts=debts,
        refunds=await _refunds(session),
        confirmed=await _confirmed(session, ibans),
        seen=await _seen(session, ibans, debts),
    )
    return Matcher(ground)


async def debts_of(
    session: AsyncSession, found: Iterable[Account], numbers: dict[UUID, set[str]] | None = None
) -> list[Debt]:
    """These accounts with everybody's names; four statements. `numbers` are older invoices of an enrolment."""
    own = {one.enrolment_id: one for one in found}
    rows = await session.execute(
        select(Enrolment, Run.number).join(Run, Run.id == Enrolment.run_id).where(Enrolment.id.in_(own))
    )
    enrolments = {enrolment.id: (enrolment, run) for enrolment, run in rows}
    ids = {one.debtor_id for one in own.values() if one.debtor_id}
    for enrolment, _ in enrolments.values():
        ids |= {one for one in (enrolment.person_id, enrolment.contact_id, enrolment.guardian_id) if one}
    people = {one.id: one for one in await session.scalars(select(Person).where(Person.id.in_(ids)))}
    firms = {one.company_id for one in own.values() if one.company_id}
    companies = {
        one.id: one.name for one in await session.scalars(select(Company).where(Company.id.in_(firms)))
    }
    return [
        _debt(account, *enrolments[enrolment_id], people, companies, (numbers or {}).get(enrolment_id, set()))
        for enrolment_id, account in own.items()
        if enrolment_id in enrolments
    ]


def _debt(
    account: Account,
    enrolment: Enrolment,
    run: str,
    people: dict[UUID, Person],
    companies: dict[UUID, str],
    numbers: Collection[str],
) -> Debt:
    company = companies.get(account.company_id, "") if account.company_id else ""
    debtor_id = account.debtor_id or enrolment.contact_id or enrolment.person_id
    debtor = people.get(debtor_id) if debtor_id else None
    living = (debtor.merged_into_id or debtor.id) if debtor else enrolment.id
    persons = {
        one for one in (enrolment.person_id, enrolment.contact_id, enrolment.guardian_id, living) if one
    }
    participant = people[enrolment.person_id].name if enrolment.person_id in people else ""
    names = [company, *(people[one].name for one in persons if one in people)]
    number = account.invoice.number if account.invoice else ""
    return Debt(
        enrolment_id=enrolment.id,
        document=number or enrolment.reference,
        reference=enrolment.reference,
        open_cents=account.open_cents,
        payer=account.company_id or living,
        payer_name=company or (debtor.name if debtor else participant),
        names=tuple(sorted({one for one in names if one})),
        participant=participant,
        persons=frozenset(persons),
        company_id=account.company_id,
        invoices=tuple(sorted({one for one in (number, *numbers) if one})),
        order_number=enrolment.order_number,
        run=run,
        due_on=account.due_on,
    )


async def _named_enrolments(session: AsyncSession, lines: Sequence[Facts]) -> dict[UUID, set[str]]:
    """The enrolments that the lines name, open or not, each with the invoices that were named for it."""
    numbers = sorted({printed(digits) for line in lines for digits in invoices_in(line.words)})[
        :NAMED_AT_ONCE
    ]
    signs = sorted({one for line in lines for one in signs_in(line.words)})[:NAMED_AT_ONCE]
    found: dict[UUID, set[str]] = {}
    if numbers:
        rows = await session.execute(
            select(Invoice.number, Invoice.enrolment_id, InvoiceShare.enrolment_id)
            .outerjoin(InvoiceShare, InvoiceShare.invoice_id == Invoice.id)
            .where(Invoice.number.in_(numbers), Invoice.share_id.is_(None))
        )
        for number, *named in rows:
            for enrolment_id in named:
                if enrolment_id is not None:
                    found.setdefault(enrolment_id, set()).add(number)
    if signs:
        dashed = [f"{one[:4]}-{one[4:]}" for one in signs]
        for enrolment_id in await session.scalars(
            select(Enrolment.id).where(Enrolment.reference.in_(dashed))
        ):
            found.setdefault(enrolment_id, set())
    return found


async def _held(session: AsyncSession, ids: Collection[UUID]) -> list[Account]:
    """Places that are named and wait for an online payment: nothing is charged yet, and a transfer pays for them as well."""
    if not ids:
        return []
    rows = await session.scalars(select(Enrolment).where(Enrolment.id.in_(ids)))
    return [
        Account(
            enrolment_id=one.id, share_id=None, debtor_id=one.contact_id or one.person_id, company_id=one.company_id,
            balance=Balance(charged_cents=one.price_cents if one.awaits_payment else 0), invoice=None,
        )
        for one in rows
    ]  # fmt: skip


async def _refunds(session: AsyncSession) -> list[MoneyBack]:
    """Refunds whose transfer may show on a statement: sent ones, and paid ones, which may still come back."""
    rows = await session.scalars(
        select(Refund).where(
            Refund.means == RefundMeans.TRANSFER,
            Refund.state.in_([RefundState.SENT, RefundState.PAID]),
            Refund.provider_ref.is_not(None),
        )
    )
    return [
        MoneyBack(
            refund_id=one.id, enrolment_id=one.enrolment_id, amount_cents=one.amount_cents,
            ref=one.provider_ref or "", holder=one.holder, iban=compact(one.iban),
            is_paid=one.state is RefundState.PAID,
        )
        for one in rows
    ]  # fmt: skip


async def _confirmed(session: AsyncSession, ibans: Collection[str]) -> dict[str, Collection[UUID]]:
    found: dict[str, set[UUID]] = {}
    for part in _parcels(ibans):
        for one in await session.scalars(select(KnownAccount).where(KnownAccount.iban.in_(part))):
            if whose := one.company_id or one.person_id:
                found.setdefault(one.iban, set()).add(whose)
    return dict(found)


async def _seen(
    session: AsyncSession, ibans: Collection[str], debts: Sequence[Debt]
) -> dict[str, Collection[UUID]]:
    """For whom money came from these accounts before: a hint, out of what was booked."""
    found: dict[str, set[UUID]] = {}
    payers: dict[UUID, UUID] = {person: debt.payer for debt in debts for person in debt.persons}
    for part in _parcels(ibans):
        rows = await session.execute(
            select(BankLine.iban, Enrolment.company_id, Enrolment.contact_id, Enrolment.person_id)
            .join(LinePart, LinePart.line_id == BankLine.id)
            .join(Enrolment, Enrolment.id == LinePart.enrolment_id)
            .where(BankLine.iban.in_(part), LinePart.undone_at.is_(None))
        )
        for iban, company, contact, person in rows:
            ids = [company, *(payers.get(one) for one in (contact, person) if one)]
            found.setdefault(iban, set()).update(one for one in ids if one)
    return dict(found)


def _parcels(values: Collection[str]) -> Iterable[list[str]]:
    """As many values as a statement takes on SQLite."""
    ordered = sorted(values)
    return [ordered[start : start + NAMED_AT_ONCE] for start in range(0, len(ordered), NAMED_AT_ONCE)]


async def debts_like(session: AsyncSession, typed: str, *, limit: int = 20) -> list[Debt]:
    """Debts by a number, a reference or a name, open ones first: for a line that nothing was found for."""
    from lms.people.queries import person_fits

    wanted: list[Any] = []
    numbers = [printed(digits) for digits in invoices_in(typed)]
    shared = select(InvoiceShare.enrolment_id).join(Invoice, Invoice.id == InvoiceShare.invoice_id)
    wanted.append(Enrolment.id.in_(select(Invoice.enrolment_id).where(Invoice.number.in_(numbers))))
    wanted.append(Enrolment.id.in_(shared.where(Invoice.number.in_(numbers))))
    wanted.append(Enrolment.reference.in_([f"{one[:4]}-{one[4:]}" for one in signs_in(typed)]))
    fitting = select(Person.id).where(person_fits(typed))
    wanted += [Enrolment.person_id.in_(fitting), Enrolment.contact_id.in_(fitting)]
    firms = select(Company.id).where(Company.name.icontains(typed.strip(), autoescape=True))
    wanted.append(Enrolment.company_id.in_(firms))
    ids = (
        await session.scalars(
            select(Enrolment.id).where(or_(*wanted)).order_by(Enrolment.created_at.desc()).limit(200)
        )
    ).all()
    found = [
        one for one in await accounts(session, enrolment_ids=ids, only_open=False) if one.share_id is None
    ]
    debts = await debts_of(session, found)
    return sorted(debts, key=lambda one: (one.open_cents <= 0, one.document))[:limit]
