"""Buying places in a process that is killed at a named step (see `tests.dying`).

It is told besides: ENROLMENT, whose place it is.
"""

from datetime import datetime
from pathlib import Path
from uuid import UUID

import httpx
from pydantic import SecretStr

from lms.app import around, worker
from lms.billing import letters
from lms.enrolment.models import Enrolment
from lms.kernel.actor import Actor
from lms.payments import hooks as hearing
from lms.payments import settling
from lms.payments.checkouts import Checkouts
from lms.payments.gateway import Gateway
from lms.payments.hooks import Hooks
from lms.settings import Settings
from lms.web.module import Around
from tests.dying import AFTER, BEFORE, Step, Told, die
from tests.making import FixedClock
from tests.stripe_stand_in.fixture import GOOD, KEY, SECRET

STEPS: dict[str, Step] = {
    "before the attempt is written": (Checkouts, "_begin", BEFORE),
    "after the attempt is written": (Checkouts, "_begin", AFTER),
    "after the provider has made the page": (Gateway, "open_page", AFTER),
    "after the page is written": (Checkouts, "_opened", AFTER),
    "before the hook is read": (Hooks, "hear", BEFORE),
    "after the provider was asked": (hearing, "fetched", AFTER),
    "before the money is booked": (settling, "receive_money", BEFORE),
    "after the money is booked, before the commit": (settling, "receive_money", AFTER),
    "after the commit, before the answer": (Hooks, "_keep", AFTER),
    "before the invoice is printed": (letters, "invoice_pdf", BEFORE),
    "after the invoice is printed": (letters, "invoice_pdf", AFTER),
    "after the invoice is sent, before its task is done": (letters, "_send", AFTER),
}
GOING_BACK: dict[str, Step] = {
    "before the refund is asked for": (Gateway, "refund", BEFORE),
    "after the refund was made": (Gateway, "refund", AFTER),
}


def surroundings(told: Told) -> Around:
    """What services are given."""
    api = told["STRIPE_API"]
    settings = Settings(
        database_url=told["DATABASE_URL"], demo=True, files=Path(told["FILES"]),
        stripe_key=SecretStr(KEY), stripe_webhook_secrets=[SecretStr(SECRET)], stripe_api=api, stripe_pages=api,
        _env_file=None,  # type: ignore[call-arg]
    )  # fmt: skip
    return around(settings, FixedClock(datetime.fromisoformat(told["NOW"])))


async def buy(place: Around, enrolment_id: UUID) -> None:
    """Open the page, pay on it, hear of it, and work off what follows; what was done before is not done again."""
    checkouts, hooks = Checkouts(place), Hooks(place)
    async with place.begin.reading() as session:
        claim = await session.get_one(Enrolment, enrolment_id)
    if claim.awaits_payment:
        token = place.signer.token("enrolment", claim.id, claim.link_version)
        url = await checkouts.open(Actor(), enrolment_id=claim.id, token=token)
        async with httpx.AsyncClient(trust_env=False) as browser:
            await browser.post(url, data={"method": "card", "number": GOOD, "name": "Ada"})
    await hear_and_work(place, hooks)


async def hear_and_work(place: Around, hooks: Hooks) -> None:
    """Everything the provider has to say, and everything that follows from it."""
    events, _ = await hooks.gateway.events_since(datetime.fromtimestamp(0, tz=place.clock().tzinfo))
    for event in reversed(events):
        await hooks.hear(event)
    await worker(place).drain()


async def buy_and_die(told: Told) -> None:
    """Buy, and die at the step."""
    step = told["STEP"]
    die(*(STEPS | GOING_BACK)[step])
    place = surroundings(told)
    if step in GOING_BACK:
        await hear_and_work(place, Hooks(place))
    else:
        await buy(place, UUID(told["ENROLMENT"]))
