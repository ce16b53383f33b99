"""Debits that come back: booked once however often they are told, and nothing more is collected before somebody has looked."""

import asyncio
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from lms.db import Begin
from lms.debits.collecting import DebitFiles, due
from lms.debits.errors import MandateNotUsable, OwnDebit
from lms.debits.mandates import DebitMandates
from lms.debits.models import Debit, DebitState
from lms.debits.returns import DebitReturns, debit_returned
from lms.jobs.models import Job
from lms.jobs.worker import Worker
from lms.kernel.actor import SYSTEM, Actor
from lms.kernel.errors import Forbidden
from lms.kernel.rights import Identity
from lms.messaging.models import Letter
from lms.web.module import Around
from tests.debits.paying import (
    CASHIER,
    OTHER_IBAN,
    booked,
    debits,
    enrolled,
    filed,
    mandates,
    owed,
    run_at_a_price,
)
from tests.making import BOTH, FixedClock, learner, staff

pytestmark = BOTH
AT = datetime(2027, 1, 20, 9, tzinfo=UTC)
UNTIL = date(2027, 3, 1)
TOLD = [
    ("charge", 4500, "price"),
    ("fee", 350, "return_fee"),
    ("payment", -4500, "direct_debit"),
    ("refund", 4500, "debit_returned"),
]


async def collected(house: Around, clock: FixedClock) -> Debit:
    """One that the bank has credited."""
    file, _ = await filed(house, clock)
    await DebitFiles(house).submit(CASHIER, file_id=file.id)
    await DebitFiles(house).credited(CASHIER, file_id=file.id)
    return (await debits(house.begin))[0]


async def come_back(begin: Begin, sign: str, *, reason: str = "AM04", fee: int = 350) -> Debit | None:
    async with begin() as session:
        return await debit_returned(
            session, SYSTEM, end_to_end_id=sign, fee_cents=fee, reason_code=reason, at=AT
        )


async def events(begin: Begin, kind: str) -> int:
    async with begin.reading() as session:
        wanted = select(func.count()).select_from(Job).where(Job.kind == f"event:{kind}")
        return await session.scalar(wanted) or 0


async def test_a_return_is_booked_back_with_its_fee_and_told_to_the_payer(
    house: Around, begin: Begin, clock: FixedClock, jobs: Worker
) -> None:
    debit = await collected(house, clock)

    await come_back(begin, debit.end_to_end_id)
    clock.moment = AT
    await jobs.drain()

    async with begin.reading() as session:
        letter = (await session.scalars(select(Letter).where(Letter.kind == "debit_returned"))).one()
    assert await booked(begin, debit.enrolment_id) == TOLD
    assert await owed(begin, debit.enrolment_id) == 4850
    assert "48,50" in letter.text
    assert "DE02 … 2051" in letter.text
    assert "DE02120300000000202051" not in letter.text.split("IBAN")[0]
    assert await events(begin, "PaymentReturned") == 1


async def test_the_same_return_told_again_and_at_once_changes_nothing(
    house: Around, begin: Begin, clock: FixedClock
) -> None:
    debit = await collected(house, clock)

    await asyncio.gather(*(come_back(begin, debit.end_to_end_id) for _ in range(4)))
    await come_back(begin, debit.end_to_end_id, fee=900)

    assert await booked(begin, debit.enrolment_id) == TOLD
    assert await events(begin, "PaymentReturned") == 1


async def test_what_comes_back_before_it_was_credited_is_even_and_the_credit_books_it_no_second_time(
    house: Around, begin: Begin, clock: FixedClock
) -> None:
    file, (ada, ben) = await filed(house, clock, "Ada Lehmann", "Ben Krause")
    await DebitFiles(house).submit(CASHIER, file_id=file.id)
    first = next(one for one in await debits(begin) if one.enrolment_id == ada)

    await come_back(begin, first.end_to_end_id, fee=0)
    await DebitFiles(house).credited(CASHIER, file_id=file.id)

    assert (await owed(begin, ada), await owed(begin, ben)) == (4500, 0)
    assert await booked(begin, ada) == [
        ("charge", 4500, "price"),
        ("payment", -4500, "direct_debit"),
        ("refund", 4500, "debit_returned"),
    ]


async def test_what_is_not_ours_or_was_never_handed_over_is_not_booked(
    house: Around, begin: Begin, clock: FixedClock
) -> None:
    one = await enrolled(house, await run_at_a_price(begin))
    (planned,) = await debits(begin)

    assert await come_back(begin, "LS-NICHT-VON-UNS") is None
    assert await come_back(begin, planned.end_to_end_id) is None
    assert await booked(begin, one.id) == [("charge", 4500, "price")]


