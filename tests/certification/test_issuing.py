"""Issuing for a run in one step, and taking one back."""

import asyncio
from io import BytesIO

import pypdf
import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from certificates.signing import Signature
from lms.catalogue.models import Run
from lms.certification.eligibility import Lack, candidates
from lms.certification.errors import AlreadyEnded, AttendanceStillOpen, NobodyQualifies, ReasonMissing
from lms.certification.issuing.making import Making
from lms.certification.keys import keyring
from lms.certification.life.service import Certification
from lms.certification.models import Batch, BatchItem, Certificate, CertificateState
from lms.certification.queries import certificate_of, progress_of
from lms.db import Begin
from lms.jobs.worker import Worker
from lms.kernel.errors import Forbidden
from lms.kernel.rights import Identity
from lms.web.module import Around
from tests.certification.conftest import Finished
from tests.making import BOTH, staff

pytestmark = BOTH
REGISTRAR = staff(Identity.CERTIFICATES)


async def issued(begin: Begin) -> list[Certificate]:
    async with begin.reading() as session:
        return list(await session.scalars(select(Certificate).order_by(Certificate.counter)))


async def test_before_anything_is_issued_staff_read_who_qualifies_and_who_lacks_what(
    finished: Finished, begin: Begin
) -> None:
    async with begin.reading() as session:
        found = await candidates(session, finished.run_id)

    assert [(one.name.split()[0], one.standing.lack, one.standing.attended_minutes) for one in found] == [
        ("Ada", Lack.NOTHING, 450),
        ("Ben", Lack.NOTHING, 360),
        ("Cem", Lack.UNITS, 180),
        ("Dana", Lack.MARKS, 0),
    ]


async def test_everybody_who_earned_one_gets_one_and_only_one(
    certification: Certification, finished: Finished, begin: Begin, jobs: Worker, house: Around
) -> None:
    batch = await certification.start(REGISTRAR, run_id=finished.run_id)
    same = await certification.start(REGISTRAR, run_id=finished.run_id)
    await jobs.drain()

    papers = await issued(begin)
    async with begin.reading() as session:
        progress = await progress_of(session, batch.id)
        full = await certificate_of(session, papers[0].id, with_document=True)
    assert same.id == batch.id
    assert [paper.number for paper in papers] == ["TB-2026-00001", "TB-2026-00002"]
    assert (progress.total, progress.issued, progress.is_finished) == (2, 2, True)
    assert papers[1].facts["units_attended"] == 8
    assert keyring(house.settings).verify(papers[0].facts, Signature.parse(papers[0].signature))
    assert full.document.startswith(b"%PDF")
    with pytest.raises(NobodyQualifies):
        await certification.start(REGISTRAR, run_id=finished.run_id)


async def test_a_document_that_is_made_twice_or_by_two_workers_is_one_document(
    certification: Certification, finished: Finished, begin: Begin, house: Around
) -> None:
    await certification.start(REGISTRAR, run_id=finished.run_id)
    async with begin.reading() as session:
        items = (await session.scalars(select(BatchItem.id))).all()

    await asyncio.gather(*(Making(house)({"items": [str(item)]}) for item in [*items, *items]))

    assert len(await issued(begin)) == 2
    async with begin.reading() as session:
        assert (await session.scalars(select(Batch))).one().finished_at is not None


async def test_while_the_register_is_open_nothing_is_issued(
    certification: Certification, finished: Finished, begin: Begin
) -> None:
    async with begin() as session:
        await session.execute(update(Run).values(attendance_locked_at=None))

    with pytest.raises(AttendanceStillOpen):
        await certification.start(REGISTRAR, run_id=finished.run_id)


async def test_one_is_revoked_with_a_reason_and_once(
    certification: Certification, finished: Finished, begin: Begin, jobs: Worker
) -> None:
    await certification.start(REGISTRAR, run_id=finished.run_id)
    await jobs.drain()
    paper = (await issued(begin))[0]
    with pytest.raises(ReasonMissing):
        await certification.revoke(REGISTRAR, certificate_id=paper.id, reason="  ")

    revoked = await certification.revoke(REGISTRAR, certificate_id=paper.id, reason="Verwechslung")

    assert (revoked.state, revoked.ended_reason) == (CertificateState.REVOKED, "Verwechslung")
    with pytest.raises(AlreadyEnded):
        await certification.revoke(REGISTRAR, certificate_id=paper.id, reason="noch einmal")


async def test_nobody_changes_what_was_issued_not_even_in_the_database(
    certification: Certification, finished: Finished, begin: Begin, jobs: Worker
) -> None:
    await certification.start(REGISTRAR, run_id=finished.run_id)
    await jobs.drain()

    changes: list[dict[str, object]] = [{"sha256": "0"}, {"number": "X"}, {"facts": {}}, {"document": b""}]
    for change in changes:
        with pytest.raises(IntegrityError):
            async with begin() as session:
                await session.execute(update(Certificate).values(**change))


async def test_only_those_who_may_issue_do(certification: Certification, finished: Finished) -> None:
    with pytest.raises(Forbidden):
        await certification.start(staff(Identity.ENROLMENT), run_id=finished.run_id)


async def test_the_paper_says_what_the_record_says(
    certification: Certification, finished: Finished, begin: Begin, jobs: Worker
) -> None:
    await certification.start(REGISTRAR, run_id=finished.run_id)
    await jobs.drain()
    paper = (await issued(begin))[0]
    async with begin.reading() as session:
        full = await certificate_of(session, paper.id, with_document=True)

    text = "".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(full.document)).pages)

    for word in ("Ada Adasen", paper.number, paper.code, "Das Tablet kennenlernen", "10"):
        assert word in text
