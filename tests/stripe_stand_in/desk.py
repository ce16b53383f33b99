"""What all endpoints share: the store, the clock, and a voice for what happens."""

import copy
import heapq
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from tests.stripe_stand_in import shapes
from tests.stripe_stand_in.hooks import Hooks
from tests.stripe_stand_in.problems import Refused
from tests.stripe_stand_in.store import Store, Thing


@dataclass
class Desk:
    """The state of one stand-in. Whoever touches it holds `lock`."""

    hooks: Hooks
    url: str = ""
    clock: Callable[[], float] = time.time
    settle_seconds: float | None = None
    store: Store = field(default_factory=Store)
    lock: threading.RLock = field(default_factory=threading.RLock)
    numbers: dict[str, str] = field(
        default_factory=dict
    )  # card numbers and IBANs by payment method, never sent
    ahead_seconds: float = 0.0
    refunds_wait: bool = False
    asking: tuple[str | None, str | None] = (
        None,
        None,
    )  # request id and idempotency key of who is being served
    due: list[tuple[float, int, Callable[[], object]]] = field(
        default_factory=list
    )  # a heap; the number breaks ties
    promised: int = 0
    is_changed: bool = False

    def now(self) -> int:
        """Seconds since 1970, as Stripe writes instants."""
        return int(self.clock() + self.ahead_seconds)

    def say(self, kind: str, about: Thing, overrides: Mapping[str, Any] | None = None) -> Thing:
        """Keep an event and deliver it; `overrides` make it another than it ought to be."""
        request, key = self.asking
        self.is_changed = True
        event = shapes.event(
            self.now(), kind=kind, about=self.store.shown(about, {}), request=request, key=key
        )
        event = self.store.keep(event | dict(overrides or {}))
        self.hooks.tell(copy.deepcopy(event))
        return event

    def later(self, at: float, what: Callable[[], object]) -> None:
        """Do something of its own accord at an instant."""
        self.promised += 1
        heapq.heappush(self.due, (at, self.promised, what))

    def catch_up(self) -> None:
        """Do what has become due; what cannot be done any more is nobody's fault."""
        now = self.now()
        while self.due and self.due[0][0] <= now:
            _at, _number, what = heapq.heappop(self.due)
            with suppress(Refused):
                what()
