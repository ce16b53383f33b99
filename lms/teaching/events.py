"""What has happened at the trainer's desk."""

from datetime import datetime
from uuid import UUID

from lms.jobs.queue import Event


class MaterialsHandedOut(Event):
    """New materials of a run came into sight, and its trainers want the participants to know; once a day at most."""

    run_id: UUID
    material_ids: list[UUID]
    at: datetime


class GroupMessageSent(Event):
    """A trainer has written to people of a run."""

    message_id: UUID


class GroupMessageAnswered(Event):
    """A participant has answered."""

    reply_id: UUID


class SessionReportAnswered(Event):
    """The team has answered a report."""

    report_id: UUID


class ProposalSubmitted(Event):
    """A trainer has proposed a course, or answered a question about one."""

    word_id: UUID


class ProposalDecided(Event):
    """The planners have asked back, accepted or declined."""

    word_id: UUID
