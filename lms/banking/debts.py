"""Accounts as the matching reads them: with everybody's names and every number by which a payer may call them."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.banking.matching.values import Debt, DebtKind
from lms.billing.rules import Balance
from lms.billing.shares import PayerShare
from lms.billing.standing import Account, accounts
from lms.catalogue.models import Run
from lms.enrolment.models import Enrolment
from lms.people.models import Company, Person
from lms.vouchers.models import OrderState, VoucherOrder

ENROLMENTS, INVOICES = "/verwaltung/anmeldungen", "/verwaltung/finanzen/rechnungen"
ORDERS = "/verwaltung/finanzen/gutscheine/bestellungen"


@dataclass(frozen=True, slots=True)
class Numbers:
    """By which numbers a text has named an account: those of older invoices, too, and of reminders."""

    invoices: frozenset[str] = frozenset()
    reminders: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Around:
    """Whoever and whatever the accounts are about, by id."""

    people: Mapping[UUID, Person]
    companies: Mapping[UUID, str]
    decisions: Mapping[UUID, str]
    """The number of the payer's own decision, by share."""

    def name(self, person_id: UUID | None) -> str:
        person = self.people.get(person_id) if person_id else None
        return person.name if person else ""

    def living(self, person_id: UUID | None) -> UUID | None:
        person = self.people.get(person_id) if person_id else None
        return (person.merged_into_id or person.id) if person else None


async def debts_of(
    session: AsyncSession, found: Iterable[Account], numbers: Mapping[UUID, Numbers] | None = None
) -> list[Debt]:
    """These accounts in words; four statements. `numbers` are what has named them, by account."""
    given = {one.account_id: one for one in found}
    rows = await session.execute(
        select(Enrolment, Run.number)
        .join(Run, Run.id == Enrolment.run_id)
        .where(Enrolment.id.in_({one.enrolment_id for one in given.values()}))
    )
    enrolments = {enrolment.id: (enrolment, run) for enrolment, run in rows}
    ids = {one.debtor_id for one in given.values() if one.debtor_id}
    for enrolment, _ in enrolments.values():
        ids |= {one for one in (enrolment.person_id, enrolment.contact_id, enrolment.guardian_id) if one}
    firms = {one.company_id for one in given.values() if one.company_id}
    shares = {one.share_id for one in given.values() if one.share_id}
    known = _Around(
        {one.id: one for one in await session.scalars(select(Person).where(Person.id.in_(ids)))},
        {one.id: one.name for one in await session.scalars(select(Company).where(Company.id.in_(firms)))},
        {
            one.id: one.reference
            for one in await session.scalars(select(PayerShare).where(PayerShare.id.in_(shares)))
        },
    )
    named = numbers or {}
    debts = []
    for account_id, account in given.items():
        called = named.get(account_id, Numbers())
        if account.enrolment_id not in enrolments:
            debts.append(_document(account, known, called))
            continue
        enrolment, run = enrolments[account.enrolment_id]
        make = _place if account.share_id is None else _share
        debts.append(make(account, enrolment, run, known, called))
    return debts


async def debts_by_account(session: AsyncSession, ids: Collection[UUID]) -> Mapping[UUID, Debt]:
    """These accounts in words, whether anything is open there or not; orders of vouchers among them."""
    if not ids:
        return {}
    wanted = set(ids)
    shared = await session.scalars(select(PayerShare.enrolment_id).where(PayerShare.id.in_(wanted)))
    found = await accounts(session, enrolment_ids=wanted | set(shared.all()), only_open=False)
    debts = await debts_of(session, [one for one in found if one.account_id in wanted])
    orders = await session.scalars(select(VoucherOrder).where(VoucherOrder.id.in_(wanted)))
    return {debt.account_id: debt for debt in [*debts, *(order_debt(one) for one in orders)]}


def order_debt(order: VoucherOrder) -> Debt:
    """An ordered gift voucher; nothing is open once it is paid or cancelled."""
    return Debt(
        account_id=order.id,
        document=order.reference,
        reference=order.reference,
        open_cents=order.amount_cents if order.state is OrderState.OPEN else 0,
        payer=order.buyer_id or order.id,
        payer_name=order.buyer_name,
        names=_names(order.buyer_name),
        persons=frozenset({order.buyer_id} if order.buyer_id else ()),
        due_on=order.due_on,
        kind=DebtKind.VOUCHER,
        path=ORDERS,
    )


