"""What has happened to fee statements."""

from uuid import UUID

from lms.jobs.queue import Event


class FeeStatementReady(Event):
    """The month is over: the trainer is asked to look at it and to confirm."""

    statement_id: UUID


class FeeStatementLate(Event):
    """It was not confirmed in time: a reminder."""

    statement_id: UUID


class FeeStatementConfirmed(Event):
    """Its trainer agrees; finance has to approve."""

    statement_id: UUID


class FeeStatementRejected(Event):
    """Finance has sent it back with a reason; another one is open."""

    statement_id: UUID


class FeeStatementApproved(Event):
    """It was issued: it has a number, and is booked. Also said of a reversal."""

    statement_id: UUID


class FeePaid(Event):
    """The money has left."""

    payout_id: UUID


class FeeReturned(Event):
    """The bank has returned the money: the trainer is asked for the account."""

    payout_id: UUID


class FeeAccountChanged(Event):
    """Somebody has changed where a trainer's money goes: the trainer is told, so that a stranger's change is noticed."""

    person_id: UUID
    masked: str
    version: int


class FeeObjectionAnswered(Event):
    """Finance has answered what a trainer found wrong."""

    objection_id: UUID
