"""What has happened to contracts."""

from uuid import UUID

from lms.jobs.queue import Event


class ContractAccepted(Event):
    """The trainer has said yes, on screen or on paper."""

    contract_id: UUID


class ContractWithdrawn(Event):
    """An offer the trainer knows of counts no more."""

    contract_id: UUID
