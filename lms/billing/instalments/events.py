"""What has happened to plans."""

from uuid import UUID

from lms.jobs.queue import Event


class InstalmentsAgreed(Event):
    """A plan holds; whoever pays gets it by letter."""

    plan_id: UUID
