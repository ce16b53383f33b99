"""Taking back and replacing; every public method is one transaction."""

from uuid import UUID

from sqlalchemy import select, update

from certificates.document import Kind
from lms.audit.trail import record
from lms.certification import policy
from lms.certification.errors import AlreadyEnded, ReasonMissing
from lms.certification.events import CertificateRevoked
from lms.certification.issuing.orders import VALID_FROM, Order
from lms.certification.issuing.service import Issuing
from lms.certification.models import Batch, BatchItem, Certificate, CertificateState
from lms.certification.queries import certificate_of
from lms.db import retried
from lms.jobs.queue import announce
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import local


class Certification(Issuing):
    """All that staff can do about certificates."""

    @retried
    async def revoke(self, actor: Actor, *, certificate_id: UUID, reason: str) -> Certificate:
        """Take a certificate back for good; whoever checks it reads the reason. Raises ReasonMissing, AlreadyEnded."""
        ensure(policy.may_revoke(actor), actor)
        if not reason.strip():
            raise ReasonMissing
        now = self.clock()
        async with self.begin() as session:
            certificate = await certificate_of(session, certificate_id)
            taken_back = await session.execute(
                update(Certificate)
                .where(Certificate.id == certificate_id, Certificate.state == CertificateState.ISSUED)
                .values(state=CertificateState.REVOKED, ended_at=now, ended_reason=reason.strip())
                .returning(Certificate.id)
            )
            if taken_back.first() is None:
                raise AlreadyEnded
            announce(session, CertificateRevoked(certificate_id=certificate_id), at=now)
            record(
                session,
                actor,
                "certificate.revoked",
                at=now,
                kind="certificate",
                object_id=certificate_id,
                person_id=certificate.person_id,
                before={"state": "issued"},
                after={"state": "revoked"},
                reason=reason.strip(),
            )
            await session.refresh(certificate)
        return certificate

    async def reissue(self, actor: Actor, *, certificate_id: UUID, batch_id: UUID, reason: str) -> Batch:
        """Have the certificate made anew, under the person's name of today, with what our records say today.

        Where the course or the enrolment is gone, it says what the old one said. It counts no longer than the first one
        would have by the rules of today: another name is no new training. The old one is marked as replaced, with
        this reason, when the new one is there. `batch_id` comes from the form: sent twice it is done once.
        Raises ReasonMissing, AlreadyEnded, NotFound.
        """
        ensure(policy.may_replace(actor), actor)
        if not reason.strip():
            raise ReasonMissing
        async with self.begin.reading() as session:
            known = await session.get(Batch, batch_id)
            if known is not None:
                return known
            old = await certificate_of(session, certificate_id)
            ordered: BatchItem | None = await session.scalar(
                select(BatchItem).where(BatchItem.certificate_id == certificate_id).limit(1)
            )
        if old.state is not CertificateState.ISSUED or old.person_id is None:
            raise AlreadyEnded
        typed = ordered.particulars if ordered else {}
        order = Order(
            kind=Kind(old.kind),
            subject=old.subject,
            person_id=old.person_id,
            enrolment_id=old.enrolment_id,
            run_id=old.run_id,
            language=old.language,
            particulars={
                **typed,
                "reason": reason.strip(),
                "replaces": old.number,
                VALID_FROM: typed.get(VALID_FROM) or local(old.issued_at).date().isoformat(),
            },
            replaces_id=certificate_id,
        )
        return await self.start_batch(actor, batch_id=batch_id, orders=[order], title=old.number)
