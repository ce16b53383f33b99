"""What has happened to loans of devices to take home. Letters follow from these."""

from uuid import UUID

from lms.jobs.queue import Event


class LoanReserved(Event):
    """A device is kept for somebody from a day on."""

    loan_id: UUID


class LoanHandedOut(Event):
    """Somebody has taken a device home, or keeps one from class."""

    loan_id: UUID


class LoanAgreed(Event):
    """The agreement is accepted and kept as a document."""

    loan_id: UUID


class LoanExtended(Event):
    """Somebody may keep a device longer; `version` tells several extensions apart."""

    loan_id: UUID
    version: int


class LoanReturned(Event):
    """A device has come back from somebody's home; `version` tells several returns apart."""

    loan_id: UUID
    version: int


class LoanCancelled(Event):
    """A reserved device is not handed out after all."""

    loan_id: UUID
