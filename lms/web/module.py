"""A module's table of contents, by which `app.py` puts the house together."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from litestar import Controller

from lms.db import Begin
from lms.jobs.queue import Event
from lms.jobs.worker import Listener, Periodic
from lms.kernel.clock import Clock
from lms.kernel.tokens import Signer
from lms.privacy.contract import PersonalData
from lms.settings import Settings


@dataclass(frozen=True, slots=True)
class Around:
    """What a service is given: the database, the time, the settings, and the maker of links."""

    begin: Begin
    clock: Clock
    settings: Settings
    signer: Signer


class Lodging:
    """Where the routes of one application find, at each request, what they are served with.

    The routes depend on none of it and take a second to build: whoever serves one centre after another, as tests do, builds
    them once and lets the next one move in.
    """

    def __init__(self, makers: Mapping[str, "ServiceMaker"]) -> None:
        self._makers = makers
        self._around: Around | None = None
        self.services: Mapping[str, object] = {}

    def move_in(self, around: Around) -> None:
        """Serve these surroundings from now on, with services made for them."""
        self._around = around
        self.services = {name: make(around) for name, make in self._makers.items()}

    @property
    def around(self) -> Around:
        """Who lives here now. Raises LookupError when nobody has moved in."""
        if self._around is None:
            raise LookupError("nobody has moved in yet: lms.app.move_in")
        return self._around


ServiceMaker = Callable[[Around], object]
TaskMaker = Callable[[Around], Callable[[dict[str, Any]], Awaitable[None]]]
BeatMaker = Callable[[Around], Periodic]


@dataclass(frozen=True, slots=True)
class Module:
    """What a module brings: pages and doors, services by the name handlers ask for, listeners, carriers, rhythm."""

    name: str
    controllers: Sequence[type[Controller]] = ()
    services: Mapping[str, ServiceMaker] = field(default_factory=dict)
    listeners: Mapping[type[Event], Sequence[Listener]] = field(default_factory=dict)
    tasks: Mapping[str, TaskMaker] = field(default_factory=dict)
    periodic: Sequence[BeatMaker] = ()
    personal_data: Sequence[PersonalData] = ()

    @property
    def templates(self) -> Path:
        """The folder of the module's templates; it need not exist."""
        return Path(__file__).parents[1] / self.name / "templates"
