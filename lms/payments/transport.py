"""How calls to the payment provider travel: one connection a call, a limit for the whole of it, and a rest after faults."""

import asyncio
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpx
import stripe

WITHIN_SECONDS = 10.0
"""S-53: whoever waits longer than that has waited in vain."""
FAULTS_IN_A_ROW = 5
REST_SECONDS = 30.0
AT_ONCE = 16


class Transport(stripe.HTTPClient):
    """Carries the provider's library over httpx. It keeps no connection: there is nothing to close, whatever loop it runs in."""

    name = "httpx"

    async def request_async(
        self, method: str, url: str, headers: Mapping[str, str], post_data: Any = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        """One request. Raises stripe.APIConnectionError where no answer came in time."""
        try:
            async with asyncio.timeout(WITHIN_SECONDS):
                async with httpx.AsyncClient(
                    verify=_trusted(), timeout=WITHIN_SECONDS, trust_env=False
                ) as client:
                    answer = await client.request(method, url, headers=dict(headers), content=post_data)
        except (httpx.HTTPError, TimeoutError, OSError) as error:
            raise stripe.APIConnectionError(f"no answer: {type(error).__name__}") from error  # type: ignore[no-untyped-call]
        return answer.content, answer.status_code, answer.headers

    async def close_async(self) -> None:
        """Nothing is kept open."""


@cache
def _trusted() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)


@dataclass(slots=True)
class Breaker:
    """After several faults in a row nobody waits for the provider for a while: the page says so at once (S-53).

    It is kept by each process for itself. After the rest one call tries; its luck decides.
    """

    faults: int = 0
    rests_until: float = 0.0

    @property
    def is_open(self) -> bool:
        """Whether calls are refused right now."""
        return time.monotonic() < self.rests_until

    def succeeded(self) -> None:
        """The provider has answered."""
        self.faults = 0
        self.rests_until = 0.0

    def failed(self) -> None:
        """It has not, or with a fault."""
        self.faults += 1
        if self.faults >= FAULTS_IN_A_ROW:
            self.rests_until = time.monotonic() + REST_SECONDS
