"""Reminders, exactly once each, and the block that follows."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from lms.audit.models import AuditEntry
from lms.jobs.worker import Worker
from lms.lending import errors
from lms.lending.models import LendingBlock, Loan
from lms.lending.service import Lending
from lms.messaging.models import Letter
from tests.lending.counter import KEEPER, Counter
from tests.making import BOTH, FixedClock

pytestmark = BOTH


async def overdue(counter: Counter, clock: FixedClock, late: int) -> Loan:
    """A tablet that should have come back so many days ago."""
    loan = await counter.lend(last=date(2026, 12, 11))
    clock.forward(days=7 + late, hours=2)
    return loan


async def reminders(counter: Counter) -> list[str]:
    async with counter.house.begin.reading() as session:
        rows = await session.scalars(
            select(Letter.subject).where(Letter.kind == "loan_reminder").order_by(Letter.written_at)
        )
        return list(rows)


async def blocks(counter: Counter) -> list[LendingBlock]:
    async with counter.house.begin.reading() as session:
        return list(await session.scalars(select(LendingBlock)))


async def test_reminders_go_out_on_the_first_seventh_and_fourteenth_day_and_never_twice(
    counter: Counter, clock: FixedClock
) -> None:
    await overdue(counter, clock, 0)
    written = [await counter.lending.remind()]
    for _ in range(20):
        clock.forward(days=1)
        written.append(await counter.lending.remind())
        assert await counter.lending.remind() == 0

    assert [day for day, count in enumerate(written) if count] == [1, 7, 14]
    assert await reminders(counter) == [
        "Bitte zurückbringen: Tablet, 11 Zoll",
        "2. Erinnerung: Bitte bringen Sie das Gerät zurück (Tablet, 11 Zoll)",
        "Letzte Erinnerung: Bitte bringen Sie das Gerät zurück (Tablet, 11 Zoll)",
    ]


async def test_after_the_second_reminder_the_person_is_blocked_until_a_day_and_the_team_may_lift_it(
    counter: Counter, clock: FixedClock
) -> None:
    loan = await overdue(counter, clock, 7)

    await counter.lending.remind()
    (block,) = await blocks(counter)
    with pytest.raises(errors.PersonBlocked):
        await counter.lend(counter.tablets[1], last=date(2026, 12, 24))
    await counter.lending.lift(KEEPER, block_id=block.id)
    clock.forward(days=7)
    await counter.lending.remind()

    assert (block.loan_id, block.until) == (loan.id, date(2026, 12, 18) + timedelta(days=90))
    assert len(await blocks(counter)) == 1  # what staff have lifted stays lifted
    assert len(await reminders(counter)) == 2  # after a standstill one letter, not two


async def test_a_worker_that_dies_in_the_middle_leaves_neither_half_a_reminder_nor_two(
    counter: Counter, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    loan = await overdue(counter, clock, 1)

    class Killed(BaseException):
        """What ends a process."""

    async def dies(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr("lms.lending.service.reminding.write_reminder", dies)
        with pytest.raises(Killed):
            await counter.lending.remind()
    after = await counter.loan(loan.id)
    written = [await counter.lending.remind(), await Lending(counter.house).remind()]

    async with counter.house.begin.reading() as session:
        noted = (await session.scalars(select(AuditEntry).where(AuditEntry.action == "loan.reminded"))).all()
    assert (after.reminders, written, len(await reminders(counter)), len(noted)) == (0, [1, 0], 1, 1)


async def test_what_came_back_or_was_extended_is_not_reminded_of(counter: Counter, clock: FixedClock) -> None:
    first = await overdue(counter, clock, 1)
    await counter.lending.remind()
    longer = await counter.lending.extend(
        KEEPER, loan_id=first.id, last=date(2026, 12, 20), version=(await counter.loan(first.id)).version
    )
    clock.forward(days=3)

    assert (longer.reminders, await counter.lending.remind()) == (0, 0)
    clock.forward(days=6)
    assert await counter.lending.remind() == 1  # the new last day is reminded of anew
    await counter.lending.take_back(KEEPER, loan_id=first.id)
    clock.forward(days=30)
    assert await counter.lending.remind() == 0


async def test_a_device_that_is_not_back_stays_taken_unless_somebody_has_it_promised(
    counter: Counter, clock: FixedClock
) -> None:
    await overdue(counter, clock, 1)
    await counter.lending.remind()
    with pytest.raises(errors.Promised):
        await counter.lending.reserve(
            KEEPER, counter.wish(counter.ben, first=date(2026, 12, 13), last=date(2026, 12, 14))
        )
    later = await counter.lending.reserve(
        KEEPER, counter.wish(counter.ben, first=date(2026, 12, 15), last=date(2026, 12, 18))
    )
    clock.forward(days=2)
    await counter.lending.remind()

    taken = await counter.taken(counter.tablet.id)
    assert taken[-1][0] == later.starts_at
    with pytest.raises(errors.StillOut):
        await counter.lending.hand_out(KEEPER, loan_id=later.id)


async def test_the_clockwork_of_the_worker_reminds(
    counter: Counter, clock: FixedClock, clockwork: Worker
) -> None:
    await overdue(counter, clock, 1)

    await clockwork.drain()

    assert len(await reminders(counter)) == 1
