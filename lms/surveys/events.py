"""What has happened about surveys. Nothing is announced about an answer."""

from datetime import datetime
from uuid import UUID

from lms.jobs.queue import Event


class SurveyOpened(Event):
    """The participants of a run are asked."""

    survey_id: UUID
    at: datetime


class SurveyReminded(Event):
    """A week has passed: those who have not answered are reminded, once."""

    survey_id: UUID
    at: datetime
