"""The letter that says in time when a certificate ends, and how to renew it."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from lms.certification.validity.queries import Ending, next_runs
from lms.web.language import use_locale
from lms.web.letters import write_letter


async def write_expiry_reminder(session: AsyncSession, ending: Ending, *, days: int, at: datetime) -> None:
    """Write to the holder, by their channel; once for each certificate and each number of days before its end."""
    certificate, person, course = ending.certificate, ending.person, ending.course
    if person is None:
        return
    runs = await next_runs(session, course.id, now=at) if course else ()
    with use_locale("en" if person.language == "en" else "de"):
        title = ending.title
    await write_letter(
        session,
        key=f"certificate-ends:{certificate.id}:{days}",
        kind="certificate_ends",
        to=person,
        template="certification/letters/certificate_ends.md",
        context={"certificate": certificate, "course": course, "title": title, "runs": runs},
        about=("certificate", certificate.id),
        at=at,
    )