@pytest.mark.parametrize(("reason", "state"), [("AC04", "blocked"), ("MD01", "blocked"), ("AM04", "active")])
async def test_a_closed_account_blocks_the_mandate_and_an_empty_one_does_not(
    house: Around, begin: Begin, clock: FixedClock, reason: str, state: str
) -> None:
    debit = await collected(house, clock)

    await come_back(begin, debit.end_to_end_id, reason=reason)

    assert [one.state for one in await mandates(begin)] == [state]


async def payer_of(begin: Begin) -> Actor:
    from lms.people.models import Person

    async with begin.reading() as session:
        return learner(await session.get_one(Person, (await mandates(begin))[0].person_id))


async def next_one(house: Around, clock: FixedClock, mandate_id: UUID, payer: Actor) -> UUID:
    """Another enrolment by the same mandate, told of its collection."""
    other = await run_at_a_price(house.begin, starts_at=datetime(2027, 2, 1, 9, tzinfo=UTC), ends_at=None)
    one = await enrolled(house, other, actor=payer, person=payer.person_id, account=mandate_id)
    return one.id


async def test_nothing_more_is_collected_by_the_mandate_until_somebody_has_looked(
    house: Around, begin: Begin, clock: FixedClock
) -> None:
    debit = await collected(house, clock)
    payer, returns, files = await payer_of(begin), DebitReturns(house), DebitFiles(house)
    later = await next_one(house, clock, debit.mandate_id, payer)
    await come_back(begin, debit.end_to_end_id)
    clock.moment = datetime(2027, 2, 12, 9, tzinfo=UTC)

    await files.announce_due()
    async with begin.reading() as session:
        before = [(one.debit.enrolment_id, one.left_out) for one in await due(session, until=UNTIL)]
    await returns.handle(CASHIER, debit_id=debit.id, note_text="angerufen, überweist")
    await files.announce_due()
    async with begin.reading() as session:
        after = [(one.debit.enrolment_id, one.left_out) for one in await due(session, until=UNTIL)]

    assert (before, after) == ([(later, "returned_before")], [(later, "")])


async def test_the_team_collects_once_more_after_the_payer_named_another_account(
    house: Around, begin: Begin, clock: FixedClock
) -> None:
    debit, returns = await collected(house, clock), DebitReturns(house)
    payer = await payer_of(begin)
    await come_back(begin, debit.end_to_end_id, reason="AC04")
    with pytest.raises(MandateNotUsable):
        await returns.collect_again(CASHIER, debit_id=debit.id, on=date(2027, 2, 1))

    version = (await mandates(begin))[0].version
    await DebitMandates(house).change_account(
        payer, mandate_id=debit.mandate_id, holder="Ada Lehmann", iban=OTHER_IBAN, version=version
    )
    again = await returns.collect_again(CASHIER, debit_id=debit.id, on=date(2027, 2, 1))
    twice = await returns.collect_again(CASHIER, debit_id=debit.id, on=date(2027, 2, 1))
    clock.moment = datetime(2027, 1, 26, 9, tzinfo=UTC)
    await DebitFiles(house).announce_due()
    file = await DebitFiles(house).make(CASHIER, file_id=uuid4(), until=UNTIL)

    assert (again.id, again.collect_on) == (twice.id, date(2027, 2, 1))
    assert (file.count, file.total_cents) == (1, 4850)  # with the fee
    assert sorted(one.state for one in await debits(begin)) == [DebitState.IN_FILE, DebitState.RETURNED]


async def test_nobody_settles_their_own_return_and_only_cashiers_do(
    house: Around, begin: Begin, clock: FixedClock
) -> None:
    debit, returns = await collected(house, clock), DebitReturns(house)
    payer = await payer_of(begin)
    own = Actor(
        identities=frozenset({Identity.FINANCE}), account_id=payer.account_id, person_id=payer.person_id
    )

    with pytest.raises(OwnDebit):
        await returns.enter(own, debit_id=debit.id, fee_cents=0, reason_code="AM04")
    with pytest.raises(Forbidden):
        await returns.enter(staff(Identity.ENROLMENT), debit_id=debit.id, fee_cents=0, reason_code="AM04")
    await returns.enter(CASHIER, debit_id=debit.id, fee_cents=350, reason_code="am04")

    assert await booked(begin, debit.enrolment_id) == TOLD
