"""What planning refuses."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from lms.kernel.errors import DomainError
from lms.kernel.marking import N_
from lms.kernel.period import Period
from lms.resources.models import ReservationKind


class Taken(StrEnum):
    """What is in the way."""

    ROOM = "room"
    TRAINER = "trainer"
    TRAVEL = "travel"
    ABSENT = "absent"
    UNAVAILABLE = "unavailable"
    ENGAGED = "engaged"
    CONDUCT = "conduct"
    QUALIFICATION = "qualification"
    HOURS = "hours"
    HOLIDAY = "holiday"
    SEATS = "seats"
    EQUIPMENT = "equipment"
    STEPS = "steps"
    HEARING = "hearing"
    DEVICES = "devices"
    KIT = "kit"
    PARTS = "parts"
    ITSELF = "itself"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    """One thing in the way of a plan: what, on which wanted date (None: on all), and what else is known of it.

    `occupied`, `kind` and `purpose` say when and by what a resource is taken, `wanting` and `found` how many seats or devices were
    wanted and are there, `missing` what is not there, `minutes` how long the way from the other venue takes. A hint is
    said, but forbids nothing. `trainer_id` is whose qualification is missing.
    """

    taken: Taken
    name: str
    wanted: Period | None = None
    occupied: Period | None = None
    purpose: str = ""
    kind: ReservationKind = ReservationKind.SESSION
    wanting: int = 0
    found: int = 0
    missing: tuple[str, ...] = ()
    minutes: int = 0
    is_hint: bool = False
    trainer_id: UUID | None = None


class ConductNotSeen(DomainError):
    """L-34: there is no override."""

    status = 409
    message = N_(
        "%(name)s cannot be assigned: this course is for children and young people, and the team has not seen a certificate "
        "of conduct that is valid until %(day)s. Enter on the trainer's page that you have seen it, or choose somebody else."
    )

    def __init__(self, *, name: str, day: date) -> None:
        super().__init__(name=name, day=f"{day:%d.%m.%Y}")


class QualificationMissing(DomainError):
    """F-H14: there is no override."""

    status = 409
    message = N_(
        "%(name)s cannot be assigned: this course requires a proof that is valid until %(day)s: %(kind)s. Enter on the trainer's "
        "page that you have seen it, or choose somebody else."
    )

    def __init__(self, *, name: str, kind: str, day: date) -> None:
        super().__init__(name=name, kind=kind, day=f"{day:%d.%m.%Y}")


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


class DropInsTaken(DomainError):
    message = N_(
        "More people than that have already booked one of the sessions alone. Please leave at least as many places for single dates."
    )


class RuleWithoutDates(DomainError):
    status = 422
    message = N_("Please state at least one weekday, one session and its length.")


class RuleTooLong(DomainError):
    status = 422
    message = N_(
        "These are more than 150 sessions, or they would reach further than two years. Please plan fewer sessions or more often."
    )


class EndsNextDay(DomainError):
    status = 422
    message = N_(
        "A session ends on the day on which it begins. Please choose an earlier beginning or a shorter length."
    )


class NoSuchTime(DomainError):
    status = 422
    message = N_(
        "On this night the clocks change, and the time does not exist or exists twice. Please choose another time of day."
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


class NobodyNamed(DomainError):
    message = N_("Nobody is named as trainer yet. Please name somebody first.")


class NotProofRead(DomainError):
    message = N_(
        "The trainer has not released this run yet. Please ask for proof-reading before you publish."
    )


class NothingToCorrect(DomainError):
    status = 422
    message = N_("Please write what should be different, or release the text as it is.")


class AlreadyBegun(DomainError):
    message = N_("The run has begun already, so this can no longer be answered here. Please call the team.")


class TrainerCannot(DomainError):
    """Somebody is not there at that time, by what they have told us; `obstacles` says each."""

    message = N_("At these times somebody cannot teach, by what they have told us.")

    def __init__(self, obstacles: Sequence["Obstacle"] = ()) -> None:
        super().__init__()
        self.obstacles = tuple(obstacles)


class Hindrance(StrEnum):
    """Why a session cannot be as it was planned, beside something that is taken."""

    ABSENT = "absent"
    OUTSIDE_HOURS = "outside_hours"
    ENGAGED = "engaged"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Somebody who is away or a place that is closed in a wanted period."""

    why: Hindrance
    name: str
    wanted: Period


class AlreadyFound(DomainError):
    message = N_("Thank you very much. Somebody else has already said yes, so you need not do anything.")


class NoLongerAsked(DomainError):
    message = N_("Nobody is looked for any more: the session was changed or is over. Thank you all the same.")


class NobodyChosen(DomainError):
    status = 422
    message = N_("Choose at least one person to ask.")


class NoOwnRooms(DomainError):
    status = 422
    message = N_(
        "Our own video conference is not set up. Enter the address of an online room instead, or ask whoever runs this service."
    )


class AcrossMidnight(DomainError):
    status = 422
    message = N_("A session ends on the day on which it begins.")
