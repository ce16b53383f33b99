"""What stories about refunds need: an enrolment that was paid and costs less now, and a wish for the money back."""

from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select

from lms.billing.models import LedgerEntry, Means, Refund, RefundMeans, RefundState
from lms.billing.refunds.accounts import BankAccount
from lms.billing.refunds.proposing import Wish
from lms.billing.refunds.service import Refunds
from lms.billing.service import Debtor, charge, record_payment
from lms.db import Begin
from lms.kernel.actor import SYSTEM
from lms.people.models import Person
from lms.web.module import Around
from tests.making import MOMENT, make_person

IBAN = "DE02120300000000202051"
ACCOUNT = BankAccount("Ada Lehmann", IBAN)


async def paid_enrolment(
    begin: Begin,
    cents: int = 4500,
    *,
    still_owed: int = 0,
    person: Person | None = None,
    means: Means = Means.TRANSFER,
    event: str = "",
) -> UUID:
    """An enrolment for which so much was paid, and of which only so much is owed."""
    enrolment_id = uuid4()
    async with begin() as session:
        if person is not None and await session.get(Person, person.id) is None:
            session.add(person)
            await session.flush()
        if still_owed:
            charge(
                session, SYSTEM, enrolment_id=enrolment_id, amount_cents=still_owed, cause="price", at=MOMENT,
                debtor=Debtor(facts={}, person_id=person.id if person else None),
            )  # fmt: skip
        await record_payment(
            session, SYSTEM, enrolment_id=enrolment_id, amount_cents=cents, cause="transfer", at=MOMENT,
            provider=means, provider_event=event or str(enrolment_id), debtor_id=person.id if person else None,
        )  # fmt: skip
    return enrolment_id


def wish(enrolment_id: UUID, cents: int = 4500, **given: Any) -> Wish:
    """A transfer to a known account, unless the story says otherwise."""
    usual: dict[str, Any] = {"means": RefundMeans.TRANSFER, "account": ACCOUNT, "purpose": "Erstattung A7"}
    return Wish(enrolment_id=enrolment_id, amount_cents=cents, **usual | given)


async def proposed(house: Around, actor: Any, cents: int = 4500, **given: Any) -> Refund:
    """A refund of everything that was paid for a new enrolment."""
    person = given.pop("person", None) or make_person(email=f"{uuid4().hex}@example.com")
    enrolment_id = await paid_enrolment(house.begin, cents, person=person)
    return await Refunds(house).propose(
        actor, refund_id=uuid4(), wish=wish(enrolment_id, cents, debtor_id=person.id, **given)
    )


async def refund_now(begin: Begin, refund_id: UUID) -> Refund:
    """As it is in the database."""
    async with begin.reading() as session:
        return await session.get_one(Refund, refund_id)


async def states(begin: Begin) -> list[tuple[int, RefundState]]:
    """Every refund: its sum and where it stands."""
    async with begin.reading() as session:
        rows = await session.scalars(select(Refund).order_by(Refund.amount_cents, Refund.requested_at))
        return [(one.amount_cents, one.state) for one in rows]


async def booked(begin: Begin, enrolment_id: UUID) -> list[tuple[str, int]]:
    """The ledger of an enrolment: kinds and cents."""
    async with begin.reading() as session:
        wanted = select(LedgerEntry).where(LedgerEntry.enrolment_id == enrolment_id)
        rows = await session.scalars(
            wanted.order_by(LedgerEntry.booked_at, LedgerEntry.kind, LedgerEntry.amount_cents)
        )
        return [(one.kind.value, one.amount_cents) for one in rows]
