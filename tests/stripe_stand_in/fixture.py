"""`StandIn`: Stripe for a test, on a free port, with a method for everything that can go wrong.

    with StandIn(webhook=f"{centre.url}/stripe/ereignisse") as stripe:
        ...                                     # the code under test opens a session
        stripe.pay(session_url, card=DECLINED)  # what a payer does on the hosted page, without a browser
        stripe.fail("POST /v1/refunds", times=2, status=500)

`stripe.url` is both the base of the API and of the hosted pages. Without a webhook address events are only kept: take them
with `events()`, and post what `signed(event)` gives to the route under test.
"""

import re
import select
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, Self

import httpx
import pytest

from tests.stripe_stand_in.desk import Desk
from tests.stripe_stand_in.hooks import Hooks, Signed
from tests.stripe_stand_in.server import Server
from tests.stripe_stand_in.store import Thing

KEY = "sk_test_stand_in_of_the_tests"
SECRET = "whsec_stand_in_of_the_tests"
GOOD = "4242 4242 4242 4242"
DECLINED = "4000 0000 0000 0002"
NO_FUNDS = "4000 0000 0000 9995"
ASKS_BANK = "4000 0025 0000 3155"
DISPUTED = "4000 0000 0000 0259"
IBAN = "DE89 3704 0044 0532 0130 00"
IBAN_THAT_FAILS = "DE62 3704 0044 0532 0130 01"
PATIENCE_SECONDS = 20.0
ROOT = Path(__file__).parents[2]


