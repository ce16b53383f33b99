"""The API's front door: keys, idempotency, faults, and a record of everybody who called."""

import base64
import json
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from tests.stripe_stand_in.desk import Desk
from tests.stripe_stand_in.faults import Fault, Faults
from tests.stripe_stand_in.parameters import Parameters, decode
from tests.stripe_stand_in.problems import Refused
from tests.stripe_stand_in.routes import endpoint
from tests.stripe_stand_in.shapes import API_VERSION
from tests.stripe_stand_in.store import new_id

LONGEST_KEY = 255
OTHER_PARAMETERS = (
    "Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key "
    "other than '{key}' if you meant to execute a different request."
)
IN_USE = (
    "There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, "
    "and the other request is still going through): {key}. Please try again later."
)


@dataclass
class Answer:
    """What goes back; None instead of one means that the line breaks."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Call:
    """Somebody asked, and what came of it; status 0 when they got no answer."""

    method: str
    path: str
    parameters: Parameters
    idempotency_key: str | None
    request_id: str
    version: str | None
    status: int = 0
    replayed: bool = False
    fault: str | None = None


@dataclass
class Kept:
    """The answer that belongs to an idempotency key; None while it is being worked out."""

    asked: tuple[str, str, str]
    answer: Answer | None = None


class Api:
    """Answers what stands under /v1."""

    def __init__(self, desk: Desk, key: str) -> None:
        self.desk = desk
        self.key = key
        self.faults = Faults()
        self.calls: deque[Call] = deque(maxlen=200_000)
        self._kept: dict[str, Kept] = {}
        self._lock = threading.Lock()

    def forget_keys(self) -> None:
        """Forget all idempotency keys."""
        with self._lock:
            self._kept.clear()

    def forget(self) -> None:
        """As if nobody had ever called."""
        self.calls.clear()
        self.forget_keys()
        self.faults.heal()

    def recorded(self) -> list[dict[str, Any]]:
        """All calls, oldest first."""
        return [asdict(call) for call in self.calls]

    def answer(self, method: str, path: str, encoded: str, headers: Mapping[str, str]) -> Answer | None:
        """Answer one call, or break the line when a fault says so."""
        key = headers.get("Idempotency-Key") if method == "POST" else None
        call = Call(method, path, {}, key, new_id("req_")[:18], headers.get("Stripe-Version"))
        self.calls.append(call)
        fault = self.faults.take(method, path)
        call.fault = fault.kind if fault else None
        if fault is not None and fault.kind == "hang":
            self.faults.woken.wait(fault.seconds)
        if fault is not None and fault.kind in {"close", "status"}:
            answer = _failed(fault)
        else:
            answer = self._served(call, encoded, headers)
        if answer is None or call.fault == "lose":
            return None
        call.status = answer.status
        return _signed(answer, call)

    def _served(self, call: Call, encoded: str, headers: Mapping[str, str]) -> Answer:
        try:
            self._let_in(headers.get("Authorization", ""))
            call.parameters = decode(encoded)
            if call.idempotency_key is None:
                return self._done(call)
            return self._once(call, encoded)
        except Refused as refused:
            return Answer(refused.status, _json(refused.body))

    def _let_in(self, authorization: str) -> None:
        scheme, _, value = authorization.partition(" ")
        if scheme.lower() == "basic":
            value = base64.b64decode(value + "==").decode(errors="replace").partition(":")[0]
        if not value:
            raise Refused(
                "You did not provide an API key. You need to provide your API key in the Authorization header, using "
                "Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
                status=401,
            )
        if value != self.key:
            raise Refused(f"Invalid API Key provided: {value[:8]}{'*' * 8}{value[-4:]}", status=401)

    def _once(self, call: Call, encoded: str) -> Answer:
        key = call.idempotency_key or ""
        if len(key) > LONGEST_KEY:
            raise Refused("Idempotency keys have up to 255 characters.", kind="idempotency_error")
        asked = (call.method, call.path, encoded)
        with self._lock:
            kept = self._kept.get(key)
            if kept is None:
                kept = self._kept[key] = Kept(asked)
            elif kept.asked != asked:
                raise Refused(OTHER_PARAMETERS.format(key=key), kind="idempotency_error")
            elif kept.answer is None:
                raise Refused(
                    IN_USE.format(key=key),
                    status=409,
                    kind="idempotency_error",
                    code="idempotency_key_in_use",
                )
            else:
                call.replayed = True
                return kept.answer
        try:
            done = self._done(call)
            kept.answer = Answer(done.status, done.body, {"Original-Request": call.request_id})
        except Refused as refused:
            if refused.is_kept:
                first = {"Original-Request": call.request_id}
                kept.answer = Answer(refused.status, _json(refused.body), first)
            else:
                self._kept.pop(key, None)
            raise
        except BaseException:
            self._kept.pop(key, None)
            raise
        return kept.answer

    def _done(self, call: Call) -> Answer:
        serve, ids = endpoint(call.method, call.path)
        desk = self.desk
        with desk.lock:
            desk.catch_up()
            desk.asking = (call.request_id, call.idempotency_key)
            desk.is_changed = desk.is_changed or call.method == "POST"
            try:
                thing = serve(desk, call.parameters, *ids)
                return Answer(200, _json(desk.store.shown(thing, call.parameters)))
            finally:
                desk.asking = (None, None)


def _failed(fault: Fault) -> Answer | None:
    return None if fault.kind == "close" else Answer(fault.status, _json(fault.body))


def _signed(answer: Answer, call: Call) -> Answer:
    headers = {
        "Content-Type": "application/json",
        "Request-Id": call.request_id,
        "Stripe-Version": call.version or API_VERSION,
    }
    if call.idempotency_key is not None:
        headers["Idempotency-Key"] = call.idempotency_key
    if call.replayed:
        headers["Idempotent-Replayed"] = "true"
    return Answer(answer.status, answer.body, headers | answer.headers)


def _json(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body, indent=2, ensure_ascii=False).encode()