def held_account(enrolment: Enrolment) -> Account:
    """A place that waits for an online payment: nothing is charged yet, and a transfer pays for it as well."""
    return Account(
        enrolment_id=enrolment.id, share_id=None, debtor_id=enrolment.contact_id or enrolment.person_id,
        company_id=enrolment.company_id,
        balance=Balance(charged_cents=enrolment.price_cents if enrolment.awaits_payment else 0), invoice=None,
    )  # fmt: skip


def _place(account: Account, enrolment: Enrolment, run: str, known: _Around, called: Numbers) -> Debt:
    company = known.companies.get(account.company_id, "") if account.company_id else ""
    debtor_id = account.debtor_id or enrolment.contact_id or enrolment.person_id
    living = known.living(debtor_id) or enrolment.id
    persons = {
        one for one in (enrolment.person_id, enrolment.contact_id, enrolment.guardian_id, living) if one
    }
    participant = known.name(enrolment.person_id)
    return Debt(
        account_id=enrolment.id,
        document=_number(account) or enrolment.reference,
        reference=enrolment.reference,
        open_cents=account.open_cents,
        payer=account.company_id or living,
        payer_name=company or known.name(debtor_id) or participant,
        names=_names(company, *(known.name(one) for one in persons)),
        participant=participant,
        persons=frozenset(persons),
        company_id=account.company_id,
        invoices=_numbers(account, called),
        reminders=tuple(sorted(called.reminders)),
        order_number=enrolment.order_number,
        run=run,
        due_on=account.due_on,
        path=f"{ENROLMENTS}/{enrolment.id}",
    )


def _share(account: Account, enrolment: Enrolment, run: str, known: _Around, called: Numbers) -> Debt:
    """The payer rarely writes its own name: often it is the participant's that stands in the text, or its own decision's number."""
    company = known.companies.get(account.company_id, "") if account.company_id else ""
    participant = known.name(enrolment.person_id)
    return Debt(
        account_id=account.account_id,
        document=_number(account) or enrolment.reference,
        reference="",
        open_cents=account.open_cents,
        payer=account.company_id or account.account_id,
        payer_name=company,
        names=_names(company, participant),
        participant=participant,
        company_id=account.company_id,
        invoices=_numbers(account, called),
        reminders=tuple(sorted(called.reminders)),
        order_number=known.decisions.get(account.account_id, ""),
        run=run,
        due_on=account.due_on,
        kind=DebtKind.SHARE,
        path=f"{ENROLMENTS}/{enrolment.id}",
    )


def _document(account: Account, known: _Around, called: Numbers) -> Debt:
    invoice = account.invoice
    company = known.companies.get(account.company_id, "") if account.company_id else ""
    written = str(invoice.debtor.get("name") or "") if invoice else ""
    living = known.living(account.debtor_id)
    name = company or written or known.name(account.debtor_id)
    numbers = _numbers(account, called)
    return Debt(
        account_id=account.account_id,
        document=_number(account) or next(iter(numbers), ""),
        reference="",
        open_cents=account.open_cents,
        payer=account.company_id or living or account.account_id,
        payer_name=name,
        names=_names(company, written, known.name(account.debtor_id)),
        persons=frozenset({living} if living and not account.company_id else ()),
        company_id=account.company_id,
        invoices=numbers,
        reminders=tuple(sorted(called.reminders)),
        order_number=str(invoice.debtor.get("order_number") or "") if invoice else "",
        due_on=account.due_on,
        kind=DebtKind.DOCUMENT,
        path=f"{INVOICES}/{invoice.id}" if invoice else "",
    )


def _number(account: Account) -> str:
    return account.invoice.number if account.invoice else ""


def _numbers(account: Account, called: Numbers) -> tuple[str, ...]:
    return tuple(sorted({one for one in (_number(account), *called.invoices) if one}))


def _names(*names: str) -> tuple[str, ...]:
    return tuple(sorted({one for one in names if one}))
