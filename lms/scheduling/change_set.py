"""Several changes to announced dates as one act: plain values, no rows."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from lms.kernel.period import Period

MOST_CHANGES = 100


@dataclass(frozen=True, slots=True)
class InRoom:
    """Where a session takes place from now on; no room means online.

    `online_url` is the address there, or `OUR_ROOM`; with None it stays as it is, but a session that met in our own video
    conference alone leaves it for the room.
    """

    room_id: UUID | None
    online_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionChange:
    """What becomes of one session. What is None stays as it is; `version` is the one that was read."""

    session_id: UUID
    version: int
    period: Period | None = None
    room: InRoom | None = None
    trainer_ids: tuple[UUID, ...] | None = None
    is_cancelled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSession:
    """One more session, with the trainers of the run unless others are named.

    `replaces_id` names the cancelled session in whose place it comes. Under one `id` it is added once.
    """

    run_id: UUID
    period: Period
    room_id: UUID | None
    online_url: str = ""
    trainer_ids: tuple[UUID, ...] | None = None
    replaces_id: UUID | None = None
    id: UUID = field(default_factory=uuid4)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSet:
    """Changes that happen together or not at all, and the reason that everybody is told.

    With `is_told_apart` those who have a place in the whole run hear of it in another letter, written by whoever changes.
    `is_quiet` writes to nobody: dates that a club makes ahead by its rule.
    """

    changes: Sequence[SessionChange] = ()
    added: Sequence[NewSession] = ()
    reason: str = ""
    is_substitution: bool = False
    is_told_apart: bool = False
    is_quiet: bool = False
