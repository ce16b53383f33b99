"""R-24: events told five times each, in any order. R-25: what many payers paid, at the provider and in our ledger."""

import asyncio
import os
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import stripe
from pydantic import SecretStr
from sqlalchemy import select

from lms.app import around, worker
from lms.billing.models import LedgerEntry, Refund, RefundMeans, RefundState
from lms.billing.refunds.booking import ask_refund
from lms.enrolment.models import Enrolment
from lms.kernel.actor import SYSTEM
from lms.kernel.clock import Clock, system_clock
from lms.migrating import migrate
from lms.payments.checkouts import Checkouts
from lms.payments.errors import ProviderAway
from lms.payments.hooks import Hooks
from lms.settings import Settings
from lms.web.module import Around
from tests.making import FixedClock
from tests.payments.buying import opened, ordered, paid_run
from tests.postgres import create_database
from tests.stripe_stand_in.fixture import DECLINED, KEY, SECRET, StandIn
from tests.stripe_stand_in.hooks import sign
from tests.stripe_stand_in.store import Thing

EVENTS = int(os.environ.get("R24_EVENTS", "5000"))
ORDERS = int(os.environ.get("R25_ORDERS", "500"))
EVENTS_OF_AN_ORDER = 5  # four of a payment by card, and two of every second one's refund
TIMES = 5
AT_ONCE = 16
ALONE = 4 * AT_ONCE  # so that a fifth goes out at once
PAYERS = 32
CLERKS = 8
PLACES = 200


