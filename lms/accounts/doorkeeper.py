"""Turns a request into an Actor. Stub of the first hour: everybody is anonymous."""

from litestar.types import ASGIApp, Receive, Scope, Send

from lms.kernel.actor import Actor
from lms.web.module import Around


class Doorkeeper:
    """Middleware that finds out who is at the door and leaves the answer in `scope["user"]`."""

    def __init__(self, app: ASGIApp, around: Around) -> None:
        self.app = app
        self.around = around

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        state = scope.get("state", {})
        scope["user"] = Actor(address=state.get("address", ""), request_id=state.get("request_id", ""))
        await self.app(scope, receive, send)
