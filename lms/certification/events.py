"""What has happened to certificates."""

from uuid import UUID

from lms.jobs.queue import Event


class CertificateIssued(Event):
    certificate_id: UUID


class CertificateRevoked(Event):
    certificate_id: UUID
