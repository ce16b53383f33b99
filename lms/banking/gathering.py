"""What lines are compared with, out of the books: a constant number of statements, however many lines there are."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.banking.debts import Numbers, debts_of, held_account, order_debt
from lms.banking.identity import compact
from lms.banking.matching.references import invoices_in, printed, reminders_in, signs_in
from lms.banking.matching.values import Collected, Debt, Facts, Ground, MoneyBack
from lms.banking.matching.verdict import Matcher
from lms.banking.models import BankLine, KnownAccount, LinePart
from lms.banking.reading.amounts import is_return
from lms.billing.models import Invoice, InvoiceShare, Refund, RefundMeans, RefundState
from lms.billing.shares import PayerShare
from lms.billing.standing import accounts
from lms.debits.models import Debit, DebitFile, DebitFileState, DebitState
from lms.dunning.models import Reminder, ReminderLine
from lms.enrolment.models import Enrolment
from lms.honoraria.statements.models import FeePayout, PayoutState
from lms.people.models import Company, Person
from lms.people.queries import person_fits
from lms.vouchers.models import OrderState, VoucherOrder

NAMED_AT_ONCE = 5_000
WERE_WITH_THE_BANK = (DebitState.IN_FILE, DebitState.COLLECTED, DebitState.RETURNED)
MOST_FOUND = 200


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
    named = await _named(session, lines)
    found = {one.account_id: one for one in await accounts(session)}
    if named.enrolments:
        for one in await accounts(session, enrolment_ids=named.enrolments, only_open=False):
            found[one.account_id] = one
    held = await session.scalars(select(Enrolment).where(Enrolment.id.in_(named.enrolments - found.keys())))
    debts = await debts_of(session, [*found.values(), *map(held_account, held)], named.numbers)
    orders = await session.scalars(select(VoucherOrder).where(VoucherOrder.state == OrderState.OPEN))
    debts += [order_debt(one) for one in orders]
    ibans = {line.iban for line in lines if line.iban}
    ground = Ground(
        debts=debts,
        refunds=[*await _refunds(session), *await _fees(session)],
        collections=await _collections(session),
        debits=await _debits(session, {line.end_to_end for line in lines if line.end_to_end}),
        confirmed=await _confirmed(session, ibans),
        seen=await _seen(session, ibans, debts),
    )
    return Matcher(ground)


@dataclass(frozen=True, slots=True)
class _Named:
    """What lines name: which enrolments (or invoices written by hand) have to be read, and which numbers an account has."""

    enrolments: set[UUID]
    numbers: Mapping[UUID, Numbers]


async def _named(session: AsyncSession, lines: Sequence[Facts]) -> _Named:
    """Everything that the lines name, open or not; three statements."""
    digits = {one for line in lines for one in invoices_in(line.words)}
    told = {one for line in lines for one in reminders_in(line.words)}
    signs = {one for line in lines for one in signs_in(line.words)}
    enrolments: set[UUID] = set()
    invoices: dict[UUID, set[str]] = {}
    reminders: dict[UUID, set[str]] = {}
    for part in _parcels({printed(one) for one in digits}):
        rows = await session.execute(
            select(Invoice.number, Invoice.share_id, Invoice.enrolment_id, InvoiceShare.enrolment_id)
            .outerjoin(InvoiceShare, InvoiceShare.invoice_id == Invoice.id)
            .where(Invoice.number.in_(part))
        )
        for number, share_id, alone, among in rows:
            for one in (alone, among):
                if one is not None:
                    enrolments.add(one)
                    invoices.setdefault(share_id or one, set()).add(number)
    for part in _parcels(told):
        told_of = await session.execute(
            select(Reminder.number, ReminderLine.account_id, ReminderLine.enrolment_id)
            .join(ReminderLine, ReminderLine.reminder_id == Reminder.id)
            .where(Reminder.number.in_(part))
        )
        for number, account_id, enrolment_id in told_of:
            enrolments.add(enrolment_id)
            reminders.setdefault(account_id, set()).add(number)
    for part in _parcels({f"{one[:4]}-{one[4:]}" for one in signs}):
        enrolments |= set(await session.scalars(select(Enrolment.id).where(Enrolment.reference.in_(part))))
    numbers = {
        one: Numbers(frozenset(invoices.get(one, ())), frozenset(reminders.get(one, ())))
        for one in invoices.keys() | reminders.keys()
    }
    return _Named(enrolments, numbers)


async def _refunds(session: AsyncSession) -> list[MoneyBack]:
    """Refunds whose transfer may show on a statement: those in a file, and paid ones, which may still come back."""
    rows = await session.scalars(
        select(Refund).where(
            Refund.means == RefundMeans.TRANSFER,
            or_(
                Refund.state.in_([RefundState.SENT, RefundState.PAID]),
                (Refund.state == RefundState.READY) & Refund.transfer_file_id.is_not(None),
            ),
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


async def _fees(session: AsyncSession) -> list[MoneyBack]:
    """The same for trainers' fees."""
    rows = await session.scalars(
        select(FeePayout).where(
            or_(
                FeePayout.state.in_([PayoutState.SENT, PayoutState.PAID]),
                (FeePayout.state == PayoutState.READY) & FeePayout.transfer_file_id.is_not(None),
            ),
            FeePayout.provider_ref.is_not(None),
        )
    )
    return [
        MoneyBack(
            refund_id=one.id, enrolment_id=None, amount_cents=one.amount_cents, ref=one.provider_ref or "",
            holder=one.holder, iban=compact(one.iban), is_paid=one.state is PayoutState.PAID, is_fee=True,
        )
        for one in rows
    ]  # fmt: skip


