"""Who may knock at which door: every route declares it, and the application refuses to start when one does not (S-01)."""

from dataclasses import dataclass
from typing import Any

from litestar import Litestar
from litestar.connection import ASGIConnection
from litestar.enums import ScopeType
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from litestar.types import ASGIApp, Receive, Send
from litestar.types import Scope as HttpScope

from lms.kernel.actor import ANONYMOUS, Actor
from lms.kernel.errors import Forbidden, SignInNeeded
from lms.kernel.marking import N_
from lms.kernel.rights import Scope, known

OPT = "access"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class RouteWithoutPermission(Exception):
    """A route declares no access, or one that the matrix does not know. The application does not start."""


class ForeignRequest(Forbidden):
    """A form that was sent to us from somebody else's page (S-31)."""

    message = N_("This form was not sent from our pages. Please open our page and try again there.")


@dataclass(frozen=True, slots=True)
class Access:
    """What a route demands: nothing, an account, or a right out of the permission matrix (see `lms.kernel.rights`)."""

    act: str = ""
    resource: str = ""
    needs_account: bool = False
    of: Scope | None = None

    def __str__(self) -> str:
        if self.resource:
            return f"{self.act} {self.resource}" + (f":{self.of}" if self.of else "")
        return "signed in" if self.needs_account else "public"

    def admits(self, actor: Actor) -> bool:
        """Whether the actor may come in. Whose records they see is decided further inside."""
        if self.resource:
            found = actor.scopes(self.act, self.resource)
            return bool(found) if self.of is None else self.of in found
        return actor.is_signed_in or not self.needs_account


PUBLIC = {OPT: Access()}
"""Open to everybody. Token-protected pages are public here and check their token themselves."""

SIGNED_IN = {OPT: Access(needs_account=True)}
"""Open to every account, for its own things."""


def may(act: str, resource: str, *, of: Scope | None = None) -> dict[str, Any]:
    """The `opt` of a route that needs this right: `@get("/", opt=may("R", "enrolment"))`.

    With `of` only those come in who have it on such records: `of=Scope.ALL` is a page of the team, not of every learner
    who may do the same with their own.
    """
    return {OPT: Access(act=act, resource=resource, of=of)}


def actor_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Actor:
    """Who is at the door; nobody known where the doorkeeper has not looked yet."""
    actor = connection.scope.get("user")
    return actor if isinstance(actor, Actor) else ANONYMOUS


def guard(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Litestar's guard for the whole application: raises SignInNeeded, Forbidden or ForeignRequest."""
    access = declared(handler)
    if access is None:
        raise Forbidden
    if connection.scope.get("state", {}).get("is_foreign"):
        raise ForeignRequest
    actor = actor_of(connection)
    if not access.admits(actor):
        raise Forbidden if actor.is_signed_in and not actor.lacks_second_factor else SignInNeeded


class Threshold:
    """Middleware behind the doorkeeper: who may not come in is sent away before a byte of what they send is read.

    Litestar asks its guards after the protection of forms has read the whole form: files of strangers would lie on the disk
    by then. What only reads is left to the guard.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: HttpScope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP and scope["method"] not in SAFE_METHODS:
            guard(ASGIConnection(scope), scope["route_handler"])
        await self.app(scope, receive, send)


def declared(handler: BaseRouteHandler) -> Access | None:
    """The access a handler declares, if it does."""
    access = handler.opt.get(OPT)
    return access if isinstance(access, Access) else None


def routes(app: Litestar) -> list[tuple[str, str, str]]:
    """Every door of the house: path, methods, what it demands; sorted."""
    doors = []
    for route in app.routes:
        handlers = getattr(route, "route_handlers", None) or [route.route_handler]  # type: ignore[union-attr]
        for handler in handlers:
            methods = (
                ",".join(sorted(handler.http_methods)) if isinstance(handler, HTTPRouteHandler) else "ASGI"
            )
            access = declared(handler)
            doors.append(
                (route.path, methods.replace("OPTIONS", "").strip(","), str(access) if access else "")
            )
    return sorted(door for door in doors if door[1])


def refuse_undeclared(app: Litestar) -> None:
    """Stop the start when a route says nothing about access, or names a right that the matrix does not know."""
    for route in app.routes:
        handlers = getattr(route, "route_handlers", None) or [route.route_handler]  # type: ignore[union-attr]
        for handler in handlers:
            if isinstance(handler, HTTPRouteHandler) and handler.http_methods == {"OPTIONS"}:
                continue
            access = declared(handler)
            if access is None or (access.resource and not known(access.act, access.resource)):
                raise RouteWithoutPermission(
                    f"{route.path} ({handler.handler_name}) declares no known permission"
                )
