"""Reminding holders in time that a certificate loses its validity."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from lms.audit.trail import record
from lms.certification.models import Certificate, CertificateState
from lms.certification.validity.letters import write_expiry_reminder
from lms.certification.validity.queries import endings
from lms.certification.validity.rules import reminder_due
from lms.db import retried
from lms.kernel.actor import SYSTEM
from lms.kernel.clock import local, today
from lms.web.module import Around

EVERY = timedelta(hours=6)


class ExpiryReminders:
    """Each certificate is a transaction of its own: a worker that is killed goes on with those that are left."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock
        self.days_before = [days for days in around.settings.certificate_reminder_days if days > 0]

    async def remind(self) -> int:
        """Write to everybody whose certificate ends soon and is not renewed yet; says how many letters that were."""
        if not self.days_before:
            return 0
        day = today(self.clock)
        async with self.begin.reading() as session:
            ids = (
                await session.scalars(
                    select(Certificate.id)
                    .where(
                        Certificate.state == CertificateState.ISSUED,
                        Certificate.valid_until.between(day, day + timedelta(days=max(self.days_before))),
                    )
                    .order_by(Certificate.valid_until, Certificate.id)
                )
            ).all()
        return sum([await self._look_after(certificate_id) for certificate_id in ids])

    @retried
    async def _look_after(self, certificate_id: UUID) -> bool:
        now = self.clock()
        async with self.begin() as session:
            certificate = await session.get(Certificate, certificate_id, with_for_update=True)
            if certificate is None or certificate.valid_until is None:
                return False
            days = reminder_due(
                valid_until=certificate.valid_until,
                issued_on=local(certificate.issued_at).date(),
                today=local(now).date(),
                days_before=self.days_before,
                reminded_on=local(certificate.reminded_at).date() if certificate.reminded_at else None,
            )
            found, _ = await endings(session, Certificate.id == certificate_id)
            if days is None or not found or found[0].is_renewed or found[0].person is None:
                return False
            await write_expiry_reminder(session, found[0], days=days, at=now)
            certificate.reminded_at = now
            record(
                session,
                SYSTEM,
                "certificate.reminded",
                at=now,
                kind="certificate",
                object_id=certificate_id,
                person_id=certificate.person_id,
                after={"days_before": days},
            )
        return True
