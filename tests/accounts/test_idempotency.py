"""A keyed request is done once, however often it is sent (S-71)."""

import asyncio
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from lms.accounts.errors import KeyTaken
from lms.accounts.idempotency import forget_old_keys, once, remember
from lms.accounts.models import IdempotencyKey
from lms.db import Begin
from tests.making import BOTH, FixedClock

pytestmark = BOTH


async def do(begin: Begin, clock: FixedClock, key: str, body: bytes, made: list[UUID]) -> UUID:
    """What a service does with a keyed request."""
    async with begin() as session:
        known = await once(session, key, body, at=clock())
        if known is not None:
            return known
        result = uuid4()
        made.append(result)
        await remember(session, key, result)
        return result


async def test_the_second_request_gets_what_the_first_one_made(begin: Begin, clock: FixedClock) -> None:
    made: list[UUID] = []

    answers = [await do(begin, clock, "ada:1", b"{}", made) for _ in range(3)]

    assert answers == [made[0]] * 3


async def test_requests_at_the_same_moment_make_one_thing(begin: Begin, clock: FixedClock) -> None:
    made: list[UUID] = []

    answers = await asyncio.gather(*(do(begin, clock, "ada:1", b"{}", made) for _ in range(8)))

    assert (len(made), set(answers)) == (1, set(made))


async def test_another_body_under_the_same_key_is_refused(begin: Begin, clock: FixedClock) -> None:
    await do(begin, clock, "ada:1", b"{}", [])

    with pytest.raises(KeyTaken):
        await do(begin, clock, "ada:1", b'{"more": 1}', [])


async def test_what_failed_may_be_sent_again(begin: Begin, clock: FixedClock) -> None:
    async def fail() -> None:
        async with begin() as session:
            await once(session, "ada:1", b"{}", at=clock())
            raise RuntimeError("no place")

    with pytest.raises(RuntimeError, match="no place"):
        await fail()
    made: list[UUID] = []

    assert await do(begin, clock, "ada:1", b"{}", made) == made[0]


async def test_keys_are_kept_seven_days(begin: Begin, clock: FixedClock) -> None:
    await do(begin, clock, "ada:1", b"{}", [])

    clock.forward(days=7)
    await forget_old_keys(begin, clock)
    async with begin.reading() as session:
        assert len((await session.scalars(select(IdempotencyKey))).all()) == 1

    clock.forward(seconds=1)
    await forget_old_keys(begin, clock)
    async with begin.reading() as session:
        assert (await session.scalars(select(IdempotencyKey))).all() == []
