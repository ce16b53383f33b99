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
