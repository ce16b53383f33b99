"""Processes that end in the middle: `SIGKILL` around a named function of ours, as when the power fails.

STEPS = {"before the commit": (settling, "receive_money", AFTER)}
async def buy_and_die(told): ...                  # what the process does; it calls die(*STEPS[told["STEP"]])

await killed(buy_and_die, "before the commit", house, ENROLMENT="…")
"""

import asyncio
import inspect
import os
import signal
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from lms.web.module import Around
from tests.processes import Say, running

BEFORE, AFTER = "before", "after"
Step = tuple[Any, str, str]
"""Whose function, its name, and whether the process ends before or after it."""
Told = Mapping[str, str]
Act = Callable[[Told], Coroutine[Any, Any, None]]


def die(owner: Any, name: str, when: str) -> None:
    """Let the process end around this function, which may be a coroutine or not."""
    original = getattr(owner, name)

    async def deadly(*args: Any, **kwargs: Any) -> Any:
        if when == AFTER:
            await original(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)

    def deadly_at_once(*args: Any, **kwargs: Any) -> Any:
        if when == AFTER:
            original(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(owner, name, deadly if inspect.iscoroutinefunction(original) else deadly_at_once)


async def killed(act: Act, step: str, house: Around, **more: str) -> None:
    """Let a process act in this house until it dies at the step. AssertionError where it lived on."""
    told = {
        "STEP": step, "DATABASE_URL": house.settings.database_url, "STRIPE_API": house.settings.stripe_api,
        "FILES": str(house.settings.files), "NOW": house.clock().isoformat(), **more,
    }  # fmt: skip
    async with running(_acting, act, told) as process:
        await process.end(by=signal.SIGKILL)


def _acting(_say: Say, act: Act, told: Told) -> None:
    asyncio.run(act(told))