async def events_in_any_order(server: str) -> str:
    """R-24: the books after every event came once, against those after each came five times, shuffled, a fifth at once."""
    dice = random.Random(24)
    clock = FixedClock(datetime.now(UTC))  # however long it takes, no place lapses meanwhile
    with StandIn(apart=True) as provider, TemporaryDirectory() as folder:
        once = create_database(server, "once")
        async with _house(once, provider, Path(folder), clock) as house:
            await _paid_orders(house, provider, -(-EVENTS // EVENTS_OF_AN_ORDER))
        often = create_database(server, "often", template="once")
        events = provider.events()[:EVENTS]
        async with _house(once, provider, Path(folder), clock) as house:
            hooks = Hooks(house)
            for event in events:
                await _tell(hooks, event)
            wanted = await _books(house)
        started = time.perf_counter()
        async with _house(often, provider, Path(folder), clock) as house:
            hooks = Hooks(house)
            await _tell_often(hooks, events, dice)
            found = await _books(house)
        seconds = time.perf_counter() - started
    differences = sum(((wanted - found) + (found - wanted)).values())
    return (
        f"R-24 events={len(events)} deliveries={len(events) * TIMES} differences={differences}"
        f" entries={sum(wanted.values())} per_s={len(events) * TIMES / seconds:.0f}"
    )


async def many_payers(url: str) -> str:
    """R-25: what came in less what went back, order by order, at the provider and in our ledger.

    Thirty-two payers at a time: some are declined first, click twice, give up, or pay by a debit that may fail; some get a
    part back. A fifth of the events never arrives and is found by asking.
    """
    await migrate(url)
    with StandIn(apart=True) as provider, TemporaryDirectory() as folder:
        async with _house(url, provider, Path(folder)) as house:
            await _all_pay(house, provider)
            ours, theirs = await _sums(house), await asyncio.to_thread(_sums_at, provider)
            back = len(await asyncio.to_thread(provider.events, "refund.created"))
    differences = sum(ours.get(one, 0) != theirs.get(one, 0) for one in {*ours, *theirs})
    return (
        f"R-25 orders={ORDERS} differences={differences} ledger_cents={sum(ours.values())}"
        f" provider_cents={sum(theirs.values())} paid_back={back}"
    )


class _house:  # noqa: N801 - read as a word: `async with _house(...)`
    """What services are given, on this database and with this provider."""

    def __init__(self, url: str, provider: StandIn, folder: Path, clock: Clock = system_clock) -> None:
        self.place = around(
            Settings(
                database_url=url, demo=True, files=folder, stripe_key=SecretStr(KEY), stripe_api=provider.url,
                stripe_pages=provider.url, stripe_webhook_secrets=[SecretStr(SECRET)], _env_file=None,
            ),  # type: ignore[call-arg]
            clock,
        )  # fmt: skip

    async def __aenter__(self) -> Around:
        return self.place

    async def __aexit__(self, *_exc: object) -> None:
        await self.place.begin.close()


async def _paid_orders(house: Around, provider: StandIn, count: int) -> None:
    """So many orders, paid at the provider; every second is paid back there in part. Nothing has been told yet."""
    await migrate(house.settings.database_url)
    checkouts, asking = Checkouts(house), _client(provider)

    async def order(number: int, run: Any) -> None:
        (claim,) = await ordered(house, run, f"Person{number} Muster")
        address = await opened(checkouts, house, claim)
        await asyncio.to_thread(provider.pay, address)
        if number % 2:
            page = asking.v1.checkout.sessions.retrieve(address.rsplit("/", maxsplit=1)[-1])
            asking.v1.refunds.create({"payment_intent": str(page.payment_intent), "amount": 500})

    for first in range(0, count, PLACES):
        run = await paid_run(
            house.begin, course={"title": f"Kurs {first}"}, number=f"B{first:05d}", capacity=PLACES
        )
        here = range(first, min(first + PLACES, count))
        await _some_at_once([partial(order, number, run) for number in here], CLERKS)


async def _tell_often(hooks: Hooks, events: Sequence[Thing], dice: random.Random) -> None:
    """Half of the events come twice at the same moment; what is left of their five times comes one after the other."""
    twice = dice.sample(list(events), len(events) // 2)
    rest = [event for event in events if event["id"] not in {one["id"] for one in twice}]
    alone = [*twice * (TIMES - 2), *rest * TIMES]
    dice.shuffle(alone)
    together = [one for event in twice for one in (event, event)]
    while alone or together:
        now, alone = alone[:ALONE], alone[ALONE:]
        for event in now:
            await _tell(hooks, event)
        crowd, together = together[:AT_ONCE], together[AT_ONCE:]
        await asyncio.gather(*(_tell(hooks, event) for event in crowd))


async def _tell(hooks: Hooks, event: Thing) -> None:
    """Deliver as the provider does: again, until it was heard."""
    signed = sign(event, [SECRET])
    while True:
        try:
            await hooks.receive(signed.payload, signed.headers["Stripe-Signature"])
        except ProviderAway:
            await asyncio.sleep(0.5)
        else:
            return


async def _books(house: Around) -> Counter[tuple[Any, ...]]:
    """The ledger and the states of places and refunds, without what differs by when it was written."""
    async with house.begin.reading() as session:
        entries = await session.execute(
            select(
                LedgerEntry.enrolment_id,
                LedgerEntry.kind,
                LedgerEntry.amount_cents,
                LedgerEntry.cause,
                LedgerEntry.provider,
                LedgerEntry.provider_event,
            )
        )
        places = await session.execute(select(Enrolment.id, Enrolment.state))
        refunds = await session.execute(select(Refund.enrolment_id, Refund.amount_cents, Refund.state))
        return Counter(tuple(row) for rows in (entries, places, refunds) for row in rows)


async def _all_pay(house: Around, provider: StandIn) -> None:
    dice = random.Random(25)
    checkouts, hooks = Checkouts(house), Hooks(house)
    runs = [
        await paid_run(house.begin, course={"title": f"Kurs {n}"}, number=f"B{n:05d}", capacity=PLACES)
        for n in range(-(-ORDERS // PLACES))
    ]
    ended = asyncio.Event()

    async def listen() -> None:
        heard = 0
        while not ended.is_set():
            events = await asyncio.to_thread(provider.events)
            new, heard = events[heard:], len(events)
            arriving = [event for event in new if dice.random() > 0.2]
            dice.shuffle(arriving)
            await _some_at_once([partial(_tell, hooks, event) for event in arriving], AT_ONCE)
            await asyncio.sleep(0.2)

    async def payer(number: int) -> None:
        (claim,) = await ordered(house, runs[number // PLACES], f"Person{number} Muster")
        pages = await asyncio.gather(
            *(opened(checkouts, house, claim) for _ in range(2 if number % 7 == 0 else 1))
        )
        await asyncio.to_thread(_behave, provider, pages[0], number)
        if number % 11 == 0:
            await checkouts.look_at_due()

    listener = asyncio.create_task(listen())
    await _some_at_once([partial(payer, number) for number in range(ORDERS)], PAYERS)
    ended.set()
    await listener
    await hooks.hear_missed()
    await _pay_some_back(house)
    await worker(house).drain()
    await hooks.hear_missed()


def _behave(provider: StandIn, page: str, number: int) -> None:
    match number % 10:
        case 0:
            return  # gave up
        case 1:
            provider.pay(page, card=DECLINED)
            provider.pay(page)
        case 2 | 3:
            provider.pay_by_debit(page)
            provider.settle(page.rsplit("/", maxsplit=1)[-1], fails=number % 10 == 3)
        case _:
            provider.pay(page)


async def _pay_some_back(house: Around) -> None:
    async with house.begin() as session:
        paid = await session.scalars(
            select(Enrolment.id)
            .join(LedgerEntry, LedgerEntry.enrolment_id == Enrolment.id)
            .where(LedgerEntry.provider == "stripe")
            .order_by(Enrolment.id)
        )
        for enrolment_id in paid.all()[::9]:
            await ask_refund(
                session, SYSTEM, enrolment_id=enrolment_id, amount_cents=700, means=RefundMeans.ONLINE,
                state=RefundState.READY, at=house.clock(), reason="bench",
            )  # fmt: skip


async def _sums(house: Around) -> dict[str, int]:
    """By order: what came in less what went back, in cents, as the ledger has it."""
    sums: Counter[str] = Counter()
    async with house.begin.reading() as session:
        rows = await session.execute(
            select(Enrolment.order_id, LedgerEntry.amount_cents)
            .join(Enrolment, Enrolment.id == LedgerEntry.enrolment_id)
            .where(LedgerEntry.provider == "stripe")
        )
        for order_id, cents in rows:
            sums[str(order_id)] -= cents
    return dict(sums)


def _sums_at(provider: StandIn) -> dict[str, int]:
    """The same as the provider has it."""
    sums: Counter[str] = Counter()
    for charge in _client(provider).v1.charges.list({"limit": 100}).auto_paging_iter():
        if charge.status == "succeeded":
            sums[charge.metadata["order"]] += charge.amount_captured - charge.amount_refunded
    return dict(sums)


def _client(provider: StandIn) -> stripe.StripeClient:
    return stripe.StripeClient(KEY, base_addresses={"api": provider.url})


async def _some_at_once(todo: Iterable[Callable[[], Awaitable[None]]], many: int) -> None:
    turns = iter(todo)

    async def one() -> None:
        for act in turns:
            await act()

    await asyncio.gather(*(one() for _ in range(many)))