class StandIn:
    """Runs as long as the `with` block: in threads of this process, or with `apart=True` as a process of its own.

    `clock` gives seconds since 1970 and is what the stand-in goes by (in this process only); signatures carry the real
    time, because libraries check them against it. `settle_seconds`: debits are through by themselves after that long;
    without it only by `settle`. `at` is the address of one that runs already, such as the demonstration's.
    """

    def __init__(
        self,
        *,
        key: str = KEY,
        webhook: str = "",
        secrets: Sequence[str] = (SECRET,),
        clock: Callable[[], float] = time.time,
        settle_seconds: float | None = None,
        senders: int = 1,
        port: int = 0,
        apart: bool = False,
        at: str = "",
    ) -> None:
        self.key = key
        self.secrets = list(secrets)
        self.url = at
        self._webhook = webhook
        self._clock = clock
        self._settle_seconds = settle_seconds
        self._senders = senders
        self._port = port
        self._apart = apart
        self._server: Server | None = None
        self._process: subprocess.Popen[str] | None = None
        self._client = httpx.Client(timeout=PATIENCE_SECONDS, trust_env=False)

    def __enter__(self) -> Self:
        if self._apart:
            self._start_process()
        elif not self.url:
            hooks = Hooks(self._webhook, self.secrets, senders=self._senders)
            desk = Desk(hooks, clock=self._clock, settle_seconds=self._settle_seconds)
            self._server = Server(desk, key=self.key, port=self._port)
            self._server.start()
            self.url = self._server.url
        return self

    def __exit__(self, *_exc: object) -> None:
        self._client.close()
        if self._server is not None:
            self._server.stop()
        if self._process is not None:
            self._process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(PATIENCE_SECONDS)
            self._process.kill()
            if self._process.stdout is not None:
                self._process.stdout.close()

    @property
    def desk(self) -> Desk | None:
        """Its inside, where it runs in this process."""
        return self._server.desk if self._server is not None else None

    # ---- what a payer does --------------------------------------------------------------------------------------

    def pay(self, session_url: str, *, card: str = GOOD, agrees: bool = True) -> str:
        """Pay on the hosted page by card; where it led: the success address, or the page itself when it was refused.

        `agrees` answers the bank's question where a card asks it.
        """
        return self._submit(
            session_url, {"method": "card", "number": card, "name": "Ada Lovelace"}, agrees=agrees
        )

    def pay_by_debit(self, session_url: str, *, iban: str = IBAN) -> str:
        """Pay on the hosted page by SEPA debit: on its way until `settle`."""
        return self._submit(
            session_url, {"method": "sepa_debit", "iban": iban, "holder": "Ada Lovelace"}, agrees=True
        )

    def _submit(self, session_url: str, form: dict[str, str], *, agrees: bool) -> str:
        own = self._client.post(session_url, data=form)
        address = own.headers.get("Location", session_url)
        if address.startswith("/c/3ds/"):
            answer = self._client.post(self.url + address, data={"answer": "confirm" if agrees else "refuse"})
            address = answer.headers.get("Location", session_url)
        return str(address)

    # ---- what happens at Stripe and at the banks ------------------------------------------------------------------

    def settle(self, own_id: str, *, fails: bool = False) -> Thing:
        """The bank's answer to a debit (session or intent) or a refund that is on its way."""
        return self._thing("settle", id=own_id, fails=fails)

    def refunds_wait(self, *, on: bool = True) -> None:
        """Refunds stay pending until they are settled."""
        self._do("refunds_wait", on=on)

    def dispute(self, own_id: str, *, amount: int | None = None, reason: str = "fraudulent") -> Thing:
        """The payer of a session, an intent or a charge asks their bank for the money."""
        return self._thing("dispute", id=own_id, amount=amount, reason=reason)

    def close_dispute(self, own_id: str, *, won: bool) -> Thing:
        """The decision about a dispute."""
        return self._thing("close_dispute", id=own_id, won=won)

    def alter(self, own_id: str, **fields: Any) -> Thing:
        """Change an object behind everybody's back: `alter(intent_id, amount=1)`."""
        return self._thing("alter", id=own_id, **fields)

    def forward(self, **duration: float) -> None:
        """Move the stand-in's clock: `forward(minutes=31)`."""
        self._do("forward", seconds=timedelta(**duration).total_seconds())

    def get(self, own_id: str) -> Thing:
        """Any object as it is now, without asking the API."""
        return self._thing("get", id=own_id)

    # ---- events -----------------------------------------------------------------------------------------------------

    def events(self, *types: str) -> list[Thing]:
        """Everything that happened, oldest first; of these types only, if any are named."""
        return [each for each in self._do("events") if not types or each["type"] in types]

    def signed(self, event: Thing, *, secrets: Sequence[str] | None = None, at: int | None = None) -> Signed:
        """An event as Stripe would deliver it; `at` is when it was signed, in seconds since 1970."""
        said = self._do("sign", id=event["id"], secrets=list(secrets) if secrets else None, at=at)
        return Signed(said["payload"].encode(), said["headers"])

    def emit(self, kind: str, about: Thing, **overrides: Any) -> Thing:
        """Say something that did not happen: `emit("charge.succeeded", {...}, livemode=True)`."""
        return self._thing("emit", type=kind, object=about, overrides=overrides)

    def hooks(self, **switches: Any) -> None:
        """Deliver differently: `url`, `secrets`, `delay_seconds`, `copies`, `to_drop` (-1: all), `retry_seconds`."""
        self._do("hooks", **switches)

    def hold(self) -> None:
        """Keep events back until `flush`."""
        self._do("hooks", is_holding=True)

    def flush(self, *, shuffle: bool = False, seed: int = 1) -> int:
        """Deliver what was held, in another order if wanted; how many deliveries that are."""
        return int(self._do("flush", shuffle=shuffle, seed=seed)["sent"])

    def drop(self, count: int = -1) -> None:
        """Never deliver the next `count` events; -1: none until `drop(0)`."""
        self._do("hooks", to_drop=count)

    def resend(self, event: Thing) -> None:
        """Deliver an event once more."""
        self._do("resend", id=event["id"])

    def delivered(self) -> list[Thing]:
        """Every attempt to deliver: event, type, the status that the receiver answered, and which attempt it was."""
        return list(self._do("delivered"))

    def wait_delivered(self, seconds: float = PATIENCE_SECONDS) -> None:
        """Wait until nothing is on its way. Not from the thread whose loop has to receive it."""
        if not self._do("idle", seconds=seconds):
            raise AssertionError(f"events are still on their way after {seconds} seconds")

    # ---- faults ---------------------------------------------------------------------------------------------------

    def fail(self, where: str = "", *, times: int = 1, status: int = 500) -> None:
        """The next calls are answered with an error, nothing done: `fail("POST /v1/refunds", status=429)`. -1: all."""
        self._fault("status", where, times, status=status)

    def hang(self, where: str = "", *, times: int = 1, seconds: float = 30.0) -> None:
        """The next calls get no answer for so long, and then a good one."""
        self._fault("hang", where, times, seconds=seconds)

    def hang_up(self, where: str = "", *, times: int = 1) -> None:
        """The line breaks before anything was done."""
        self._fault("close", where, times)

    def lose_answer(self, where: str = "", *, times: int = 1) -> None:
        """What was asked is done, and the line breaks before the answer."""
        self._fault("lose", where, times)

    def heal(self) -> None:
        """Nothing goes wrong any more."""
        self._do("heal")

    def _fault(self, kind: str, where: str, times: int, **more: Any) -> None:
        found = re.fullmatch(r"(?:(GET|POST) ?)?(/\S*)?", where)
        if found is None:
            raise ValueError(f"{where!r} is no method and path, such as 'POST /v1/refunds'")
        self._do("fault", kind=kind, times=times, method=found[1] or "", path=found[2] or "", **more)

    # ---- looking back -----------------------------------------------------------------------------------------------

    def calls(self, where: str = "") -> list[Thing]:
        """The calls of the API, oldest first: method, path, parameters, idempotency_key, status, replayed, fault."""
        return [each for each in self._do("calls") if f"{each['method']} {each['path']}".startswith(where)]

    def forget_keys(self) -> None:
        """Forget all idempotency keys, as Stripe does after a day."""
        self._do("forget_keys")

    def reset(self) -> None:
        """As on the first day; the webhook address and its secrets stay."""
        self._do("reset")

    def _thing(self, name: str, **wishes: Any) -> Thing:
        thing: Thing = self._do(name, **wishes)
        return thing

    def _do(self, name: str, **wishes: Any) -> Any:
        if self._server is not None:
            return self._server.control.do(name, wishes)
        answer = self._client.post(f"{self.url}/_control/{name}", json=wishes)
        answer.raise_for_status()
        return answer.json()

    def _start_process(self) -> None:
        command = [
            sys.executable,
            "-m",
            "tests.stripe_stand_in",
            "--port",
            str(self._port),
            "--key",
            self.key,
        ]
        command += ["--webhook", self._webhook, "--senders", str(self._senders)]
        command += [word for secret in self.secrets for word in ("--secret", secret)]
        if self._settle_seconds is not None:
            command += ["--settle-after", str(self._settle_seconds)]
        self._process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        ready, _, _ = select.select([self._process.stdout], [], [], PATIENCE_SECONDS)
        self.url = self._process.stdout.readline().strip() if ready else ""
        assert self.url, "the stand-in did not start"


@pytest.fixture
def stripe_stand_in() -> Iterator[StandIn]:
    """Stripe, as on its first day, without anywhere to send its events."""
    with StandIn() as running:
        yield running
