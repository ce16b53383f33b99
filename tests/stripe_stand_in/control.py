"""The switches, under /_control: for tests only, as JSON. `stand_in.py` offers each as a method."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from tests.stripe_stand_in import disputes, intents, refunds, sessions
from tests.stripe_stand_in.calls import Api
from tests.stripe_stand_in.faults import Fault
from tests.stripe_stand_in.hooks import settings_of, sign
from tests.stripe_stand_in.problems import no_such
from tests.stripe_stand_in.store import Store, Thing

Wishes = dict[str, Any]


class Control:
    """Everything that a test may do to the stand-in; every method gives what goes back as JSON."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.desk = api.desk
        self.hooks = api.desk.hooks

    def do(self, name: str, wishes: Wishes) -> Any:
        """Do what is called `name`; raises KeyError when there is nothing of that name."""
        if name == "idle":
            return self.hooks.wait(
                **wishes
            )  # holding the desk's lock would keep everybody else waiting as well
        action = self._actions()[name]
        with self.desk.lock:
            self.desk.catch_up()
            said = action(**wishes)
            self.desk.is_changed = True
            is_thing = isinstance(said, dict) and "object" in said
            return self.desk.store.shown(said, {}) if is_thing else said

    def _actions(self) -> dict[str, Callable[..., Any]]:
        return {
            "hooks": self.set_hooks,
            "flush": lambda shuffle=False, seed=1: {"sent": self.hooks.flush(shuffle=shuffle, seed=seed)},
            "resend": self.resend,
            "delivered": lambda: [asdict(each) for each in self.hooks.log],
            "events": lambda: [
                self.desk.store.shown(each, {}) for each in reversed(self.desk.store.all("event"))
            ],
            "emit": self.emit,
            "sign": self.sign,
            "fault": lambda **fault: self.api.faults.add(Fault(**fault)),
            "heal": self.api.faults.heal,
            "calls": self.api.recorded,
            "settle": self.settle,
            "refunds_wait": self.refunds_wait,
            "dispute": self.dispute,
            "close_dispute": lambda id, won: disputes.close_dispute(self.desk, id, is_won=won),  # noqa: A006
            "alter": self.alter,
            "get": self._thing,
            "forward": self.forward,
            "forget_keys": self.forget_keys,
            "reset": self.reset,
        }

    def set_hooks(self, url: str | None = None, secrets: list[str] | None = None, **switches: Any) -> Wishes:
        """Where events go, which secrets sign them, and how their delivery goes wrong."""
        self.hooks.url = self.hooks.url if url is None else url
        self.hooks.secrets = self.hooks.secrets if secrets is None else secrets
        settings_of(self.hooks.switches, switches)
        return {"url": self.hooks.url, **asdict(self.hooks.switches)}

    def resend(self, id: str) -> None:  # noqa: A002
        """Deliver an event of the past once more."""
        self.hooks.again(self.desk.store.shown(self.desk.store.get("event", id), {}))

    def emit(self, type: str, object: Thing, overrides: Wishes | None = None) -> Thing:  # noqa: A002
        """Say something that did not happen, for instance `{"livemode": true}` or of somebody else's object."""
        return self.desk.say(type, object, overrides)

    def sign(self, id: str, secrets: list[str] | None = None, at: int | None = None) -> Wishes:  # noqa: A002
        """An event as it would be delivered, for who delivers it by hand."""
        event = self.desk.store.shown(self.desk.store.get("event", id), {})
        signed = sign(event | {"pending_webhooks": 1}, secrets or self.hooks.secrets, at=at)
        return {"payload": signed.payload.decode(), "headers": signed.headers}

    def settle(self, id: str, fails: bool = False) -> Thing:  # noqa: A002, FBT001, FBT002 - names in JSON
        """The bank's answer to a payment or a refund that is on its way."""
        thing = self._thing(id)
        if thing["object"] == "refund":
            return refunds.fail(self.desk, id) if fails else refunds.settle(self.desk, id)
        if thing["object"] == "checkout.session":
            id = thing["payment_intent"]  # noqa: A001
        return intents.settle(self.desk, id, fails=fails)

    def refunds_wait(self, on: bool = True) -> None:  # noqa: FBT001, FBT002
        """Whether refunds of cards stay pending until they are settled."""
        self.desk.refunds_wait = on

    def dispute(self, id: str, amount: int | None = None, reason: str = "fraudulent") -> Thing:  # noqa: A002
        """The payer of a charge, an intent or a session goes to their bank."""
        thing = self._thing(id)
        if thing["object"] == "checkout.session":
            thing = self._thing(thing["payment_intent"])
        if thing["object"] == "payment_intent":
            thing = self._thing(thing["latest_charge"])
        return disputes.open_dispute(self.desk, thing, amount=amount, reason=reason)

    def alter(self, id: str, **fields: Any) -> Thing:  # noqa: A002
        """Change an object behind everybody's back, for instance an intent's amount or currency."""
        thing = self._thing(id)
        if unknown := set(fields) - set(thing):
            raise KeyError(unknown.pop())
        thing |= fields
        if thing["object"] == "checkout.session" and "expires_at" in fields:
            sessions.watch(self.desk, thing)
        return thing

    def forward(self, seconds: float) -> None:
        """Move the stand-in's clock, and let happen what becomes due."""
        self.desk.ahead_seconds += seconds
        self.desk.catch_up()

    def forget_keys(self) -> None:
        """Forget all idempotency keys, as Stripe does after a day."""
        self.api.forget_keys()

    def reset(self) -> None:
        """As on the first day."""
        self.desk.store = Store()
        self.desk.numbers.clear()
        self.desk.due.clear()
        self.desk.ahead_seconds = 0.0
        self.desk.refunds_wait = False
        self.hooks.reset()
        self.api.forget()

    def _thing(self, id: str) -> Thing:  # noqa: A002
        found = self.desk.store.find(id)
        if found is None:
            raise no_such("object", id)
        return found