async def _collections(session: AsyncSession) -> list[Collected]:
    """What is with the bank, and what was entered as credited of late: a statement may show it later."""
    rows = await session.execute(
        select(DebitFile, Debit)
        .join(Debit, Debit.file_id == DebitFile.id)
        .where(
            DebitFile.state.in_([DebitFileState.SUBMITTED, DebitFileState.CREDITED]),
            Debit.amount_cents.is_not(None),
        )
        .order_by(DebitFile.made_at.desc(), Debit.collect_on)
        .limit(NAMED_AT_ONCE)
    )
    groups: dict[tuple[UUID, date], list[tuple[DebitFile, Debit]]] = {}
    for file, debit in rows:
        groups.setdefault((file.id, debit.collect_on), []).append((file, debit))
    return [
        Collected(
            file_id=file_id, number=pairs[0][0].number, day=day, cents=sum(one.amount_cents or 0 for _, one in pairs),
            debits={one.end_to_end_id: one.amount_cents or 0 for _, one in pairs},
            is_booked=all(one.state is not DebitState.IN_FILE for _, one in pairs),
        )
        for (file_id, day), pairs in groups.items()
    ]  # fmt: skip


async def _debits(session: AsyncSession, references: Collection[str]) -> set[str]:
    """Which of these are direct debits of ours that were with the bank."""
    found: set[str] = set()
    for part in _parcels(references):
        wanted = select(Debit.end_to_end_id).where(
            Debit.end_to_end_id.in_(part), Debit.amount_cents.is_not(None)
        )
        found |= set(await session.scalars(wanted.where(Debit.state.in_(WERE_WITH_THE_BANK))))
    return found


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
            select(BankLine.iban, Enrolment.company_id, Enrolment.contact_id, Enrolment.person_id, PayerShare.company_id)
            .join(LinePart, LinePart.line_id == BankLine.id)
            .outerjoin(Enrolment, Enrolment.id == LinePart.account_id)
            .outerjoin(PayerShare, PayerShare.id == LinePart.account_id)
            .where(BankLine.iban.in_(part), LinePart.undone_at.is_(None))
        )  # fmt: skip
        for iban, company, contact, person, office in rows:
            ids = [company, office, *(payers.get(one) for one in (contact, person) if one)]
            found.setdefault(iban, set()).update(one for one in ids if one)
    return dict(found)


def _parcels(values: Collection[str]) -> Iterable[list[str]]:
    """As many values as a statement takes on SQLite."""
    ordered = sorted(values)
    return [ordered[start : start + NAMED_AT_ONCE] for start in range(0, len(ordered), NAMED_AT_ONCE)]


async def debts_like(session: AsyncSession, typed: str, *, limit: int = 20) -> list[Debt]:
    """Debts by a number, a reference or a name, open ones first: for a line that nothing was found for."""
    numbers = [printed(digits) for digits in invoices_in(typed)]
    fitting = select(Person.id).where(person_fits(typed))
    firms = select(Company.id).where(Company.name.icontains(typed.strip(), autoescape=True))
    reminded = select(ReminderLine.enrolment_id).join(Reminder, Reminder.id == ReminderLine.reminder_id)
    invoiced = or_(
        Invoice.number.in_(numbers), Invoice.company_id.in_(firms),
        Invoice.debtor_id.in_(fitting) & Invoice.company_id.is_(None),
    )  # fmt: skip
    named = select(Invoice.enrolment_id).where(Invoice.enrolment_id.is_not(None), invoiced)
    shared = select(InvoiceShare.enrolment_id).join(Invoice, Invoice.id == InvoiceShare.invoice_id)
    wanted = [
        Enrolment.id.in_(shared.where(Invoice.number.in_(numbers))),
        Enrolment.id.in_(reminded.where(Reminder.number.in_(reminders_in(typed)))),
        Enrolment.reference.in_([f"{one[:4]}-{one[4:]}" for one in signs_in(typed)]),
        Enrolment.person_id.in_(fitting),
        Enrolment.contact_id.in_(fitting),
        Enrolment.company_id.in_(firms),
    ]
    newest = select(Enrolment.id).where(or_(*wanted)).order_by(Enrolment.created_at.desc())
    ids = {
        *await session.scalars(newest.limit(MOST_FOUND)),
        *await session.scalars(named.order_by(Invoice.issued_at.desc()).limit(MOST_FOUND)),
    }
    found = await accounts(session, enrolment_ids=[one for one in ids if one], only_open=False)
    debts = await debts_of(session, found)
    ordered = select(VoucherOrder).where(
        VoucherOrder.state == OrderState.OPEN,
        or_(
            VoucherOrder.buyer_name.icontains(typed.strip(), autoescape=True),
            func.lower(VoucherOrder.reference) == typed.strip().lower(),
        ),
    )
    debts += [order_debt(one) for one in await session.scalars(ordered.limit(limit))]
    return sorted(debts, key=lambda one: (one.open_cents <= 0, one.document))[:limit]
