"""What has happened about quizzes."""

from datetime import datetime
from uuid import UUID

from lms.jobs.queue import Event


class AttemptHandedIn(Event):
    """An attempt has ended, by its learner or by the clock."""

    attempt_id: UUID


class AttemptMarked(Event):
    """The last part that waited for a person has its mark, or a mark was changed afterwards."""

    attempt_id: UUID
    at: datetime


class ExamDecided(Event):
    """A quiz that is the exam of its course is passed or not.

    `points` are whole, rounded down. `is_final`: passed, or no attempt is left.
    """

    enrolment_id: UUID
    attempt_id: UUID
    passed: bool
    points: int
    out_of: int
    held_at: datetime
    is_final: bool
