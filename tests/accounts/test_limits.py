"""How often something may be done: counted together by everybody who counts (S-40)."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from lms.accounts.limits import LIMITS, forget_old_windows, network_of, within
from lms.accounts.models import RateWindow
from lms.db import Begin, connect
from lms.kernel.errors import TooMany
from tests.making import BOTH, MOMENT, FixedClock
from tests.processes import CONTEXT

pytestmark = BOTH


async def times_allowed(begin: Begin, clock: FixedClock, tries: int, name: str, **whose: str) -> int:
    async def attempt() -> bool:
        try:
            await within(begin, clock, name, **whose)
        except TooMany:
            return False
        return True

    return sum([await attempt() for _ in range(tries)])


@pytest.mark.parametrize(
    ("name", "whose", "most"),
    [
        ("sign-in", {"account": "ada"}, 10),
        ("sign-in", {"address": "192.0.2.7"}, 20),
        ("mail", {"account": "ada@example.com"}, 3),
        ("mail", {"address": "192.0.2.7"}, 10),
        ("enrolment", {"address": "192.0.2.7"}, 10),
        ("certificate-check", {"account": "K7QF"}, 20),
        ("certificate-check", {"address": "192.0.2.7"}, 30),
        ("feed", {"account": "token"}, 60),
        ("search", {"address": "192.0.2.7"}, 120),
        ("export", {"account": "ada"}, 20),
        ("upload", {"account": "ada"}, 60),
        ("participation", {"account": "ada"}, 20),
        ("participation", {"address": "192.0.2.7"}, 20),
    ],
)
async def test_each_act_has_the_limit_of_the_table(
    begin: Begin, clock: FixedClock, name: str, whose: dict[str, str], most: int
) -> None:
    assert await times_allowed(begin, clock, most + 2, name, **whose) == most


async def test_one_account_or_address_does_not_use_up_anothers(begin: Begin, clock: FixedClock) -> None:
    await times_allowed(begin, clock, 12, "sign-in", account="ada", address="192.0.2.7")

    await within(begin, clock, "sign-in", account="ben", address="192.0.2.8")


async def test_the_refusal_says_how_long_to_wait_and_then_it_is_over(begin: Begin, clock: FixedClock) -> None:
    await times_allowed(begin, clock, 3, "mail", account="ada@example.com")

    with pytest.raises(TooMany) as refused:
        await within(begin, clock, "mail", account="ada@example.com")

    assert 0 < refused.value.retry_after <= 3601
    clock.forward(seconds=refused.value.retry_after)
    await within(begin, clock, "mail", account="ada@example.com")


async def test_whoever_goes_on_guessing_waits_longer_up_to_a_quarter_of_an_hour(
    begin: Begin, clock: FixedClock
) -> None:
    waits = []
    for _guess in range(25):
        try:
            await within(begin, clock, "sign-in", account="ada")
        except TooMany as refused:
            waits.append(refused.retry_after)

    assert (waits[0], waits[-1]) == (301, 901)


async def test_an_address_of_the_new_kind_counts_with_its_whole_network(
    begin: Begin, clock: FixedClock
) -> None:
    allowed = 0
    for host in range(12):
        allowed += await times_allowed(begin, clock, 1, "mail", address=f"2001:db8:1:2::{host:x}")

    assert allowed == 10
    assert (
        network_of("2001:db8:1:2:ffff::1") == network_of("2001:db8:1:2::9") != network_of("2001:db8:1:3::9")
    )
    assert network_of("::ffff:192.0.2.7") == network_of("192.0.2.7") == "192.0.2.7"


async def test_many_at_once_are_counted_one_by_one(begin: Begin, clock: FixedClock) -> None:
    attempts = [within(begin, clock, "mail", account="ada@example.com") for _ in range(20)]

    outcomes = await asyncio.gather(*attempts, return_exceptions=True)

    assert [type(outcome) for outcome in outcomes].count(TooMany) == 17
    assert outcomes.count(None) == 3


def _attempts(url: str, tries: int) -> int:
    """What one process is allowed; run in a process of its own."""

    async def run() -> int:
        begin = connect(url)
        try:
            return await times_allowed(begin, FixedClock(), tries, "enrolment", address="192.0.2.7")
        finally:
            await begin.close()

    return asyncio.run(run())


async def test_several_processes_share_one_count(database: str, begin: Begin) -> None:
    with CONTEXT.Pool(3) as processes:
        allowed = await asyncio.to_thread(processes.starmap, _attempts, [(database, 8)] * 3)

    assert sum(allowed) == LIMITS["enrolment"].address[0].most
    async with begin.reading() as session:
        assert max((await session.scalars(select(RateWindow.count))).all()) == 24


async def test_neither_addresses_nor_names_stand_in_the_table_in_clear(
    begin: Begin, clock: FixedClock
) -> None:
    await within(begin, clock, "mail", account="ada@example.com")

    async with begin.reading() as session:
        assert not [key for key in await session.scalars(select(RateWindow.key)) if "ada" in key]


async def test_windows_that_are_over_are_deleted(begin: Begin, clock: FixedClock) -> None:
    await within(begin, clock, "mail", account="ada@example.com", address="192.0.2.7")
    clock.forward(hours=2)

    await forget_old_windows(begin, clock)

    async with begin.reading() as session:
        left = (await session.scalars(select(RateWindow.ends_at))).all()
        total = await session.scalar(select(func.count()).select_from(RateWindow))
    assert total == 1  # the day's window is still running
    assert left[0] > MOMENT + timedelta(hours=2)


async def test_signing_in_is_refused_when_nobody_can_count(begin: Begin, clock: FixedClock) -> None:
    async with begin() as session:
        await session.execute(text("DROP TABLE rate_window"))

    with pytest.raises(DBAPIError, match="rate_window"):
        await within(begin, clock, "sign-in", account="ada")
    await within(begin, clock, "search", address="192.0.2.7")
