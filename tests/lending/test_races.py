"""Several counters that want the same device at once."""

import asyncio
from datetime import date
from uuid import uuid4

from lms.kernel.errors import DomainError
from lms.kernel.period import Period
from lms.lending.errors import MustBeWiped, Promised, StillOut
from lms.lending.models import LoanState
from lms.resources.models import ReservationKind
from lms.resources.reserving import AlreadyTaken, Claim, in_the_way, lock, reserve
from tests.lending.counter import IN_FOUR_WEEKS, KEEPER, Counter
from tests.making import BOTH, FixedClock

pytestmark = BOTH
AT_ONCE = 8


async def test_two_who_hand_out_the_same_device_at_once_are_one_and_a_refusal(counter: Counter) -> None:
    people = [counter.ada, counter.ben] * (AT_ONCE // 2)

    found = await asyncio.gather(*(counter.lend(person=one) for one in people), return_exceptions=True)

    done = [one for one in found if not isinstance(one, BaseException)]
    refused = [one for one in found if isinstance(one, DomainError)]
    assert (len(done), len(refused)) == (1, AT_ONCE - 1)
    assert {type(one) for one in refused} == {StillOut}
    assert len(await counter.loans()) == 1


async def test_a_double_click_lends_once(counter: Counter) -> None:
    key = uuid4()

    async def click() -> None:
        await counter.lending.lend(
            KEEPER,
            device_id=counter.tablet.id,
            person_id=counter.ada.id,
            last=IN_FOUR_WEEKS,
            loan_id=key,
        )

    await asyncio.gather(click(), click(), click())

    assert [loan.id for loan in await counter.loans()] == [key]


async def test_as_many_loans_of_a_model_as_there_are_devices(counter: Counter) -> None:
    wish = counter.wish(model_id=counter.model.id)

    found = await asyncio.gather(
        *(counter.lending.reserve(KEEPER, wish) for _ in range(AT_ONCE)), return_exceptions=True
    )

    done = [one for one in found if not isinstance(one, BaseException)]
    assert len(done) == len({loan.device_id for loan in done}) == len(counter.tablets)
    assert {type(one).__name__ for one in found if isinstance(one, BaseException)} == {"NoneFree"}


async def test_a_session_and_a_loan_that_want_the_same_device_are_one(
    counter: Counter, clock: FixedClock
) -> None:
    begin, device = counter.house.begin, counter.tablet

    async def plan() -> None:
        period = noon_of_monday(clock)
        async with begin() as session:
            await lock(session, device_ids=[device.id])
            claim = Claim(period=period, device_id=device.id)
            if await in_the_way(session, [claim]):
                raise AlreadyTaken
            await reserve(session, [claim], kind=ReservationKind.SESSION, purpose="2041", session_id=uuid4())

    wish = counter.wish(first=date(2026, 12, 7), last=date(2026, 12, 7))
    found = await asyncio.gather(
        plan(),
        counter.lending.reserve(KEEPER, wish),
        plan(),
        counter.lending.reserve(KEEPER, wish),
        return_exceptions=True,
    )

    refused = [one for one in found if isinstance(one, BaseException)]
    assert len(refused) == 3
    assert {type(one) for one in refused} <= {AlreadyTaken, Promised}
    assert len(await counter.taken(device.id)) == 1


def noon_of_monday(clock: FixedClock) -> Period:
    """Two hours in the middle of the day of the loan."""
    start = clock().replace(day=7, hour=11)
    return Period(start, start.replace(hour=13))


async def test_a_device_taken_back_twice_at_once_is_back_once(counter: Counter) -> None:
    loan = await counter.lend()

    await asyncio.gather(*(counter.lending.take_back(KEEPER, loan_id=loan.id) for _ in range(4)))

    after = await counter.loan(loan.id)
    assert (after.state, after.version) == (LoanState.RETURNED, loan.version + 1)


async def test_returned_and_wiped_at_once_is_never_handed_out_unwiped(counter: Counter) -> None:
    loan = await counter.lend()
    await counter.lending.take_back(KEEPER, loan_id=loan.id)

    found = await asyncio.gather(
        counter.lend(person=counter.ben),
        counter.lending.confirm_wiped(KEEPER, device_id=counter.tablet.id),
        counter.lend(person=counter.ben),
        return_exceptions=True,
    )

    assert {type(one) for one in found if isinstance(one, BaseException)} <= {MustBeWiped, StillOut}
    out = [one for one in await counter.loans() if one.state is LoanState.OUT]
    assert len(out) <= 1
