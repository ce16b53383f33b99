"""What the team does about reminders; every public method is one transaction."""

from datetime import time, timedelta
from uuid import UUID

from lms.audit.trail import record
from lms.certification import policy
from lms.certification.models import Certificate
from lms.db import retried
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import at_venue
from lms.kernel.errors import NotFound
from lms.web.module import Around


class Validity:
    """Letting somebody be, who wants no reminders."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    @retried
    async def stop(self, actor: Actor, *, certificate_id: UUID) -> None:
        """Write no more reminders about this certificate. Twice is as good as once. Raises NotFound.

        It then counts as reminded at the end of its last day: no reminder comes due any more.
        """
        ensure(policy.may_issue(actor), actor)
        now = self.clock()
        async with self.begin() as session:
            certificate = await session.get(Certificate, certificate_id, with_for_update=True)
            if certificate is None or certificate.valid_until is None:
                raise NotFound
            end = at_venue(certificate.valid_until + timedelta(days=1), time())
            if certificate.reminded_at == end:
                return
            certificate.reminded_at = end
            record(
                session,
                actor,
                "certificate.reminders_stopped",
                at=now,
                kind="certificate",
                object_id=certificate_id,
                person_id=certificate.person_id,
            )
