"""What has happened about lessons."""

from uuid import UUID

from lms.jobs.queue import Event


class EditionPublished(Event):
    """A course has a new edition."""

    edition_id: UUID


class LessonDone(Event):
    """Somebody has done a lesson, for the first time."""

    enrolment_id: UUID
    lesson_id: UUID
