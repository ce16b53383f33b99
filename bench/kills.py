"""R-17: the process is killed at each named step of pay, confirm, invoice, letter and of paying back, on both databases."""

import os
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import SecretStr

from lms.app import around
from lms.billing.models import RefundState
from lms.enrolment.models import EnrolmentState
from lms.jobs import worker as working
from lms.migrating import migrate
from lms.payments.checkouts import Checkouts
from lms.payments.hooks import Hooks
from lms.settings import Settings
from lms.web.module import Around
from tests.dying import killed
from tests.making import FixedClock
from tests.payments.buying import PRICE, at_the_provider, money, opened, ordered, paid_run, refunds, state_of
from tests.payments.scenes import GOING_BACK, STEPS, buy, buy_and_die, hear_and_work
from tests.postgres import create_database
from tests.stripe_stand_in.fixture import KEY, SECRET, StandIn

ROUNDS = int(os.environ.get("R17_ROUNDS", "2"))
MOMENT = datetime(2026, 12, 4, 8, 0, tzinfo=UTC)


async def killed_at_every_step(server: str) -> str:
    """Buy a place, or get the money back, with a death in the middle; what is left undone after that is counted."""
    kills = unresolved = 0
    with TemporaryDirectory(prefix="lms-kills-") as folder:
        for turn in range(ROUNDS):
            for engine in ("sqlite", "postgresql"):
                for step in (*STEPS, *GOING_BACK):
                    name = f"kills_{engine}_{turn}_{kills}"
                    url = (
                        f"sqlite:///{Path(folder) / name}"
                        if engine == "sqlite"
                        else create_database(server, name)
                    )
                    await migrate(url)
                    kills += 1
                    unresolved += not await _survives(url, Path(folder), step)
    return f"R-17 kills={kills} unresolved={unresolved}"


async def _survives(url: str, files: Path, step: str) -> bool:
    clock = FixedClock(MOMENT)
    with StandIn(clock=lambda: clock().timestamp()) as stripe:
        settings = Settings(
            database_url=url, demo=True, files=files, stripe_key=SecretStr(KEY),
            stripe_webhook_secrets=[SecretStr(SECRET)], stripe_api=stripe.url, stripe_pages=stripe.url,
            _env_file=None,  # type: ignore[call-arg]
        )  # fmt: skip
        house = around(settings, clock)
        try:
            if step in STEPS:
                return await _is_bought(house, stripe, clock, step)
            return await _is_paid_back(house, stripe, clock, step)
        finally:
            await house.begin.close()


async def _is_bought(house: Around, stripe: StandIn, clock: FixedClock, step: str) -> bool:
    (claim,) = await ordered(house, await paid_run(house.begin))
    await killed(buy_and_die, step, house, ENROLMENT=str(claim.id))
    clock.forward(seconds=working.LEASE.total_seconds() + 1)
    await buy(house, claim.id)
    is_placed = await state_of(house.begin, claim) is EnrolmentState.CONFIRMED
    return is_placed and await money(house.begin) == PRICE == at_the_provider(stripe)


async def _is_paid_back(house: Around, stripe: StandIn, clock: FixedClock, step: str) -> bool:
    run = await paid_run(house.begin, capacity=1)
    (claim,) = await ordered(house, run)
    await ordered(house, run, "Ben Kaya")
    stripe.pay(await opened(Checkouts(house), house, claim))
    clock.forward(minutes=50)
    await killed(buy_and_die, step, house, ENROLMENT=str(claim.id))
    stripe.forget_keys()
    clock.forward(seconds=working.LEASE.total_seconds() + 1)
    await hear_and_work(house, Hooks(house))
    await hear_and_work(house, Hooks(house))
    is_back = [refund.state for refund in await refunds(house.begin)] == [RefundState.PAID]
    return is_back and await money(house.begin) == 0 == at_the_provider(stripe)
