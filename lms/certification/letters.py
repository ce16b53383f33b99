"""What we write when a certificate is ready or has been revoked."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from lms.certification.events import CertificateIssued, CertificateRevoked
from lms.certification.models import Certificate
from lms.certification.queries import certificate_of
from lms.kernel.clock import system_clock
from lms.people.models import Person
from lms.web.letters import Enclosed, write_letter


async def send_certificate(session: AsyncSession, event: CertificateIssued) -> None:
    """Send the paper to its holder, with the code by which others check it; to nobody where the person is deleted."""
    certificate = await certificate_of(session, event.certificate_id, with_document=True)
    person = await holder_of(session, certificate)
    if person is not None:
        key = f"certificate-ready:{certificate.id}"
        await write_with_paper(session, certificate, person, key=key, at=system_clock())


async def holder_of(session: AsyncSession, certificate: Certificate) -> Person | None:
    """Who is written to about it: the record into which the holder's was merged, if it was; nobody once it is deleted."""
    person = await session.get(Person, certificate.person_id) if certificate.person_id else None
    if person is not None and person.merged_into_id is not None:
        return await session.get(Person, person.merged_into_id)
    return person


async def write_with_paper(
    session: AsyncSession, certificate: Certificate, person: Person, *, key: str, at: datetime
) -> UUID | None:
    """The letter that encloses the issued file; its document has to be loaded. None where the key was used before."""
    return await write_letter(
        session,
        key=key,
        kind="certificate_ready",
        to=person,
        template="certification/letters/certificate_ready.md",
        context={"certificate": certificate},
        about=("certificate", certificate.id),
        enclosures=[Enclosed(f"{certificate.number}.pdf", "application/pdf", certificate.document)],
        language=certificate.language[:2],  # a bilingual paper is German first
        at=at,
    )


async def tell_of_revocation(session: AsyncSession, event: CertificateRevoked) -> None:
    """Tell the holder that the certificate no longer counts, and why."""
    certificate = await certificate_of(session, event.certificate_id)
    person = await holder_of(session, certificate)
    if person is None:
        return
    await write_letter(
        session,
        key=f"certificate-revoked:{certificate.id}",
        kind="certificate_revoked",
        to=person,
        template="certification/letters/certificate_revoked.md",
        context={"certificate": certificate},
        about=("certificate", certificate.id),
        language=certificate.language[:2],  # a bilingual paper is German first
        at=system_clock(),
    )
