"""Several processes that want the same thing at the same moment.

Each process opens the house for itself, as a server process does, waits until all are ready, and then makes its calls all at
once. What comes back says for every call whether it was done, refused with a sentence, or broke.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from inspect import signature
from multiprocessing.synchronize import Barrier
from pathlib import Path
from queue import Empty
from typing import Any

import lms.models  # noqa: F401 - every table is known before the first row is written
from lms.billing.cashier import Cashier
from lms.db import connect
from lms.enrolment.service import Enrolments
from lms.enrolment.values import Cancellation, Placement
from lms.helpdesk.models import Ticket
from lms.helpdesk.queue.service import HelpQueue
from lms.kernel.actor import ANONYMOUS, Actor
from lms.kernel.errors import DomainError
from lms.kernel.tokens import Signer
from lms.participation.supporting import Support
from lms.scheduling.clubs.service import Clubs
from lms.settings import Settings
from lms.volunteering.service import Shifts
from lms.web.module import Around
from tests.making import MOMENT, FixedClock
from tests.processes import CONTEXT

PROCESSES = 4
PATIENCE = 60


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the service; without an actor it is what the worker does by itself."""

    method: str
    given: Mapping[str, Any]
    actor: Actor | None = ANONYMOUS
    at: datetime = MOMENT


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of it: `done`, the name of a refusal, or `broke` with the words of the fault."""

    call: Call
    outcome: str
    states: tuple[str, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)


def rush(database: str, folder: Path, calls: Sequence[Call], *, processes: int = PROCESSES) -> list[Answer]:
    """Make all calls at once, dealt out to several processes like cards; the answers come in no order."""
    ready = CONTEXT.Barrier(processes)
    answers: Any = CONTEXT.Queue()
    workers = [
        CONTEXT.Process(
            target=_work,
            args=(database, str(folder), list(calls[number::processes]), ready, answers),
            daemon=True,
        )
        for number in range(processes)
    ]
    for one in workers:
        one.start()
    given: list[Answer] = []
    waiting = processes
    while waiting:
        try:
            given += answers.get(timeout=1)
            waiting -= 1
        except Empty:
            assert not any(one.exitcode for one in workers), "a process died"
    for one in workers:
        one.join(PATIENCE)
    return given


def opened(given: Settings, clock: FixedClock) -> Around:
    """What services are given, without the pages around them."""
    return Around(connect(given.database_url), clock, given, Signer(given.secret_values))


def outcomes(answers: Sequence[Answer]) -> dict[str, int]:
    """How often each outcome came."""
    names = [answer.outcome for answer in answers]
    return {name: names.count(name) for name in sorted(set(names))}


def _act_of(service: object, call: Call) -> Callable[..., Awaitable[Any]] | None:
    """What the service does under this name, if it does it with what the call gives: two may have one word for it."""
    act: Callable[..., Awaitable[Any]] | None = getattr(service, call.method, None)
    return act if act and call.given.keys() <= signature(act).parameters.keys() else None


def _work(database: str, folder: str, calls: Sequence[Call], ready: Barrier, answers: Any) -> None:
    answers.put(asyncio.run(_make(database, folder, calls, ready)))


async def _make(database: str, folder: str, calls: Sequence[Call], ready: Barrier) -> list[Answer]:
    given = Settings(database_url=database, demo=True, files=Path(folder), _env_file=None)  # type: ignore[call-arg]
    clock = FixedClock()
    place = opened(given, clock)
    services = (
        Cashier(place),
        Enrolments(place),
        Support(place),
        Shifts(place),
        HelpQueue(place),
        Clubs(place),
    )
    async with place.begin.reading():
        pass  # connected before the start, as a server is
    await asyncio.to_thread(ready.wait, PATIENCE)

    async def make(call: Call) -> Answer:
        clock.moment = max(clock.moment, call.at)
        act = next(found for one in services if (found := _act_of(one, call)))
        try:
            by = () if call.actor is None else (call.actor,)
            result = await act(*by, **call.given)
        except DomainError as refusal:
            return Answer(call, type(refusal).__name__)
        except Exception as fault:  # noqa: BLE001 - a fault is what the test looks for
            return Answer(call, f"broke: {fault!r}")
        return Answer(call, "done", *_summary(result))

    made = list(await asyncio.gather(*(make(call) for call in calls)))
    await place.begin.close()
    return made


def _summary(result: Any) -> tuple[tuple[str, ...], dict[str, Any]]:
    if isinstance(result, Placement):
        ids = [one.id for one in result.enrolments]
        return tuple(one.state.value for one in result.enrolments), {"order": result.order_id, "ids": ids}
    if isinstance(result, Cancellation):
        return (), {"fee_cents": result.fee_cents, "refund_cents": result.refund_cents}
    if isinstance(result, Ticket):
        return (), {"number": result.number}
    return (), {}
