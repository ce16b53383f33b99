"""Issuing for a run in one step, and taking one back."""

import asyncio
from datetime import timedelta

import pypdf
import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from certificates.signing import Signature
from lms.attendance.models import Attendance, Presence
from lms.catalogue.models import Outcome
from lms.certification.errors import AlreadyEnded, AttendanceStillOpen, NobodyQualifies, ReasonMissing
from lms.certification.models import Batch, BatchItem, Certificate, CertificateState
from lms.certification.paper import keyring
from lms.certification.queries import candidates, certificate_of, progress_of
from lms.certification.rules import Lack
from lms.certification.service import Certification
from lms.db import Begin
from lms.enrolment.models import Enrolment, EnrolmentState, EntryWay, Party
from lms.jobs.worker import Worker
from lms.kernel.errors import Forbidden
from lms.kernel.rights import Identity
from lms.scheduling.models import Session
from lms.web.module import Around
from tests.making import BOTH, MOMENT, make_course, make_person, make_run, staff

pytestmark = BOTH
REGISTRAR = staff(Identity.CERTIFICATES)


class Finished:
    """A run of five sessions of 90 minutes that is over: Ada came to all, Ben to four, Cem to two; Dana has no mark."""

    def __init__(self, run_id: object, enrolments: list[Enrolment]) -> None:
        self.run_id, self.enrolments = run_id, enrolments


ATTENDED = {"Ada": 5, "Ben": 4, "Cem": 2, "Dana": None}


@pytest.fixture
async def finished(begin: Begin) -> Finished:
    course = make_course()
    people = [make_person(name, f"{name}sen") for name in ATTENDED]
    first = MOMENT - timedelta(weeks=6)
    run = make_run(
        course, starts_at=first, ends_at=first + timedelta(weeks=4, minutes=90), attendance_locked_at=MOMENT
    )
    meetings = [
        Session(
            run_id=run.id,
            starts_at=first + timedelta(weeks=week),
            ends_at=first + timedelta(weeks=week, minutes=90),
            changed_at=MOMENT,
        )
        for week in range(5)
    ]
    enrolments = []
    async with begin() as session:
        session.add_all([course, *people])
        await session.flush()
        session.add(run)
        session.add(
            Outcome(
                course_id=course.id,
                position=1,
                sentence_de="Sie können ein Foto aufnehmen und verschicken.",
                sentence_en="You can take a photo and send it.",
                competence="2.2",
                proficiency=2,
            )
        )
        await session.flush()
        session.add_all(meetings)
        await session.flush()
        for position, (person, times) in enumerate(zip(people, ATTENDED.values(), strict=True), 1):
            party = Party(run_id=run.id, position=position, size=1, joined_at=MOMENT)
            session.add(party)
            await session.flush()
            enrolment = Enrolment(
                run_id=run.id,
                party_id=party.id,
                reference=f"{run.number}-{position}",
                state=EnrolmentState.CONFIRMED,
                created_at=MOMENT,
                changed_at=MOMENT,
                way=EntryWay.WEB,
                person_id=person.id,
            )
            session.add(enrolment)
            await session.flush()
            enrolments.append(enrolment)
            if times is None:
                continue
            session.add_all(
                Attendance(
                    session_id=meeting.id,
                    enrolment_id=enrolment.id,
                    presence=Presence.PRESENT if index < times else Presence.ABSENT,
                    marked_at=MOMENT,
                    marked_by=None,
                )
                for index, meeting in enumerate(meetings)
            )
    return Finished(run.id, enrolments)


@pytest.fixture
def certification(house: Around) -> Certification:
    return Certification(house)


async def issued(begin: Begin) -> list[Certificate]:
    async with begin.reading() as session:
        return list(await session.scalars(select(Certificate).order_by(Certificate.counter)))


async def test_before_anything_is_issued_staff_read_who_qualifies_and_who_lacks_what(
    finished: Finished, begin: Begin
) -> None:
    async with begin.reading() as session:
        found = await candidates(session, finished.run_id)  # type: ignore[arg-type]

    assert [(one.name.split()[0], one.standing.lack, one.standing.attended_minutes) for one in found] == [
        ("Ada", Lack.NOTHING, 450),
        ("Ben", Lack.NOTHING, 360),
        ("Cem", Lack.UNITS, 180),
        ("Dana", Lack.MARKS, 0),
    ]


async def test_everybody_who_earned_one_gets_one_and_only_one(
    certification: Certification, finished: Finished, begin: Begin, jobs: Worker, house: Around
) -> None:
    batch = await certification.start(REGISTRAR, run_id=finished.run_id)  # type: ignore[arg-type]
    same = await certification.start(REGISTRAR, run_id=finished.run_id)  # type: ignore[arg-type]
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
        await certification.start(REGISTRAR, run_id=finished.run_id)  # type: ignore[arg-type]


async def test_a_document_that_is_made_twice_or_by_two_workers_is_one_document(
    certification: Certification, finished: Finished, begin: Begin
) -> None:
    await certification.start(REGISTRAR, run_id=finished.run_id)  # type: ignore[arg-type]
    async with begin.reading() as session:
        items = (await session.scalars(select(BatchItem.id))).all()

    await asyncio.gather(*(certification.issue({"item": str(item)}) for item in [*items, *items]))

    assert len(await issued(begin)) == 2
    async with begin.reading() as session:
        assert (await session.scalars(select(Batch))).one().finished_at is not None


async def test_while_the_register_is_open_nothing_is_issued(
    certification: Certification, finished: Finished, begin: Begin
) -> None:
    from lms.catalogue.models import Run

    async with begin() as session:
        await session.execute(update(Run).values(attendance_locked_at=None))

    with pytest.raises(AttendanceStillOpen):
        await certification.start(REGISTRAR, run_id=finished.run_id)  # type: ignore[arg-type]


async def test_one_is_revoked_with_a_reason_and_once(
    certification: Certification, finished: Finished, begin: Begin, jobs: Worker
) -> None:
    await certification.start(REGISTRAR, run_id=finished.run_id)  # type: ignore[arg-type]
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
    await certification.start(REGISTRAR, run_id=finished.run_id)  # type: ignore[arg-type]
    await jobs.drain()

    changes: list[dict[str, object]] = [{"sha256": "0"}, {"number": "X"}, {"facts": {}}, {"document": b""}]
    for change in changes:
        with pytest.raises(IntegrityError):
            async with begin() as session:
                await session.execute(update(Certificate).values(**change))


async def test_only_those_who_may_issue_do(certification: Certification, finished: Finished) -> None:
    with pytest.raises(Forbidden):
        await certification.start(staff(Identity.ENROLMENT), run_id=finished.run_id)  # type: ignore[arg-type]


async def test_the_paper_says_what_the_record_says(
    certification: Certification, finished: Finished, begin: Begin, jobs: Worker
) -> None:
    from io import BytesIO

    await certification.start(REGISTRAR, run_id=finished.run_id)  # type: ignore[arg-type]
    await jobs.drain()
    paper = (await issued(begin))[0]
    async with begin.reading() as session:
        full = await certificate_of(session, paper.id, with_document=True)

    text = "".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(full.document)).pages)

    for word in ("Ada Adasen", paper.number, paper.code, "Das Tablet kennenlernen", "10"):
        assert word in text
