"""Building an application of very many routes, at each start of each process: without what Litestar does again and again."""

from collections.abc import Mapping
from typing import Any

from litestar import Controller, Litestar
from litestar.di import Provide
from litestar.routes import ASGIRoute, BaseRoute, HTTPRoute, WebSocketRoute
from litestar.types.internal_types import RouteHandlerMapItem


class ManyRoutes(Litestar):
    """An application that remembers which handlers stand at which path.

    Litestar gathers that anew from all routes for each route that is added: of 1,500 routes, a third of the start.
    """

    _gathered: list[BaseRoute]
    _by_path: dict[str, RouteHandlerMapItem]

    @property
    def route_handler_method_map(self) -> dict[str, RouteHandlerMapItem]:
        """The handlers of each path by their method, as Litestar has it."""
        if "_gathered" not in self.__dict__:
            self._gathered, self._by_path = [], {}
        for place, route in enumerate(self.routes):
            if place == len(self._gathered):
                self._gathered.append(route)
            elif self._gathered[place] is route:
                continue
            else:
                self._gathered[place] = route  # Litestar puts a new one where a path gets another method
            self._by_path.setdefault(route.path, {}).update(_handlers(route))
        return self._by_path


def _handlers(route: BaseRoute) -> RouteHandlerMapItem:
    if isinstance(route, HTTPRoute):
        return {method: handler for handler in route.route_handlers for method in handler.http_methods}
    if isinstance(route, WebSocketRoute):
        return {"websocket": route.route_handler}
    return {"asgi": route.route_handler} if isinstance(route, ASGIRoute) else {}


def with_dependencies(one: type[Controller], wanted: Mapping[str, Provide]) -> type[Controller]:
    """The controller, with these dependencies beside its own, which come first.

    A class of its own, because a router around a controller has Litestar copy all that belongs to it.
    """
    own: Any = getattr(one, "dependencies", None)
    known = own if isinstance(own, Mapping) else {}  # a class that has none has the place for them there
    return type(one.__name__, (one,), {"__module__": one.__module__, "dependencies": {**wanted, **known}})
