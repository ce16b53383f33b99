"""What has happened to courses."""

from uuid import UUID

from lms.jobs.queue import Event


class CourseChanged(Event):
    """A course was made or has other words, topics or audiences now."""

    course_id: UUID
