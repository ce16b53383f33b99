"""Webhooks: events signed as Stripe signs them and delivered over HTTP, with switches for everything that goes wrong.

Stripe promises neither order nor once-only (docs.stripe.com/webhooks): these switches make it break what it never
promised. Its retries last three days; ours a few seconds.
"""

import hashlib
import hmac
import json
import random
import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from queue import Empty, PriorityQueue
from typing import Any

import httpx

from tests.stripe_stand_in.store import Thing

RETRY_SECONDS = (0.5, 1.0, 2.0, 4.0, 8.0)
PATIENCE_SECONDS = 10.0
BREATH_SECONDS = 0.05


@dataclass(frozen=True)
class Signed:
    """An event as it goes over the wire."""

    payload: bytes
    headers: dict[str, str]


def sign(event: Thing, secrets: Sequence[str], *, at: int | None = None) -> Signed:
    """Write an event down and sign it with every secret that is valid, as during a rotation. `at` is now unless told."""
    payload = json.dumps(event, indent=2, ensure_ascii=False).encode()
    moment = int(time.time()) if at is None else at
    marks = [
        hmac.new(secret.encode(), f"{moment}.".encode() + payload, hashlib.sha256).hexdigest()
        for secret in secrets
    ]
    signature = ",".join([f"t={moment}", *(f"v1={mark}" for mark in marks)])
    return Signed(
        payload,
        {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": signature,
            "User-Agent": "Stripe/1.0 (stand-in)",
        },
    )


@dataclass
class Switches:
    """How deliveries go wrong. All off: once each, in order, at once."""

    delay_seconds: float = 0.0
    copies: int = 1
    is_holding: bool = False
    to_drop: int = 0  # -1 drops until told otherwise
    retry_seconds: tuple[float, ...] = RETRY_SECONDS


@dataclass(order=True)
class Delivery:
    """One event on its way."""

    due: float
    number: int
    event: Thing = field(compare=False)
    attempt: int = field(default=0, compare=False)


@dataclass
class Delivered:
    """What the receiver answered; status 0 when it could not be reached."""

    event: str
    type: str
    status: int
    attempt: int


class Hooks:
    """Delivers events to one address until stopped. `senders` of them go out at the same time."""

    def __init__(self, url: str, secrets: Sequence[str], *, senders: int = 1) -> None:
        self.url = url
        self.secrets = list(secrets)
        self.switches = Switches()
        self.log: deque[Delivered] = deque(maxlen=50_000)
        self.held: list[Thing] = []
        self._queue: PriorityQueue[Delivery] = PriorityQueue()
        self._number = 0
        self._busy = 0
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._deliver, daemon=True) for _ in range(senders)]

    def start(self) -> None:
        """Begin to deliver."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End; what was not delivered stays undelivered."""
        self._stopping.set()
        for thread in self._threads:
            thread.join(PATIENCE_SECONDS)

    def tell(self, event: Thing) -> None:
        """Deliver an event, as the switches say."""
        if not self.url:
            return
        switches = self.switches
        if switches.to_drop:
            switches.to_drop -= 1 if switches.to_drop > 0 else 0
            return
        copies = [event] * switches.copies
        if switches.is_holding:
            self.held += copies
        else:
            self._send(copies)

    def flush(self, *, shuffle: bool, seed: int = 1) -> int:
        """Deliver what was held back, and hold nothing any more; how many that were."""
        self.switches.is_holding = False
        held, self.held = self.held, []
        if shuffle:
            random.Random(seed).shuffle(held)
        self._send(held)
        return len(held)

    def again(self, event: Thing) -> None:
        """Deliver an event once more, whatever the switches say: the button "resend" of Stripe's pages."""
        self._send([event])

    def reset(self) -> None:
        """Forget what was held, said and switched; what is on its way still arrives."""
        self.switches = Switches()
        self.held.clear()
        self.log.clear()

    def wait(self, seconds: float = PATIENCE_SECONDS) -> bool:
        """Wait until nothing is on its way; whether that came to be."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with self._lock:
                if self._busy == 0:
                    return True
            time.sleep(0.01)
        return False

    def _send(self, events: Sequence[Thing], *, attempt: int = 0, after: float | None = None) -> None:
        wait = self.switches.delay_seconds if after is None else after
        with self._lock:
            for event in events:
                self._number += 1
                self._busy += 1
                self._queue.put(Delivery(time.monotonic() + wait, self._number, event, attempt))

    def _deliver(self) -> None:
        with httpx.Client(timeout=PATIENCE_SECONDS, trust_env=False) as client:
            while not self._stopping.is_set():
                try:
                    delivery = self._queue.get(timeout=BREATH_SECONDS)
                except Empty:
                    continue
                if delivery.due > time.monotonic():
                    self._queue.put(delivery)
                    self._stopping.wait(min(BREATH_SECONDS, max(delivery.due - time.monotonic(), 0.001)))
                    continue
                try:
                    self._attempt(client, delivery)
                finally:
                    with self._lock:
                        self._busy -= 1

    def _attempt(self, client: httpx.Client, delivery: Delivery) -> None:
        signed = sign(delivery.event | {"pending_webhooks": 1}, self.secrets)
        try:
            status = client.post(self.url, content=signed.payload, headers=signed.headers).status_code
        except httpx.HTTPError:
            status = 0
        self.log.append(Delivered(delivery.event["id"], delivery.event["type"], status, delivery.attempt))
        retries = self.switches.retry_seconds
        if not 200 <= status < 300 and delivery.attempt < len(retries):
            self._send([delivery.event], attempt=delivery.attempt + 1, after=retries[delivery.attempt])


def settings_of(switches: Switches, wanted: dict[str, Any]) -> None:
    """Set some of the switches by their names; raises KeyError for one that does not exist."""
    for name, value in wanted.items():
        if not hasattr(switches, name):
            raise KeyError(name)
        setattr(switches, name, tuple(value) if name == "retry_seconds" else value)
