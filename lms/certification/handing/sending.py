"""Sending a certificate once more to its holder, by the way that they chose."""

from uuid import UUID

from lms.audit.trail import record
from lms.certification import policy
from lms.certification.errors import AlreadyEnded, HolderUnknown
from lms.certification.letters import holder_of, write_with_paper
from lms.certification.models import CertificateState
from lms.certification.queries import certificate_of
from lms.db import retried
from lms.kernel.actor import Actor, ensure
from lms.web.module import Around


class Resending:
    """What staff can do when a letter got lost; every public method is one transaction."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    @retried
    async def send_again(self, actor: Actor, *, certificate_id: UUID, form_id: UUID) -> bool:
        """Write the letter anew, by e-mail or for the next print run; the same form twice is one letter.

        Says whether one was written. Raises NotFound, AlreadyEnded, HolderUnknown.
        """
        ensure(policy.may_hand_out(actor), actor)
        at = self.clock()
        async with self.begin() as session:
            certificate = await certificate_of(session, certificate_id, with_document=True)
            if certificate.state is not CertificateState.ISSUED:
                raise AlreadyEnded
            person = await holder_of(session, certificate)
            if person is None:
                raise HolderUnknown
            key = f"certificate-again:{certificate.id}:{form_id}"
            if await write_with_paper(session, certificate, person, key=key, at=at) is None:
                return False
            record(
                session, actor, "certificate.sent_again", at=at, kind="certificate", object_id=certificate.id,
                person_id=certificate.person_id,
            )  # fmt: skip
            return True
