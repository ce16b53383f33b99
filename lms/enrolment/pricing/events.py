"""What has happened to prices and proofs. Letters follow from these."""

from uuid import UUID

from lms.jobs.queue import Event


class ProofRefused(Event):
    """The team did not accept a proof; another one may be shown."""

    enrolment_id: UUID
    version: int


class ConcessionDropped(Event):
    """The full price is asked for, because the proof was refused or never shown."""

    enrolment_id: UUID
    difference_cents: int
    settled_cents: int
    """What is still to be paid now."""
