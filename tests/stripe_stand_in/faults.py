"""What goes wrong between us and the API when a test wants it to: answers of 500 and 429, silence, lines that break."""

import threading
from dataclasses import dataclass
from typing import Any

KINDS = frozenset({"status", "hang", "close", "lose"})
MESSAGES = {
    429: (
        "invalid_request_error",
        "rate_limit",
        "Too many requests hit the API too quickly. We recommend an exponential backoff of your requests.",
    ),
    401: ("invalid_request_error", None, "Invalid API Key provided: sk_test_****"),
}
SORRY = ("api_error", None, "An unknown error occurred")


@dataclass
class Fault:
    """What happens to the next `times` calls (-1: to all, until told otherwise) whose method and path begin so.

    `status` answers with an error, nothing done; `hang` is silent for `seconds`, then goes on as if nothing had been;
    `close` breaks the line, nothing done; `lose` does what was asked and then breaks the line before answering.
    """

    kind: str
    times: int = 1
    status: int = 500
    seconds: float = 30.0
    method: str = ""
    path: str = ""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"no fault called {self.kind}: one of {', '.join(sorted(KINDS))}")

    @property
    def body(self) -> dict[str, Any]:
        """The error object that goes with the status."""
        kind, code, message = MESSAGES.get(self.status, SORRY)
        error = {"message": message, "type": kind}
        return {"error": error | ({"code": code} if code else {})}


class Faults:
    """The faults that are waiting for somebody to call."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []
        self._lock = threading.Lock()
        self.woken = threading.Event()  # ends every silence

    def add(self, fault: Fault) -> None:
        """Let this go wrong from now on."""
        with self._lock:
            self._waiting.append(fault)

    def heal(self) -> None:
        """Nothing goes wrong any more; who is being kept waiting goes on at once."""
        with self._lock:
            self._waiting.clear()
        self.woken.set()
        self.woken = threading.Event()

    def take(self, method: str, path: str) -> Fault | None:
        """The fault that meets this call, if there is one."""
        with self._lock:
            for fault in self._waiting:
                if fault.method in ("", method) and path.startswith(fault.path):
                    fault.times -= 1 if fault.times > 0 else 0
                    if fault.times == 0:
                        self._waiting.remove(fault)
                    return fault
        return None
