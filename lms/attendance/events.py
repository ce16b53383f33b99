"""What has happened in the register."""

from uuid import UUID

from lms.jobs.queue import Event


class AttendanceLocked(Event):
    run_id: UUID


class ObjectionAnswered(Event):
    """Somebody did not agree with a mark: it was corrected, or stays and they are told why."""

    objection_id: UUID


class MakeUpAgreed(Event):
    """Somebody is going to make a session up as a guest of a parallel run."""

    make_up_id: UUID


class MakeUpWithdrawn(Event):
    """They do not after all."""

    make_up_id: UUID
