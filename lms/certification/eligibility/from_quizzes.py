"""A quiz that is the exam of its course becomes an exam result, unless somebody has entered one or a certificate stands."""

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.certification.eligibility.errors import CertificateStands
from lms.certification.eligibility.exams import ensure_not_issued, facts
from lms.certification.eligibility.models import ExamOutcome, ExamResult
from lms.certification.eligibility.reading import candidate_of
from lms.enrolment.models import Enrolment
from lms.kernel.actor import SYSTEM
from lms.kernel.clock import local
from lms.kernel.errors import NotFound
from lms.quizzes.events import ExamDecided
from lms.scheduling.queries import run_of

log = structlog.get_logger()


async def keep_result(session: AsyncSession, event: ExamDecided) -> None:
    """Note that somebody has passed; that they have not only when no attempt is left.

    What a person has entered stays, and so does a pass: a later attempt takes nothing away. After a certificate nothing changes.
    """
    if not (event.passed or event.is_final):
        return
    enrolment = await session.get(Enrolment, event.enrolment_id)
    if enrolment is None:
        return
    await run_of(session, enrolment.run_id, lock=True)  # entering and issuing wait for each other
    try:
        person = await candidate_of(session, event.enrolment_id)
        await ensure_not_issued(session, [person])
    except (NotFound, CertificateStands):
        return
    kept = person.exam
    if not person.asked.needs_exam or (kept is not None and (kept.entered_by is not None or kept.passed)):
        log.info("exam result of a quiz not taken over", enrolment_id=str(event.enrolment_id))
        return
    before = facts(kept) if kept else {}
    row = kept or ExamResult(
        enrolment_id=event.enrolment_id,
        exam=person.asked.exam_de,
        outcome=ExamOutcome.FAILED,
        held_on=local(event.held_at).date(),
        entered_at=event.held_at,
        entered_by=None,
        version=0,
    )
    row.exam, row.held_on, row.entered_at = person.asked.exam_de, local(event.held_at).date(), event.held_at
    row.outcome = ExamOutcome.PASSED if event.passed else ExamOutcome.FAILED
    row.points, row.out_of = (event.points, event.out_of) if event.out_of else (None, None)
    row.version += 1
    session.add(row)
    record(
        session,
        SYSTEM,
        "exam_result.corrected" if kept else "exam_result.entered",
        at=event.held_at,
        kind="enrolment",
        object_id=event.enrolment_id,
        person_id=person.person_id,
        before=before,
        after=facts(row),
    )
