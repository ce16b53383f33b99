"""What stories about direct debit need: a run at a price, somebody who pays from an account, and a look at what came of it."""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select

from lms.billing.models import LedgerEntry
from lms.billing.queries import balance_of
from lms.catalogue.models import PaymentMethod, Run
from lms.db import Begin
from lms.debits.collecting import DebitFiles
from lms.debits.models import Debit, DebitFile, DebitMandate
from lms.debits.values import NewAccount
from lms.enrolment.models import Enrolment
from lms.enrolment.service import Enrolments
from lms.kernel.actor import Actor
from lms.kernel.rights import Identity
from lms.web.module import Around
from tests.enrolment.places import VISITOR, named, offered_run
from tests.making import FixedClock, staff

IBAN, OTHER_IBAN = "DE02120300000000202051", "DE02500105170137075030"
CASHIER, COLLEAGUE = staff(Identity.FINANCE), staff(Identity.FINANCE)
WAYS = ["direct_debit", "invoice", "cash"]


def account(iban: str = IBAN, holder: str = "Ada Lehmann") -> NewAccount:
    return NewAccount(
        holder=holder, iban=iban, wording="Ich ermächtige das Zentrum …", wording_version="2026-11"
    )


async def run_at_a_price(begin: Begin, cents: int = 4500, **given: Any) -> Run:
    """From Friday, 1 January 2027 on, four weeks after the stories begin."""
    return await offered_run(begin, price_cents=cents, payment_methods=WAYS, **given)


async def enrolled(
    house: Around,
    run: Run,
    name: str = "Ada Lehmann",
    *,
    actor: Actor = VISITOR,
    person: UUID | None = None,
    **given: Any,
) -> Enrolment:
    """Somebody who pays by direct debit."""
    given.setdefault("account", account(holder=name))
    placed = await Enrolments(house).enrol(
        actor,
        run_id=run.id,
        persons=[person or named(name)],
        payment_method=PaymentMethod.DIRECT_DEBIT,
        **given,
    )
    return placed.enrolments[0]


async def announced(house: Around, clock: FixedClock, *names: str, run: Run | None = None) -> list[UUID]:
    """So many enrolments, each told of its collection: it is 12 January 2027, and they are due on the 15th."""
    run = run or await run_at_a_price(house.begin)
    ids = [(await enrolled(house, run, name)).id for name in names or ("Ada Lehmann",)]
    clock.moment = datetime.fromisoformat("2027-01-08T09:00+00:00")
    await DebitFiles(house).announce_due()
    clock.moment = datetime.fromisoformat("2027-01-12T09:00+00:00")
    return ids


async def filed(house: Around, clock: FixedClock, *names: str) -> tuple[DebitFile, list[UUID]]:
    """The same, in a file that is not handed in yet."""
    ids = await announced(house, clock, *names)
    file = await DebitFiles(house).make(CASHIER, file_id=uuid4(), until=date(2027, 1, 20))
    return file, ids


async def debits(begin: Begin) -> list[Debit]:
    async with begin.reading() as session:
        return list(await session.scalars(select(Debit).order_by(Debit.planned_at, Debit.collect_on)))


async def mandates(begin: Begin) -> list[DebitMandate]:
    async with begin.reading() as session:
        return list(await session.scalars(select(DebitMandate).order_by(DebitMandate.created_at)))


async def owed(begin: Begin, enrolment_id: UUID) -> int:
    async with begin.reading() as session:
        return (await balance_of(session, [enrolment_id]))[enrolment_id].open_cents


async def booked(begin: Begin, enrolment_id: UUID) -> list[tuple[str, int, str]]:
    """Kind, cents and cause of what stands in the ledger, in the order of booking."""
    async with begin.reading() as session:
        rows = await session.scalars(
            select(LedgerEntry)
            .where(LedgerEntry.enrolment_id == enrolment_id)
            .order_by(LedgerEntry.booked_at)
        )
        return sorted((str(one.kind), one.amount_cents, one.cause) for one in rows)
