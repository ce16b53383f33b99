"""What stories about debts need: somebody enrolled with an invoice, and a look at what was written to them."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from lms.billing.service import record_payment
from lms.catalogue.models import PaymentMethod
from lms.db import Begin
from lms.dunning.models import DunningRun, Reminder
from lms.enrolment.models import Enrolment
from lms.enrolment.service import Enrolments
from lms.kernel.actor import SYSTEM
from lms.kernel.rights import Identity
from lms.messaging.models import Letter
from lms.web.module import Around
from tests.enrolment.places import VISITOR, named, offered_run
from tests.making import FixedClock, staff

CASHIER = staff(Identity.FINANCE)
ADDRESS = {"street": "Lange Straße 12", "postal_code": "39340", "city": "Haldensleben"}


async def owing(
    house: Around,
    name: str = "Ada Lehmann",
    *,
    cents: int = 4500,
    method: PaymentMethod = PaymentMethod.INVOICE,
    **given: Any,
) -> Enrolment:
    """Somebody enrols and gets an invoice, due in 14 days."""
    run = await offered_run(house.begin, price_cents=cents, payment_methods=[str(method)])
    placed = await Enrolments(house).enrol(
        VISITOR, run_id=run.id, persons=[named(name, **ADDRESS | given)], payment_method=method
    )
    return placed.enrolments[0]


async def pays(house: Around, clock: FixedClock, enrolment: Enrolment, cents: int, event: str = "") -> None:
    async with house.begin() as session:
        await record_payment(
            session, SYSTEM, enrolment_id=enrolment.id, amount_cents=cents, cause="transfer", at=clock(),
            provider="bank" if event else None, provider_event=event or None,
        )  # fmt: skip


async def reminders(begin: Begin) -> list[tuple[str, int, int, int]]:
    """Number, level, what is asked for, fee; in the order of their numbers."""
    async with begin.reading() as session:
        rows = await session.scalars(select(Reminder).order_by(Reminder.counter))
        return [(one.number, one.level, one.owed_cents, one.fee_cents) for one in rows]


async def run_in_the_books(begin: Begin, run_id: UUID) -> DunningRun:
    async with begin.reading() as session:
        return await session.get_one(DunningRun, run_id)


async def subjects(begin: Begin, kind: str) -> list[str]:
    """What was written to people, by kind, the oldest first."""
    async with begin.reading() as session:
        rows = await session.scalars(
            select(Letter.subject).where(Letter.kind == kind).order_by(Letter.written_at, Letter.subject)
        )
        return list(rows)


def day(text: str) -> date:
    return date.fromisoformat(text)
