"""What has happened with direct debits."""

from datetime import date
from uuid import UUID

from lms.jobs.queue import Event


class DebitMandateGiven(Event):
    """A payer has agreed; the payer gets the words, the reference and the creditor's number in a letter."""

    mandate_id: UUID


class DebitMandateChanged(Event):
    """A mandate holds for another account."""

    mandate_id: UUID
    version: int


class DebitMandateEnded(Event):
    """A mandate was revoked."""

    mandate_id: UUID


class DebitAnnounced(Event):
    """A sum and a day are certain enough to tell the payer; `notice` counts, since a change is told anew."""

    debit_id: UUID
    amount_cents: int
    collect_on: date
    notice: int


class DebitCalledOff(Event):
    """What the payer was told of is not collected after all."""

    debit_id: UUID


class DebitReturned(Event):
    """A collection came back from the payer's bank and is booked back."""

    debit_id: UUID
