"""What has happened to runs and sessions."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from lms.jobs.queue import Event


class RunPublished(Event):
    run_id: UUID


class RunConfirmed(Event):
    """The run takes place for certain."""

    run_id: UUID


class RunCopied(Event):
    """A draft was made after another run; what others keep about that run may be wanted for it as well."""

    run_id: UUID
    source_id: UUID


class ChangeKind(StrEnum):
    """What has become of a session: the weightiest of what changed. `REPLACED` is a new one in a cancelled one's place."""

    CANCELLED = "cancelled"
    REPLACED = "replaced"
    ADDED = "added"
    MOVED = "moved"
    ROOM = "room"
    TRAINER = "trainer"


class SessionChanged(msgspec.Struct, kw_only=True):
    """One session of a change set: what it was before, for the letters; what it is now stands in its row."""

    session_id: UUID
    run_id: UUID
    kind: ChangeKind
    before_starts_at: datetime | None = None
    before_ends_at: datetime | None = None
    before_room_id: UUID | None = None
    before_trainer_ids: list[UUID] = []
    reason: str = ""


class SessionsChanged(Event):
    """Dates that people know of have changed, all in one act; each person concerned gets one letter about all of it.

    `is_told_apart`: those with a place in the whole run hear of it in a letter of its own kind. `is_quiet`: nobody is written to.
    """

    change_id: UUID
    at: datetime
    changes: list[SessionChanged]
    is_substitution: bool = False
    is_told_apart: bool = False
    is_quiet: bool = False


class SubstitutesAsked(Event):
    """Trainers are asked to stand in."""

    offer_ids: list[UUID]


class SubstitutesReleased(Event):
    """Trainers who were asked are not needed any more."""

    offer_ids: list[UUID]


class ProofAsked(Event):
    """The trainers of a draft are asked to read it before it is published."""

    run_id: UUID
    asked_at: datetime


class TrainersAsked(Event):
    """These persons are asked whether they teach the run."""

    run_id: UUID
    person_ids: list[UUID]
    asked_at: datetime


class TrainersChanged(Event):
    """Who teaches has changed: for each person the sessions that were added and taken away, by their ids.

    `changed_at` tells one change from the next.
    """

    run_id: UUID
    changed_at: datetime
    gained: dict[str, list[UUID]]
    lost: dict[str, list[UUID]]
