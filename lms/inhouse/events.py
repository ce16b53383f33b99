"""What has happened to requests of companies."""

from datetime import datetime
from uuid import UUID

from lms.jobs.queue import Event


class TrainingRequested(Event):
    """A company asks for training."""

    request_id: UUID
    at: datetime


class TrainingQuestionAsked(Event):
    """The team wants to know more."""

    remark_id: UUID
    at: datetime


class TrainingQuestionAnswered(Event):
    """The company has answered, or written something of its own."""

    remark_id: UUID
    at: datetime


class TrainingDeclined(Event):
    """The centre cannot do it."""

    request_id: UUID
    at: datetime


class TrainingOffered(Event):
    """An offer is on its way."""

    offer_id: UUID
    at: datetime


class TrainingOfferReminded(Event):
    """The offer ends in a few days, and nobody has answered."""

    offer_id: UUID
    at: datetime


class TrainingOfferAnswered(Event):
    """The company has accepted or declined."""

    offer_id: UUID
    at: datetime


class TrainingOfferLapsed(Event):
    """The last day is over."""

    offer_id: UUID
    at: datetime


class TrainingBecameRun(Event):
    """A closed run was made of it."""

    request_id: UUID
    at: datetime
