"""What planning refuses."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from lms.kernel.errors import DomainError
from lms.kernel.marking import N_
from lms.kernel.period import Period


class Taken(StrEnum):
    """What is taken already."""

    ROOM = "room"
    TRAINER = "trainer"


@dataclass(frozen=True, slots=True)
class Clash:
    """One resource that is taken in a wanted period: its name, when it is taken, and by what."""

    taken: Taken
    name: str
    wanted: Period
    occupied: Period
    purpose: str


class ResourceTaken(DomainError):
    """Room or trainer are taken; `clashes` says each."""

    message = N_("The room or a trainer is taken at that time. Please choose another time, room or trainer.")

    def __init__(self, clashes: Sequence[Clash] = ()) -> None:
        super().__init__()
        self.clashes = tuple(clashes)


class RoomTooSmall(DomainError):
    message = N_(
        "The room has fewer seats than the run has places. Reduce the places, choose another room, or state why it fits."
    )


class RuleWithoutDates(DomainError):
    status = 422
    message = N_("Please state at least one weekday, one session and its length.")


class RuleTooLong(DomainError):
    status = 422
    message = N_(
        "These sessions would reach further than two years. Please plan fewer sessions or more often."
    )


class InThePast(DomainError):
    status = 422
    message = N_("This date lies in the past. Please choose a day from today on.")


class NoSessions(DomainError):
    message = N_("A run without sessions cannot be published. Please plan its dates first.")


class WrongState(DomainError):
    message = N_("This step does not fit the present state of the run. Please look at the run again.")


class SessionIsLocked(DomainError):
    message = N_("The attendance of this session is closed, so its date stays as it is.")
