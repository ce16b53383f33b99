"""What we write when a certificate is ready or has been revoked."""

from sqlalchemy.ext.asyncio import AsyncSession

from lms.certification.events import CertificateIssued, CertificateRevoked
from lms.certification.queries import certificate_of
from lms.kernel.clock import system_clock
from lms.people.models import Person
from lms.web.letters import Enclosed, write_letter


async def send_certificate(session: AsyncSession, event: CertificateIssued) -> None:
    """Send the paper to its holder, with the code by which others check it."""
    certificate = await certificate_of(session, event.certificate_id, with_document=True)
    await write_letter(
        session,
        key=f"certificate-ready:{certificate.id}",
        kind="certificate_ready",
        to=await session.get_one(Person, certificate.person_id),
        template="certification/letters/certificate_ready.md",
        context={"certificate": certificate},
        about=("certificate", certificate.id),
        enclosures=[Enclosed(f"{certificate.number}.pdf", "application/pdf", certificate.document)],
        language=certificate.language[:2],  # a bilingual paper is German first
        at=system_clock(),
    )


async def tell_of_revocation(session: AsyncSession, event: CertificateRevoked) -> None:
    """Tell the holder that the certificate no longer counts, and why."""
    certificate = await certificate_of(session, event.certificate_id)
    await write_letter(
        session,
        key=f"certificate-revoked:{certificate.id}",
        kind="certificate_revoked",
        to=await session.get_one(Person, certificate.person_id),
        template="certification/letters/certificate_revoked.md",
        context={"certificate": certificate},
        about=("certificate", certificate.id),
        language=certificate.language[:2],  # a bilingual paper is German first
        at=system_clock(),
    )
